package transport_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestTogether: a read and the write that is built on it go without a wait in
// between, whoever else is waiting.
func TestTogether(t *testing.T) {
	two := transport.Limit{Requests: 600, Per: time.Minute, Burst: 2, Key: "desk.example"}
	for _, test := range []struct {
		name  string
		limit transport.Limit
		turns []int // one inside of the other
		reply func(n int, r *http.Request) *http.Response
		calls int
		want  []time.Duration // all of the bucket is taken at 0
	}{
		{"one by one", two, nil, nil, 3, []time.Duration{100 * ms, 200 * ms, 300 * ms}},
		{"two", two, []int{2}, nil, 2, []time.Duration{200 * ms, 200 * ms}},
		{"two, and one more", two, []int{2}, nil, 3, []time.Duration{200 * ms, 200 * ms, 300 * ms}},
		{"two in two", two, []int{2, 2}, nil, 3, []time.Duration{200 * ms, 200 * ms, 300 * ms}},
		{"three in two", two, []int{2, 3}, nil, 3, []time.Duration{200 * ms, 200 * ms, 200 * ms}},
		{"more than may come at once", two, []int{5}, nil, 6, []time.Duration{200 * ms, 200 * ms, 200 * ms, 200 * ms, 200 * ms, 600 * ms}},
		{"two, where one may come at once", one, []int{2}, nil, 3, []time.Duration{100 * ms, 100 * ms, 300 * ms}},
		{"the read is repeated", two, []int{2}, failing(1), 2, []time.Duration{200 * ms, 300 * ms, 300 * ms}},
		{"the write is repeated", two, []int{2}, failing(2), 2, []time.Duration{200 * ms, 200 * ms, 300 * ms}},
		{"the read is refused", two, []int{2}, refuse(1, func() []string { return []string{"Retry-After", "5"} }), 2, []time.Duration{200 * ms, 5200 * ms, 5200 * ms}},
		{"none at all", two, []int{0}, nil, 1, []time.Duration{100 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{Backoff: 1}, test.limit)
				burst(t, c, test.limit.Burst)
				begun := w.begun
				w.again()
				w.begun, w.reply = begun, test.reply
				ctx := t.Context()
				for _, n := range test.turns {
					ctx = transport.Together(ctx, n) //nolint:fatcontext // one inside of the other is what this is about
				}
				for i := range test.calls {
					if _, err := call(ctx, c, []string{http.MethodGet, http.MethodPatch}[min(i, 1)], "/x"); err != nil {
						t.Fatal(err)
					}
				}
				w.expect(t, test.want...)
			})
		})
	}
}

// failing answers the n-th request with 503.
func failing(n int) func(int, *http.Request) *http.Response {
	return func(i int, _ *http.Request) *http.Response {
		if i != n {
			return nil
		}
		got, _ := answer(503, "")
		return got
	}
}

// TestTogetherAgain: once its turns are used, a further Together inside waits for
// its own.
func TestTogetherAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		c := open(w, transport.Options{}, one)
		ctx := transport.Together(t.Context(), 2)
		for range 2 {
			_, _ = call(ctx, c, http.MethodGet, "/x")
		}
		ctx = transport.Together(ctx, 2)
		for range 2 {
			_, _ = call(ctx, c, http.MethodGet, "/x")
		}
		w.expect(t, 0, 0, 200*ms, 200*ms)
	})
}

// TestTogetherInside: what is asked for inside of a Together that has as many turns
// left is that one's, whichever of the two a request is sent under.
func TestTogetherInside(t *testing.T) {
	for _, test := range []struct {
		name         string
		outer, inner int
		late         bool // the inner one begins after the read
		want         []time.Duration
	}{
		{"before the read", 2, 2, false, []time.Duration{200 * ms, 200 * ms}},
		{"before the read, with more than is needed", 3, 2, false, []time.Duration{300 * ms, 300 * ms}},
		{"after the read, with as many left", 3, 2, true, []time.Duration{300 * ms, 300 * ms}},
		{"after the read, with fewer left", 2, 2, true, []time.Duration{200 * ms, 400 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{}, ten)
				burst(t, c, 3)
				begun := w.begun
				w.again()
				w.begun = begun
				outer := transport.Together(t.Context(), test.outer)
				inner := transport.Together(outer, test.inner)
				_, _ = call(outer, c, http.MethodGet, "/x")
				if test.late {
					inner = transport.Together(outer, test.inner)
				}
				_, _ = call(inner, c, http.MethodPatch, "/x")
				w.expect(t, test.want...)
			})
		})
	}
}

// TestTogetherInAPause: what was waited for ahead of time is not sent into a pause
// either, and goes before those who waited already.
func TestTogetherInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.reply = func(_ int, r *http.Request) *http.Response {
			if r.URL.Path != "/refused" {
				return nil
			}
			got, _ := answer(429, "", "Retry-After", "3")
			return got
		}
		c := open(w, transport.Options{Attempts: 1}, ten)
		ctx := transport.Together(t.Context(), 2)
		_, _ = call(ctx, c, http.MethodGet, "/read")
		_, _ = call(t.Context(), c, http.MethodGet, "/refused")
		var waiting callers
		for range 30 { // three seconds' worth
			waiting.call(t.Context(), c, http.MethodGet, "/waiting")
		}
		ctx, cancel := context.WithTimeout(ctx, 3100*ms) // enough for the pause
		defer cancel()
		waiting.call(ctx, c, http.MethodPatch, "/write")
		waiting.all.Wait()
		if got := w.paths()[2:4]; !slices.Contains(got, "PATCH /write") || w.times()[3] != 3*time.Second {
			t.Errorf("%q came first, at %v", got, w.times()[2:4])
		}
	})
}

// TestTogetherLeavesTurnsToOthers: who waits for two holds up nobody for ever, and
// is held up by nobody who needs but one.
func TestTogetherLeavesTurnsToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		limiter := &transport.Limiter{}
		a, b := open(w, transport.Options{Limiter: limiter}, ten), open(w, transport.Options{Limiter: limiter}, ten)
		burst(t, a, 3)
		var waiting callers
		for range 3 {
			waiting.call(transport.Together(t.Context(), 2), a, http.MethodGet, "/two")
			waiting.call(t.Context(), b, http.MethodGet, "/one")
		}
		waiting.all.Wait()
		w.expect(t, 0, 0, 0, 200*ms, 300*ms, 500*ms, 600*ms, 800*ms, 900*ms)
	})
}

// TestTogetherIsNotOvertaken: who waits for two has the first turn that comes back
// kept; and what was waited for is there, whoever waits by then.
func TestTogetherIsNotOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		limiter := &transport.Limiter{}
		a, b := open(w, transport.Options{Limiter: limiter}, ten), open(w, transport.Options{Limiter: limiter}, ten)
		burst(t, a, 3)
		ctx := transport.Together(t.Context(), 2)
		var waiting callers
		waiting.call(ctx, a, http.MethodGet, "/read")
		time.Sleep(150 * ms)
		waiting.call(t.Context(), a, http.MethodGet, "/own")
		waiting.call(t.Context(), b, http.MethodGet, "/other")
		time.Sleep(100 * ms)
		waiting.call(ctx, a, http.MethodPatch, "/write")
		waiting.all.Wait()
		w.expect(t, 0, 0, 0, 200*ms, 250*ms, 300*ms, 400*ms)
		if got := w.paths()[3:5]; !slices.Equal(got, []string{"GET /read", "PATCH /write"}) {
			t.Errorf("first came %q", got)
		}
	})
}
