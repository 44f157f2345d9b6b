package transport_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestPauseOfARecord: a record whose changes were refused can be read, and the
// account goes on, though the refused change had its turn from the read before it.
func TestPauseOfARecord(t *testing.T) {
	for name, together := range map[string]int{"a change alone": 0, "after its read": 2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.reply = func(_ int, r *http.Request) *http.Response {
					if r.Method != http.MethodPatch || time.Since(w.begun) > 0 {
						return nil
					}
					got, _ := answer(429, "", "Retry-After", "5", "X-Ratelimit-Limit", "60000", "X-Ratelimit-Remaining", "59000", "X-Ratelimit-Reset", "60")
					return got
				}
				c := open(w, transport.Options{Attempts: 1}, records)
				ctx := t.Context()
				if together > 0 {
					ctx = transport.Together(ctx, together)
					_, _ = call(ctx, c, http.MethodGet, "/a")
				}
				if status, err := call(ctx, c, http.MethodPatch, "/a"); status != 429 || err != nil {
					t.Fatalf("%d, %v", status, err)
				}
				w.again()
				for _, request := range []struct{ method, path string }{{http.MethodGet, "/a"}, {http.MethodGet, "/b"}, {http.MethodPatch, "/a"}} {
					if _, err := call(t.Context(), c, request.method, request.path); err != nil {
						t.Fatal(err)
					}
				}
				if got := w.times(); got[0] > 2*ms || got[1] > 2*ms || got[2] != 5*time.Second {
					t.Errorf("sent at %v, want the reads at once and the change after five seconds", got)
				}
			})
		})
	}
}

// TestTokenOfALimitFails: where the vendor counts by token, a request without one
// is not counted as somebody else's.
func TestTokenOfALimitFails(t *testing.T) {
	asked, w := 0, newWire()
	c, _ := openVendor(w, transport.Options{}, transport.Vendor{
		Limit: transport.Limit{Requests: 600, Per: time.Minute, ByToken: true},
		Token: func(context.Context) (string, error) {
			if asked++; asked == 1 {
				return "", errors.New("the vault is locked")
			}
			return "token", nil
		},
	})
	body := &closing{Reader: http.NoBody, closed: new(int)}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example/x", body)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(request)
	failure, _ := transport.Failure(t.Context(), err, nil)
	if failure.Code != adapters.CodeToken || len(w.sent) != 0 || *body.closed == 0 {
		t.Errorf("%v after %d requests, the body was closed %d times", failure, len(w.sent), *body.closed)
	}
}

// TestManyTokens: what was learned of tokens that are not used any more is thrown
// away.
func TestManyTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter, token := &transport.Limiter{}, 0
		c, _ := openVendor(newWire(), transport.Options{Limiter: limiter}, transport.Vendor{
			Limit: transport.Limit{Requests: 600, Per: time.Minute, ByToken: true},
			Token: func(context.Context) (string, error) { return "token-" + strconv.Itoa(token), nil },
		})
		for range 5000 {
			token++
			if _, err := call(t.Context(), c, http.MethodGet, "/x"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * ms)
		}
		if n := limiter.Buckets(); n > 2100 {
			t.Errorf("%d tokens are kept", n)
		}
	})
}

// TestWhosePause: a refusal beside any room at all is the record's own; beside
// none, or where nothing is said of room, it is everybody's.
func TestWhosePause(t *testing.T) {
	for name, test := range map[string]struct {
		fields []string
		others time.Duration
	}{
		"room for one":    {[]string{"Retry-After", "5", "X-Ratelimit-Remaining", "1"}, 0},
		"none":            {[]string{"Retry-After", "5", "X-Ratelimit-Remaining", "0"}, 5 * time.Second},
		"nothing is said": {[]string{"Retry-After", "5"}, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.reply = refuse(1, func() []string { return test.fields })
				c := open(w, transport.Options{Attempts: 1}, records)
				for _, path := range []string{"/a", "/b", "/a"} {
					if _, err := call(t.Context(), c, http.MethodPatch, path); err != nil {
						t.Fatal(err)
					}
				}
				if got := w.times(); got[1].Round(10*ms) != test.others || got[2].Round(10*ms) != 5*time.Second {
					t.Errorf("sent at %v, want the other record at %v and the refused one after five seconds", got, test.others)
				}
			})
		})
	}
}

// TestNoRoomClosesTheBody: what the limit keeps back is let go.
func TestNoRoomClosesTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire()
		c := open(w, transport.Options{}, one)
		burst(t, c, 1)
		ctx, cancel := context.WithTimeout(t.Context(), 50*ms)
		defer cancel()
		closed := 0
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://desk.example/x", &closing{http.NoBody, &closed})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Transport.RoundTrip(request)
		if !errors.Is(err, adapters.ErrRateLimited) || len(w.sent) != 1 || closed == 0 {
			t.Errorf("%v after %d requests, the body was closed %d times", err, len(w.sent), closed)
		}
	})
}
