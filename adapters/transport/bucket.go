package transport

import (
	"container/list"
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// bucket holds back the requests that a vendor counts together. Callers wait in
// one queue for each adapter, and the queues take turns.
type bucket struct {
	limit Limit
	share float64
	fixed bool         // the caller's rate: the server's words about limits do not change it
	users atomic.Int32 // requests between enter and leave

	mu       sync.Mutex
	pace     pace
	rate     float64       // requests a second when nothing is wrong
	burst    int           // the same, at once
	part     float64       // of the rate that is used: less after a 429, growing back
	room     float64       // requests a second that the server said are left,
	roomEnds time.Time     // until then
	until    time.Time     // nothing is sent before
	date     string        // the last Date that the server sent
	ahead    time.Duration // its clock less ours, when that came first
	queues   []*queue      // in the order of their turns
	timer    *time.Timer
}

type queue struct {
	owner   any
	waiting list.List // of *turn, the first to come in front
	turns   int       // that they wait for together
}

// turn is a caller's place in a queue.
type turn struct {
	queue    *queue
	place    *list.Element // nil once it has left
	turns    int
	deadline time.Time // of the caller; zero: none
	ready    chan struct{}
	refused  time.Duration // when it is ready: how long the pause is for which it cannot wait
}

// enter and leave keep a bucket that is in use from being thrown away.
func (b *bucket) enter() { b.users.Add(1) }
func (b *bucket) leave() { b.users.Add(-1) }

// idle tells whether a bucket is of no use any more: a new one would hold back no
// less. What it has learned is learned again.
func (b *bucket) idle(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.users.Load() == 0 && !b.until.After(now) && !b.pace.full.After(now)
}

// join takes turns if they are there and nobody waits: nil and 0. Else it gives
// the place to wait at, with the least wait; or no place, where that wait does not
// fit into the context's deadline. Who wants no turn only waits for a pause to end.
func (b *bucket) join(ctx context.Context, owner any, turns int) (*turn, time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.adjust(now)
	need := min(turns, b.pace.burst)
	wait := b.delay(now, need)
	if wait == 0 && (turns == 0 || len(b.queues) == 0) {
		b.pace.take(now, turns)
		return nil, 0
	}
	i := slices.IndexFunc(b.queues, func(q *queue) bool { return q.owner == owner })
	if i >= 0 && turns > 0 {
		wait = b.delay(now, b.queues[i].turns+need)
	}
	if b.roomEnds.After(now) {
		wait = min(wait, max(b.roomEnds.Sub(now), b.until.Sub(now))) // then there is more room
	}
	wait = max(wait, 1)
	deadline, _ := ctx.Deadline()
	if !deadline.IsZero() && !deadline.After(now.Add(wait)) {
		return nil, wait
	}
	if i < 0 {
		i = len(b.queues)
		b.queues = append(b.queues, &queue{owner: owner})
	}
	q := b.queues[i]
	t := &turn{queue: q, turns: turns, deadline: deadline, ready: make(chan struct{})}
	if turns > 0 {
		t.place = q.waiting.PushBack(t)
	} else {
		t.place = q.waiting.PushFront(t)
	}
	q.turns += turns
	b.serve(now)
	return t, wait
}

// quit gives up a place, or the turns if they have come meanwhile.
func (b *bucket) quit(t *turn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t.place != nil {
		b.remove(t)
	} else if t.refused == 0 {
		b.pace.take(time.Time{}, -t.turns)
	}
	b.serve(time.Now())
}

// giveBack gives back turns that were taken and not used.
func (b *bucket) giveBack(turns int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pace.take(time.Time{}, -turns)
	b.serve(time.Now())
}

// remove takes a place out of its queue, and the queue away when it is empty.
func (b *bucket) remove(t *turn) {
	q := t.queue
	q.waiting.Remove(t.place)
	q.turns -= t.turns
	t.place = nil
	if q.waiting.Len() == 0 {
		i := slices.Index(b.queues, q)
		b.queues = slices.Delete(b.queues, i, i+1)
	}
}

// delay is how long it takes until so many turns are there.
func (b *bucket) delay(now time.Time, turns int) time.Duration {
	start := later(now, b.until)
	if turns == 0 {
		return start.Sub(now)
	}
	return start.Sub(now) + b.pace.wait(start, turns)
}

// serve lets go whose turn it is, and comes back when the next can go.
func (b *bucket) serve(now time.Time) {
	b.adjust(now)
	for len(b.queues) > 0 {
		q := b.queues[0]
		t := q.waiting.Front().Value.(*turn)
		if wait := b.delay(now, min(t.turns, b.pace.burst)); wait > 0 {
			if b.roomEnds.After(now) {
				wait = min(wait, b.roomEnds.Sub(now))
			}
			if b.timer == nil {
				b.timer = time.AfterFunc(wait, b.wake)
			} else {
				b.timer.Reset(wait)
			}
			return
		}
		b.pace.take(now, t.turns)
		b.remove(t)
		close(t.ready)
		if q.waiting.Len() > 0 {
			b.queues = append(b.queues[1:], q) // the others first
		}
	}
	if b.timer != nil {
		b.timer.Stop()
	}
}

func (b *bucket) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.serve(time.Now())
}

// adjust makes the pace what is known now.
func (b *bucket) adjust(now time.Time) {
	rate := b.rate * b.part
	if b.roomEnds.After(now) {
		rate = min(rate, max(b.room, minRoom))
	}
	b.pace.set(later(now, b.until), rate, b.burst)
}

// pause ends all sending until then. It begins again with one request, not with
// a burst. Who cannot wait so long is told at once.
func (b *bucket) pause(now, until time.Time) {
	if !until.After(b.until) {
		return
	}
	b.until = until
	b.pace.start(until)
	for _, q := range slices.Clone(b.queues) {
		for place := q.waiting.Front(); place != nil; {
			t := place.Value.(*turn)
			place = place.Next()
			if !t.deadline.IsZero() && !t.deadline.After(until) {
				b.remove(t)
				t.refused = until.Sub(now)
				close(t.ready)
			}
		}
	}
}

// windowEnd is how long the vendor's window lasts, by the server's clock.
func (b *bucket) windowEnd(now time.Time) time.Duration {
	server := now.Add(b.ahead)
	end := server.Truncate(b.limit.Per).Add(b.limit.Per)
	return end.Sub(server) + time.Second // an answer's Date has whole seconds
}

// clock notes the server's clock. A Date has whole seconds: it is nearest to the
// truth when it comes for the first time.
func (b *bucket) clock(now time.Time, header http.Header) {
	said := field(header, "Date")
	if said == b.date {
		return
	}
	if date, err := http.ParseTime(said); err == nil {
		b.date, b.ahead = said, date.Sub(now)
	}
}
