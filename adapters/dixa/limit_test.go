package dixa_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

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

// TestNoRoomBeforeTheDeadline: a call that the limit leaves no time for fails at
// once, as one that wrote nothing.
func TestNoRoomBeforeTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := dixatest.State{Token: "secret-token", Conversations: map[string]dixatest.Conversation{"7": {}}}
		state.Definitions = []dixatest.Definition{{ID: key(0), EntityType: "Conversation", Identifier: "name", Label: "Name", InputDefinition: dixatest.InputDefinition{Type: "Text"}}}
		server := dixatest.New(t, dixatest.InProcess(), dixatest.WithState(state))
		adapter, err := dixa.New(dixa.Config{
			URL: server.URL + "/v1", Token: adapters.StaticToken("secret-token"),
			Transport: transport.Options{Client: server.Client()},
		})
		if err != nil {
			t.Fatal(err)
		}
		update := func(ctx context.Context) error {
			_, err := adapter.UpdateAttributes(ctx, adapters.ConversationRef("7"), adapters.Attributes{key(0): adapters.String("x")})
			return err
		}
		for range 3 { // the burst
			if err := update(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		before, begun := len(server.Requests()), time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		var failure *adapters.Error
		if err := update(ctx); !errors.As(err, &failure) || !errors.Is(err, adapters.ErrRateLimited) || failure.Effect != adapters.EffectNone || failure.RetryAfter != 100*time.Millisecond {
			t.Errorf("%v", err)
		}
		if time.Since(begun) != 0 || len(server.Requests()) != before {
			t.Errorf("told after %v and %d requests", time.Since(begun), len(server.Requests())-before)
		}
		if err := update(t.Context()); err != nil || time.Since(begun) != 100*time.Millisecond {
			t.Errorf("with time enough: %v after %v", err, time.Since(begun))
		}
	})
}
