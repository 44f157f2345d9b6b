package kustomer_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestRevisionDoesNotGrowOld: with 30 requests a second, of which three may come at
// once, the read of a customer and the write with its revision wait together; what
// has no read before it waits for itself.
func TestRevisionDoesNotGrowOld(t *testing.T) {
	for kind, want := range map[adapters.Kind][]string{
		adapters.Contact:      {"0s GET", "0s PATCH", "33ms GET", "33ms PATCH", "100ms GET", "100ms PATCH", "167ms GET", "167ms PATCH"},
		adapters.Conversation: {"0s PATCH", "0s PATCH", "0s PATCH", "33ms PATCH"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := kustomertest.New(t, kustomertest.InProcess(), kustomertest.WithState(kustomertest.State{
					Token:         "secret-token",
					Conversations: map[string]kustomertest.Conversation{present: {}},
					Customers:     map[string]kustomertest.Customer{present: {}},
				}))
				begun := time.Now()
				var sent []string
				way := roundTripper(func(r *http.Request) (*http.Response, error) {
					sent = append(sent, fmt.Sprint(time.Since(begun).Round(time.Millisecond), " ", r.Method))
					answer, err := server.Client().Transport.RoundTrip(r)
					for _, name := range []string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
						answer.Header.Del(name) // they would set another pace
					}
					return answer, err
				})
				adapter, err := kustomer.New(kustomer.Config{
					URL: server.URL, Token: adapters.StaticToken("secret-token"),
					Transport: transport.Options{Client: &http.Client{Transport: way}, Limiter: &transport.Limiter{Rate: 30}},
				})
				if err != nil {
					t.Fatal(err)
				}
				for i := range 4 {
					// The name is a key: no definition has to be looked up.
					if _, err := adapter.UpdateAttributes(t.Context(), adapters.Ref{Kind: kind, ID: present}, adapters.Attributes{"aNum": adapters.Int(int64(i))}); err != nil {
						t.Fatal(err)
					}
				}
				if !slices.Equal(sent, want) {
					t.Errorf("sent %q, want %q", sent, want)
				}
			})
		})
	}
}
