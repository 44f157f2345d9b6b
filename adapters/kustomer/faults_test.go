package kustomer_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/internal/matrix"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFaults: each request of each call, struck by each fault.
func TestFaults(t *testing.T) { matrix.Run(t, faultWorlds()...) }

func faultWorlds() []matrix.World {
	return []matrix.World{faultWorld(adapters.Conversation), faultWorld(adapters.Contact)}
}

// faultWorld is one conversation, and one customer of a company.
func faultWorld(kind adapters.Kind) matrix.World {
	values := kustomertest.Values{"planStr": json.RawMessage(`"pro"`), "vipBool": json.RawMessage(`true`), "keptStr": json.RawMessage(`"a<b>&c"`)}
	defined := map[string]kustomertest.Property{"planStr": {}, "vipBool": {}, "orderIdStr": {}}
	known, company := kustomertest.Values{"externalId": json.RawMessage(`"crm-7"`)}, company
	state := kustomertest.State{
		Token:         "secret-token",
		Conversations: map[string]kustomertest.Conversation{present: {Custom: values, Attributes: known}},
		Customers:     map[string]kustomertest.Customer{present: {Custom: values, Attributes: known, Company: &company}},
		Metadata:      map[string]map[string]kustomertest.Property{"conversation": defined, "customer": defined},
	}
	return matrix.World{
		Name: string(kind), Rules: rules, Ref: adapters.Ref{Kind: kind, ID: present},
		Replaced: matrix.Attribute{Name: "planStr", Key: "planStr", Old: adapters.String("pro"), New: adapters.String("free"), Stored: json.RawMessage(`"free"`)},
		Added:    matrix.Attribute{Name: "order_id", Key: "orderIdStr", New: adapters.String("012345"), Stored: json.RawMessage(`"012345"`)},
		Cleared:  matrix.Attribute{Name: "vipBool", Key: "vipBool", Old: adapters.Bool(true)},
		Lookup:   &adapters.Lookup{By: adapters.ByExternalID, Value: "crm-7"},
		More:     []matrix.Answer{{Name: "413 too large", Status: 413, Body: `{"errors":[{"status":413,"code":"toolarge","title":"Payload Too Large"}]}`}},
		Serve: func(t matrix.TB) matrix.Server {
			server := kustomertest.New(t, kustomertest.WithState(state))
			return matrix.Server{
				Server: server.Server, Reset: func() { server.SetState(state) },
				Stored: func() map[string]json.RawMessage {
					all := maps.Clone(stored(server, kind))
					if company := server.State().Customers[present].Company; company != nil {
						all["its company"], _ = json.Marshal(company)
					}
					return all
				},
			}
		},
		Open: func(t matrix.TB, url string, client *http.Client, timeout time.Duration, strict bool) adapters.Adapter {
			adapter, err := kustomer.New(kustomer.Config{
				URL: url, Token: adapters.StaticToken("secret-token"), Strict: strict,
				Transport: transport.Options{Client: client, Timeout: timeout, Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}},
			})
			if err != nil {
				t.Fatalf("%v", err)
			}
			return adapter
		},
	}
}

// rules are those of the package documentation.
var rules = matrix.Rules{
	// A change that names the revision that was read.
	BuiltOnRead: func(a *matrix.Attempt) bool {
		return a.Method == http.MethodPatch && strings.Contains(a.Body, `"rev":`)
	},
	Class: func(a *matrix.Attempt) (adapters.Code, error) {
		if a.Status == 413 {
			return adapters.CodeTooLarge, adapters.ErrInvalid
		}
		return "", nil
	},
}
