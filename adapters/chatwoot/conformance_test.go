package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/transport"
)

func TestConformance(t *testing.T) {
	for _, test := range []struct {
		kind    adapters.Kind
		version string
	}{
		{adapters.Conversation, "4.16.2"},
		{adapters.Conversation, "4.17.0"},
		{adapters.Contact, "4.16.2"},
		{adapters.Contact, "4.17.0"},
	} {
		t.Run(fmt.Sprintf("%s on %s", test.kind, test.version), func(t *testing.T) {
			adapterstest.Run(t, harness(test.kind, test.version))
		})
	}
}

// harness is a world with conversation and contact 7 at a server of a version.
func harness(kind adapters.Kind, version string) adapterstest.Harness {
	return adapterstest.Harness{HTTP: true, Open: func(t adapterstest.TB, client *http.Client) adapterstest.World {
		server := serve(t, version)
		w := world(kind, server, open(t, server.URL, client))
		w.Again = func(s adapterstest.Settings) adapters.Adapter { return openAgain(t, server.URL, client, kind, s) }
		return w
	}}
}

func serve(t adapterstest.TB, version string) *chatwoottest.Server {
	values := map[string]json.RawMessage{
		"kept": json.RawMessage(`{"id":9007199254740993,"text":"a<b>&c","price":1.5}`), "plan": json.RawMessage(`"pro"`), "gone": json.RawMessage(`null`),
	}
	return chatwoottest.New(t, chatwoottest.Version(version), chatwoottest.WithState(chatwoottest.State{
		AccountID: 1, Tokens: map[string]string{"secret-token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: values}},
		Contacts: map[string]chatwoottest.Contact{"7": {
			Name: "Robin Example", CustomAttributes: values, Email: "robin@example.com", PhoneNumber: "+4512345678", Identifier: "crm-7",
		}},
		Definitions: slices.Concat(definitions("conversation_attribute"), definitions("contact_attribute")),
	}))
}

func definitions(model string) []chatwoottest.Definition {
	digits := "^[0-9]+$"
	return []chatwoottest.Definition{
		{AttributeKey: "plan", AttributeModel: model, AttributeDisplayType: "list", AttributeValues: []string{"pro", "free"}},
		{AttributeKey: "order_id", AttributeModel: model, RegexPattern: &digits},
		{AttributeKey: "vip", AttributeModel: model, AttributeDisplayType: "checkbox"},
	}
}

type config = chatwoot.Config

func open(t adapterstest.TB, url string, client *http.Client) *chatwoot.Adapter {
	return openWith(t, url, func(c *config) { c.Transport.Client = client })
}

func openAgain(t adapterstest.TB, url string, client *http.Client, kind adapters.Kind, s adapterstest.Settings) *chatwoot.Adapter {
	return openWith(t, url, func(c *config) {
		c.Transport.Client, c.Strict, c.Locker = client, s.Strict, s.Locker
		c.Aliases = map[adapters.Kind]map[string]string{kind: s.Aliases}
		if s.Token != nil {
			c.Token = s.Token
		}
	})
}

// openWith is an adapter with further settings.
func openWith(t adapterstest.TB, url string, set func(*config)) *chatwoot.Adapter {
	c := config{
		URL: url, AccountID: 1, Token: adapters.StaticToken("secret-token"),
		Transport: transport.Options{Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}},
	}
	set(&c)
	adapter, err := chatwoot.New(c)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return adapter
}

func world(kind adapters.Kind, server *chatwoottest.Server, adapter adapters.Adapter) adapterstest.World {
	day := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	w := adapterstest.World{
		Adapter: adapter, Ref: adapters.Ref{Kind: kind, ID: "7"}, Absent: adapters.Ref{Kind: kind, ID: "8"},
		BadIDs: []string{"007", "0", "7abc"}, Kept: "kept", Token: "secret-token",
		Lookups: map[adapters.LookupField]string{
			adapters.ByEmail: "robin@example.com", adapters.ByPhone: "+4512345678", adapters.ByExternalID: "crm-7",
		},
		Undefined: "nobody_defined_this",
		Defined: []adapterstest.Sample{
			sample("plan", adapters.String("pro"), adapters.String("free")),
			sample("order_id", adapters.String("012345"), adapters.String("7")),
			sample("vip", adapters.Bool(true), adapters.Bool(false)),
		},
		Misfits: []adapterstest.Misfit{
			{Name: "plan", Value: adapters.String("gold"), Code: adapters.CodeNotAChoice},
			{Name: "order_id", Value: adapters.String("x1"), Code: adapters.CodePatternMismatch},
			{Name: "vip", Value: adapters.String("yes"), Code: adapters.CodeWrongType},
		},
		Samples: map[adapters.ValueKind]adapterstest.Sample{
			adapters.ValueString: sample("order_id", adapters.String("012345"), adapters.String("<é>")),
			adapters.ValueNumber: sample("total", adapters.Number("19.90"), adapters.Int(-4)),
			adapters.ValueBool:   sample("vip", adapters.Bool(true), adapters.Bool(false)),
			adapters.ValueList:   sample("tags", adapters.List("a", "b"), adapters.List()),
			adapters.ValueJSON:   sample("address", adapters.JSON(json.RawMessage(`{"zip":1,"x":null}`)), adapters.JSON(json.RawMessage(`[1,{"a":0.5}]`))),
			adapters.ValueTime:   sample("due", adapters.Time(day), adapters.Time(day.Add(time.Millisecond)), adapters.String("2026-01-31T09:30:00.000Z"), adapters.String("2026-01-31T09:30:00.001Z")),
			adapters.ValueLink:   sample("page", adapters.Link("https://a.example"), adapters.Link("https://b.example"), adapters.String("https://a.example"), adapters.String("https://b.example")),
		},
		Stored: func() map[string]json.RawMessage { return stored(server, kind) },
		Store: func(values map[string]json.RawMessage) {
			state := server.State()
			maps.Copy(state.Conversations["7"].CustomAttributes, values)
			maps.Copy(state.Contacts["7"].CustomAttributes, values)
			server.SetState(state)
		},
		Writes: func(r adapterstest.Request) bool { // a removal of nothing is the proof that merging exists
			return !strings.HasSuffix(r.Path, "/destroy_custom_attributes") || !strings.Contains(string(r.Body), "[]")
		},
	}
	for i := range 8 {
		w.Texts = append(w.Texts, sample(fmt.Sprintf("text %d", i), adapters.String("a"), adapters.String("b")))
	}
	return w
}

func stored(server *chatwoottest.Server, kind adapters.Kind) map[string]json.RawMessage {
	if kind == adapters.Contact {
		return server.State().Contacts["7"].CustomAttributes
	}
	return server.State().Conversations["7"].CustomAttributes
}

// sample is an attribute, its two values, and how these are read where that is
// another way.
func sample(name string, values ...adapters.Value) adapterstest.Sample {
	s := adapterstest.Sample{Name: name, Key: name}
	copy(s.Values[:], values)
	copy(s.Reads[:], values[min(2, len(values)):])
	return s
}
