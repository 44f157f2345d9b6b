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

// TestReplacementWaitsWithItsRead: with 30 requests a second, of which three may
// come at once, nobody has the time to write between a read and the replacement
// that is built on it.
func TestReplacementWaitsWithItsRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := serveWith(t, rich, chatwoottest.InProcess(), chatwoottest.Version("4.16.2"))
		begun := time.Now()
		var sent []string
		way := roundTripper(func(r *http.Request) (*http.Response, error) {
			sent = append(sent, fmt.Sprint(time.Since(begun).Round(time.Millisecond), " ", r.Method, " ", path.Base(r.URL.Path)))
			return server.Client().Transport.RoundTrip(r)
		})
		adapter, err := chatwoot.New(chatwoot.Config{
			URL: server.URL, AccountID: 1, Token: adapters.StaticToken("secret-token"),
			Transport: transport.Options{Client: &http.Client{Transport: way}, Limiter: &transport.Limiter{Rate: 30}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b", "c"} {
			write(t, adapter, name)
		}
		want := []string{"0s POST destroy_custom_attributes", "0s GET 7", "0s POST custom_attributes", "67ms GET 7", "67ms POST custom_attributes", "133ms GET 7", "133ms POST custom_attributes"}
		if !slices.Equal(sent, want) {
			t.Errorf("sent %q, want %q", sent, want)
		}
	})
}
