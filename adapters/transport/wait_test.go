package transport_test

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestWaits: of many waits, each from a fresh budget, the longest comes close to
// its bound and none is longer.
func TestWaits(t *testing.T) {
	for _, test := range []struct {
		name       string
		options    transport.Options
		attempts   int
		retryAfter time.Duration
		least      time.Duration // that the longest takes
		most       time.Duration
		shortest   time.Duration // that the shortest takes at most
	}{
		{"the first", transport.Options{}, 1, 0, 249*time.Millisecond + 1, 250 * time.Millisecond, time.Millisecond},
		{"the first, and nobody counted", transport.Options{}, 0, 0, 249*time.Millisecond + 1, 250 * time.Millisecond, time.Millisecond},
		{"the second", transport.Options{}, 2, 0, 498*time.Millisecond + 1, 500 * time.Millisecond, 2 * time.Millisecond},
		{"a backoff below nothing", transport.Options{Backoff: -1}, 1, 0, 249*time.Millisecond + 1, 250 * time.Millisecond, time.Millisecond},
		{"the shortest backoff", transport.Options{Backoff: 1}, 1, 0, 1, 1, 0},
		{"a long backoff", transport.Options{Backoff: time.Hour}, 1, 0, 7*time.Second + 1, 8 * time.Second, time.Second},
		{"the longest backoff", transport.Options{Backoff: math.MaxInt64, Attempts: 20}, 12, 0, 7*time.Second + 1, 8 * time.Second, time.Second},
		{"the fifth", transport.Options{Attempts: 9}, 5, 0, 3950 * time.Millisecond, 4 * time.Second, 20 * time.Millisecond},
		{"the sixth", transport.Options{Attempts: 9}, 6, 0, 7 * time.Second, 8 * time.Second, 80 * time.Millisecond},
		{"a short backoff that has grown", transport.Options{Backoff: time.Millisecond, Attempts: 99}, 11, 0, 1010 * time.Millisecond, 1024 * time.Millisecond, 10 * time.Millisecond},
		{"and grows no more", transport.Options{Backoff: time.Millisecond, Attempts: 99}, 98, 0, 1010 * time.Millisecond, 1024 * time.Millisecond, 10 * time.Millisecond},
		{"as the vendor asked", transport.Options{}, 1, 5 * time.Second, 5 * time.Second, 5 * time.Second, 5 * time.Second},
		{"no longer than a minute", transport.Options{}, 1, time.Hour, time.Minute, time.Minute, time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				longest, shortest := time.Duration(0), time.Duration(math.MaxInt64)
				for range 5000 {
					begun := time.Now()
					if !transport.NewRetry(test.options).Wait(t.Context(), test.attempts, 503, test.retryAfter) {
						t.Fatal("it does not wait")
					}
					longest, shortest = max(longest, time.Since(begun)), min(shortest, time.Since(begun))
				}
				if longest < test.least || longest > test.most || shortest > test.shortest {
					t.Errorf("the waits are between %v and %v; want the longest between %v and %v, the shortest up to %v", shortest, longest, test.least, test.most, test.shortest)
				}
			})
		})
	}
}

// TestNoWait: what cannot be waited for is told at once.
func TestNoWait(t *testing.T) {
	for _, test := range []struct {
		name     string
		attempts int
		deadline time.Duration // 0: none
		waits    bool
		takes    time.Duration
	}{
		{"there are attempts left", 2, 0, true, 5 * time.Second},
		{"there are none", 3, 0, false, 0},
		{"it fits", 1, 5*time.Second + 1, true, 5 * time.Second},
		{"it ends with the deadline", 1, 5 * time.Second, false, 0},
		{"it does not fit", 1, time.Second, false, 0},
		{"the context has ended", 1, -1, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.deadline != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				begun := time.Now()
				waits := transport.NewRetry(transport.Options{}).Wait(ctx, test.attempts, 503, 5*time.Second)
				if took := time.Since(begun); waits != test.waits || took != test.takes {
					t.Errorf("it says %v after %v, want %v after %v", waits, took, test.waits, test.takes)
				}
			})
		})
	}
}

// TestWaitIsEnded: a wait whose context ends is over, and was in vain.
func TestWaitIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		begun := time.Now()
		waits := transport.NewRetry(transport.Options{}).Wait(ctx, 1, 503, 5*time.Second)
		if took := time.Since(begun); waits || took != 2*time.Second {
			t.Errorf("it says %v after %v", waits, took)
		}
	})
}

// TestAllAtOnce: of any number of failures at one moment a hundred are tried
// again.
func TestAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		retry := transport.NewRetry(transport.Options{})
		var again atomic.Int32
		var calls sync.WaitGroup
		for range 150 {
			calls.Go(func() {
				if retry.Wait(t.Context(), 1, 503, time.Second) {
					again.Add(1)
				}
			})
		}
		calls.Wait()
		if n := again.Load(); n != 100 {
			t.Errorf("%d were tried again", n)
		}
	})
}
