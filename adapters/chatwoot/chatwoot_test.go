package chatwoot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// start is a fake with conversation 7 and contact 7, and an adapter for it with
// the token of an agent or an agent bot.
func start(t *testing.T, version, role string, attributes map[string]json.RawMessage) (*chatwoottest.Server, *chatwoot.Adapter) {
	t.Helper()
	server := chatwoottest.New(t, chatwoottest.Version(version), chatwoottest.WithState(chatwoottest.State{
		AccountID: 1, Tokens: map[string]string{"secret-token": role},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: attributes}, "8": {CustomAttributes: map[string]json.RawMessage{}}},
		Contacts:      map[string]chatwoottest.Contact{"7": {Name: "Robin Example", CustomAttributes: attributes}},
	}))
	return server, open(t, server.URL, nil)
}

// requests are the requests so far, each as method, path and body.
func requests(server *chatwoottest.Server) []string {
	var lines []string
	for _, r := range server.Requests() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Body)))
	}
	return lines
}

func check(t *testing.T, server *chatwoottest.Server, want ...string) {
	t.Helper()
	if got := requests(server); !slices.Equal(got, want) {
		t.Errorf("sent\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

const conversation = "/api/v1/accounts/1/conversations/7"

var orders = adapters.Attributes{"order_id": adapters.String("12345"), "previous_conversation": adapters.String("67890")}

func TestOnTheWire(t *testing.T) {
	plan := map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)}
	proof := "POST " + conversation + `/destroy_custom_attributes {"custom_attributes":[]}`
	for _, test := range []struct {
		name, version, role string
		ref                 adapters.Ref
		changes             adapters.Attributes
		want                []string
	}{
		{"conversation on an old server", "4.16.2", "agent", adapters.ConversationRef("7"), orders, []string{
			proof, "GET " + conversation,
			"POST " + conversation + `/custom_attributes {"custom_attributes":{"order_id":"12345","plan":"pro","previous_conversation":"67890"}}`,
		}},
		{"conversation on a new server", "4.17.0", "agent", adapters.ConversationRef("7"), orders, []string{
			proof, "POST " + conversation + `/custom_attributes {"custom_attributes":{"order_id":"12345","previous_conversation":"67890"},"merge":true}`,
		}},
		{"conversation with a bot's token", "4.17.0", "agent_bot", adapters.ConversationRef("7"), adapters.Attributes{"plan": adapters.Clear()}, []string{
			"POST " + conversation + `/destroy_custom_attributes {"custom_attributes":["plan"]}`, "GET " + conversation, "POST " + conversation + `/custom_attributes {"custom_attributes":{}}`,
		}},
		{"set and clear", "4.17.0", "agent", adapters.ConversationRef("7"), adapters.Attributes{"order_id": adapters.String("12345"), "plan": adapters.Clear()}, []string{
			proof, "POST " + conversation + `/destroy_custom_attributes {"custom_attributes":["plan"]}`,
			"POST " + conversation + `/custom_attributes {"custom_attributes":{"order_id":"12345"},"merge":true}`,
			"GET " + conversation, "POST " + conversation + `/custom_attributes {"custom_attributes":{},"merge":true}`, // nothing else was there to prove it
		}},
		{"clear alone, which needs no proof", "4.17.0", "agent", adapters.ConversationRef("7"), adapters.Attributes{"plan": adapters.Clear()}, []string{
			"POST " + conversation + `/destroy_custom_attributes {"custom_attributes":["plan"]}`,
		}},
		{"contact", "4.16.2", "agent", adapters.ContactRef("7"), orders, []string{
			`PATCH /api/v1/accounts/1/contacts/7 {"custom_attributes":{"order_id":"12345","previous_conversation":"67890"}}`,
		}},
		{"contact, clear", "4.16.2", "agent", adapters.ContactRef("7"), adapters.Attributes{"plan": adapters.Clear()}, []string{
			`POST /api/v1/accounts/1/contacts/7/destroy_custom_attributes {"custom_attributes":["plan"]}`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, adapter := start(t, test.version, test.role, plan)
			if _, err := adapter.UpdateAttributes(t.Context(), test.ref, test.changes); err != nil {
				t.Fatal(err)
			}
			check(t, server, test.want...)
			for _, r := range server.Requests() {
				if r.Header.Get("api-access-token") != "secret-token" || r.Header.Get("Authorization") != "" {
					t.Errorf("%s %s: headers %v", r.Method, r.Path, r.Header)
				}
				if len(r.Body) > 0 && r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: content type %s", r.Method, r.Path, r.Header.Get("Content-Type"))
				}
			}
		})
	}
}

// TestProofIsAskedOnce: what the first write found out, the others take over.
func TestProofIsAskedOnce(t *testing.T) {
	for _, test := range []struct{ version, role string }{{"4.16.2", "agent"}, {"4.17.0", "agent"}, {"4.17.0", "agent_bot"}} {
		t.Run(test.version+" "+test.role, func(t *testing.T) {
			server, adapter := start(t, test.version, test.role, map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)})
			for _, id := range []string{"7", "8", "7"} {
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(id), orders); err != nil {
					t.Fatal(err)
				}
			}
			proofs := 0
			for _, line := range requests(server) {
				if strings.Contains(line, `"custom_attributes":[]`) {
					proofs++
				}
			}
			if proofs != 1 {
				t.Errorf("%d proofs, want one", proofs)
			}
			if got := string(server.State().Conversations["7"].CustomAttributes["plan"]); got != `"pro"` {
				t.Errorf("plan is %s", got)
			}
		})
	}
}

// TestNoProofWithoutARecord: a conversation that does not exist proves nothing.
func TestNoProofWithoutARecord(t *testing.T) {
	for _, version := range []string{"4.16.2", "4.17.0"} {
		server, adapter := start(t, version, "agent", map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)})
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("9"), orders); !errors.Is(err, adapters.ErrNotFound) {
			t.Errorf("%s: %v", version, err)
		}
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders); err != nil || len(server.State().Conversations["7"].CustomAttributes) != 3 {
			t.Errorf("%s: %v, stored %v", version, err, server.State().Conversations["7"].CustomAttributes)
		}
	}
}

// TestNullColumn: a map that is SQL NULL makes the server crash on merging.
func TestNullColumn(t *testing.T) {
	for _, version := range []string{"4.16.2", "4.17.0"} {
		for _, proven := range []bool{false, true} {
			server, adapter := start(t, version, "agent", nil)
			if proven {
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("8"), orders); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := adapter.Attributes(t.Context(), adapters.ConversationRef("7")); err != nil || len(got) != 0 {
				t.Errorf("%s: read %v, %v", version, got, err)
			}
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders); err != nil || len(server.State().Conversations["7"].CustomAttributes) != 2 {
				t.Errorf("%s, proven %v: %v, stored %v", version, proven, err, server.State().Conversations["7"].CustomAttributes)
			}
		}
	}
}

// TestNullColumnOfAContact: such a contact is read as one without attributes, and
// the server crashes whatever is written.
func TestNullColumnOfAContact(t *testing.T) {
	server, adapter := start(t, "4.17.0", "agent", nil)
	if got, err := adapter.Attributes(t.Context(), adapters.ContactRef("7")); err != nil || len(got) != 0 {
		t.Errorf("read %v, %v", got, err)
	}
	for name, changes := range map[string]adapters.Attributes{"set": orders, "clear": {"plan": adapters.Clear()}} {
		before := len(server.Requests())
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef("7"), changes)
		var failure *adapters.Error
		if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrUnavailable) || failure.Effect != adapters.EffectUnknown {
			t.Errorf("%s: %v", name, err)
		}
		if sent := len(server.Requests()) - before; sent != 1 || server.State().Contacts["7"].CustomAttributes != nil {
			t.Errorf("%s: %d requests, stored %v", name, sent, server.State().Contacts["7"].CustomAttributes)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		class  error
		code   adapters.Code
		sent   int
	}{
		{"no token", 401, `{"errors":["You need to sign in or sign up before continuing."]}`, adapters.ErrUnauthenticated, adapters.CodeBadToken, 1},
		{"unknown token", 401, `{"error":"Invalid Access Token"}`, adapters.ErrUnauthenticated, adapters.CodeBadToken, 1},
		{"role too low", 401, `{"error":"Vous n'êtes pas autorisé"}`, adapters.ErrForbidden, adapters.CodeNotPermitted, 1},
		{"statement timeout", 422, `{"error":"La requête a pris trop de temps"}`, adapters.ErrUnavailable, adapters.CodeTimeout, 3},
		{"record invalid", 422, `{"message":"Nom trop long","attributes":["name"]}`, adapters.ErrInvalid, adapters.CodeRejected, 1},
		{"throttled", 429, "Retry later\n", adapters.ErrRateLimited, adapters.CodeRateLimited, 3},
		{"an HTML page", 404, "<html>", adapters.ErrNotFound, adapters.CodeRecordNotFound, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, adapter := start(t, "4.17.0", "agent", nil)
			server.SetFaults(chatwoottest.Fault{Type: "status", Times: -1, Status: test.status, Body: test.body})
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef("7"), orders)
			var failure *adapters.Error
			if !errors.As(err, &failure) || !errors.Is(err, test.class) || failure.Code != test.code || failure.Effect != adapters.EffectNone {
				t.Errorf("%v (class %v, code %v, effect %v)", err, failure.Class, failure.Code, failure.Effect)
			}
			if sent := len(server.Requests()); sent != test.sent {
				t.Errorf("%d requests, want %d", sent, test.sent)
			}
		})
	}
}

// TestProofTimesOut: a database that gives up says nothing of the server's way
// with merging, and nothing is replaced because of it.
func TestProofTimesOut(t *testing.T) {
	server, adapter := start(t, "4.17.0", "agent", nil)
	server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "destroyConversationCustomAttributes", Times: -1, Status: http.StatusUnprocessableEntity, Body: `{"error":"slow"}`})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders)
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrUnavailable) || failure.Effect != adapters.EffectNone || len(server.Requests()) != 3 {
		t.Errorf("%v after %d requests, want three proofs and no more", err, len(server.Requests()))
	}
}

// TestPartialEffect: the removal was applied, the merge was not.
func TestPartialEffect(t *testing.T) {
	server, adapter := start(t, "4.17.0", "agent", map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)})
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders); err != nil {
		t.Fatal(err)
	}
	server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "updateConversationCustomAttributes", Times: -1, Status: http.StatusServiceUnavailable})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true), "plan": adapters.Clear()})
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Effect != adapters.EffectPartial || !errors.Is(err, adapters.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

func TestEscapeHatch(t *testing.T) {
	_, adapter := start(t, "4.17.0", "agent", nil)
	if version, err := adapter.API().GetServerVersion(t.Context()); err != nil || version.Version != "4.17.0" {
		t.Errorf("%+v, %v", version, err)
	}
}

func TestConfig(t *testing.T) {
	token := adapters.StaticToken("secret-token")
	for name, test := range map[string]struct {
		config chatwoot.Config
		want   []string
	}{
		"nothing": {chatwoot.Config{}, []string{"URL", "AccountID", "Token"}},
		"all at once": {chatwoot.Config{Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}, adapters.Contact: {"": "x", "y": ""}}},
			[]string{"URL", "AccountID", "Token", "company", `"" means "x"`, `"y" means ""`}},
		"http":      {chatwoot.Config{URL: "http://chat.example", AccountID: 1, Token: token}, []string{"https"}},
		"a account": {chatwoot.Config{URL: "https://chat.example", AccountID: -1, Token: token}, []string{"AccountID"}},
		"aliases": {chatwoot.Config{URL: "https://chat.example", AccountID: 1, Token: token,
			Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}}}, []string{"company"}},
	} {
		_, err := chatwoot.New(test.config)
		for _, want := range test.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v does not name %s", name, err, want)
			}
		}
	}
}
