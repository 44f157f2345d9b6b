package driver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestNothingWaitsBetween: with 30 requests a second, of which three may come at
// once, a read and the write that is built on it wait together, so that nobody has
// the time to come between. What else is sent keeps the pace.
func TestNothingWaitsBetween(t *testing.T) {
	expected := adapters.IfEqual(adapters.Attributes{"kept": adapters.Int(1)})
	for _, test := range []struct {
		name    string
		options []adapters.UpdateOption
		fault   int // the request that fails in passing; 0: none
		want    []string
	}{
		{"if equal", []adapters.UpdateOption{expected}, 0, []string{"0s GET", "0s PUT", "33ms GET", "33ms PUT"}},
		{"before", []adapters.UpdateOption{adapters.Before(func(adapters.Attributes) bool { return true })}, 0, []string{"0s GET", "0s PUT", "33ms GET", "33ms PUT"}},
		{"verified", []adapters.UpdateOption{adapters.Verify()}, 0, []string{"0s GET", "0s PUT", "0s GET", "67ms GET", "67ms PUT", "100ms GET"}},
		{"again", []adapters.UpdateOption{expected}, 2, []string{"0s GET", "0s PUT", "33ms GET", "33ms PUT", "100ms GET", "100ms PUT"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &desk{base: "https://desk.example", records: map[string]map[string]json.RawMessage{"a": object(t, `{"kept":1}`)}, before: map[int]hook{}, after: map[int]hook{}}
				if test.fault > 0 {
					fail(d.before, test.fault, http.StatusServiceUnavailable)
				}
				begun := time.Now()
				var sent []string
				way := roundTripper(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, fmt.Sprint(time.Since(begun).Round(time.Millisecond), " ", r.Method))
					answer := httptest.NewRecorder()
					d.ServeHTTP(answer, r)
					return answer.Result(), nil
				})
				base, err := url.Parse(d.base)
				if err != nil {
					t.Fatal(err)
				}
				options := transport.Options{Client: &http.Client{Transport: way}, Backoff: 1, Limiter: &transport.Limiter{Rate: 30}}
				var retry *transport.Retry
				d.api, retry = transport.NewClient(options, transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken("secret")})
				a, err := driver.New(d, driver.Options{Retry: retry})
				if err != nil {
					t.Fatal(err)
				}
				for i := range 2 {
					if _, err := a.UpdateAttributes(t.Context(), record, adapters.Attributes{"n": adapters.Int(int64(i))}, test.options...); err != nil {
						t.Fatal(err)
					}
				}
				if !slices.Equal(sent, test.want) {
					t.Errorf("sent %q, want %q", sent, test.want)
				}
			})
		})
	}
}
