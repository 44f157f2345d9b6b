package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// one allows ten requests a second, one at a time.
var one = transport.Limit{Requests: 600, Per: time.Minute, Burst: 1, Key: "desk.example"}

// TestQueuesTakeTurns: an adapter with a thousand callers waiting holds up another
// one's single caller by no more than a turn.
func TestQueuesTakeTurns(t *testing.T) {
	for _, test := range []struct {
		name   string
		others int // adapters with as many callers
	}{{"one with a queue", 1}, {"three with a queue", 3}} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				limiter := &transport.Limiter{}
				ctx, cancel := context.WithCancel(t.Context())
				var waiting callers
				for i := range test.others {
					busy := open(w, transport.Options{Limiter: limiter}, one)
					for range 1000 {
						waiting.all.Go(func() { _, _ = call(ctx, busy, http.MethodGet, fmt.Sprintf("/busy/%d", i)) })
					}
				}
				time.Sleep(1050 * ms)
				w.again()
				single := open(w, transport.Options{Limiter: limiter}, one)
				for range 5 {
					before := len(w.times())
					if _, err := call(t.Context(), single, http.MethodGet, "/single"); err != nil {
						t.Fatal(err)
					}
					if others := len(w.times()) - before - 1; others > test.others {
						t.Errorf("%d requests of others came first, of %d adapters", others, test.others)
					}
				}
				cancel()
				waiting.all.Wait()
			})
		})
	}
}

// TestInOrder: the callers of one adapter go in the order in which they came.
func TestInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		burst(t, open(w, transport.Options{}, one), 50)
		var want []string
		for i := range 50 {
			want = append(want, fmt.Sprintf("GET /%d", i))
		}
		if got := w.paths(); !slices.Equal(got, want) {
			t.Errorf("sent %q", got)
		}
	})
}

// TestCancelledWait: who stops waiting leaves the place to the next and takes
// nothing, even at the moment in which the turn comes.
func TestCancelledWait(t *testing.T) {
	for _, test := range []struct {
		name  string
		after []time.Duration // when each of those who wait stops waiting; 0: never
		want  []time.Duration
	}{
		{"nobody", []time.Duration{0, 0}, []time.Duration{0, 100 * ms, 200 * ms, 1000 * ms}},
		{"the first", []time.Duration{50 * ms, 0}, []time.Duration{0, 100 * ms, 1000 * ms}},
		{"the second", []time.Duration{0, 150 * ms, 0}, []time.Duration{0, 100 * ms, 200 * ms, 1000 * ms}},
		{"all", []time.Duration{10 * ms, 20 * ms, 30 * ms}, []time.Duration{0, 1000 * ms}},
		{"the last", []time.Duration{0, 0, 30 * ms}, []time.Duration{0, 100 * ms, 200 * ms, 1000 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{}, one)
				burst(t, c, 1)
				var waiting callers
				for _, after := range test.after {
					ctx, cancel := context.WithCancel(t.Context())
					if after > 0 {
						time.AfterFunc(after, cancel)
					}
					end := waiting.call(ctx, c, http.MethodGet, "/x")
					waiting.all.Go(func() {
						if err := <-end; (after > 0) != errors.Is(err, context.Canceled) {
							t.Errorf("stops after %v: %v", after, err)
						}
						cancel()
					})
				}
				waiting.all.Wait()
				time.Sleep(time.Second - time.Since(w.begun))
				burst(t, c, 1) // and nothing is owed
				w.expect(t, test.want...)
			})
		})
	}
	t.Run("as the turn comes", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := open(w, transport.Options{Observers: []*transport.Observer{{Limited: func(_ context.Context, r transport.Request, _ time.Duration) {
				if r.Route == "/cancelled" {
					cancel()
				}
			}}}}, one)
			burst(t, c, 1)
			var waiting callers
			end := waiting.call(ctx, c, http.MethodGet, "/cancelled")
			waiting.call(t.Context(), c, http.MethodGet, "/next")
			waiting.all.Wait()
			if err := <-end; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			w.expect(t, 0, 100*ms)
		})
	})
}

// TestNoRoom: a wait that does not fit into the deadline is not begun, and one that
// no longer does is ended.
func TestNoRoom(t *testing.T) {
	refused := func(t *testing.T, err error, wait time.Duration) {
		t.Helper()
		var failure *adapters.Error
		if !errors.As(err, &failure) || failure.Class != adapters.ErrRateLimited || failure.Code != adapters.CodeRateLimited || failure.RetryAfter != wait || failure.Effect != adapters.EffectNone {
			t.Errorf("%v; want a refusal for %v", err, wait)
		}
	}
	for _, test := range []struct {
		name     string
		waiting  int // callers before
		deadline time.Duration
		wait     time.Duration // 0: it is sent
	}{
		{"there is time", 0, 101 * ms, 0},
		{"not quite", 0, 100 * ms, 100 * ms},
		{"others wait before", 3, 399 * ms, 400 * ms},
		{"others wait before, and there is time", 3, 401 * ms, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{}, one)
				burst(t, c, 1)
				var waiting callers
				for range test.waiting {
					waiting.call(t.Context(), c, http.MethodGet, "/before")
				}
				ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
				defer cancel()
				ctx, trace := transport.Follow(ctx)
				body := &closedBody{Reader: strings.NewReader("body")}
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://desk.example/x", body)
				if err != nil {
					t.Fatal(err)
				}
				_, err = c.Do(req)
				if !body.closed {
					t.Error("the request's body was left open")
				}
				if test.wait == 0 {
					if err != nil {
						t.Error(err)
					}
					return
				}
				if refused(t, err, test.wait); time.Since(w.begun) != 0 {
					t.Errorf("told after %v, not at once", time.Since(w.begun))
				}
				if !trace.Used() || trace.Applied() > 0 || trace.Doubtful() > 0 {
					t.Error("it looks as if something had been written")
				}
				waiting.all.Wait()
				if slices.Contains(w.paths(), "POST /x") {
					t.Error("it was sent")
				}
			})
		})
	}
	t.Run("some have gone since", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			c := open(w, transport.Options{}, one)
			burst(t, c, 1)
			var waiting callers
			for range 5 {
				waiting.call(t.Context(), c, http.MethodGet, "/before")
			}
			time.Sleep(250 * ms) // two of them
			ctx, cancel := context.WithTimeout(t.Context(), 351*ms)
			defer cancel()
			if _, err := call(ctx, c, http.MethodGet, "/x"); err != nil || time.Since(w.begun) != 600*ms {
				t.Errorf("%v after %v", err, time.Since(w.begun))
			}
			waiting.all.Wait()
		})
	})
	t.Run("a pause begins meanwhile", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.reply = func(n int, _ *http.Request) *http.Response {
				if n != 2 {
					return nil
				}
				time.Sleep(30 * ms)
				got, _ := answer(429, "", "Retry-After", "20")
				return got
			}
			c := open(w, transport.Options{Attempts: 1}, one)
			burst(t, c, 1)
			var waiting callers
			waiting.call(t.Context(), c, http.MethodGet, "/refused") // at 100ms
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			hurried := waiting.call(ctx, c, http.MethodGet, "/hurried")
			patient := waiting.call(t.Context(), c, http.MethodGet, "/patient")
			refused(t, <-hurried, 20*time.Second)
			if at := time.Since(w.begun); at != 130*ms {
				t.Errorf("told after %v, not when the pause began", at)
			}
			if err := <-patient; err != nil {
				t.Error(err)
			}
			w.expect(t, 0, 100*ms, 20130*ms)
		})
	})
	t.Run("there is more room when the window ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.reply = func(int, *http.Request) *http.Response {
				got, _ := answer(200, "", "RateLimit", "x;r=1;t=4")
				return got
			}
			c := open(w, transport.Options{}, one)
			burst(t, c, 1)
			w.reply = nil
			ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
			defer cancel()
			if _, err := call(ctx, c, http.MethodGet, "/x"); err != nil {
				t.Error(err)
			}
			w.expect(t, 0, 5*time.Second)
		})
	})
	t.Run("but a pause goes on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.reply = refuse(1, func() []string { return []string{"RateLimit", "x;r=1;t=4", "Retry-After", "20"} })
			c := open(w, transport.Options{Attempts: 1}, one)
			burst(t, c, 1)
			ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
			defer cancel()
			_, err := call(ctx, c, http.MethodGet, "/x")
			if refused(t, err, 20*time.Second); time.Since(w.begun) != 0 {
				t.Errorf("told after %v, not at once", time.Since(w.begun))
			}
		})
	})
	t.Run("after an attempt", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.reply = refuse(9, func() []string { return []string{"X-Ratelimit-Reset", "30"} })
			c := open(w, transport.Options{Backoff: 1}, one)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			status, err := call(ctx, c, http.MethodPost, "/x")
			if status != 429 || err != nil || time.Since(w.begun) > time.Microsecond {
				t.Errorf("%d, %v after %v; want the 429 at once", status, err, time.Since(w.begun))
			}
		})
	})
}
