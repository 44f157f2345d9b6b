package chatwoot_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/internal/matrix"
)

// TestMatrixFindsFaults proves the matrix: an adapter with one fault is found,
// and the sound one passes.
func TestMatrixFindsFaults(t *testing.T) {
	failed := func(change func(*adapters.Error) error) fault { return fault{failed: change} }
	trip := func(trip func(http.RoundTripper, *http.Request) (*http.Response, error)) fault {
		return fault{trip: trip}
	}
	resend := func(when func(*http.Response, error) bool) fault {
		return trip(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if r.GetBody == nil || r.Context().Err() != nil || !when(answer, err) {
				return answer, err
			}
			if err == nil {
				answer.Body.Close()
			}
			r = r.Clone(r.Context())
			r.Body, _ = r.GetBody()
			return next.RoundTrip(r)
		})
	}
	for _, test := range []struct {
		fault    string
		with     fault
		attempts int
		found    string // in a complaint; "": in none
	}{
		{"none", fault{}, 0, ""},
		{"its effect is always unknown", failed(func(e *adapters.Error) error { e.Effect = adapters.EffectUnknown; return e }), 0, "the effect is unknown, want none"},
		{"its effect is never unknown", failed(func(e *adapters.Error) error {
			if e.Effect == adapters.EffectUnknown {
				e.Effect = adapters.EffectNone
			}
			return e
		}), 0, "the effect is none, want unknown"},
		{"takes a failed confirmation for a part", failed(func(e *adapters.Error) error {
			if e.Effect == adapters.EffectApplied {
				e.Effect = adapters.EffectPartial
			}
			return e
		}), 0, "the effect is partial, want applied"},
		{"takes a 4xx for a success", failed(func(e *adapters.Error) error {
			if e.Status >= 400 && e.Status < 500 {
				return nil
			}
			return e
		}), 0, "it is no *adapters.Error"},
		{"takes a lost record for bad data", failed(func(e *adapters.Error) error {
			if e.Class == adapters.ErrNotFound {
				e.Class = adapters.ErrInvalid
			}
			return e
		}), 0, "the class is invalid, want not found"},
		{"has a class for a context that ended", failed(func(e *adapters.Error) error {
			if e.Class == nil {
				e.Class = adapters.ErrUnavailable
			}
			return e
		}), 0, "the class is unavailable, want <nil>"},
		{"has no code", failed(func(e *adapters.Error) error { e.Code = ""; return e }), 0, "the code is , want"},
		{"never tries again", fault{}, 1, "failed in passing and is not tried again"},
		{"tries five times", fault{}, 5, "should have ended the call"},
		{"tries a 500 again", resend(func(answer *http.Response, err error) bool { return err == nil && answer.StatusCode == 500 }), 0, "is followed by another"},
		{"repeats a replaced map", resend(func(_ *http.Response, err error) bool { return err != nil }), 0, "was built on a read, and there is none before it"},
		{"forgets what nobody named", fault{request: func(sent []byte) []byte {
			return bytes.ReplaceAll(sent, []byte(`"kept"`), []byte(`"lost"`))
		}}, 0, "the record is"},
		{"takes a page of HTML for an answer", trip(func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			answer, err := next.RoundTrip(r)
			if err == nil && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") && answer.StatusCode == 200 {
				answer.Body.Close()
				answer.Body = io.NopCloser(strings.NewReader(`{"custom_attributes":{}}`))
			}
			return answer, err
		}), 0, "it is no *adapters.Error"},
	} {
		t.Run(test.fault, func(t *testing.T) {
			world := faultWorld(adapters.Conversation, "4.16.2", false, true)
			world.Calls = []string{"set two and clear one", "set two and clear one, verified"}
			world.Faults = []string{"lost_answer", "status 403", "status 404", "status 500", "status 503", "html 200", "cancelled"}
			world.Open = func(t matrix.TB, url string, client *http.Client, _ time.Duration, _ bool) adapters.Adapter {
				return &broken{fault: test.with, Adapter: openWith(t, url, func(c *config) {
					c.Transport.Client, c.Transport.Attempts = test.with.client(client.Transport), test.attempts
				})}
			}
			complaints := matrix.Check(false, world).Complaints
			found := slices.ContainsFunc(complaints, func(complaint string) bool { return strings.Contains(complaint, test.found) })
			if test.found == "" && len(complaints) > 0 || test.found != "" && !found {
				t.Errorf("%d complaints, want one of %q, got %.1000q", len(complaints), test.found, complaints)
			}
		})
	}
}
