package transport_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestRouteTellsNoValue: what a record is looked up by may have any letters in it,
// a slash among them.
func TestRouteTellsNoValue(t *testing.T) {
	for path, want := range map[string]string{
		"/v1/conversations/5f0000000000000000000007":       "/v1/conversations/5f0000000000000000000007",
		"/v1/customers/email=jane@example.com":             "/v1/customers/…",
		"/v1/customers/phone=%2B4512345678":                "/v1/customers/…",
		"/v1/customers/externalId=orders%2FJaneDoe":        "/v1/customers/…",
		"/v1/customers/externalId=orders%2fJaneDoe/custom": "/v1/customers/…/custom",
		"/api/v1/contacts/search?q=JaneDoe":                "/api/v1/contacts/search",
	} {
		t.Run(path, func(t *testing.T) {
			var routes []string
			s := &server{answer: func(int) (*http.Response, error) { return answer(200, "") }}
			c := client(s, transport.Options{Observers: []*transport.Observer{{
				Started: func(ctx context.Context, r transport.Request) context.Context {
					routes = append(routes, r.Route)
					return ctx
				},
				Finished: func(_ context.Context, r transport.Request, _ transport.Outcome) { routes = append(routes, r.Route) },
			}}}, nil)
			if _, err := c.Get("https://desk.example" + path); err != nil {
				t.Fatal(err)
			}
			if len(routes) != 2 || routes[0] != want || routes[1] != want {
				t.Errorf("told %q, want %q twice", routes, want)
			}
		})
	}
}
