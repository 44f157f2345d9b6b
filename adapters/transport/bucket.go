package transport

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// bucket holds back the requests that a vendor counts together. Callers wait in
// one queue for each adapter, and the queues take turns.
type bucket struct {
	limit Limit
	share float64
	fixed bool // the caller's rate: the server's words about limits do not change it

	mu     sync.Mutex
	tokens *rate.Limiter
	full   float64       // requests a second when nothing is wrong
	part   float64       // of it that is used: less after a 429, growing back
	room   float64       // requests a second that the server says are left; +Inf: it does not say
	until  time.Time     // nothing is sent before
	ahead  time.Duration // the server's clock less ours
	queues []*queue      // in the order of their turns
	timer  *time.Timer
	users  int // requests between use and leave
}

type queue struct {
	owner   any
	waiting []*turn
}

// turn is a caller's place in a queue.
type turn struct {
	owner any
	n     int
	ready chan struct{}
}

func newBucket(limit Limit, share, fixed float64) *bucket {
	b := &bucket{limit: limit, share: share, fixed: fixed > 0, part: 1, room: math.Inf(1)}
	if b.share <= 0 || b.share > 1 {
		b.share = 1
	}
	burst := limit.Burst
	if burst <= 0 {
		burst = limit.Requests / 50
	}
	switch {
	case b.fixed:
		b.full, burst = fixed, max(1, int(fixed/10))
	case limit.Requests > 0:
		// What comes at once counts too: no window holds more than is allowed.
		b.full = b.share * float64(limit.Requests-windowBurst(limit, burst)) / limit.Per.Seconds()
	default:
		b.full, burst = math.Inf(1), 1
	}
	b.tokens = rate.NewLimiter(rate.Limit(b.full), max(burst, 2)) // 2: a read and the write built on it
	return b
}

// windowBurst is what a burst takes from a vendor's window. Vendors that document
// a burst allow it on top.
func windowBurst(limit Limit, burst int) int {
	if limit.Burst > 0 {
		return 0
	}
	return burst
}

// enter and leave keep a bucket that is in use from being thrown away.
func (b *bucket) enter() { b.mu.Lock(); defer b.mu.Unlock(); b.users++ }
func (b *bucket) leave() { b.mu.Lock(); defer b.mu.Unlock(); b.users-- }

// idle tells whether a new bucket would be the same.
func (b *bucket) idle(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.users == 0 && !b.until.After(now) && b.part == 1 && b.tokens.TokensAt(now) >= float64(b.tokens.Burst())
}

// join takes n tokens if it is the caller's turn: nil and 0. Else it gives the
// place to wait at, with the least wait; or no place, where that wait does not fit
// into the context's deadline.
func (b *bucket) join(ctx context.Context, owner any, n int) (*turn, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	n = min(n, b.tokens.Burst())
	if len(b.queues) == 0 && b.take(now, n) {
		return nil, 0
	}
	ahead := n
	i := slices.IndexFunc(b.queues, func(q *queue) bool { return q.owner == owner })
	if i >= 0 {
		for _, other := range b.queues[i].waiting {
			ahead += other.n
		}
	}
	wait := max(b.delay(now, ahead), time.Nanosecond)
	if deadline, ok := ctx.Deadline(); ok && now.Add(wait).After(deadline) {
		return nil, wait
	}
	if i < 0 {
		i = len(b.queues)
		b.queues = append(b.queues, &queue{owner: owner})
	}
	t := &turn{owner, n, make(chan struct{})}
	b.queues[i].waiting = append(b.queues[i].waiting, t)
	b.serve(now)
	return t, wait
}

// quit leaves the queue.
func (b *bucket) quit(t *turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, q := range b.queues {
		j := slices.Index(q.waiting, t)
		if j < 0 {
			continue
		}
		q.waiting = slices.Delete(q.waiting, j, j+1)
		if len(q.waiting) == 0 {
			b.queues = slices.Delete(b.queues, i, i+1)
		}
		break
	}
	b.serve(time.Now())
}

// take takes n tokens, if they are there and nothing is held back.
func (b *bucket) take(now time.Time, n int) bool {
	return !b.until.After(now) && b.tokens.AllowN(now, n)
}

// delay is how long it takes, at the least, until n tokens are there.
func (b *bucket) delay(now time.Time, n int) time.Duration {
	pause := max(0, b.until.Sub(now))
	missing := float64(n) - b.tokens.TokensAt(now)
	if missing <= 0 || math.IsInf(float64(b.tokens.Limit()), 1) {
		return pause
	}
	return max(pause, time.Duration(math.Ceil(missing/float64(b.tokens.Limit())*1e9)))
}

// serve lets go whose turn it is, and comes back when the next can go.
func (b *bucket) serve(now time.Time) {
	for len(b.queues) > 0 {
		q := b.queues[0]
		t := q.waiting[0]
		if !b.take(now, t.n) {
			wait := max(b.delay(now, t.n), time.Microsecond)
			if b.timer == nil {
				b.timer = time.AfterFunc(wait, b.wake)
			} else {
				b.timer.Reset(wait)
			}
			return
		}
		close(t.ready)
		q.waiting = q.waiting[1:]
		b.queues = b.queues[1:]
		if len(q.waiting) > 0 {
			b.queues = append(b.queues, q) // the others first
		}
	}
}

func (b *bucket) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.serve(time.Now())
}

// learn takes in what an answer says of the limit.
func (b *bucket) learn(sent time.Time, status int, said limits, header http.Header) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.limit.Windows {
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			b.ahead = date.Sub(now)
		}
	}
	if !b.fixed {
		if per := cmp.Or(said.per, b.limit.Per); said.limit > 0 && per > 0 {
			b.full = b.share * float64(said.limit) / per.Seconds()
		}
	}
	if status == http.StatusTooManyRequests {
		b.stop(now, sent, said, header)
	} else {
		b.part = min(1, b.part+0.02)
		b.room = math.Inf(1)
		if said.remaining == 0 && said.reset > 0 {
			b.until = later(b.until, now.Add(min(said.reset, maxRetryAfter)))
		} else if said.remaining > 0 && said.reset > time.Second {
			b.room = float64(said.remaining) / said.reset.Seconds()
		}
	}
	b.adjust(now)
}

// stop ends sending for as long as the server wants.
func (b *bucket) stop(now, sent time.Time, said limits, header http.Header) {
	wait := parseRetryAfter(header, now)
	switch {
	case wait > 0:
	case said.reset > 0:
		wait = said.reset
	case b.limit.Windows && b.limit.Per > 0:
		server := now.Add(b.ahead)
		wait = server.Truncate(b.limit.Per).Add(b.limit.Per).Sub(server)
		wait += time.Second // an answer's Date has whole seconds
	default:
		wait = time.Second
	}
	if sent.After(b.until) { // not one of many that were on their way when the first was refused
		b.part = max(b.part/2, 0.05)
	}
	b.until = later(b.until, now.Add(min(wait, maxRetryAfter)))
}

// adjust makes the rate what is known now.
func (b *bucket) adjust(now time.Time) {
	want := rate.Limit(min(b.full*b.part, max(b.room, 0.1)))
	if want != b.tokens.Limit() {
		b.tokens.SetLimitAt(now, want)
	}
	b.serve(now)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
