package kustomer_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

// awkward are external ids that would reach another route if they were not
// escaped, or not be themselves.
var awkward = []string{
	"gid://shop/Customer/7", "a?b=c", "a#b", "a%2Fb", "100%", "a b", "a+b", "é", "a;b=c,d", "&=", `a\b`, present, "..a", "a/...", "/", "email=x", ":@!$'()*",
}

func findable(t *testing.T) *kustomertest.Server {
	t.Helper()
	server, _ := start(t, nil)
	state := server.State()
	customer, conversation := state.Customers[absent], state.Conversations[present]
	ids, _ := json.Marshal(externalIDs(awkward))
	customer.Attributes = kustomertest.Values{
		"externalIds": ids,
		"emails":      json.RawMessage(`[{"email":"ada@shop.example"},{"email":"a/b+c?@shop.example"}]`),
		"phones":      json.RawMessage(`[{"phone":"+4512345678"}]`),
	}
	conversation.Attributes = kustomertest.Values{"externalId": json.RawMessage(`"T/7?"`)}
	state.Customers[absent], state.Conversations[present] = customer, conversation
	merged := state.Customers[company]
	merged.Attributes = kustomertest.Values{"emails": json.RawMessage(`[{"email":"old@shop.example"}]`)}
	state.Customers[company] = merged
	server.SetState(state)
	return server
}

func externalIDs(ids []string) (list []map[string]string) {
	for _, id := range ids {
		list = append(list, map[string]string{"externalId": id})
	}
	return list
}

func TestFind(t *testing.T) {
	type row struct {
		kind  adapters.Kind
		by    adapters.LookupField
		value string
		id    string // found
		err   error  // or refused
	}
	rows := []row{
		{adapters.Contact, adapters.ByEmail, "ada@shop.example", absent, nil},
		{adapters.Contact, adapters.ByEmail, "Ada@Shop.example", absent, nil}, // in lower case
		{adapters.Contact, adapters.ByEmail, "a/b+c?@shop.example", absent, nil},
		{adapters.Contact, adapters.ByEmail, "old@shop.example", present, nil}, // merged: the one that survived
		{adapters.Contact, adapters.ByEmail, "nobody@shop.example", "", adapters.ErrNotFound},
		{adapters.Contact, adapters.ByPhone, "+4512345678", absent, nil},
		{adapters.Contact, adapters.ByPhone, "4512345678", "", adapters.ErrNotFound},
		{adapters.Contact, adapters.ByExternalID, "nobody", "", adapters.ErrNotFound},
		{adapters.Contact, adapters.ByExternalID, "../" + present, "", adapters.ErrInvalid},
		{adapters.Contact, adapters.ByExternalID, "x/../" + present, "", adapters.ErrInvalid},
		{adapters.Contact, adapters.ByExternalID, `x\..\` + present, "", adapters.ErrInvalid},
		{adapters.Contact, adapters.ByExternalID, "x/./y", "", adapters.ErrInvalid},
		{adapters.Contact, adapters.ByExternalID, ".", "", adapters.ErrInvalid},
		{adapters.Contact, adapters.ByExternalID, "..", "", adapters.ErrInvalid},
		{adapters.Contact, adapters.ByExternalID, "", "", adapters.ErrInvalid},
		{adapters.Contact, "name", "Ada", "", adapters.ErrUnsupported},
		{adapters.Conversation, adapters.ByExternalID, "T/7?", present, nil},
		{adapters.Conversation, adapters.ByExternalID, "T", "", adapters.ErrNotFound},
		{adapters.Conversation, adapters.ByEmail, "ada@shop.example", "", adapters.ErrUnsupported},
		{"company", adapters.ByExternalID, "1", "", adapters.ErrUnsupported},
	}
	for _, id := range awkward {
		rows = append(rows, row{adapters.Contact, adapters.ByExternalID, id, absent, nil})
	}
	server := findable(t)
	var finder adapters.Finder = open(t, server.URL, nil)
	for _, test := range rows {
		t.Run(string(test.kind)+" by "+string(test.by)+" "+test.value, func(t *testing.T) {
			before := len(server.Requests())
			refs, err := finder.Find(t.Context(), test.kind, adapters.Lookup{By: test.by, Value: test.value})
			if !errors.Is(err, test.err) {
				t.Fatalf("%v, want %v", err, test.err)
			}
			if test.err == nil && (err != nil || len(refs) != 1 || refs[0] != (adapters.Ref{Kind: test.kind, ID: test.id})) {
				t.Errorf("%v, %v, want %s", refs, err, test.id)
			}
			sent := server.Requests()[before:]
			refused := test.err != nil && !errors.Is(err, adapters.ErrNotFound)
			if refused != (len(sent) == 0) {
				t.Errorf("%d requests", len(sent))
			}
			for _, r := range sent {
				if r.Method != http.MethodGet || !slices.Contains([]string{test.value, strings.ToLower(test.value)}, r.Params[field[test.by]]) || len(r.Query) > 0 {
					t.Errorf("%s %s %v is %s of %v", r.Method, r.Path, r.Query, r.Operation, r.Params)
				}
			}
			if test.err != nil && test.value != "" && len(test.value) > 3 && (strings.Contains(err.Error(), test.value) || strings.Contains(err.Error(), url.PathEscape(test.value))) {
				t.Errorf("the error tells the value: %v", err)
			}
		})
	}
}

var field = map[adapters.LookupField]string{adapters.ByEmail: "email", adapters.ByPhone: "phone", adapters.ByExternalID: "externalId"}

// TestFindFails: what is no answer to a lookup is neither a record nor none.
func TestFindFails(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		class  error
	}{
		{200, `{}`, adapters.ErrMalformed},
		{200, `{"data":{"id":"7"}}`, adapters.ErrMalformed},
		{200, `{"data":[]}`, adapters.ErrMalformed},
		{200, `<html>`, adapters.ErrMalformed},
		{301, ``, adapters.ErrMalformed},
		{401, `{}`, adapters.ErrUnauthenticated},
		{403, ``, adapters.ErrForbidden},
		{500, ``, adapters.ErrUnavailable},
	} {
		server, adapter := start(t, nil)
		server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodGet, Times: -1, Status: test.status, Body: test.body})
		for _, by := range []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID} {
			refs, err := adapter.Find(t.Context(), adapters.Contact, adapters.Lookup{By: by, Value: "ada@shop.example"})
			var failure *adapters.Error
			if len(refs) > 0 || !errors.Is(err, test.class) || !errors.As(err, &failure) || failure.Op != "find" || strings.Contains(err.Error(), "shop.example") {
				t.Errorf("%d %s: %v, %v, want %v", test.status, test.body, refs, err, test.class)
			}
		}
	}
}

// TestFindWithoutServer: the connection's own error names the URL, and with it
// the address that was looked up.
func TestFindWithoutServer(t *testing.T) {
	server, _ := start(t, nil)
	adapter := open(t, server.URL, nil)
	server.Close()
	_, err := adapter.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByEmail, Value: "ada@shop.example"})
	if !errors.Is(err, adapters.ErrUnavailable) || strings.Contains(err.Error(), "shop.example") {
		t.Errorf("%v", err)
	}
}
