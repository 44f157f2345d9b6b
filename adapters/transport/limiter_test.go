package transport_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

const ms = time.Millisecond

// ten allows ten requests a second, of which three may come at once.
var ten = transport.Limit{Requests: 600, Per: time.Minute, Burst: 3, Key: "desk.example"}

func TestPace(t *testing.T) {
	window := transport.Limit{Requests: 3000, Per: time.Minute} // a burst of 60, and 49 a second
	for _, test := range []struct {
		name    string
		limit   transport.Limit
		limiter *transport.Limiter
		want    []time.Duration // of the first requests
	}{
		{"a documented burst", ten, &transport.Limiter{}, []time.Duration{0, 0, 0, 100 * ms, 200 * ms, 300 * ms}},
		{"half of it", ten, &transport.Limiter{Share: 0.5}, []time.Duration{0, 200 * ms, 400 * ms}},
		{"the vendor's share", transport.Limit{Requests: 600, Per: time.Minute, Burst: 4, Share: 0.5}, &transport.Limiter{}, []time.Duration{0, 0, 200 * ms, 400 * ms}},
		{"all of it, in spite of the vendor's share", transport.Limit{Requests: 600, Per: time.Minute, Burst: 3, Share: 0.5}, &transport.Limiter{Share: 1}, []time.Duration{0, 0, 0, 100 * ms, 200 * ms}},
		{"more than all of it", ten, &transport.Limiter{Share: 7}, []time.Duration{0, 0, 0, 100 * ms}},
		{"a rate below ten", window, &transport.Limiter{Rate: 5}, []time.Duration{0, 200 * ms, 400 * ms}},
		{"a rate above ten", window, &transport.Limiter{Rate: 20}, []time.Duration{0, 0, 50 * ms, 100 * ms}},
		{"a rate of a hundred", window, &transport.Limiter{Rate: 100}, append(make([]time.Duration, 10), 10*ms, 20*ms)},
		{"a rate of one in a minute", ten, &transport.Limiter{Rate: 1. / 60}, []time.Duration{0, time.Minute, 2 * time.Minute}},
		{"a rate that hardly is one", ten, &transport.Limiter{Rate: 1e-30}, []time.Duration{0, 24 * time.Hour, 48 * time.Hour}},
		{"a rate beyond all", ten, &transport.Limiter{Rate: 1e300}, []time.Duration{0, 0, 0, 0, 0, 0}},
		{"nothing known", transport.Limit{}, &transport.Limiter{}, []time.Duration{0, 0, 0, 0, 0, 0}},
		{"a window without a number", transport.Limit{Per: time.Minute}, &transport.Limiter{}, []time.Duration{0, 0, 0, 0, 0, 0}},
		{"off", ten, &transport.Limiter{Off: true}, []time.Duration{0, 0, 0, 0, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{Limiter: test.limiter}, test.limit)
				for range 2 { // and when all has come back, it is the same again
					burst(t, c, len(test.want))
					w.expect(t, test.want...)
					time.Sleep(10 * 24 * time.Hour)
					w.again()
				}
			})
		})
	}
}

// inMinute counts the requests that get through in the first minute.
func inMinute(t *testing.T, w *wire, c *http.Client, callers int) int {
	t.Helper()
	w.again()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() { _, _ = call(ctx, c, http.MethodGet, "/x") })
	}
	all.Wait()
	return len(w.sent)
}

// TestMinute: where the vendor documents no burst, ours is a part of its limit, so
// that no minute holds more, whenever the vendor's begins.
func TestMinute(t *testing.T) {
	for _, test := range []struct {
		name  string
		limit transport.Limit
		want  int
	}{
		{"Chatwoot's", transport.Limit{Requests: 3000, Per: time.Minute}, 3000},
		{"half of it", transport.Limit{Requests: 3000, Per: time.Minute, Share: 0.5}, 1500},
		{"Kustomer's", transport.Limit{Requests: 500, Per: time.Minute}, 500},
		{"few", transport.Limit{Requests: 10, Per: time.Minute}, 10},
		{"two", transport.Limit{Requests: 2, Per: time.Minute}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{}, test.limit)
				// The last one comes with the end of the minute.
				if got := inMinute(t, w, c, 3200); got != test.want-1 {
					t.Errorf("%d requests within a minute, want %d", got, test.want-1)
				}
				later := slices.DeleteFunc(w.times(), func(at time.Duration) bool { return at == 0 })
				if atOnce, want := len(w.sent)-len(later), max(1, test.want/50); atOnce != want {
					t.Errorf("%d at once, want %d", atOnce, want)
				}
			})
		})
	}
}

// TestShared: a Limiter holds those together that the vendor counts together, and
// nobody else.
func TestShared(t *testing.T) {
	one, other := adapters.StaticToken("one"), adapters.StaticToken("other")
	byToken := ten
	byToken.ByToken = true
	elsewhere := ten
	elsewhere.Key = "other.example"
	for _, test := range []struct {
		name   string
		a, b   transport.Vendor
		apart  bool // two Limiters
		shared bool
	}{
		{"one host", transport.Vendor{Limit: ten}, transport.Vendor{Limit: ten}, false, true},
		{"one host, two Limiters", transport.Vendor{Limit: ten}, transport.Vendor{Limit: ten}, true, false},
		{"two hosts", transport.Vendor{Limit: ten}, transport.Vendor{Limit: elsewhere}, false, false},
		{"two vendors", transport.Vendor{Name: "a", Limit: ten}, transport.Vendor{Name: "b", Limit: ten}, false, false},
		{"one host, two tokens", transport.Vendor{Limit: ten, Token: one}, transport.Vendor{Limit: ten, Token: other}, false, true},
		{"by token: one", transport.Vendor{Limit: byToken, Token: one}, transport.Vendor{Limit: byToken, Token: one}, false, true},
		{"by token: two", transport.Vendor{Limit: byToken, Token: one}, transport.Vendor{Limit: byToken, Token: other}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				limiter := &transport.Limiter{}
				a, _ := openVendor(w, transport.Options{Limiter: limiter}, test.a)
				if test.apart {
					limiter = nil
				}
				b, _ := openVendor(w, transport.Options{Limiter: limiter}, test.b)
				burst(t, a, 3)
				burst(t, b, 1)
				at := time.Duration(0)
				if test.shared {
					at = 100 * ms
				}
				w.expect(t, 0, 0, 0, at)
			})
		})
	}
}

// TestRenewedTokenHasItsOwnLimit: where the vendor counts by token, a new one
// begins with all its turns.
func TestRenewedTokenHasItsOwnLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		limit := ten
		limit.ByToken = true
		token := "old"
		c, _ := openVendor(w, transport.Options{}, transport.Vendor{Limit: limit, Token: func(context.Context) (string, error) { return token, nil }})
		burst(t, c, 4)
		w.expect(t, 0, 0, 0, 100*ms)
		token = "new"
		burst(t, c, 4)
		w.expect(t, 0, 0, 0, 100*ms, 100*ms, 100*ms, 100*ms, 200*ms)
		token = "old"
		w.again()
		burst(t, c, 2) // a turn came back since
		w.expect(t, 0, 100*ms)
	})
}

// TestManyRecords: what was learned of those that nobody waits for is thrown away,
// and of the others it is kept.
func TestManyRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		limit := transport.Limit{Key: "desk.example", Record: &transport.Limit{Requests: 60, Per: time.Minute, Burst: 1}}
		limiter := &transport.Limiter{}
		c := open(w, transport.Options{Limiter: limiter}, limit)
		var most int
		var all sync.WaitGroup
		for i := range 10_000 {
			if _, err := call(t.Context(), c, http.MethodPatch, "/records/"+strconv.Itoa(i)); err != nil {
				t.Fatal(err)
			}
			most = max(most, limiter.Buckets())
			time.Sleep(10 * ms)
			if i%50 == 49 { // in use all the while: two seconds' worth of waiting
				all.Go(func() { _, _ = call(t.Context(), c, http.MethodPatch, "/busy") })
			}
		}
		all.Wait()
		if most > 2100 {
			t.Errorf("%d buckets were kept at a time", most)
		}
		var busy []time.Duration
		for _, s := range w.sent {
			if s.path == "/busy" {
				busy = append(busy, s.at)
			}
		}
		for i := range len(busy) - 1 {
			if apart := busy[i+1] - busy[i]; apart < time.Second {
				t.Fatalf("requests %d and %d for a busy record are %v apart: its pace was forgotten", i, i+1, apart)
			}
		}
	})
}
