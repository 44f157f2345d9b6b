package chatwoot_test

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestReplacementWaitsWithItsRead: where requests have to wait, nobody has the time
// to write between a read and the replacement that is built on it.
func TestReplacementWaitsWithItsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := serveWith(t, rich, chatwoottest.InProcess(), chatwoottest.Version("4.16.2"))
		sent, adapter := paced(t, server)
		for _, name := range []string{"a", "b", "c"} {
			write(t, adapter, name)
		}
		want := []string{"0s POST destroy_custom_attributes", "0s GET 7", "0s POST custom_attributes", "67ms GET 7", "67ms POST custom_attributes", "133ms GET 7", "133ms POST custom_attributes"}
		if !slices.Equal(*sent, want) {
			t.Errorf("sent %q, want %q", *sent, want)
		}
	})
}

// TestReplacementAfterARefusalWaitsWithItsRead: it has a read of its own, which is
// no older than that.
func TestReplacementAfterARefusalWaitsWithItsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := serveWith(t, rich, chatwoottest.InProcess(), chatwoottest.Version("4.16.2"))
		sent, adapter := paced(t, server)
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, adapters.Verify()); err != nil {
			t.Fatal(err)
		}
		want := []string{"0s GET 7", "0s POST destroy_custom_attributes", "33ms GET 7", "33ms POST custom_attributes", "67ms GET 7"}
		if !slices.Equal(*sent, want) {
			t.Errorf("sent %q, want %q", *sent, want)
		}
	})
}

// paced is an adapter that makes 30 requests a second, of which three may come at
// once, and what it sends, and when.
func paced(t *testing.T, server *chatwoottest.Server) (*[]string, *chatwoot.Adapter) {
	t.Helper()
	begun := time.Now()
	sent := &[]string{}
	way := roundTripper(func(r *http.Request) (*http.Response, error) {
		*sent = append(*sent, fmt.Sprint(time.Since(begun).Round(time.Millisecond), " ", r.Method, " ", path.Base(r.URL.Path)))
		return server.Client().Transport.RoundTrip(r)
	})
	adapter, err := chatwoot.New(chatwoot.Config{
		URL: server.URL, AccountID: 1, Token: adapters.StaticToken("secret-token"),
		Transport: transport.Options{Client: &http.Client{Transport: way}, Limiter: &transport.Limiter{Rate: 30}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return sent, adapter
}
