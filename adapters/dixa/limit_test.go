package dixa_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/internal/limits"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestLimit: ten requests a second of one token, of which four may come at once.
func TestLimit(t *testing.T) {
	const records = 500
	for _, c := range []limits.Case{
		{Name: "the whole limit", Updates: 10_000, Share: 1},
		{Name: "the default share, which is the same", Updates: 2_000},
		{Name: "beside others", Updates: 3_000, Others: true},
	} {
		t.Run(c.Name, func(t *testing.T) {
			limits.Check(t, c, func(t *testing.T) limits.World {
				state := dixatest.State{
					Token: "secret-token", Limit: 10, Burst: 4, Conversations: map[string]dixatest.Conversation{},
					Definitions: []dixatest.Definition{{ID: key(0), EntityType: "Conversation", Identifier: "name", Label: "Name", InputDefinition: dixatest.InputDefinition{Type: "Text"}}},
				}
				for i := range records {
					state.Conversations[strconv.Itoa(i+1)] = dixatest.Conversation{CustomAttributes: map[string]json.RawMessage{}}
				}
				server := dixatest.New(t, dixatest.InProcess(), dixatest.WithState(state))
				return limits.World{
					PerMinute: 600, Share: 1,
					Vendor: server.Client().Transport,
					Foreign: func() *http.Request {
						req, _ := http.NewRequest("GET", server.URL+"/v1/conversations/1", nil)
						req.Header.Set("Authorization", "secret-token")
						return req
					},
					Open: func(connection http.RoundTripper, limiter *transport.Limiter) adapters.Adapter {
						adapter, err := dixa.New(dixa.Config{
							URL: server.URL + "/v1", Token: adapters.StaticToken("secret-token"),
							Transport: transport.Options{Client: &http.Client{Transport: connection}, Limiter: limiter},
						})
						if err != nil {
							t.Fatal(err)
						}
						return adapter
					},
					Update: func(i int) (adapters.Ref, adapters.Attributes) {
						return adapters.ConversationRef(strconv.Itoa(i%records + 1)), adapters.Attributes{key(0): adapters.String(strconv.Itoa(i))}
					},
				}
			})
		})
	}
}
