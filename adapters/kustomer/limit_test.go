package kustomer_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/internal/limits"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestLimit: what the organisation's plan allows in a minute, which only the
// answers tell.
func TestLimit(t *testing.T) {
	for perMinute, cases := range map[int][]limits.Case{
		300: {
			{Name: "the whole limit", Updates: 1_500, Share: 1},
			{Name: "the whole limit, beside others", Updates: 1_500, Share: 1, Others: true},
		},
		1000: {
			{Name: "the whole limit", Updates: 10_000, Share: 1},
			{Name: "the default share", Updates: 10_000},
			{Name: "the whole limit, beside others", Updates: 3_000, Share: 1, Others: true},
			{Name: "the default share, beside others", Updates: 3_000, Others: true},
		},
		2000: {
			{Name: "the whole limit", Updates: 4_000, Share: 1, Begin: 17500 * time.Millisecond},
			{Name: "the whole limit, beside others", Updates: 4_000, Share: 1, Others: true},
		},
	} {
		for _, c := range cases {
			t.Run(fmt.Sprintf("%s of %d", c.Name, perMinute), func(t *testing.T) {
				limits.Check(t, c, func(t *testing.T) limits.World { return limitWorld(t, perMinute) })
			})
		}
	}
}

func limitWorld(t *testing.T, perMinute int) limits.World {
	const records = 500
	id := func(i int) string { return fmt.Sprintf("5f0000000000000000%06x", i%records) }
	state := kustomertest.State{Token: "secret-token", Limit: perMinute, Conversations: map[string]kustomertest.Conversation{}}
	for i := range records {
		state.Conversations[id(i)] = kustomertest.Conversation{Custom: kustomertest.Values{}}
	}
	server := kustomertest.New(t, kustomertest.InProcess(), kustomertest.WithState(state))
	return limits.World{
		PerMinute: perMinute, Share: 0.5,
		Vendor: server.Client().Transport,
		Foreign: func() *http.Request {
			req, _ := http.NewRequest("GET", server.URL+"/v1/conversations/"+id(0), nil)
			req.Header.Set("Authorization", "Bearer secret-token")
			return req
		},
		Open: func(connection http.RoundTripper, limiter *transport.Limiter) adapters.Adapter {
			adapter, err := kustomer.New(kustomer.Config{
				URL: server.URL, Token: adapters.StaticToken("secret-token"),
				Transport: transport.Options{Client: &http.Client{Transport: connection}, Limiter: limiter},
			})
			if err != nil {
				t.Fatal(err)
			}
			return adapter
		},
		Update: func(i int) (adapters.Ref, adapters.Attributes) {
			return adapters.ConversationRef(id(i)), adapters.Attributes{"planStr": adapters.String(strconv.Itoa(i))}
		},
	}
}
