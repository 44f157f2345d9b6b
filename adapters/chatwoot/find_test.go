package chatwoot_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// crowd is a server with contacts that nearly match.
func crowd(t *testing.T, contacts map[string]chatwoottest.Contact) (*chatwoottest.Server, adapters.Finder) {
	t.Helper()
	server := chatwoottest.New(t, chatwoottest.WithState(chatwoottest.State{
		Tokens: map[string]string{"secret-token": "agent"}, Contacts: contacts,
	}))
	return server, open(t, server.URL, nil)
}

func TestFind(t *testing.T) {
	contacts := map[string]chatwoottest.Contact{
		"1": {Name: "robin@example.com", Email: "robin@example.community"},
		"2": {Name: "Robin", Email: "robin@example.com", PhoneNumber: "+4512345678", Identifier: "cus_1"},
		"3": {Name: "Not Robin", Email: "not-robin@example.com", PhoneNumber: "+45123456789", Identifier: "cus_12"},
		"4": {Name: "+4512345678 and cus_1", Email: "old@example.com", Identifier: "CUS_1"},
		"5": {Name: "cus_1", Identifier: `a\b 100% +/?&#é`},
		"6": {Name: "upper", Email: "Upper@Example.com", Identifier: "robin@example.com"}, // from before addresses were lowered
	}
	for _, test := range []struct {
		name string
		by   adapters.Lookup
		want []string
	}{
		{"e-mail", adapters.Lookup{By: adapters.ByEmail, Value: "robin@example.com"}, []string{"2"}},
		{"e-mail in another case", adapters.Lookup{By: adapters.ByEmail, Value: "ROBIN@Example.COM"}, []string{"2"}},
		{"e-mail stored in another case", adapters.Lookup{By: adapters.ByEmail, Value: "upper@example.com"}, []string{"6"}},
		{"a part of an e-mail", adapters.Lookup{By: adapters.ByEmail, Value: "robin@example"}, nil},
		{"phone", adapters.Lookup{By: adapters.ByPhone, Value: "+4512345678"}, []string{"2"}},
		{"phone without its plus", adapters.Lookup{By: adapters.ByPhone, Value: "4512345678"}, nil},
		{"external id", adapters.Lookup{By: adapters.ByExternalID, Value: "cus_1"}, []string{"2"}},
		{"external id in another case", adapters.Lookup{By: adapters.ByExternalID, Value: "CUS_1"}, []string{"4"}},
		{"external id that looks like an address", adapters.Lookup{By: adapters.ByExternalID, Value: "robin@example.com"}, []string{"6"}},
		{"external id with letters that mean something", adapters.Lookup{By: adapters.ByExternalID, Value: `a\b 100% +/?&#é`}, []string{"5"}},
		{"a name", adapters.Lookup{By: adapters.ByExternalID, Value: "upper"}, nil},
		{"a contact's own number", adapters.Lookup{By: adapters.ByExternalID, Value: "3"}, nil},
		{"everything", adapters.Lookup{By: adapters.ByExternalID, Value: "%"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, finder := crowd(t, contacts)
			refs, err := finder.Find(t.Context(), adapters.Contact, test.by)
			var ids []string
			for _, ref := range refs {
				ids = append(ids, ref.ID)
			}
			if !slices.Equal(ids, test.want) || (err == nil) != (test.want != nil) || err != nil && !errors.Is(err, adapters.ErrNotFound) {
				t.Errorf("found %v, %v; want %v", refs, err, test.want)
			}
			if err != nil && len(test.by.Value) > 5 && strings.Contains(err.Error(), test.by.Value) {
				t.Errorf("the error tells the value: %v", err)
			}
		})
	}
}

// TestFindThroughPages: the one that matches may come last, and the server says
// whether there is another page, or does not.
func TestFindThroughPages(t *testing.T) {
	many := func(count int) map[string]chatwoottest.Contact {
		contacts := map[string]chatwoottest.Contact{}
		for i := range count {
			contacts[fmt.Sprint(i+1)] = chatwoottest.Contact{Name: "order 7", Identifier: fmt.Sprintf("7-%d", i)}
		}
		return contacts
	}
	for _, test := range []struct {
		name     string
		contacts int // before the one that matches; 0: there is none
		requests int
		want     error
	}{
		{"the last of 31", 30, 3, nil},
		{"the last of 15", 14, 1, nil},
		{"the last that is read", 299, 20, nil},
		{"behind the last that is read", 300, 20, adapters.ErrUnsupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			contacts := many(test.contacts)
			last := fmt.Sprint(test.contacts + 1)
			contacts[last] = chatwoottest.Contact{Name: "Robin", Identifier: "7"}
			server, finder := crowd(t, contacts)
			refs, err := finder.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByExternalID, Value: "7"})
			if test.want == nil && (err != nil || len(refs) != 1 || refs[0].ID != last) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("found %v, %v", refs, err)
			}
			if sent := len(server.Requests()); sent != test.requests {
				t.Errorf("%d requests, want %d", sent, test.requests)
			}
		})
	}
	t.Run("found before too many others", func(t *testing.T) {
		contacts := many(400)
		contacts["20"] = chatwoottest.Contact{Name: "Robin", Identifier: "7"}
		_, finder := crowd(t, contacts)
		if refs, err := finder.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByExternalID, Value: "7"}); err != nil || len(refs) != 1 || refs[0].ID != "20" {
			t.Errorf("found %v, %v", refs, err)
		}
	})
	t.Run("a server that does not tell", func(t *testing.T) {
		server, finder := crowd(t, many(1))
		page := `{"meta":{"count":40,"current_page":"1"},"payload":[%s]}`
		contact := `{"id":%d,"name":"x","email":null,"phone_number":null,"identifier":%q,"blocked":false,"thumbnail":"","availability_status":"offline","custom_attributes":{},"additional_attributes":{}}`
		server.SetFaults(
			chatwoottest.Fault{Type: "status", Status: 200, Body: fmt.Sprintf(page, fmt.Sprintf(contact, 1, "77"))},
			chatwoottest.Fault{Type: "status", Status: 200, Body: fmt.Sprintf(page, fmt.Sprintf(contact, 2, "7"))},
			chatwoottest.Fault{Type: "status", Status: 200, Body: fmt.Sprintf(page, "")},
		)
		refs, err := finder.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByExternalID, Value: "7"})
		if err != nil || len(refs) != 1 || refs[0].ID != "2" || len(server.Requests()) != 3 {
			t.Errorf("found %v, %v after %d requests", refs, err, len(server.Requests()))
		}
	})
}

func TestFindRefuses(t *testing.T) {
	server, finder := crowd(t, nil)
	for _, test := range []struct {
		kind adapters.Kind
		by   adapters.Lookup
		want error
	}{
		{adapters.Conversation, adapters.Lookup{By: adapters.ByExternalID, Value: "7"}, adapters.ErrUnsupported},
		{adapters.Contact, adapters.Lookup{By: "name", Value: "Robin"}, adapters.ErrUnsupported},
		{adapters.Contact, adapters.Lookup{By: adapters.ByEmail}, adapters.ErrInvalid},
		// The server strips it, and answers in the shape of a statement timeout.
		{adapters.Contact, adapters.Lookup{By: adapters.ByExternalID, Value: " "}, adapters.ErrInvalid},
	} {
		if refs, err := finder.Find(t.Context(), test.kind, test.by); !errors.Is(err, test.want) || refs != nil {
			t.Errorf("%s by %s: %v, %v", test.kind, test.by.By, refs, err)
		}
	}
	if sent := len(server.Requests()); sent != 0 {
		t.Errorf("%d requests for what cannot be looked up", sent)
	}
	server.SetFaults(chatwoottest.Fault{Type: "status", Status: 200, Body: "{}"})
	if _, err := finder.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByEmail, Value: "a@b.example"}); !errors.Is(err, adapters.ErrMalformed) {
		t.Errorf("an answer without contacts: %v", err)
	}
}

// TestAgentBot: what a bot's token cannot do is said.
func TestAgentBot(t *testing.T) {
	server, adapter := start(t, "4.17.0", "agent_bot", nil)
	for what, call := range map[string]func() error{
		"write a contact": func() error {
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef("7"), orders)
			return err
		},
		"clear on a contact": func() error {
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef("7"), adapters.Attributes{"plan": adapters.Clear()})
			return err
		},
		"read a contact":   func() error { _, err := adapter.Attributes(t.Context(), adapters.ContactRef("7")); return err },
		"read definitions": func() error { _, err := adapter.Definitions(t.Context(), adapters.Contact); return err },
		"be strict": func() error {
			strict := openWith(t, server.URL, func(c *config) { c.Strict = true })
			_, err := strict.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), orders)
			return err
		},
		"find a contact": func() error {
			_, err := adapter.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByEmail, Value: "a@b.example"})
			return err
		},
	} {
		var failure *adapters.Error
		err := call()
		if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrForbidden) || failure.Code != adapters.CodeNotPermitted || failure.Effect != adapters.EffectNone ||
			!strings.Contains(err.Error(), "an agent bot's token cannot") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
