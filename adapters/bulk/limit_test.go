package bulk_test

import (
	"encoding/json"
	"iter"
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestWithinTheLimit: at Chatwoot's 3000 requests a minute, with the whole share,
// rows take the time that the limit takes, and next to none is refused.
func TestWithinTheLimit(t *testing.T) {
	for _, c := range []struct {
		name    string
		version string
		kind    adapters.Kind
		noUndo  bool
		each    int // requests of a row
	}{
		{"no undo, on a server that merges", "4.17.0", adapters.Contact, true, 1},
		{"with undo, on a server that merges", "4.17.0", adapters.Conversation, false, 2},
		{"no undo, on an old server", "4.16.2", adapters.Conversation, true, 2},
		{"with undo, on an old server", "4.16.2", adapters.Conversation, false, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			journal := filepath.Join(t.TempDir(), "journal")
			synctest.Test(t, func(t *testing.T) {
				const records = 400
				state := chatwoottest.State{
					Limit: 3000, Tokens: map[string]string{"admin": "administrator"}, Version: c.version, ReportedVersion: c.version,
					Contacts: map[string]chatwoottest.Contact{}, Conversations: map[string]chatwoottest.Conversation{},
				}
				for i := range records {
					id := strconv.Itoa(i + 1)
					state.Contacts[id] = chatwoottest.Contact{Name: "N", CustomAttributes: map[string]json.RawMessage{}}
					state.Conversations[id] = chatwoottest.Conversation{CustomAttributes: map[string]json.RawMessage{"kept": json.RawMessage("1")}}
				}
				server := chatwoottest.New(t, chatwoottest.InProcess(), chatwoottest.WithState(state))
				wire := &counting{next: server.Client().Transport}
				desk, err := chatwoot.New(chatwoot.Config{
					URL: server.URL, AccountID: 1, Token: adapters.StaticToken("admin"),
					Transport: transport.Options{Client: &http.Client{Transport: wire}, Limiter: &transport.Limiter{Share: 1}},
				})
				if err != nil {
					t.Fatal(err)
				}
				rows := func(yield func(bulk.Row, error) bool) {
					for n := range *limited {
						row := bulk.Row{
							Number: int64(n + 1), Ref: adapters.Ref{Kind: c.kind, ID: strconv.Itoa(n%records + 1)},
							Attributes: adapters.Attributes{"plan": adapters.Int(int64(n))},
						}
						if !yield(row, nil) {
							return
						}
					}
				}
				begun := time.Now()
				summary, err := bulk.Apply(t.Context(), iter.Seq2[bulk.Row, error](rows), bulk.Options{
					Adapter: desk, Workers: 32, Journal: journal, Run: account, NoUndo: c.noUndo,
				})
				if err != nil {
					t.Fatal(err)
				}
				check(t, summary, int64(*limited), int64(*limited), 0, 0, 0)
				took := time.Since(begun)
				floor := time.Duration(*limited*c.each) * time.Minute / 3000
				t.Logf("%d rows took %v, the floor is %v (%.3f times); %d requests, %d refused",
					*limited, took.Round(time.Second), floor, float64(took)/float64(floor), wire.sent.Load(), wire.refused.Load())
				if took > floor*105/100 {
					t.Errorf("%v is more than 5 %% above the floor of %v", took, floor)
				}
				if wire.refused.Load()*1000 > wire.sent.Load() {
					t.Errorf("%d of %d requests were refused", wire.refused.Load(), wire.sent.Load())
				}
			})
		})
	}
}

// counting counts requests, and those that the limit refused.
type counting struct {
	next          http.RoundTripper
	sent, refused atomic.Int64
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	c.sent.Add(1)
	if err == nil && answer.StatusCode == http.StatusTooManyRequests {
		c.refused.Add(1)
	}
	return answer, err
}
