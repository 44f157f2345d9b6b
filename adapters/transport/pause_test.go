package transport_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// refuse answers the first n requests with 429 and such fields.
func refuse(n int, fields func() []string) func(int, *http.Request) *http.Response {
	return func(i int, _ *http.Request) *http.Response {
		if i > n {
			return nil
		}
		got, _ := answer(429, "Retry later\n", fields()...)
		return got
	}
}

// date is the time of a clock that is off by so much, as a field has it.
func date(off time.Duration) string { return time.Now().Add(off).UTC().Format(http.TimeFormat) }

// epoch is the same in seconds since 1970.
func epoch(off time.Duration) string { return strconv.FormatInt(time.Now().Add(off).Unix(), 10) }

// TestPause: after a 429 nothing is sent, by the caller that got it or by another,
// until the server's time is over.
func TestPause(t *testing.T) {
	windows := transport.Limit{Requests: 3000, Per: time.Minute, Windows: true}
	for _, test := range []struct {
		name  string
		limit transport.Limit
		begin time.Duration // within a minute of our clock
		field func() []string
		want  time.Duration
	}{
		{"bare", ten, 0, func() []string { return nil }, time.Second},
		{"bare, with no limit known", transport.Limit{}, 0, func() []string { return nil }, time.Second},
		{"seconds", ten, 0, func() []string { return []string{"Retry-After", "7"} }, 7 * time.Second},
		{"seconds, in a window", windows, 0, func() []string { return []string{"Retry-After", "7"} }, 7 * time.Second},
		{"more than a minute", ten, 0, func() []string { return []string{"Retry-After", "3600"} }, time.Minute},
		{"more than can be", ten, 0, func() []string { return []string{"Retry-After", "99999999999999999999"} }, time.Minute},
		{"none at all", ten, 0, func() []string { return []string{"Retry-After", "0"} }, time.Second},
		{"a date", ten, 0, func() []string { return []string{"Retry-After", date(9 * time.Second)} }, 9 * time.Second},
		{"a date, the server's clock ahead", ten, 0, func() []string {
			return []string{"Date", date(7 * time.Minute), "Retry-After", date(7*time.Minute + 9*time.Second)}
		}, 9 * time.Second},
		{"a date, the server's clock behind", ten, 0, func() []string {
			return []string{"Date", date(-7 * time.Minute), "Retry-After", date(-7*time.Minute + 9*time.Second)}
		}, 9 * time.Second},
		{"a date gone by", ten, 0, func() []string { return []string{"Retry-After", date(-time.Hour)} }, time.Second},

		// One second more: the fields have whole seconds.
		{"reset in seconds", ten, 0, func() []string { return []string{"X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "20"} }, 21 * time.Second},
		{"reset alone", ten, 0, func() []string { return []string{"X-Ratelimit-Reset", "20"} }, 21 * time.Second},
		{"reset since 1970", ten, 0, func() []string {
			return []string{"X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", epoch(20 * time.Second)}
		}, 21 * time.Second},
		{"reset since 1970, the server's clock ahead", ten, 0, func() []string {
			return []string{"Date", date(5 * time.Minute), "X-Ratelimit-Reset", epoch(5*time.Minute + 20*time.Second)}
		}, 21 * time.Second},
		{"reset since 1970, the server's clock behind", ten, 0, func() []string {
			return []string{"Date", date(-5 * time.Minute), "X-Ratelimit-Reset", epoch(-5*time.Minute + 20*time.Second)}
		}, 21 * time.Second},
		{"reset gone by", ten, 0, func() []string { return []string{"X-Ratelimit-Reset", epoch(-time.Hour)} }, time.Second},
		{"reset in an hour", ten, 0, func() []string { return []string{"X-Ratelimit-Reset", "3600"} }, time.Minute},
		{"reset of a limit that has room", ten, 0, func() []string { return []string{"X-Ratelimit-Remaining", "5", "X-Ratelimit-Reset", "20"} }, time.Second},
		{"both", ten, 0, func() []string { return []string{"Retry-After", "3", "X-Ratelimit-Reset", "20"} }, 3 * time.Second},
		{"RateLimit", ten, 0, func() []string { return []string{"RateLimit", `"default";r=0;t=8`} }, 9 * time.Second},

		// And here: an answer's Date has whole seconds, too.
		{"a window, at its 10th second", windows, 10 * time.Second, func() []string { return nil }, 51 * time.Second},
		{"a window, at its last", windows, 59500 * ms, func() []string { return nil }, 1500 * ms},
		{"a window, at its first", windows, 0, func() []string { return nil }, time.Minute},
		{"a window of a server that is ahead", windows, 10 * time.Second, func() []string { return []string{"Date", date(7*time.Minute + 20*time.Second)} }, 31 * time.Second},
		{"a window of a server that is behind", windows, 10 * time.Second, func() []string { return []string{"Date", date(-3*time.Minute - 5*time.Second)} }, 56 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, attempts := range []int{1, 2} {
				synctest.Test(t, func(t *testing.T) {
					time.Sleep(test.begin)
					w := newWire()
					w.reply = refuse(1, test.field)
					c := open(w, transport.Options{Attempts: attempts, Backoff: 1}, test.limit)
					status, err := call(t.Context(), c, http.MethodGet, "/x")
					if want := map[int]int{1: 429, 2: 200}[attempts]; status != want || err != nil {
						t.Fatalf("%d, %v; want %d", status, err, want)
					}
					if attempts == 1 {
						_, _ = call(t.Context(), c, http.MethodGet, "/x")
					}
					w.expect(t, 0, test.want)
				})
			}
		})
	}
}

// TestWindowOfTheLastDate: Chatwoot's 429 has no Date; that of an earlier answer
// tells where its window ends.
func TestWindowOfTheLastDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.reply = func(n int, r *http.Request) *http.Response {
			if n == 1 {
				got, _ := answer(200, "", "Date", date(-40*time.Second))
				return got
			}
			return refuse(2, func() []string { return nil })(n, r)
		}
		c := open(w, transport.Options{Attempts: 1}, transport.Limit{Requests: 3000, Per: time.Minute, Windows: true})
		time.Sleep(5 * time.Second)
		for range 3 {
			_, _ = call(t.Context(), c, http.MethodGet, "/x")
		}
		w.expect(t, 5*time.Second, 5*time.Second, 41*time.Second) // 25 of its seconds were over
	})
}

// TestHalving: a 429 halves the rate, many in flight at once do so once, and the
// vendor is asked with one request at first, not with a burst.
func TestHalving(t *testing.T) {
	for _, test := range []struct {
		name   string
		refuse int // the first so many requests
		want   []time.Duration
	}{
		{"one in flight", 1, []time.Duration{0, 11000 * ms, 11200 * ms, 11400 * ms, 11600 * ms}},
		{"three in flight", 3, []time.Duration{0, 0, 0, 11000 * ms, 11200 * ms, 11400 * ms, 11600 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.latency = 10 * time.Second // nothing comes back while the times are taken
				w.reply = refuse(test.refuse, func() []string { return nil })
				c := open(w, transport.Options{Attempts: 1}, ten)
				burst(t, c, test.refuse)
				burst(t, c, 4)
				w.expect(t, test.want...)
			})
		})
	}
	t.Run("again and again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.reply = refuse(1000, func() []string { return nil })
			c := open(w, transport.Options{Attempts: 1}, ten)
			for range 10 {
				_, _ = call(t.Context(), c, http.MethodGet, "/x")
			}
			w.again()
			w.reply, w.latency = nil, time.Hour
			burst(t, c, 3)
			w.expect(t, 2*time.Second, 4*time.Second, 6*time.Second) // a twentieth is the least: one in two seconds
		})
	})
}

// TestRegrowth: each request that is not refused gives back a four-hundredth of
// the rate.
func TestRegrowth(t *testing.T) {
	for successes, part := range map[int]float64{0: 0.5, 1: 0.5025, 100: 0.75, 200: 1, 300: 1} {
		t.Run(fmt.Sprintf("%d requests", successes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.reply = refuse(1, func() []string { return nil })
				c := open(w, transport.Options{Attempts: 1}, ten)
				for range 1 + successes {
					_, _ = call(t.Context(), c, http.MethodGet, "/x")
				}
				time.Sleep(time.Minute)
				w.again()
				w.latency = time.Hour
				burst(t, c, 5)
				every := func(n float64) time.Duration {
					return time.Duration(n * float64(time.Second) / 10 / part).Round(time.Microsecond)
				}
				w.expect(t, 0, 0, 0, every(1), every(2))
			})
		})
	}
}

// TestOffObeysOnlyForItself: without a limiter only the request that was refused
// waits.
func TestOffObeysOnlyForItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.reply = refuse(1, func() []string { return []string{"Retry-After", "5"} })
		c := open(w, transport.Options{Limiter: &transport.Limiter{Off: true}}, ten)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = call(t.Context(), c, http.MethodGet, "/x") })
			synctest.Wait()
		}
		all.Wait()
		w.expect(t, 0, 0, 0, 5*time.Second)
	})
}
