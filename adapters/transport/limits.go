package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limits are what an answer says of the vendor's limit. A zero limit and a
// negative remaining mean that it does not say.
type limits struct {
	limit, remaining int
	reset            time.Duration // until the count begins anew; 0: unknown
	per              time.Duration // of the policy that the limit belongs to; 0: unknown
}

// readLimits reads the fields x-ratelimit-limit, -remaining and -reset, where the
// reset is seconds from now or, from 1e9 on, since 1970 (Kustomer's are either,
// depending on who tells), and those of the IETF's draft: RateLimit with r and t,
// RateLimit-Policy with q and w, and the older three fields with one number each.
// All are hints. What cannot be read is as if it were not there.
func readLimits(header http.Header, now time.Time) limits {
	l := limits{remaining: -1}
	for _, prefix := range []string{"X-Ratelimit-", "Ratelimit-"} {
		if n, ok := wholeNumber(header.Get(prefix + "Limit")); ok && n > 0 {
			l.limit = n
		}
		if n, ok := wholeNumber(header.Get(prefix + "Remaining")); ok {
			l.remaining = n
		}
		if n, ok := wholeNumber(header.Get(prefix + "Reset")); ok {
			l.reset = untilReset(n, header, now)
		}
	}
	for item := range strings.SplitSeq(header.Get("Ratelimit"), ",") {
		// The item with the least room counts.
		r, hasR := parameter(item, "r")
		if t, ok := parameter(item, "t"); hasR && (l.remaining < 0 || r < l.remaining) {
			l.remaining = r
			if ok {
				l.reset = bounded(t)
			}
		}
	}
	for item := range strings.SplitSeq(header.Get("Ratelimit-Policy"), ",") {
		q, hasQ := parameter(item, "q")
		w, hasW := parameter(item, "w")
		if !hasQ || !hasW || q == 0 || w == 0 {
			continue
		}
		if l.per == 0 || float64(q)/float64(w) < float64(l.limit)/l.per.Seconds() {
			l.limit, l.per = q, bounded(w)
		}
	}
	return l
}

// untilReset takes the server's clock where it is known.
func untilReset(n int, header http.Header, now time.Time) time.Duration {
	if n < 1e9 {
		return bounded(n)
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return max(0, min(time.Unix(int64(n), 0).Sub(now), 24*time.Hour))
}

// bounded are seconds, a day at most.
func bounded(seconds int) time.Duration {
	return time.Duration(min(seconds, 24*60*60)) * time.Second
}

// parameter is a number of an item like "default";r=50;t=30.
func parameter(item, name string) (int, bool) {
	for part := range strings.SplitSeq(item, ";") {
		if key, value, ok := strings.Cut(part, "="); ok && strings.TrimSpace(key) == name {
			return wholeNumber(value)
		}
	}
	return 0, false
}

// wholeNumber reads digits alone, up to a bound beyond all use.
func wholeNumber(text string) (int, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 63)
	if err != nil {
		return 0, false
	}
	return int(min(n, math.MaxInt32*4)), true
}

// parseRetryAfter reads both forms of RFC 9110, section 10.2.3. A date is held
// against the answer's own Date, because clocks differ.
func parseRetryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if server, err := http.ParseTime(header.Get("Date")); err == nil {
		now = server
	}
	return max(0, date.Sub(now))
}

// retryAfter is what the vendor asks to wait, 0 if it does not.
func retryAfter(answer *http.Response) time.Duration {
	if answer == nil {
		return 0
	}
	return parseRetryAfter(answer.Header, time.Now())
}
