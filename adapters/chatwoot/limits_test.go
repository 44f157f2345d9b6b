package chatwoot_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// TestStoredOverTheLimit: the server refuses each merge into a map with a text
// that is too long; replacing works where the call removes the text.
func TestStoredOverTheLimit(t *testing.T) {
	long := json.RawMessage(`"` + strings.Repeat("é", 1501) + `"`)
	for _, version := range []string{"4.16.2", "4.17.0"} {
		for _, test := range []struct {
			name    string
			stored  map[string]json.RawMessage
			changes adapters.Attributes
			blamed  map[string]adapters.Code // nil for a write that works
		}{
			{"changed", map[string]json.RawMessage{"note": long}, adapters.Attributes{"note": adapters.String("short"), "vip": adapters.Bool(true)}, nil},
			{"cleared", map[string]json.RawMessage{"note": long}, adapters.Attributes{"note": adapters.Clear(), "vip": adapters.Bool(true)}, nil},
			{"cleared alone", map[string]json.RawMessage{"note": long}, adapters.Attributes{"note": adapters.Clear()}, nil},
			{"one changed, one cleared", map[string]json.RawMessage{"note": long, "memo": long}, adapters.Attributes{"note": adapters.String("short"), "memo": adapters.Clear()}, nil},
			{"kept", map[string]json.RawMessage{"note": long}, orders, map[string]adapters.Code{"remark": adapters.CodeTooLong}},
			{"two kept", map[string]json.RawMessage{"note": long, "count": json.RawMessage("10000000000"), "memo": long}, orders,
				map[string]adapters.Code{"count": adapters.CodeTooLarge, "memo": adapters.CodeTooLong, "remark": adapters.CodeTooLong}},
			{"one cleared, one kept", map[string]json.RawMessage{"note": long, "memo": long}, adapters.Attributes{"memo": adapters.Clear()},
				map[string]adapters.Code{"remark": adapters.CodeTooLong}},
			{"only what is over is blamed", map[string]json.RawMessage{"note": long, "fine": json.RawMessage("9999999999"), "nested": json.RawMessage(`[` + string(long) + `]`), "float": json.RawMessage("1000000000000.5")},
				orders, map[string]adapters.Code{"remark": adapters.CodeTooLong}},
		} {
			for what, options := range map[string][]adapters.UpdateOption{"": nil, ", verified": {adapters.Verify()}} {
				t.Run(version+" "+test.name+what, func(t *testing.T) {
					stored := map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)}
					for key, raw := range test.stored {
						stored[key] = raw
					}
					server, _ := start(t, version, "agent", stored)
					adapter := openWith(t, server.URL, func(c *config) {
						c.Aliases = map[adapters.Kind]map[string]string{adapters.Conversation: {"remark": "note"}}
					})
					changes := adapters.Attributes{}
					for name, value := range test.changes {
						if name == "note" {
							name = "remark"
						}
						changes[name] = value
					}
					_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, options...)
					if test.blamed == nil {
						got := server.State().Conversations["7"].CustomAttributes
						if err != nil || string(got["plan"]) != `"pro"` || len(got["note"]) > 100 || len(got["memo"]) > 100 {
							t.Errorf("stored %.200s, %v", got, err)
						}
						return
					}
					var failure *adapters.Error
					if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Effect != adapters.EffectNone || failure.Status != 422 {
						t.Fatalf("%v", err)
					}
					details := failure.Details
					if details == nil {
						details = []*adapters.Error{failure}
					}
					if len(details) != len(test.blamed) {
						t.Errorf("%d attributes are blamed, want %d: %v", len(details), len(test.blamed), err)
					}
					for _, d := range details {
						if d.Code != test.blamed[d.Name] || d.Effect != adapters.EffectNone || d.RequestID == "" {
							t.Errorf("%s: code %q, effect %v, request %q", d.Name, d.Code, d.Effect, d.RequestID)
						}
					}
					if text := err.Error(); !strings.Contains(text, "set or clear it in the same call") || strings.Contains(text, "éé") {
						t.Errorf("the error says %.300s", text)
					}
				})
			}
		}
	}
}

// TestRefusedForAnotherReason: a 422 that no stored value explains blames none.
func TestRefusedForAnotherReason(t *testing.T) {
	server, adapter := start(t, "4.16.2", "agent", map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)})
	server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "updateConversationCustomAttributes", Status: 422, Body: `{"message":"no","attributes":["status"]}`})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders)
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Name != "" || failure.Code != adapters.CodeRejected || failure.Effect != adapters.EffectNone {
		t.Errorf("%v", err)
	}
}

// TestForeignWriteBesideAStoredValueOverTheLimit: the answer to the proof shows a
// value for which a merge would be refused. By the time the map is replaced instead,
// somebody else may have mended it, or changed what the caller expects.
func TestForeignWriteBesideAStoredValueOverTheLimit(t *testing.T) {
	long := `"` + strings.Repeat("é", 1501) + `"`
	expected := adapters.IfEqual(adapters.Attributes{"plan": adapters.String("pro")})
	for _, test := range []struct {
		name    string
		option  adapters.UpdateOption
		foreign string
		want    string // of the map
		class   error
	}{
		{"mended, verified", adapters.Verify(), `{"plan":"pro","foreign":1}`, `{"plan":"pro","foreign":1,"order_id":"12345"}`, adapters.ErrConflict}, // what was removed is told
		{"mended, with an expectation", expected, `{"plan":"pro","foreign":1}`, `{"plan":"pro","foreign":1,"order_id":"12345"}`, nil},
		{"not as expected", expected, `{"plan":"free"}`, `{"plan":"free"}`, adapters.ErrConflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serveWith(t, attributes{"plan": json.RawMessage(`"pro"`), "note": json.RawMessage(long)}, chatwoottest.Version("4.17.0"))
			adapter := hook(t, server, nil, func(n int) {
				if n == 2 { // the read, the proof
					foreignWrite(t, server, test.foreign)
				}
			})
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"order_id": adapters.String("12345")}, test.option)
			if !errors.Is(err, test.class) {
				t.Errorf("%v, want %v", err, test.class)
			}
			var want attributes
			if err := json.Unmarshal([]byte(test.want), &want); err != nil || !equal(storedIn(server), want) {
				t.Errorf("stored %.200s, want %s", storedIn(server), test.want)
			}
		})
	}
}
