package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// records is the limit of a vendor who also counts the changes of one record: two
// at once, and one a second.
var records = transport.Limit{
	Requests: 60_000, Per: time.Minute, Key: "desk.example",
	Record: &transport.Limit{Requests: 60, Per: time.Minute, Burst: 2},
}

func TestRecordPace(t *testing.T) {
	const second = time.Second
	for _, test := range []struct {
		name     string
		requests []string
		want     []time.Duration // of each request
	}{
		{"changes of one record", []string{"PATCH /a", "PUT /a", "DELETE /a", "PATCH /a"}, []time.Duration{0, 0, second, 2 * second}},
		{"of two", []string{"PATCH /a", "PATCH /a", "PATCH /b", "PATCH /b", "PATCH /a", "PATCH /b"}, []time.Duration{0, 0, 0, 0, second, second}},
		{"reading it", []string{"PATCH /a", "PATCH /a", "GET /a", "GET /a"}, []time.Duration{0, 0, 0, 0}},
		{"making new ones", []string{"POST /a", "POST /a", "POST /a", "POST /a"}, []time.Duration{0, 0, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{}, records)
				var waiting callers
				for _, request := range test.requests {
					var method, path string
					_, _ = fmt.Sscan(request, &method, &path)
					waiting.call(t.Context(), c, method, path)
				}
				waiting.all.Wait()
				slices.Sort(test.want)
				w.expect(t, test.want...)
			})
		})
	}
}

// TestRecordRefused: a 429 beside room for others is that record's own affair; one
// without room is everybody's.
func TestRecordRefused(t *testing.T) {
	room := []string{"X-Ratelimit-Limit", "600", "X-Ratelimit-Remaining", "500", "X-Ratelimit-Reset", "30"}
	for _, test := range []struct {
		name   string
		method string
		fields []string
		own    []time.Duration // of the record's two further changes
		other  time.Duration   // of a change of another
	}{
		{"room for others", http.MethodPatch, room, []time.Duration{time.Second, 3 * time.Second}, 0},
		{"and how long to wait", http.MethodPatch, append([]string{"Retry-After", "7"}, room...), []time.Duration{7 * time.Second, 9 * time.Second}, 0},
		{"no room", http.MethodPatch, []string{"X-Ratelimit-Remaining", "0", "X-Ratelimit-Reset", "30"}, []time.Duration{31 * time.Second, 31 * time.Second}, 31 * time.Second},
		{"nothing is told", http.MethodPatch, nil, []time.Duration{time.Second, time.Second}, time.Second},
		{"of a request that changes no record", http.MethodPost, room, []time.Duration{time.Second, time.Second}, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.reply = refuse(1, func() []string { return test.fields })
				c := open(w, transport.Options{Attempts: 1}, records)
				_, _ = call(t.Context(), c, test.method, "/a")
				w.reply = func(int, *http.Request) *http.Response {
					time.Sleep(50 * time.Second) // what is learned from these answers comes too late
					return nil
				}
				// The account's own pace is a matter of milliseconds.
				rough := func(at time.Duration) time.Duration { return at.Truncate(time.Second / 2) }
				var waiting callers
				waiting.call(t.Context(), c, http.MethodPatch, "/b")
				waiting.call(t.Context(), c, http.MethodPatch, "/a")
				waiting.call(t.Context(), c, http.MethodPatch, "/a")
				waiting.all.Wait()
				var own []time.Duration
				for _, s := range w.sent[1:] {
					if s.path == "/a" {
						own = append(own, rough(s.at))
					} else if rough(s.at) != test.other {
						t.Errorf("the other at %v, want %v", s.at, test.other)
					}
				}
				if !slices.Equal(own, test.own) {
					t.Errorf("the record at %v, want %v", own, test.own)
				}
			})
		})
	}
}

// TestRecordRefusedTogether: a record that is refused is so after a read, too, and
// can be read all the while.
func TestRecordRefusedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		w.reply = func(n int, _ *http.Request) *http.Response {
			if n != 2 {
				return nil
			}
			got, _ := answer(429, "", "X-Ratelimit-Remaining", "500", "Retry-After", "7")
			return got
		}
		c := open(w, transport.Options{Attempts: 1}, records)
		ctx := transport.Together(t.Context(), 2)
		_, _ = call(ctx, c, http.MethodGet, "/a")
		_, _ = call(ctx, c, http.MethodPatch, "/a")
		_, _ = call(t.Context(), c, http.MethodPatch, "/b")
		_, _ = call(t.Context(), c, http.MethodGet, "/a")
		_, _ = call(t.Context(), c, http.MethodPatch, "/a")
		w.expect(t, 0, 0, 0, 0, 7*time.Second)
	})
}

// TestRecordTogether: the pace of the record is waited for before the read, too.
func TestRecordTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		c := open(w, transport.Options{}, records)
		for range 4 {
			ctx := transport.Together(t.Context(), 2)
			_, _ = call(ctx, c, http.MethodGet, "/a")
			_, _ = call(ctx, c, http.MethodPatch, "/a")
		}
		_, _ = call(t.Context(), c, http.MethodPatch, "/a")
		w.expect(t, 0, 0, 0, 0, time.Second, time.Second, 2*time.Second, 2*time.Second, 3*time.Second)
	})
}

// TestRecordTogetherOnce: what was waited for before the read is for one change of
// that record.
func TestRecordTogetherOnce(t *testing.T) {
	for _, test := range []struct {
		name     string
		turns    int
		requests []string // under Together; each record has one turn left
		after    string   // one request without it
		failing  int
		want     []time.Duration
	}{
		{"no read", 2, []string{"PATCH /a", "PATCH /a"}, "", 0, []time.Duration{0, time.Second}},
		{"a read alone", 1, []string{"GET /a"}, "PATCH /a", 0, []time.Duration{0, 0}},
		{"two reads", 3, []string{"GET /a", "GET /a", "PATCH /a"}, "PATCH /a", 0, []time.Duration{0, 0, 0, time.Second}},
		{"the change of another", 2, []string{"GET /a", "PATCH /b"}, "PATCH /b", 0, []time.Duration{0, 0, time.Second}},
		{"two changes", 3, []string{"GET /a", "PATCH /a", "PATCH /a"}, "", 0, []time.Duration{0, 0, time.Second}},
		{"a change that is repeated", 2, []string{"GET /a", "PATCH /a"}, "", 2, []time.Duration{0, 0, time.Second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				c := open(w, transport.Options{Backoff: 1}, records)
				send := func(ctx context.Context, request string) {
					var method, path string
					_, _ = fmt.Sscan(request, &method, &path)
					if _, err := call(ctx, c, method, path); err != nil {
						t.Fatal(err)
					}
				}
				send(t.Context(), "PATCH /a")
				send(t.Context(), "PATCH /b")
				w.again()
				w.reply = failing(test.failing)
				ctx := transport.Together(t.Context(), test.turns)
				for _, request := range test.requests {
					send(ctx, request)
				}
				if test.after != "" {
					send(t.Context(), test.after)
				}
				w.expect(t, test.want...)
			})
		})
	}
}

// TestRecordTurnIsGivenBack: a change that does not find room in the account's
// limit leaves the record's turn to the next.
func TestRecordTurnIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		limit := records
		limit.Requests, limit.Burst = 600, 1
		c := open(w, transport.Options{}, limit)
		burst(t, c, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 50*ms)
		defer cancel()
		for range 5 {
			if _, err := call(ctx, c, http.MethodPatch, "/a"); err == nil {
				t.Fatal("there was room")
			}
		}
		var waiting callers
		for range 3 {
			waiting.call(t.Context(), c, http.MethodPatch, "/a")
		}
		waiting.all.Wait()
		w.expect(t, 0, 100*ms, 200*ms, 1000*ms)
	})
}

// TestRecordTurnWakesTheNext: who waits for the record's turn has it as soon as it
// is given back.
func TestRecordTurnWakesTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		limit := transport.Limit{Requests: 600, Per: time.Minute, Burst: 1, Record: &transport.Limit{Requests: 6, Per: time.Minute, Burst: 1}}
		c := open(w, transport.Options{}, limit)
		burst(t, c, 1)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*ms, cancel)
		var waiting callers
		waiting.call(ctx, c, http.MethodPatch, "/a") // has the record's turn, and waits for the account's
		waiting.call(t.Context(), c, http.MethodPatch, "/a")
		waiting.all.Wait()
		w.expect(t, 0, 100*ms)
	})
}
