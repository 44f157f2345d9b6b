package dixa_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// requests are the requests so far, each as method, path and body.
func requests(server *dixatest.Server) []string {
	var lines []string
	for _, r := range server.Requests() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Body)))
	}
	return lines
}

const (
	orderID = "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"
	topic   = "e14708a6-eed9-495c-9d88-c72331e9e247"
)

// start starts a fake and an adapter for it, both with what is changed of them.
func start(t *testing.T, version string, changes ...func(*dixatest.State, *dixa.Config)) (*dixatest.Server, *dixa.Adapter) {
	t.Helper()
	server := dixatest.New(t)
	state := server.State()
	config := dixa.Config{
		URL: server.URL + version, Token: adapters.StaticToken("token"),
		Transport: transport.Options{Limiter: &transport.Limiter{Off: true}}, // a fake has no limit
	}
	for _, change := range changes {
		change(&state, &config)
	}
	server.SetState(state)
	adapter, err := dixa.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return server, adapter
}

func TestOnTheWire(t *testing.T) {
	for _, test := range []struct {
		name, version string
		ref           adapters.Ref
		changes       adapters.Attributes
		want          []string
	}{
		{"ids", "/v1", adapters.ConversationRef("42"), adapters.Attributes{orderID: adapters.String("012345"), topic: adapters.List("str1", "str2")}, []string{
			`PATCH /v1/conversations/42/custom-attributes {"` + orderID + `":"012345","` + topic + `":["str1","str2"]}`,
		}},
		{"ids, beta", "/beta", adapters.ConversationRef("42"), adapters.Attributes{strings.ToUpper(orderID): adapters.String("012345")}, []string{
			`PATCH /beta/conversations/42/custom-attributes {"` + orderID + `":"012345"}`,
		}},
		{"identifier and label", "/v1", adapters.ConversationRef("42"), adapters.Attributes{"order_id": adapters.String("012345"), "Topic": adapters.Clear()}, []string{
			"GET /v1/custom-attributes", `PATCH /v1/conversations/42/custom-attributes {"` + orderID + `":"012345","` + topic + `":null}`,
		}},
		{"end user", "/v1", adapters.ContactRef(strings.ToUpper(endUser)), adapters.Attributes{orderID: adapters.Clear()}, []string{
			`PATCH /v1/endusers/` + endUser + `/custom-attributes {"` + orderID + `":null}`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, adapter := start(t, test.version)
			_, err := adapter.UpdateAttributes(t.Context(), test.ref, test.changes)
			if err != nil && test.name != "end user" { // to whom that attribute does not belong
				t.Fatal(err)
			}
			if got := requests(server); !slices.Equal(got, test.want) {
				t.Errorf("sent\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
			for _, r := range server.Requests() {
				if r.Header.Get("Authorization") != "token" {
					t.Errorf("%s %s: Authorization is %q, want the bare token", r.Method, r.Path, r.Header.Get("Authorization"))
				}
			}
		})
	}
}

func TestNames(t *testing.T) {
	server, adapter := start(t, "/v1")
	state := server.State()
	state.Definitions = append(state.Definitions,
		dixatest.Definition{ID: key(1), EntityType: "Conversation", Identifier: "twin", Label: "First", InputDefinition: dixatest.InputDefinition{Type: "Text"}},
		dixatest.Definition{ID: key(2), EntityType: "Conversation", Identifier: "other", Label: "Same", InputDefinition: dixatest.InputDefinition{Type: "Text"}},
		dixatest.Definition{ID: key(3), EntityType: "Conversation", Identifier: "another", Label: "Same", InputDefinition: dixatest.InputDefinition{Type: "Text"}},
	)
	server.SetState(state)
	for name, test := range map[string]struct {
		key  string
		code adapters.Code
		says string
	}{
		"twin":         {key(1), "", ""},
		"First":        {key(1), "", ""},
		"Same":         {"", adapters.CodeAmbiguousAttribute, key(2)},
		"order_number": {"", adapters.CodeUnknownAttribute, ""}, // archived
		"gift_wrap":    {"", adapters.CodeUnknownAttribute, ""}, // deactivated
		"customer_id":  {"", adapters.CodeUnknownAttribute, ""}, // of end users
		"order_ids":    {"", adapters.CodeUnknownAttribute, `did you mean "order_id"`},
	} {
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{name: adapters.String("x")})
		var failure *adapters.Error
		switch {
		case test.code == "":
			if err != nil || string(server.State().Conversations["42"].CustomAttributes[test.key]) != `"x"` {
				t.Errorf("%s: %v", name, err)
			}
		case !errors.As(err, &failure) || failure.Code != test.code || !errors.Is(err, adapters.ErrInvalid) || !strings.Contains(err.Error(), test.says):
			t.Errorf("%s: %v, want %s and %q", name, err, test.code, test.says)
		}
	}
}

// TestRefusedPatch: whether a PATCH that is refused was done in part is unknown,
// and here it was.
func TestRefusedPatch(t *testing.T) {
	server, adapter := start(t, "/v1")
	state := server.State()
	state.PartialPatch = true
	server.SetState(state)
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{
		orderID: adapters.String("new"), topic: adapters.List("no such choice"),
	})
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Effect != adapters.EffectUnknown || failure.Status != http.StatusBadRequest || failure.Detail == "" {
		t.Errorf("%v", err)
	}
	if got := string(server.State().Conversations["42"].CustomAttributes[orderID]); got != `"new"` {
		t.Errorf("the fake did not do it in part: %s", got)
	}
}

func TestReadUsesIdentifiers(t *testing.T) {
	server, adapter := start(t, "/v1")
	got, err := adapter.Attributes(t.Context(), adapters.ConversationRef("42"))
	if err != nil || !got["order_id"].Equal(adapters.String("A-1001")) || !got["topic"].Equal(adapters.List("delivery", "late")) || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{"order_id": adapters.String("2")})
	if err != nil || result.Complete || !result.Attributes["order_id"].Equal(adapters.String("2")) {
		t.Errorf("%+v, %v; a patch's answer is never complete", result, err)
	}
	state := server.State()
	state.Conversations["42"].CustomAttributes[orderID] = json.RawMessage(`""`)
	server.SetState(state)
	if got, err := adapter.Attributes(t.Context(), adapters.ConversationRef("42")); err != nil || len(got) != 1 {
		t.Errorf("an empty text reads as %v, %v; want it absent", got, err)
	}
}

// TestNamesake: what was read of an archived attribute, written back, does not set
// the one that has its identifier, or that as its label, by now.
func TestNamesake(t *testing.T) {
	for name, rename := range map[string]func(*dixatest.Definition){
		"identifier": func(*dixatest.Definition) {},
		"label":      func(d *dixatest.Definition) { d.Identifier, d.Label = "order", "order_id" },
	} {
		server, adapter := start(t, "/v1", func(state *dixatest.State, _ *dixa.Config) {
			archived := state.Definitions[0]
			archived.ID, archived.IsArchived = key(1), true
			rename(&state.Definitions[0])
			state.Definitions = append(state.Definitions, archived)
			state.Conversations["42"] = dixatest.Conversation{CustomAttributes: map[string]json.RawMessage{key(1): json.RawMessage(`"old"`)}}
		})
		read, err := adapter.Attributes(t.Context(), adapters.ConversationRef("42"))
		if err != nil || len(read) != 1 || !read[key(1)].Equal(adapters.String("old")) {
			t.Errorf("%s: %v, %v; want the id", name, read, err)
		}
		_, _ = adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), read) // whether that can be set, nobody knows
		if got := server.State().Conversations["42"].CustomAttributes; len(got) != 1 {
			t.Errorf("%s: stored %s", name, got)
		}
	}
}

func TestEmptyIsRefused(t *testing.T) {
	server, adapter := start(t, "/v1")
	for name, value := range map[string]adapters.Value{
		"text": adapters.String(""), "link": adapters.Link(""), "path": adapters.List(), "part of a path": adapters.List("delivery", ""),
	} {
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{orderID: value}); !errors.Is(err, adapters.ErrUnsupported) {
			t.Errorf("an empty %s: %v", name, err)
		}
	}
	if len(server.Requests()) != 0 {
		t.Errorf("%d requests were sent", len(server.Requests()))
	}
}

// TestLimitedToken: at Dixa a 401 may also mean that the token's user may not.
func TestLimitedToken(t *testing.T) {
	server := dixatest.New(t)
	adapter, err := dixa.New(dixa.Config{URL: server.URL + "/v1", Token: adapters.StaticToken("limited"), Account: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{orderID: adapters.String("x")})
	if !errors.Is(err, adapters.ErrUnauthenticated) || !strings.HasPrefix(err.Error(), "dixa (acme): set conversation 42: ") {
		t.Errorf("%v", err)
	}
}

func TestConfig(t *testing.T) {
	var sent string
	server := dixatest.New(t, dixatest.InProcess())
	byDefault, err := dixa.New(dixa.Config{Token: adapters.StaticToken("token"), Transport: transport.Options{
		Client: server.Client(), Links: []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) { sent = r.URL.String(); return next.RoundTrip(r) })
		}},
	}})
	if err != nil {
		t.Fatalf("the default URL: %v", err)
	}
	if _, err := byDefault.Definitions(t.Context(), adapters.Conversation); err != nil || sent != "https://dev.dixa.io/v1/custom-attributes" {
		t.Errorf("by default it asks %s: %v", sent, err)
	}
	for name, config := range map[string]dixa.Config{
		"no token": {}, "no version": {URL: "https://dev.dixa.io", Token: adapters.StaticToken("x")}, "http": {URL: "http://dixa.example/v1", Token: adapters.StaticToken("x")},
		"aliases": {URL: "https://dev.dixa.io/v1", Token: adapters.StaticToken("x"), Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}}},
	} {
		if _, err := dixa.New(config); err == nil || !strings.HasPrefix(err.Error(), "dixa: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = dixa.New(dixa.Config{URL: "https://dev.dixa.io", Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}}})
	for _, want := range []string{"URL", "Token", "company"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("all at once: %v does not name %s", err, want)
		}
	}
}

func TestEscapeHatch(t *testing.T) {
	adapter, err := dixa.New(dixa.Config{Token: adapters.StaticToken("x")})
	if err != nil || adapter.API() == nil {
		t.Errorf("%v", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
