package model

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/deskattr/deskattr/adapters"
)

// Interleave lets 2 to 8 writers set an attribute each of one record at once, in
// random orders of their requests: through one adapter, through two with one
// Locker, and through two without. Only there may a write be lost, only where
// servers replace whole maps, and only one that the server itself saw go, between
// the read and the write of the other adapter.
func Interleave(t *testing.T, open func(TB) World) {
	for name, setting := range map[string]struct {
		adapters int
		locker   func() adapters.Locker
		apart    bool // they know nothing of each other
	}{
		"one adapter":            {1, func() adapters.Locker { return nil }, false},
		"two with a Locker":      {2, func() adapters.Locker { return &memoryLocker{} }, false},
		"two without each other": {2, func() adapters.Locker { return nil }, true},
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				writers := rapid.IntRange(2, 8).Draw(r, "writers")
				turns := rapid.SliceOfN(rapid.IntRange(0, writers-1), 4*writers, 4*writers).Draw(r, "turns")
				failure := ""
				synctest.Test(t, func(t *testing.T) { // nothing is drawn in there: rapid ends a draw by a panic
					s := scheduler{world: open(t), turns: turns}
					locker := setting.locker()
					var desks []adapters.Adapter
					for number := range setting.adapters {
						desks = append(desks, s.world.Open(&s, locker, number))
					}
					failure = s.run(t.Context(), desks, writers, setting.apart)
				})
				if failure != "" {
					r.Fatalf("%s", failure)
				}
			})
		})
	}
}

// call is the call of one writer.
type call struct {
	adapter int
	which   Attribute
	turn    chan struct{} // closed when its request may go on; nil while it has none
	reads   []int         // when its requests were answered
	writes  []int
	err     error
	done    bool
}

type callKey struct{}

// scheduler is the way to the server on which only one request moves at a time:
// the one that was drawn.
type scheduler struct {
	world World
	turns []int // which of the waiting requests goes on next
	mu    sync.Mutex
	calls []*call
	clock int
}

// RoundTrip implements http.RoundTripper.
func (s *scheduler) RoundTrip(r *http.Request) (*http.Response, error) {
	c := r.Context().Value(callKey{}).(*call)
	turn := make(chan struct{})
	s.mu.Lock()
	c.turn = turn
	s.mu.Unlock()
	<-turn
	answer, err := s.world.Server.RoundTrip(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if r.Method == http.MethodGet {
		c.reads = append(c.reads, s.clock)
	} else {
		c.writes = append(c.writes, s.clock)
	}
	return answer, err
}

// run returns what went wrong.
func (s *scheduler) run(ctx context.Context, desks []adapters.Adapter, writers int, apart bool) string {
	before := s.world.Stored()
	for i := range writers {
		c := &call{adapter: i % len(desks), which: s.world.Attributes[i]}
		s.calls = append(s.calls, c)
		go func() {
			_, err := desks[c.adapter].UpdateAttributes(context.WithValue(ctx, callKey{}, c), s.world.Ref, adapters.Attributes{c.which.Name: c.which.Values[0]})
			s.mu.Lock()
			defer s.mu.Unlock()
			c.err, c.done = err, true
		}()
	}
	for turn := 0; s.next(turn); turn++ {
	}
	return s.check(before, apart)
}

// next lets one waiting request go on, if there is any.
func (s *scheduler) next(turn int) bool {
	synctest.Wait() // now each writer has a request, waits for another writer, or is done
	s.mu.Lock()
	defer s.mu.Unlock()
	var waiting []*call
	for _, c := range s.calls {
		if c.turn != nil {
			waiting = append(waiting, c)
		}
	}
	if len(waiting) == 0 {
		resting := slices.ContainsFunc(s.calls, func(c *call) bool { return !c.done })
		if resting { // until it tries again
			s.mu.Unlock()
			time.Sleep(time.Second) // the bubble's time
			s.mu.Lock()
		}
		return resting
	}
	c := waiting[s.turns[turn%len(s.turns)]%len(waiting)]
	close(c.turn)
	c.turn = nil
	return true
}

func (s *scheduler) check(before map[string]json.RawMessage, apart bool) string {
	after := s.world.Stored()
	written := map[string]bool{}
	for i, c := range s.calls {
		written[c.which.Key] = true
		var failure *adapters.Error
		switch {
		case apart && errors.As(c.err, &failure) && errors.Is(c.err, adapters.ErrConflict) && failure.Effect == adapters.EffectNone && absent(after[c.which.Key]):
			// It was told: others were faster each time.
		case !c.done || c.err != nil:
			return fmt.Sprintf("writer %d: done %v, %v", i, c.done, c.err)
		case same(after[c.which.Key], c.which.Stored[0]):
		case !apart || s.world.Lost == nil:
			return fmt.Sprintf("writer %d, which was told that all is well, lost its write of %s", i, c.which.Key)
		case !s.within(c) || !slices.Contains(s.world.Lost(), c.which.Key):
			return fmt.Sprintf("writer %d lost its write of %s; another adapter wrote on top of an older read: %v; the server saw it: %v", i, c.which.Key, s.within(c), s.world.Lost())
		}
	}
	for key, raw := range before {
		if !written[key] && !same(after[key], raw) {
			return fmt.Sprintf("%s, which nobody named, was %s and is %s", key, show(raw), show(after[key]))
		}
	}
	return ""
}

// within tells whether a call wrote between a read and a write of a call of
// another adapter.
func (s *scheduler) within(c *call) bool {
	last := c.writes[len(c.writes)-1]
	return slices.ContainsFunc(s.calls, func(other *call) bool {
		if other.adapter == c.adapter || len(other.reads) == 0 {
			return false
		}
		return other.reads[0] < last && last < other.writes[len(other.writes)-1]
	})
}

// memoryLocker is a Locker for adapters of one process.
type memoryLocker struct {
	mu   sync.Mutex
	keys map[string]chan struct{}
}

func (l *memoryLocker) Lock(ctx context.Context, key string) (func(), error) {
	l.mu.Lock()
	if l.keys == nil {
		l.keys = map[string]chan struct{}{}
	}
	if l.keys[key] == nil {
		l.keys[key] = make(chan struct{}, 1)
	}
	held := l.keys[key]
	l.mu.Unlock()
	select {
	case held <- struct{}{}:
		return func() { <-held }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
