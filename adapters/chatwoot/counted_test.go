package chatwoot_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/internal/limits"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestCountedTogether: the server counts addresses. Whatever its accounts, one
// program is one address to it; another server counts for itself.
func TestCountedTogether(t *testing.T) {
	for name, test := range map[string]struct {
		url     string
		account int64
		takes   time.Duration
	}{
		"the same account":            {"https://chat.example.com", 1, 900 * time.Millisecond},
		"another one of that server":  {"https://chat.example.com", 2, 900 * time.Millisecond},
		"the same on another server":  {"https://desk.example.com", 1, 400 * time.Millisecond},
		"another one, another server": {"https://desk.example.com", 2, 400 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				limiter := &transport.Limiter{Rate: 10}
				open := func(url string, account int64) adapters.Adapter {
					server := chatwoottest.New(t, chatwoottest.InProcess(), chatwoottest.WithState(chatwoottest.State{
						AccountID: account, Contacts: map[string]chatwoottest.Contact{"1": {}},
					}))
					adapter, err := chatwoot.New(chatwoot.Config{
						URL: url, AccountID: account, Token: adapters.StaticToken("admin"),
						Transport: transport.Options{Client: server.Client(), Limiter: limiter},
					})
					if err != nil {
						t.Fatal(err)
					}
					return adapter
				}
				took := limits.TakeTurns(t, adapters.ContactRef("1"), open("https://chat.example.com", 1), open(test.url, test.account))
				if took != test.takes {
					t.Errorf("ten requests took %v, want %v", took, test.takes)
				}
			})
		})
	}
}

// TestRefusedUntilTheNextMinute: a 429 tells no time to come back. It is over with
// the minute of the server's clock, and not before.
func TestRefusedUntilTheNextMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := chatwoottest.New(t, chatwoottest.InProcess())
		server.SetFaults(chatwoottest.Fault{Type: "status", Status: http.StatusTooManyRequests, Body: "Retry later\n"})
		adapter, err := chatwoot.New(chatwoot.Config{
			URL: server.URL, AccountID: 1, Token: adapters.StaticToken("admin"), Transport: transport.Options{Client: server.Client()},
		})
		if err != nil {
			t.Fatal(err)
		}
		minute := time.Now().Truncate(time.Minute)
		time.Sleep(10 * time.Second)
		_, err = adapter.Attributes(t.Context(), adapters.ContactRef("1"))
		if after := time.Since(minute); err != nil || after < time.Minute || after > 62*time.Second {
			t.Errorf("%v, %v after the minute began", err, after)
		}
	})
}
