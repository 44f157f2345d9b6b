package kustomer_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// configured is an adapter like that of start, but for the Config.
func configured(t *testing.T, server *kustomertest.Server, config kustomer.Config) *kustomer.Adapter {
	t.Helper()
	config.URL, config.Token = server.URL, adapters.StaticToken("secret-token")
	config.Transport = transport.Options{Client: config.Transport.Client, Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}}
	adapter, err := kustomer.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return adapter
}

func values(list ...string) (raw []json.RawMessage) {
	for _, value := range list {
		raw = append(raw, json.RawMessage(value))
	}
	return raw
}

func TestStrict(t *testing.T) {
	tree := json.RawMessage(`{"children":[{"id":"eu","displayName":"Europe","children":[{"id":"south","displayName":"South"}]},
		{"id":"asia","displayName":"Asia"},{"id":"mu","displayName":"Mu","deleted":true},{"id":"us","children":[{"id":"old","deleted":true}]}]}`)
	defined := map[string]kustomertest.Property{
		"planStr": {Enumeration: values(`"free"`, `"pro"`)}, "seatsNum": {Enumeration: values(`1`, `2.50`)},
		"tagsStr": {Multi: true, Enumeration: values(`"a"`, `"b"`)}, "freeStr": {}, "noteTxt": {}, "dueAt": {}, "pageUrl": {}, "vipBool": {}, "sumNum": {},
		"regionTree": {Tree: tree}, "lastTree": {Tree: tree, LastNodeRequired: true}, "regionsTree": {Tree: tree, Multi: true},
		"ownerId": {Target: "user"}, "ownersId": {Target: "user", Multi: true}, "datesAt": {Multi: true}, "pagesUrl": {Array: true}, "oldStr": {DeletedAt: "2025-01-01T00:00:00.000Z"},
	}
	long := strings.Repeat("é", 1025)
	for _, test := range []struct {
		name   string
		value  adapters.Value
		stored string        // as it is stored
		code   adapters.Code // or refused
		says   string
	}{
		{"plan", adapters.String("pro"), `"pro"`, "", ""},
		{"plan", adapters.String("Pro"), "", adapters.CodeNotAChoice, "free, pro"},
		{"plan", adapters.List("pro"), "", adapters.CodeWrongType, ""},
		{"plan", adapters.Clear(), ``, "", ""},
		{"seats", adapters.Int(1), `1`, "", ""},
		{"seats", adapters.Number("2.5"), `2.5`, "", ""},
		{"seats", adapters.Int(3), "", adapters.CodeNotAChoice, "1, 2.50"},
		{"seats", adapters.String("1"), "", adapters.CodeWrongType, ""},
		{"tags", adapters.List("a", "b"), `["a","b"]`, "", ""},
		{"tags", adapters.List("a", "c"), "", adapters.CodeNotAChoice, "a, b"},
		{"tags", adapters.String("a"), "", adapters.CodeWrongType, "List"},
		{"tags", adapters.List(), `[]`, "", ""},
		{"free", adapters.String("anything"), `"anything"`, "", ""},
		{"free", adapters.String(long), "", adapters.CodeTooLong, "1024"},
		{"free", adapters.List("a"), "", adapters.CodeWrongType, ""},
		{"note", adapters.String(""), `""`, "", ""},
		{"due", adapters.String("2026-01-31T10:30:00+01:00"), `"2026-01-31T09:30:00.000Z"`, "", ""},
		{"due", adapters.String("2026-01-31"), "", adapters.CodeWrongType, "2026-01-31T09:30:00Z"},
		{"due", adapters.Time(time.Unix(0, 0)), `"1970-01-01T00:00:00.000Z"`, "", ""},
		{"dates", adapters.List("2026-01-31T10:30:00+01:00"), `["2026-01-31T09:30:00.000Z"]`, "", ""},
		{"dates", adapters.List("2026-01-31T10:30:00Z", "soon"), "", adapters.CodeWrongType, ""},
		{"page", adapters.String("https://a.example"), `"https://a.example"`, "", ""},
		{"page", adapters.String("a.example"), "", adapters.CodeWrongType, "https://"},
		{"pages", adapters.List("https://a.example", "mailto:a"), `["https://a.example","mailto:a"]`, "", ""},
		{"pages", adapters.List("https://a.example", "a"), "", adapters.CodeWrongType, ""},
		{"vip", adapters.String("true"), "", adapters.CodeWrongType, ""},
		{"sum", adapters.Number("0.1"), `0.1`, "", ""},
		{"sum", adapters.Number("9007199254740993"), "", adapters.CodeInexact, ""},
		{"region", adapters.String("south"), `"south"`, "", ""},
		{"region", adapters.String("Europe"), `"eu"`, "", ""}, // by its label
		{"region", adapters.String("mars"), "", adapters.CodeNotAChoice, "asia"},
		{"region", adapters.String("mu"), "", adapters.CodeNotAChoice, "no longer"},
		{"last", adapters.String("south"), `"south"`, "", ""},
		{"last", adapters.String("eu"), "", adapters.CodeNotAChoice, "south"},
		{"last", adapters.String("us"), `"us"`, "", ""}, // all below it is deleted
		{"regions", adapters.List("South", "asia"), `["south","asia"]`, "", ""},
		{"regions", adapters.List("south", "mars"), "", adapters.CodeNotAChoice, ""},
		{"ownerId", adapters.String(company), `"` + company + `"`, "", ""},
		{"ownersId", adapters.List(company, present), `["` + company + `","` + present + `"]`, "", ""},
		{"customerId", adapters.String(company), "", adapters.CodeUnknownAttribute, "customerIdStr"},
		{"oldStr", adapters.String("x"), "", adapters.CodeArchived, ""},
		{"old", adapters.String("x"), "", adapters.CodeUnknownAttribute, ""},
		{"plann", adapters.String("pro"), "", adapters.CodeUnknownAttribute, `did you mean "plan"`},
		{"plann", adapters.Clear(), "", adapters.CodeUnknownAttribute, `did you mean "plan"`},
		{"freeNum", adapters.Int(1), "", adapters.CodeUnknownAttribute, "freeStr"},
		{"nothing", adapters.String("x"), "", adapters.CodeUnknownAttribute, ""},
	} {
		t.Run(fmt.Sprintf("%s as %s", test.name, test.value.Kind()), func(t *testing.T) {
			server, _ := start(t, defined)
			adapter := configured(t, server, kustomer.Config{Strict: true})
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{test.name: test.value})
			if test.code != "" {
				var failure *adapters.Error
				if !errors.As(err, &failure) || failure.Code != test.code || failure.Name != test.name || failure.Effect != adapters.EffectNone || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v, want %s and %q", err, test.code, test.says)
				}
				if slices.ContainsFunc(requests(server), func(r string) bool { return !strings.HasPrefix(r, "GET ") }) {
					t.Errorf("sent %q", requests(server))
				}
				return
			}
			// The conversation has planStr "pro" and nothing else.
			custom := server.State().Conversations[present].Custom
			if test.name != "plan" {
				delete(custom, "planStr")
			}
			var stored []string
			for _, raw := range custom {
				stored = append(stored, string(raw))
			}
			if err != nil || strings.Join(stored, " ") != test.stored {
				t.Errorf("%v; stored %q, want %q", err, stored, test.stored)
			}
		})
	}
}

// TestStrictTellsAll: each bad attribute, with its own code, and nothing is sent
// but the read of the definitions.
func TestStrictTellsAll(t *testing.T) {
	server, _ := start(t, map[string]kustomertest.Property{"planStr": {Enumeration: values(`"free"`)}, "sumNum": {}})
	adapter := configured(t, server, kustomer.Config{Strict: true})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(present), adapters.Attributes{
		"plan": adapters.String("gold"), "sum": adapters.Bool(true), "no_such": adapters.Clear(),
	})
	var failure *adapters.Error
	if !errors.As(err, &failure) || len(failure.Details) != 3 {
		t.Fatalf("%v", err)
	}
	codes := map[string]adapters.Code{}
	for _, detail := range failure.Details {
		codes[detail.Name] = detail.Code
	}
	want := map[string]adapters.Code{"plan": adapters.CodeNotAChoice, "sum": adapters.CodeWrongType, "no_such": adapters.CodeUnknownAttribute}
	for name, code := range want {
		if codes[name] != code {
			t.Errorf("%s: %s, want %s", name, codes[name], code)
		}
	}
	for _, request := range server.Requests() {
		if request.Method != http.MethodGet || !strings.Contains(request.Path, "/metadata/") {
			t.Errorf("sent %s %s", request.Method, request.Path)
		}
	}
	if strings.Contains(err.Error(), "gold") {
		t.Errorf("the error tells the value: %v", err)
	}
}
