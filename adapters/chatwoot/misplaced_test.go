package chatwoot_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// TestAnotherRecord: an answer about a record that was not asked for, as a proxy's
// cache may give it, is not taken for the one that was: its attributes would be
// written over the other's.
func TestAnotherRecord(t *testing.T) {
	server := chatwoottest.New(t, chatwoottest.Version("4.16.2"), chatwoottest.WithState(chatwoottest.State{
		Tokens:        map[string]string{"secret-token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {}, "8": {CustomAttributes: map[string]json.RawMessage{"plan": json.RawMessage(`"of another"`)}}},
		Contacts:      map[string]chatwoottest.Contact{"7": {}, "8": {}},
	}))
	adapter := openWith(t, server.URL, func(c *config) {
		c.Transport.Client = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				r = r.Clone(r.Context())
				r.URL.Path = strings.Replace(r.URL.Path, "s/7", "s/8", 1)
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
	})
	for _, ref := range []adapters.Ref{adapters.ConversationRef("7"), adapters.ContactRef("7")} {
		if is, err := adapter.Attributes(t.Context(), ref); !errors.Is(err, adapters.ErrMalformed) || !strings.Contains(err.Error(), "not about the "+string(ref.Kind)) {
			t.Errorf("%v: %v, %v", ref, is, err)
		}
	}
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders)
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrMalformed) || failure.Effect != adapters.EffectNone {
		t.Errorf("%v", err)
	}
	if got := server.State().Conversations["7"].CustomAttributes; len(got) != 0 {
		t.Errorf("stored %s", got)
	}
}
