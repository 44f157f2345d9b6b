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
	reset            time.Duration // until the count begins anew, for certain; 0: unknown
	per              time.Duration // of the policy that the limit belongs to; 0: unknown
}

var limitFields = []struct{ limit, remaining, reset string }{
	{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"},
	{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"},
}

// maxWindow is the longest window that requests are spread over. What is left of a
// day is not to be sent at one pace.
const maxWindow = time.Hour

// readLimits reads the fields x-ratelimit-limit, -remaining and -reset, where the
// reset is seconds from now or, from 1e8 on, since 1970 (Kustomer's are either,
// depending on who tells), and those of the IETF's draft: RateLimit with r and t,
// RateLimit-Policy with q and w, and the older three fields with one number each.
// All are hints. What cannot be read is as if it were not there.
func readLimits(header http.Header, now time.Time) limits {
	l := limits{remaining: -1}
	for _, names := range limitFields {
		if n, ok := wholeNumber(field(header, names.limit)); ok && n > 0 {
			l.limit = count(n)
		}
		if n, ok := wholeNumber(field(header, names.remaining)); ok {
			l.remaining = count(n)
		}
		if n, ok := wholeNumber(field(header, names.reset)); ok {
			l.reset = untilReset(n, header, now)
		}
	}
	for _, item := range items(field(header, "Ratelimit")) {
		// The item with the least room counts.
		r, hasR := parameter(item, "r")
		t, hasT := parameter(item, "t")
		if hasR && (l.remaining < 0 || count(r) < l.remaining) {
			l.remaining = count(r)
			if hasT {
				l.reset = seconds(t + 1)
			}
		}
	}
	for _, item := range items(field(header, "Ratelimit-Policy")) {
		q, hasQ := parameter(item, "q")
		w, hasW := parameter(item, "w")
		if per := seconds(w); hasQ && hasW && q > 0 && w > 0 && per <= maxWindow &&
			(l.per == 0 || float64(q)/per.Seconds() < float64(l.limit)/l.per.Seconds()) {
			l.limit, l.per = count(q), per
		}
	}
	return l
}

// field is Header.Get for a name in its canonical form, which Get makes sure of at
// each of the eight names above: too much for every answer.
func field(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// items are those of a field with commas between them; most answers have none.
func items(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// untilReset takes the server's clock where it is known.
func untilReset(n int64, header http.Header, now time.Time) time.Duration {
	if n >= 1e8 {
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			now = date
		}
		n = max(0, n-now.Unix())
	}
	return seconds(n + 1) // the fields have whole seconds
}

// seconds are a day at most.
func seconds(n int64) time.Duration {
	return time.Duration(min(n, 24*60*60)) * time.Second
}

func count(n int64) int { return int(min(n, math.MaxInt32)) }

// parameter is a number of an item like "default";r=50;t=30.
func parameter(item, name string) (int64, bool) {
	for part := range strings.SplitSeq(item, ";") {
		if key, value, ok := strings.Cut(part, "="); ok && strings.TrimSpace(key) == name {
			return wholeNumber(value)
		}
	}
	return 0, false
}

// wholeNumber reads digits alone, up to a bound beyond all use.
func wholeNumber(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil { // it has too many of them
		n = math.MaxInt64
	}
	return min(n, 1<<40), true
}

// parseRetryAfter reads both forms of RFC 9110, section 10.2.3. A date is held
// against the answer's own Date, because clocks differ.
func parseRetryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if n, ok := wholeNumber(value); ok {
		return seconds(n)
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if server, err := http.ParseTime(header.Get("Date")); err == nil {
		now = server
	}
	return min(max(0, date.Sub(now)), 24*time.Hour) // like seconds
}

// retryAfter is what the vendor asks to wait, 0 if it does not.
func retryAfter(answer *http.Response) time.Duration {
	if answer == nil {
		return 0
	}
	return parseRetryAfter(answer.Header, time.Now())
}
