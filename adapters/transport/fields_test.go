package transport_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestLimitOfAnswers: what an answer says the limit is, takes the place of the
// documented one.
func TestLimitOfAnswers(t *testing.T) {
	const everything = 6500
	documented := transport.Limit{Requests: 600, Per: time.Minute}
	for _, test := range []struct {
		name    string
		limit   transport.Limit
		limiter transport.Options
		fields  []string
		want    int // in the first minute
	}{
		{"nothing", documented, transport.Options{}, nil, 600},
		{"more", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "1200"}, 1200},
		{"less", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "300"}, 300},
		{"less, and half of it", documented, transport.Options{Limiter: &transport.Limiter{Share: 0.5}}, []string{"X-Ratelimit-Limit", "300"}, 150},
		{"one", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "1"}, 1},
		{"of another window, it seems", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "864000"}, 6000},
		{"nonsense", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "lots"}, 600},
		{"a fraction", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "3.5"}, 600},
		{"less than nothing", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "-300"}, 600},
		{"nothing at all", documented, transport.Options{}, []string{"X-Ratelimit-Limit", "0"}, 600},
		{"the older fields of the draft", documented, transport.Options{}, []string{"RateLimit-Limit", "300"}, 300},
		{"a policy", documented, transport.Options{}, []string{"RateLimit-Policy", `"default";q=100;w=10`}, 2 + 588},
		{"the narrower policy", documented, transport.Options{}, []string{"RateLimit-Policy", `"minute";q=1000;w=60, "second";q=50;w=10`}, 1 + 294},
		{"the narrower policy first", documented, transport.Options{}, []string{"RateLimit-Policy", `"second";q=50;w=10, "minute";q=1000;w=60`}, 1 + 294},
		{"a policy for a second", documented, transport.Options{}, []string{"RateLimit-Policy", `"default";q=2;w=1`}, 1 + 60},
		{"a policy of one", documented, transport.Options{}, []string{"RateLimit-Policy", `"default";q=1;w=10`}, 1 + 6},
		{"a policy for an hour", documented, transport.Options{}, []string{"RateLimit-Policy", `"hour";q=3600;w=3600`}, 72 + 59},
		{"a policy for a day", documented, transport.Options{}, []string{"RateLimit-Policy", `"minute";q=300;w=60, "day";q=1000;w=86400`}, 300},
		{"a policy without a window", documented, transport.Options{}, []string{"RateLimit-Policy", `"default";q=100`}, 600},
		{"a policy without a number", documented, transport.Options{}, []string{"RateLimit-Policy", `"default";w=10`}, 600},
		{"a policy of nothing", documented, transport.Options{}, []string{"RateLimit-Policy", `"default";q=0;w=0, x;q=1;w=0`}, 600},
		{"a window that only the vendor knows", transport.Limit{Per: time.Minute}, transport.Options{}, []string{"X-Ratelimit-Limit", "300"}, 300},
		{"a window that nobody knows", transport.Limit{}, transport.Options{}, []string{"X-Ratelimit-Limit", "300"}, everything},
		{"the caller's rate stays", documented, transport.Options{Limiter: &transport.Limiter{Rate: 5}}, []string{"X-Ratelimit-Limit", "1200"}, 300},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.reply = func(int, *http.Request) *http.Response { got, _ := answer(200, "", test.fields...); return got }
				c := open(w, test.limiter, test.limit)
				burst(t, c, 1)
				time.Sleep(time.Minute)
				if got := inMinute(t, w, c, min(test.want+100, everything)); got < test.want-1 || got > test.want {
					t.Errorf("%d requests in a minute, want %d", got, test.want)
				}
			})
		})
	}
}

// TestRoom: what an answer says is left is spread over what is left of the window,
// and where nothing is left, nothing is sent.
func TestRoom(t *testing.T) {
	for _, test := range []struct {
		name   string
		fields []string
		want   []time.Duration // of four requests, after the first one
	}{
		{"not told", nil, []time.Duration{0, 0, 100 * ms, 200 * ms}},
		{"as much as wanted", []string{"X-Ratelimit-Remaining", "500", "X-Ratelimit-Reset", "20"}, []time.Duration{0, 0, 100 * ms, 200 * ms}},
		// What was taken of the burst comes back more slowly, too.
		{"little", []string{"X-Ratelimit-Remaining", "18", "X-Ratelimit-Reset", "8"}, []time.Duration{0, 0, 500 * ms, 1000 * ms}},
		{"little until a moment of the bubble's year 2000", []string{"X-Ratelimit-Remaining", "18", "X-Ratelimit-Reset", "946684808"}, []time.Duration{0, 0, 500 * ms, 1000 * ms}},
		{"next to nothing", []string{"RateLimit", `"default";r=1;t=59`}, []time.Duration{0, 0, 10 * time.Second, 20 * time.Second}},
		{"the window ends before the wait does", []string{"RateLimit", `"default";r=1;t=4`}, []time.Duration{0, 0, 5000 * ms, 5100 * ms}},
		{"nothing", []string{"X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "20"}, []time.Duration{21 * time.Second, 21100 * ms, 21200 * ms, 21300 * ms}},
		{"nothing for less than a second", []string{"X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "0"}, []time.Duration{time.Second, 1100 * ms, 1200 * ms, 1300 * ms}},
		{"nothing for an hour", []string{"RateLimit", `"default";r=0;t=3600`}, []time.Duration{time.Minute, 60100 * ms, 60200 * ms, 60300 * ms}},
		{"nothing, of the narrowest", []string{"RateLimit", `"day";r=500;t=80000, "second";r=0;t=1`}, []time.Duration{2 * time.Second, 2100 * ms, 2200 * ms, 2300 * ms}},
		{"nothing, of the first", []string{"RateLimit", `"second";r=0;t=1, "day";r=500;t=80000`}, []time.Duration{2 * time.Second, 2100 * ms, 2200 * ms, 2300 * ms}},
		{"nothing, and an item that says nothing", []string{"RateLimit", `"second";r=0;t=1, "day"`}, []time.Duration{2 * time.Second, 2100 * ms, 2200 * ms, 2300 * ms}},
		{"an item that does not tell", []string{"RateLimit", `"second";t=30`}, []time.Duration{0, 0, 100 * ms, 200 * ms}},
		{"nothing, for nobody knows how long", []string{"X-Ratelimit-Remaining", "0"}, []time.Duration{0, 0, 100 * ms, 200 * ms}},
		{"some of a day", []string{"RateLimit", `"day";r=500;t=80000`}, []time.Duration{0, 0, 100 * ms, 200 * ms}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.reply = func(n int, _ *http.Request) *http.Response {
					if n > 1 {
						time.Sleep(50 * time.Second) // one answer is enough
						return nil
					}
					got, _ := answer(200, "", test.fields...)
					return got
				}
				c := open(w, transport.Options{}, ten)
				burst(t, c, 1)
				burst(t, c, 4)
				w.expect(t, append([]time.Duration{0}, test.want...)...)
			})
		})
	}
}

// TestRoomIsKept: an answer that does not tell what is left does not mean that
// there is more.
func TestRoomIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.reply = func(n int, _ *http.Request) *http.Response {
			if n > 1 {
				got, _ := answer(502, "<html>")
				return got
			}
			got, _ := answer(200, "", "RateLimit", "x;r=30;t=59")
			return got
		}
		c := open(w, transport.Options{Attempts: 1}, ten)
		for range 5 {
			burst(t, c, 1)
		}
		w.expect(t, 0, 0, 0, 2*time.Second, 4*time.Second)
	})
}

// TestNewLimitInAPause: the pause ends with one turn of the new limit, not with
// what is left of the old one's burst.
func TestNewLimitInAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.reply = func(n int, _ *http.Request) *http.Response {
			if n > 1 {
				time.Sleep(50 * time.Second)
				return nil
			}
			got, _ := answer(200, "", "RateLimit", "x;r=0;t=1", "RateLimit-Policy", "x;q=50;w=50")
			return got
		}
		c := open(w, transport.Options{}, transport.Limit{Requests: 600, Per: time.Minute})
		burst(t, c, 1)
		burst(t, c, 2)
		w.expect(t, 0, 2*time.Second, 3020408*time.Microsecond)
	})
}

// TestMoreRoomWhileOthersWait: who waits already has the benefit of what an answer
// tells.
func TestMoreRoomWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.latency = 500 * ms
		w.reply = func(int, *http.Request) *http.Response {
			got, _ := answer(200, "", "X-Ratelimit-Limit", "600")
			return got
		}
		c := open(w, transport.Options{}, transport.Limit{Requests: 60, Per: time.Minute, Burst: 1})
		burst(t, c, 3)
		// Half of the first turn was back by then, and half of a tenth of a second is left.
		w.expect(t, 0, 550*ms, 650*ms)
	})
}
