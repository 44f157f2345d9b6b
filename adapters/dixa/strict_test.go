package dixa_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

func strict(_ *dixatest.State, config *dixa.Config) { config.Strict = true }

const (
	trackingURL = "de110000-0000-4000-8000-000000000001"
	orderNumber = "de110000-0000-4000-8000-000000000003"
	giftWrap    = "de110000-0000-4000-8000-000000000004"
	customerID  = "de110000-0000-4000-8000-000000000005"
)

// TestStrict: the path must exist from the root, by values or labels, and values
// are sent.
func TestStrict(t *testing.T) {
	list, text := adapters.List, adapters.String
	for _, test := range []struct {
		what, name string
		value      adapters.Value
		stored     string
		code       adapters.Code
		says       string
	}{
		{"values", "topic", list("returns", "refund"), `["returns","refund"]`, "", ""},
		{"labels", "topic", list("Returns", "Refund"), `["returns","refund"]`, "", ""},
		{"both", "Topic", list("returns", "Exchange"), `["returns","exchange"]`, "", ""},
		{"by id", topic, list("Delivery", "late"), `["delivery","late"]`, "", ""},
		{"above a leaf", "topic", list("Returns"), `["returns"]`, "", ""}, // either truth: see TestLeavesOnly
		{"a text", "order_id", text("012345"), `"012345"`, "", ""},
		{"a link", "tracking_url", adapters.Link("https://a.example/1"), `"https://a.example/1"`, "", ""},
		{"clear", "topic", adapters.Clear(), ``, "", ""},

		{"unknown root", "topic", list("billing"), "", adapters.CodeNotAChoice, "delivery, returns, str1"},
		{"unknown below", "topic", list("returns", "late"), "", adapters.CodeNotAChoice, "refund, exchange"},
		{"not from the root", "topic", list("late"), "", adapters.CodeNotAChoice, "delivery"},
		{"below a leaf", "topic", list("delivery", "late", "very"), "", adapters.CodeNotAChoice, "no choices here"},
		{"retired", "topic", list("returns", "store_credit"), "", adapters.CodeNotAChoice, "no longer offered"},
		{"retired, by label", "topic", list("returns", "Store credit"), "", adapters.CodeNotAChoice, "no longer offered"},
		{"not a list", "topic", text("returns"), "", adapters.CodeWrongType, "path"},
		{"empty", "topic", list(), "", adapters.CodeWrongType, "path"},
		{"a list for a text", "order_id", list("a"), "", adapters.CodeWrongType, "text"},
		{"archived", orderNumber, text("x"), "", adapters.CodeArchived, ""},
		{"deactivated", giftWrap, list("yes"), "", adapters.CodeArchived, ""},
		{"archived, by name", "order_number", text("x"), "", adapters.CodeUnknownAttribute, ""},
		{"not defined", key(1), text("x"), "", adapters.CodeUnknownAttribute, ""},
		{"of end users", customerID, text("x"), "", adapters.CodeUnknownAttribute, ""},
		{"unknown", "topics", list("returns"), "", adapters.CodeUnknownAttribute, `did you mean "topic"`},
	} {
		for _, version := range []string{"/v1", "/beta"} {
			t.Run(test.what+version, func(t *testing.T) {
				server, adapter := start(t, version, strict)
				_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{test.name: test.value})
				if test.code == "" {
					key := definitionKey(test.name)
					if got := string(server.State().Conversations["42"].CustomAttributes[key]); err != nil || got != test.stored {
						t.Errorf("stored %s, want %s (%v)", got, test.stored, err)
					}
					return
				}
				var failure *adapters.Error
				if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Code != test.code || failure.Name != test.name ||
					failure.Effect != adapters.EffectNone || !strings.Contains(err.Error(), test.says) {
					t.Errorf("%v, want %s and %q", err, test.code, test.says)
				}
				nothingWritten(t, server)
			})
		}
	}
}

func definitionKey(name string) string {
	switch strings.ToLower(name) {
	case "topic", topic:
		return topic
	case "tracking_url":
		return trackingURL
	}
	return orderID
}

func nothingWritten(t *testing.T, server *dixatest.Server) {
	t.Helper()
	for _, r := range server.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

// TestStrictTogether: all that is bad is reported at once, and nothing sent.
func TestStrictTogether(t *testing.T) {
	server, adapter := start(t, "/v1", strict)
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{
		"topic": adapters.List("billing"), "order_id": adapters.List("x"), "tracking_url": adapters.String("fine"), orderNumber: adapters.String("x"),
	})
	var failure *adapters.Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	var got []string
	for _, detail := range failure.Details {
		got = append(got, detail.Name+" "+string(detail.Code))
	}
	if want := []string{orderNumber + " archived", "order_id wrong_type", "topic not_a_choice"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	nothingWritten(t, server)
}

// TestRetiredTwin: an option that was replaced by one of the same label does not
// stand in its way.
func TestRetiredTwin(t *testing.T) {
	server, adapter := start(t, "/v1", strict, func(state *dixatest.State, _ *dixa.Config) {
		options := &state.Definitions[1].InputDefinition.Options
		*options = append([]dixatest.SelectOption{
			{ID: key(1), Label: "Delivery", Value: "old_delivery", IsDeactivated: true},
			{ID: key(2), Label: "Returns", Value: "returns", IsDeactivated: true},
		}, *options...)
	})
	for _, path := range [][]string{{"Delivery", "Late"}, {"returns", "refund"}} {
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{"topic": adapters.List(path...)}); err != nil {
			t.Errorf("%v: %v", path, err)
		}
	}
	if got := string(server.State().Conversations["42"].CustomAttributes[topic]); got != `["returns","refund"]` {
		t.Errorf("stored %s", got)
	}
}

// TestLeavesOnly: should Dixa refuse a path that ends above a leaf, it says so,
// and nothing else becomes of it.
func TestLeavesOnly(t *testing.T) {
	server, adapter := start(t, "/v1", strict, func(state *dixatest.State, _ *dixa.Config) { state.LeavesOnly = true })
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{"topic": adapters.List("returns")}, adapters.Verify())
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Status != http.StatusBadRequest || failure.Detail == "" || failure.Effect != adapters.EffectUnknown {
		t.Errorf("%v", err)
	}
	if got := string(server.State().Conversations["42"].CustomAttributes[topic]); got != `["delivery","late"]` {
		t.Errorf("stored %s", got)
	}
}

// TestWithoutStrict: what fits no definition goes as it is, and Dixa judges it.
func TestWithoutStrict(t *testing.T) {
	server, adapter := start(t, "/v1")
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{topic: adapters.List("Returns", "no such thing")})
	want := []string{`PATCH /v1/conversations/42/custom-attributes {"` + topic + `":["Returns","no such thing"]}`}
	if got := requests(server); !errors.Is(err, adapters.ErrInvalid) || !slices.Equal(got, want) {
		t.Errorf("sent %q (%v), want %q", got, err, want)
	}
}

// TestStrictWithoutDefinitions: definitions that cannot be read are an error that
// says so.
func TestStrictWithoutDefinitions(t *testing.T) {
	server, adapter := start(t, "/v1", strict)
	server.SetFaults(dixatest.Fault{Type: "status", Operation: "listCustomAttributeDefinitions", Status: http.StatusForbidden, Times: -1})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{topic: adapters.List("returns")})
	if !errors.Is(err, adapters.ErrForbidden) || !strings.Contains(err.Error(), "definitions") {
		t.Errorf("%v", err)
	}
	nothingWritten(t, server)
}
