package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/internal/matrix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestFaults: each request of each call, struck by each fault.
func TestFaults(t *testing.T) { matrix.Run(t, faultWorlds()...) }

func faultWorlds() []matrix.World {
	worlds := []matrix.World{
		faultWorld(adapters.Conversation, "4.16.2", false, true),
		faultWorld(adapters.Conversation, "4.17.0", false, true),
		faultWorld(adapters.Conversation, "4.17.0", true, true),
		faultWorld(adapters.Conversation, "4.17.0", false, false),
		faultWorld(adapters.Conversation, "4.17.0", false, true, chatwoottest.IgnoresMerge()),
		faultWorld(adapters.Contact, "4.17.0", false, true),
		faultWorld(adapters.Contact, "4.17.0", false, false),
	}
	worlds[2].Name += ", proven"
	worlds[2].Calls = []string{"set one", "set two and clear one", "clear one", "set two and clear one, verified", "set one if equal"}
	worlds[3].Name += ", with nothing else" // so that the answer to a merge does not tell whether it was one
	worlds[4].Name += ", a fork that lies"
	worlds[4].Lies = true
	worlds[3].Calls = []string{"set two and clear one, verified"} // it is the longest
	worlds[4].Calls = worlds[3].Calls
	worlds[6].Name += ", one of many" // of which a second page tells
	worlds[6].Lookup = &adapters.Lookup{By: adapters.ByExternalID, Value: "crm-7"}
	worlds[6].Calls = []string{"find"}
	return worlds
}

// faultWorld is conversation and contact 7. Proven: another conversation has
// shown that the server merges. Full: 7 holds what no call names.
func faultWorld(kind adapters.Kind, version string, proven, full bool, options ...chatwoottest.Option) matrix.World {
	values := map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`), "vip": json.RawMessage(`true`)}
	if full {
		values["kept"] = json.RawMessage(`{"id":9007199254740993,"text":"a<b>&c","price":1.5}`)
	}
	state := chatwoottest.State{
		AccountID: 1, Tokens: map[string]string{"secret-token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: values}, "8": {CustomAttributes: values}},
		Contacts:      map[string]chatwoottest.Contact{"7": {Name: "Robin Example", CustomAttributes: values, Identifier: "crm-7"}},
		Definitions:   append(definitions("conversation_attribute"), definitions("contact_attribute")...),
	}
	w := matrix.World{
		Name: fmt.Sprintf("%s on %s", kind, version), Rules: rules, Ref: adapters.Ref{Kind: kind, ID: "7"},
		Replaced: matrix.Attribute{Name: "plan", Key: "plan", Old: adapters.String("pro"), New: adapters.String("free"), Stored: json.RawMessage(`"free"`)},
		Added:    matrix.Attribute{Name: "order_id", Key: "order_id", New: adapters.String("012345"), Stored: json.RawMessage(`"012345"`)},
		Cleared:  matrix.Attribute{Name: "vip", Key: "vip", Old: adapters.Bool(true)},
		More: []matrix.Answer{
			{Name: "401 nobody", Status: 401, Body: `{"errors":["You need to sign in or sign up before continuing."]}`},
			{Name: "401 token", Status: 401, Body: `{"error":"Invalid Access Token"}`},
			{Name: "401 role", Status: 401, Body: `{"error":"You are not authorized to do this action"}`},
			{Name: "404 record", Status: 404, Body: `{"error":"Resource could not be found"}`},
			{Name: "404 route", Status: 404, Body: `{"status":404,"error":"Not Found"}`},
			{Name: "422 statement timeout", Status: 422, Body: `{"error":"slow"}`},
			{Name: "422 validation", Status: 422, Body: `{"message":"too long","attributes":["custom_attributes"]}`},
		},
	}
	if kind == adapters.Contact && !full {
		for i := range 15 { // with 7, more than a page
			state.Contacts[fmt.Sprint(100+i)] = chatwoottest.Contact{Name: "Another", Identifier: fmt.Sprintf("crm-7%d", i)}
		}
	}
	state.Version = version
	options = append(options, chatwoottest.WithState(state))
	w.Serve = func(t matrix.TB) matrix.Server {
		server := chatwoottest.New(t, options...)
		return matrix.Server{Server: server.Server, Reset: func() { server.SetState(state) }, Stored: func() map[string]json.RawMessage { return stored(server, kind) }}
	}
	w.Open = func(t matrix.TB, url string, client *http.Client, timeout time.Duration, strict bool) adapters.Adapter {
		adapter := openWith(t, url, func(c *config) {
			c.Transport.Client, c.Transport.Timeout, c.Strict = client, timeout, strict
		})
		if proven {
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("8"), adapters.Attributes{"plan": adapters.String("free")}); err != nil {
				t.Fatalf("%v", err)
			}
		}
		return adapter
	}
	return w
}

// rules are those of the package documentation.
var rules = matrix.Rules{
	Harmless: func(a *matrix.Attempt) bool { return removes(a) && strings.Contains(a.Body, "[]") },
	BuiltOnRead: func(a *matrix.Attempt) bool {
		return writesConversation(a) && !merges(a)
	},
	Passes: statementTimeout,
	Class: func(a *matrix.Attempt) (adapters.Code, error) {
		said := words(a)
		switch {
		// A 401 that says nothing of Chatwoot's is not its own: a proxy's, say. No row
		// of the table is about it, and the status decides.
		case a.Status == 401 && said.Error != "" && said.Error != "Invalid Access Token":
			return adapters.CodeNotPermitted, adapters.ErrForbidden
		case statementTimeout(a):
			return adapters.CodeTimeout, adapters.ErrUnavailable
		}
		return "", nil
	},
	AnotherWay: replacesInstead,
}

// replacesInstead: what is asked of a server that merges may fail where a
// replacement does not. The server may not know the route (404, the server's or a
// proxy's; not that of a record), the token may not remove (401 of a role), it
// may refuse what is stored (422), or crash over a column that is NULL (500).
func replacesInstead(failed *matrix.Attempt, before []*matrix.Attempt) bool {
	said := words(failed)
	switch {
	case !removes(failed) && !(writesConversation(failed) && merges(failed)), !strings.Contains(failed.Path, "/conversations/"):
		return false
	case strings.Contains(failed.Body, `"custom_attributes":{}`):
		// A merge of nothing asks what became of a merge before it. If that breaks
		// off, the error says so: the documentation promises no more.
		return false
	}
	switch failed.Status {
	case 401:
		return said.Error != "" && said.Error != "Invalid Access Token"
	case 404:
		return said.Status == 404 || said.Error == ""
	case 422:
		return !statementTimeout(failed)
	case 500:
		// After an answer with a map the column is not NULL, and a merge that crashed
		// may have been done, by a server that lies as a replacement. To remove once
		// more, by replacing, does no harm.
		return removes(failed) || !seen(before)
	}
	return false
}

// seen: an answer has shown the conversation's map.
func seen(attempts []*matrix.Attempt) bool {
	for _, a := range attempts {
		if a.Status == 200 && strings.Contains(a.Path, "/conversations/") {
			return true
		}
	}
	return false
}

func removes(a *matrix.Attempt) bool { return strings.HasSuffix(a.Path, "/destroy_custom_attributes") }

func writesConversation(a *matrix.Attempt) bool {
	return strings.Contains(a.Path, "/conversations/") && strings.HasSuffix(a.Path, "/custom_attributes")
}

func merges(a *matrix.Attempt) bool { return strings.Contains(a.Body, `"merge":true`) }

func statementTimeout(a *matrix.Attempt) bool {
	said := words(a)
	return a.Status == 422 && said.Error != "" && said.Attributes == nil
}

type said struct {
	Status     int
	Error      string
	Attributes []string
}

func words(a *matrix.Attempt) (s said) {
	if json.Unmarshal(a.Answer, &s) != nil {
		return said{}
	}
	return s
}
