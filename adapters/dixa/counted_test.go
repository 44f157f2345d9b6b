package dixa_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/internal/limits"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestCountedTogether: Dixa counts tokens, whatever the version and the label.
func TestCountedTogether(t *testing.T) {
	for name, test := range map[string]struct {
		version, account, token string
		takes                   time.Duration
	}{
		"the same":        {"v1", "shop", "token", 900 * time.Millisecond},
		"another version": {"beta", "shop", "token", 900 * time.Millisecond},
		"another label":   {"v1", "bank", "token", 900 * time.Millisecond},
		"another token":   {"v1", "shop", "another", 400 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limiter := &transport.Limiter{Rate: 10}
				open := func(version, account, token string) adapters.Adapter {
					server := dixatest.New(t, dixatest.InProcess(), dixatest.WithState(dixatest.State{
						Token: token, Conversations: map[string]dixatest.Conversation{"7": {}},
					}))
					adapter, err := dixa.New(dixa.Config{
						URL: server.URL + "/" + version, Account: account, Token: adapters.StaticToken(token),
						Transport: transport.Options{Client: server.Client(), Limiter: limiter},
					})
					if err != nil {
						t.Fatal(err)
					}
					return adapter
				}
				took := limits.TakeTurns(t, adapters.ConversationRef("7"), open("v1", "shop", "token"), open(test.version, test.account, test.token))
				if took != test.takes {
					t.Errorf("ten requests took %v, want %v", took, test.takes)
				}
			})
		})
	}
}
