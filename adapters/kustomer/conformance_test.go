package kustomer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

const (
	present = "5f0000000000000000000007"
	absent  = "5f0000000000000000000008"
	company = "5f0000000000000000000009"
)

func TestConformance(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		t.Run(string(kind), func(t *testing.T) { adapterstest.Run(t, harness(kind)) })
	}
}

// harness is a world with one conversation and one customer of a company.
func harness(kind adapters.Kind) adapterstest.Harness {
	return adapterstest.Harness{HTTP: true, Open: func(t adapterstest.TB, client *http.Client) adapterstest.World {
		values := kustomertest.Values{"keptStr": json.RawMessage(`"a<b>&c"`), "totalNum": json.RawMessage(`9007199254740993`)}
		defined := map[string]kustomertest.Property{
			"tagsStr": {Multi: true}, "orderIdStr": {}, "planStr": {Enumeration: []json.RawMessage{json.RawMessage(`"pro"`), json.RawMessage(`"free"`)}},
		}
		known := kustomertest.Values{
			"externalId": json.RawMessage(`"crm-7"`),
			"emails":     json.RawMessage(`[{"email":"robin@example.com"}]`), "phones": json.RawMessage(`[{"phone":"+4512345678"}]`),
		}
		company := company
		server := kustomertest.New(t, kustomertest.WithState(kustomertest.State{
			Token:         "secret-token",
			Conversations: map[string]kustomertest.Conversation{present: {Custom: maps.Clone(values), Attributes: kustomertest.Values{"externalId": known["externalId"]}}},
			Customers:     map[string]kustomertest.Customer{present: {Custom: maps.Clone(values), Company: &company, Attributes: known}},
			Metadata:      map[string]map[string]kustomertest.Property{"conversation": defined, "customer": defined},
		}))
		w := world(kind, server, open(t, server.URL, client))
		w.Again = func(s adapterstest.Settings) adapters.Adapter { return openAs(t, server.URL, client, s) }
		return w
	}}
}

func open(t adapterstest.TB, url string, client *http.Client) *kustomer.Adapter {
	return openAs(t, url, client, adapterstest.Settings{})
}

func openAs(t adapterstest.TB, url string, client *http.Client, s adapterstest.Settings) *kustomer.Adapter {
	if s.Token == nil {
		s.Token = adapters.StaticToken("secret-token")
	}
	adapter, err := kustomer.New(kustomer.Config{
		URL: url, Token: s.Token, Strict: s.Strict, Locker: s.Locker,
		Aliases:   map[adapters.Kind]map[string]string{adapters.Conversation: s.Aliases, adapters.Contact: s.Aliases},
		Transport: transport.Options{Client: client, Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}},
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return adapter
}

func world(kind adapters.Kind, server *kustomertest.Server, adapter adapters.Adapter) adapterstest.World {
	day := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	w := adapterstest.World{
		Adapter: adapter, Ref: adapters.Ref{Kind: kind, ID: present}, Absent: adapters.Ref{Kind: kind, ID: absent},
		BadIDs: []string{"7", present[1:], present + "0", "5g0000000000000000000007"}, Kept: "keptStr", Token: "secret-token",
		Samples: map[adapters.ValueKind]adapterstest.Sample{
			adapters.ValueString: sample("order_id", "orderIdStr", adapters.String("012345"), adapters.String("<é>")),
			adapters.ValueNumber: sample("sum", "sumNum", adapters.Number("19.90"), adapters.Int(-4)),
			adapters.ValueBool:   sample("vip", "vipBool", adapters.Bool(true), adapters.Bool(false)),
			adapters.ValueTime:   sample("due", "dueAt", adapters.Time(day), adapters.Time(day.Add(time.Millisecond))),
			adapters.ValueLink:   sample("page", "pageUrl", adapters.Link("https://a.example"), adapters.Link("https://b.example")),
			adapters.ValueList:   sample("tags", "tagsStr", adapters.List("a", "b"), adapters.List("c")),
		},
		Doubled: []string{"order_id", "orderIdStr"},
		Lookups: map[adapters.LookupField]string{
			adapters.ByEmail: "robin@example.com", adapters.ByPhone: "+4512345678", adapters.ByExternalID: "crm-7",
		},
		Undefined: "nobodyStr",
		Defined: []adapterstest.Sample{
			sample("plan", "planStr", adapters.String("pro"), adapters.String("free")),
			sample("order_id", "orderIdStr", adapters.String("012345"), adapters.String("7")),
			sample("tagsStr", "tagsStr", adapters.List("a", "b"), adapters.List("c")),
		},
		Misfits: []adapterstest.Misfit{
			{Name: "plan", Value: adapters.String("gold"), Code: adapters.CodeNotAChoice},
			{Name: "order_id", Value: adapters.Int(7), Code: adapters.CodeWrongType},
			{Name: "tagsStr", Value: adapters.String("a"), Code: adapters.CodeWrongType},
		},
		Stored: func() map[string]json.RawMessage { return stored(server, kind) },
		Store: func(values map[string]json.RawMessage) {
			state := server.State()
			conversation, customer := state.Conversations[present], state.Customers[present]
			maps.Copy(conversation.Custom, values)
			maps.Copy(customer.Custom, values)
			conversation.Rev, customer.Rev = conversation.Rev+1, customer.Rev+1
			state.Conversations[present], state.Customers[present] = conversation, customer
			server.SetState(state)
		},
	}
	for i := range 8 {
		w.Texts = append(w.Texts, sample(fmt.Sprintf("text%dStr", i), fmt.Sprintf("text%dStr", i), adapters.String("a"), adapters.String("b")))
	}
	return w
}

func stored(server *kustomertest.Server, kind adapters.Kind) map[string]json.RawMessage {
	if kind == adapters.Contact {
		return server.State().Customers[present].Custom
	}
	return server.State().Conversations[present].Custom
}

func sample(name, key string, values ...adapters.Value) adapterstest.Sample {
	return adapterstest.Sample{Name: name, Key: key, Values: [2]adapters.Value(values)}
}
