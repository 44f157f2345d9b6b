package transport

import (
	"math"
	"net/http"
	"time"
)

const (
	minPart = 0.05     // of the rate is used however many are refused
	regrows = 1. / 400 // of the rate comes back with each request that is not refused

	// minRoom is what is sent a second however little room the server says is left:
	// its words are hints.
	minRoom = 0.1

	// maxRaise is how far a number without its window is believed: a day's limit
	// would else be taken for a second's.
	maxRaise = 10
)

func newBucket(limit Limit, share, fixed float64) *bucket {
	b := &bucket{limit: limit, share: share, part: 1}
	if !(share > 0 && share < 1) {
		b.share = 1
	}
	switch {
	case fixed > 0:
		b.fixed = true
		b.rate, b.burst = fixed, int(min(fixed/10, maxBurst))
	case limit.Requests > 0:
		b.allow(limit.Requests, limit.Per)
	default:
		b.rate, b.burst = math.Inf(1), 1
	}
	return b
}

// allow makes our share of a limit the pace. Vendors that document a burst allow
// it on top; else it is part of the limit, so that no window holds more.
func (b *bucket) allow(requests int, per time.Duration) {
	burst := b.limit.Burst
	if burst <= 0 {
		burst = max(1, requests/50)
		requests = max(1, requests-burst)
	}
	b.rate = b.share * float64(requests) / per.Seconds()
	b.burst = int(b.share * float64(burst))
}

// learn takes in what an answer says of the limit. The status 0 stands for one
// that says nothing by itself.
func (b *bucket) learn(sent time.Time, status int, said limits, header http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.limit.Windows {
		b.clock(now, header)
	}
	if !b.fixed {
		b.limited(said)
	}
	switch {
	case status != http.StatusTooManyRequests:
		b.part = min(1, b.part+regrows)
	case !sent.Before(b.until): // not one of many that were on their way when the first was refused
		b.part = max(minPart, b.part/2)
	}
	if said.remaining > 0 && said.reset > 0 && said.reset <= maxWindow {
		b.room, b.roomEnds = float64(said.remaining)/said.reset.Seconds(), now.Add(said.reset)
	}
	b.adjust(now) // a pause ends with one turn of the pace that is known now
	switch {
	case status == http.StatusTooManyRequests:
		b.pause(now, now.Add(b.penalty(now, said, header)))
	case said.remaining == 0 && said.reset > 0:
		b.pause(now, now.Add(min(said.reset, maxRetryAfter)))
	}
	b.serve(now)
}

// limited takes the server's limit in place of the documented one.
func (b *bucket) limited(said limits) {
	switch {
	case said.limit > 0 && said.per > 0:
		b.allow(said.limit, said.per)
	case said.limit > 0 && b.limit.Per > 0:
		if b.limit.Requests > 0 {
			said.limit = min(said.limit, maxRaise*b.limit.Requests)
		}
		b.allow(said.limit, b.limit.Per)
	}
}

// penalty is how long nothing is sent after a 429.
func (b *bucket) penalty(now time.Time, said limits, header http.Header) time.Duration {
	wait := parseRetryAfter(header, now)
	switch {
	case wait > 0:
	case said.reset > 0 && said.remaining <= 0: // with room left it is another limit than the one that the fields are about
		wait = said.reset
	case b.limit.Windows && b.limit.Per > 0:
		wait = b.windowEnd(now)
	default:
		wait = time.Second
	}
	return min(wait, maxRetryAfter)
}
