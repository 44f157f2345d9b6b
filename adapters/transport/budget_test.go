package transport_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestOutage: a thousand callers meet a minute without service, with and without
// retries. The hundred that the budget begins with are taken off.
func TestOutage(t *testing.T) {
	outage := func(attempts int) (requests, calls int) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.latency = 20 * time.Millisecond
			w.reply = func(int, *http.Request) *http.Response { got, _ := answer(503, ""); return got }
			c := open(w, transport.Options{Attempts: attempts}, transport.Limit{})
			var callers sync.WaitGroup
			var mu sync.Mutex
			for i := range 1000 {
				callers.Go(func() {
					for time.Since(w.begun) < time.Minute {
						if status, err := call(t.Context(), c, http.MethodPut, "/x"); err != nil || status != 503 {
							t.Errorf("%d, %v; want the answer that there is", status, err)
						}
						mu.Lock()
						calls++
						mu.Unlock()
						time.Sleep(2*time.Second + time.Duration(i)*time.Millisecond)
					}
				})
			}
			callers.Wait()
			requests = len(w.sent)
		})
		return requests, calls
	}
	plain, plainCalls := outage(1)
	retried, calls := outage(3)
	t.Logf("%d requests without retries, %d with them, of %d calls", plain, retried, calls)
	if plain != plainCalls {
		t.Errorf("%d requests of %d calls though none is to be retried", plain, plainCalls)
	}
	if float64(retried-100) > 1.1*float64(plain) {
		t.Errorf("%d requests, more than a tenth above %d", retried-100, plain)
	}
	if retries := retried - calls; retries < 105 || retries > 106 { // the last call may end after the minute
		t.Errorf("%d retries, want 100 and one for each ten seconds", retries)
	}
}

// retries counts how many retries are to be had now, by spending them.
func retries(t *testing.T, w *wire, c *http.Client) (n int) {
	t.Helper()
	w.reply = func(int, *http.Request) *http.Response { got, _ := answer(503, ""); return got }
	defer func() { w.reply = nil }()
	for ; n < 1000; n++ {
		w.again()
		if _, err := call(t.Context(), c, http.MethodGet, "/x"); err != nil {
			t.Fatal(err)
		}
		if len(w.sent) == 1 {
			return n
		}
	}
	t.Fatal("the budget has no end")
	return n
}

func TestBudgetComesBack(t *testing.T) {
	for _, test := range []struct {
		name      string
		successes int
		after     time.Duration
		want      int
	}{
		{"nothing happens", 0, 0, 0},
		{"nine requests", 9, 0, 0},
		{"ten requests", 10, 0, 1},
		{"nineteen", 19, 0, 1},
		{"a hundred", 100, 0, 10},
		{"a thousand", 1000, 0, 100},
		{"more than it was", 5000, 0, 100},
		{"not quite ten seconds", 0, 10*time.Second - time.Microsecond, 0},
		{"ten seconds", 0, 10 * time.Second, 1},
		{"both", 25, 25 * time.Second, 5},
		{"a quarter of an hour", 0, 15 * time.Minute, 90},
		{"a day", 0, 24 * time.Hour, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{Attempts: 2, Backoff: 1}, transport.Limit{})
				if n := retries(t, w, c); n != 100 {
					t.Fatalf("%d retries to begin with, want 100", n)
				}
				for range test.successes {
					if _, err := call(t.Context(), c, http.MethodGet, "/x"); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(test.after)
				if n := retries(t, w, c); n != test.want {
					t.Errorf("%d retries, want %d", n, test.want)
				}
			})
		})
	}
}

// TestBudgetAtOnce: of requests that fail in one moment, as many are made again as
// the budget has retries.
func TestBudgetAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.latency = 20 * time.Millisecond
		w.reply = func(int, *http.Request) *http.Response { got, _ := answer(503, ""); return got }
		burst(t, open(w, transport.Options{Attempts: 2}, transport.Limit{}), 200)
		if len(w.sent) != 300 {
			t.Errorf("%d requests of 200 calls, want 300", len(w.sent))
		}
	})
}

// TestBudgetOf429: where a limiter holds back what comes next, being told so costs
// nothing.
func TestBudgetOf429(t *testing.T) {
	for _, test := range []struct {
		name    string
		limiter *transport.Limiter
		want    int // requests
	}{
		{"with a limiter", nil, 2},
		{"without", &transport.Limiter{Off: true}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{Attempts: 2, Backoff: 1, Limiter: test.limiter}, transport.Limit{})
				retries(t, w, c)
				w.again()
				w.reply = func(n int, _ *http.Request) *http.Response {
					if n == 1 {
						got, _ := answer(429, "")
						return got
					}
					return nil
				}
				if _, err := call(t.Context(), c, http.MethodGet, "/x"); err != nil || len(w.sent) != test.want {
					t.Errorf("%v after %d requests, want %d", err, len(w.sent), test.want)
				}
			})
		})
	}
}

// TestOneBudget: what the core builds anew and what the chain sends again are
// paid from one purse.
func TestOneBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		c, retry := openVendor(w, transport.Options{Attempts: 2, Backoff: 1}, transport.Vendor{})
		for i := range 40 {
			if !retry.Wait(t.Context(), 1, 503, 0) {
				t.Fatalf("retry %d of the core is refused", i)
			}
		}
		if n := retries(t, w, c); n != 60 {
			t.Errorf("the chain has %d retries left, want 60", n)
		}
		if retry.Wait(t.Context(), 1, 503, 0) {
			t.Error("the core has one more")
		}
		if !retry.Wait(t.Context(), 1, 429, 0) {
			t.Error("a 429 costs the core something, though the limiter holds back what comes next")
		}
	})
}
