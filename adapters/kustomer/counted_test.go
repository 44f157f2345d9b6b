package kustomer_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/internal/limits"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestCountedTogether: Kustomer counts organisations, whatever the token. Where
// they share a region's host, the label tells them apart.
func TestCountedTogether(t *testing.T) {
	for name, test := range map[string]struct {
		url, account, token string
		takes               time.Duration
	}{
		"the same token":                {kustomer.US, "shop", "token", 900 * time.Millisecond},
		"another token":                 {kustomer.US, "shop", "another", 900 * time.Millisecond},
		"another organisation":          {kustomer.US, "bank", "token", 400 * time.Millisecond},
		"the same label, another place": {kustomer.EU, "shop", "token", 400 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limiter := &transport.Limiter{Rate: 10}
				open := func(url, account, token string) adapters.Adapter {
					server := kustomertest.New(t, kustomertest.InProcess(), kustomertest.WithState(kustomertest.State{
						Token: token, Conversations: map[string]kustomertest.Conversation{present: {}},
					}))
					adapter, err := kustomer.New(kustomer.Config{
						URL: url, Account: account, Token: adapters.StaticToken(token),
						Transport: transport.Options{Client: server.Client(), Limiter: limiter},
					})
					if err != nil {
						t.Fatal(err)
					}
					return adapter
				}
				took := limits.TakeTurns(t, adapters.ConversationRef(present), open(kustomer.US, "shop", "token"), open(test.url, test.account, test.token))
				if took != test.takes {
					t.Errorf("ten requests took %v, want %v", took, test.takes)
				}
			})
		})
	}
}
