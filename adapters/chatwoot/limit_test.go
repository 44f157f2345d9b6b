package chatwoot_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/internal/limits"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestLimit: 3000 requests in each minute of the server's clock, wherever in it
// the work begins.
func TestLimit(t *testing.T) {
	for _, c := range []limits.Case{
		{Name: "the whole limit", Updates: 10_000, Share: 1},
		{Name: "the default share", Updates: 10_000, Begin: 7 * time.Second},
		{Name: "the whole limit from the middle of a window", Updates: 4_000, Share: 1, Begin: 31 * time.Second},
		{Name: "the whole limit from the end of a window", Updates: 4_000, Share: 1, Begin: 59900 * time.Millisecond},
		{Name: "the whole limit, beside others", Updates: 6_000, Share: 1, Begin: 31 * time.Second, Others: true},
		{Name: "the default share, beside others", Updates: 4_000, Others: true},
	} {
		t.Run(c.Name, func(t *testing.T) { limits.Check(t, c, limitWorld) })
	}
}

func limitWorld(t *testing.T) limits.World {
	const records = 500
	state := chatwoottest.State{Limit: 3000, Tokens: map[string]string{"secret-token": "administrator"}, Contacts: map[string]chatwoottest.Contact{}}
	for i := range records {
		state.Contacts[strconv.Itoa(i+1)] = chatwoottest.Contact{Name: "Robin", CustomAttributes: map[string]json.RawMessage{}}
	}
	server := chatwoottest.New(t, chatwoottest.InProcess(), chatwoottest.WithState(state))
	return limits.World{
		PerMinute: 3000, Share: 0.5,
		Vendor: server.Client().Transport,
		Foreign: func() *http.Request {
			req, _ := http.NewRequest("GET", server.URL+"/api", nil)
			return req
		},
		Open: func(connection http.RoundTripper, limiter *transport.Limiter) adapters.Adapter {
			adapter, err := chatwoot.New(chatwoot.Config{
				URL: server.URL, AccountID: 1, Token: adapters.StaticToken("secret-token"),
				Transport: transport.Options{Client: &http.Client{Transport: connection}, Limiter: limiter},
			})
			if err != nil {
				t.Fatal(err)
			}
			return adapter
		},
		Update: func(i int) (adapters.Ref, adapters.Attributes) {
			return adapters.ContactRef(strconv.Itoa(i%records + 1)), adapters.Attributes{"plan": adapters.String(strconv.Itoa(i))}
		},
	}
}
