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
)

// start is a fake with a conversation and a customer of a company, and an
// adapter for it.
func start(t *testing.T, metadata map[string]kustomertest.Property) (*kustomertest.Server, *kustomer.Adapter) {
	t.Helper()
	company := company
	server := kustomertest.New(t, kustomertest.WithState(kustomertest.State{
		Token:         "secret-token",
		Conversations: map[string]kustomertest.Conversation{present: {Custom: kustomertest.Values{"planStr": json.RawMessage(`"pro"`)}}},
		Customers: map[string]kustomertest.Customer{
			present: {Custom: kustomertest.Values{"planStr": json.RawMessage(`"pro"`)}, Company: &company, Rev: 4},
			absent:  {Rev: 1},
			company: {MergedInto: present},
		},
		Metadata: map[string]map[string]kustomertest.Property{"conversation": metadata, "customer": metadata},
	}))
	return server, open(t, server.URL, nil)
}

// requests are the requests so far, each as method, path and body.
func requests(server *kustomertest.Server) []string {
	var lines []string
	for _, r := range server.Requests() {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.Path, r.Body)))
	}
	return lines
}

func TestOnTheWire(t *testing.T) {
	defined := map[string]kustomertest.Property{"orderNumberStr": {}, "vipBool": {}}
	order := adapters.Attributes{"order_id": adapters.String("12345")}
	for _, test := range []struct {
		name    string
		ref     adapters.Ref
		changes adapters.Attributes
		want    []string
	}{
		{"conversation, a name nobody defined", adapters.ConversationRef(present), order, []string{
			"GET /v1/metadata/conversation", "PATCH /v1/conversations/" + present + ` {"custom":{"orderIdStr":"12345"}}`,
		}},
		{"conversation, a key", adapters.ConversationRef(present), adapters.Attributes{"orderIdStr": adapters.String("12345")}, []string{
			"PATCH /v1/conversations/" + present + ` {"custom":{"orderIdStr":"12345"}}`,
		}},
		{"conversation, a defined name, and clear", adapters.ConversationRef(present), adapters.Attributes{"Order number": adapters.String("1"), "vip": adapters.Clear()}, []string{
			"GET /v1/metadata/conversation", "PATCH /v1/conversations/" + present + ` {"custom":{"orderNumberStr":"1","vipBool":null}}`,
		}},
		{"an id in capitals", adapters.ConversationRef(strings.ToUpper(present)), adapters.Attributes{"aStr": adapters.String("<&>")}, []string{
			"PATCH /v1/conversations/" + present + ` {"custom":{"aStr":"<&>"}}`,
		}},
		{"customer of a company", adapters.ContactRef(present), adapters.Attributes{"orderIdStr": adapters.String("12345")}, []string{
			"GET /v1/customers/" + present,
			"PATCH /v1/customers/" + present + ` {"company":"` + company + `","custom":{"orderIdStr":"12345"},"rev":4}`,
		}},
		{"customer without a company", adapters.ContactRef(absent), adapters.Attributes{"orderIdStr": adapters.String("12345")}, []string{
			"GET /v1/customers/" + absent, "PATCH /v1/customers/" + absent + ` {"custom":{"orderIdStr":"12345"},"rev":1}`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, adapter := start(t, defined)
			if _, err := adapter.UpdateAttributes(t.Context(), test.ref, test.changes); err != nil {
				t.Fatal(err)
			}
			if got := requests(server); !slices.Equal(got, test.want) {
				t.Errorf("sent\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
			for _, r := range server.Requests() {
				if r.Header.Get("Authorization") != "Bearer secret-token" || len(r.Body) > 0 && r.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%s %s: headers %v", r.Method, r.Path, r.Header)
				}
			}
		})
	}
}

// TestCompanyIsKept: the fake unlinks a customer whose PATCH leaves out the
// company, which is the worst that the vendor's text can mean.
func TestCompanyIsKept(t *testing.T) {
	server, adapter := start(t, nil)
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(present), adapters.Attributes{"aStr": adapters.String("x")}); err != nil {
		t.Fatal(err)
	}
	if got := server.State().Customers[present].Company; got == nil || *got != company {
		t.Errorf("the company is %v", got)
	}
}

// TestCompanyLinkedMeanwhile: somebody links a company between our read and our
// write. The revision makes the server refuse, and the adapter reads again.
func TestCompanyLinkedMeanwhile(t *testing.T) {
	server, _ := start(t, nil)
	company := company
	reads := 0
	adapter := open(t, server.URL, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if r.Method == http.MethodGet {
			if reads++; reads == 1 {
				state := server.State()
				customer := state.Customers[absent]
				customer.Company, customer.Rev = &company, customer.Rev+1
				state.Customers[absent] = customer
				server.SetState(state)
			}
		}
		return answer, err
	})})
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(absent), adapters.Attributes{"aStr": adapters.String("x")}); err != nil {
		t.Fatal(err)
	}
	customer := server.State().Customers[absent]
	if customer.Company == nil || *customer.Company != company || string(customer.Custom["aStr"]) != `"x"` || reads != 2 {
		t.Errorf("after %d reads the company is %v and aStr %s", reads, customer.Company, customer.Custom["aStr"])
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestConflictForEver ends, and says that nothing was written.
func TestConflictForEver(t *testing.T) {
	server, adapter := start(t, nil)
	server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodPatch, Times: -1, Status: http.StatusConflict})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(present), adapters.Attributes{"aStr": adapters.String("x")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrConflict) || failure.Effect != adapters.EffectNone || len(server.Requests()) != 6 {
		t.Errorf("%v after %d requests, want 6", err, len(server.Requests()))
	}
}

func TestMergedCustomer(t *testing.T) {
	server, adapter := start(t, nil)
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(company), adapters.Attributes{"aStr": adapters.String("x")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrConflict) || failure.Code != adapters.CodeRecordMerged || failure.Effect != adapters.EffectNone || !strings.Contains(err.Error(), present) {
		t.Errorf("%v", err)
	}
	if state := server.State().Customers[present]; len(state.Custom) != 1 {
		t.Errorf("the surviving customer was written: %s", state.Custom)
	}
}

func TestNames(t *testing.T) {
	defined := map[string]kustomertest.Property{
		"orderIdStr": {}, "totalNum": {}, "totalStr": {}, "ownerId": {Target: "user"}, "oldStr": {DeletedAt: "2025-01-01T00:00:00.000Z"}, "lastSeenAt": {},
		"tierTxt": {DeletedAt: "2025-01-01T00:00:00.000Z"},
	}
	for _, test := range []struct {
		name  string
		value adapters.Value
		key   string        // set under it
		code  adapters.Code // or refused
		says  string
	}{
		{"order_id", adapters.String("1"), "orderIdStr", "", ""},
		{"ORDER-ID", adapters.String("1"), "orderIdStr", "", ""},
		{"order_id", adapters.Int(1), "", adapters.CodeWrongType, "orderIdStr"},
		{"total", adapters.Int(1), "", adapters.CodeAmbiguousAttribute, "totalNum, totalStr"},
		{"last_seen", adapters.String("2026-01-31T10:30:00+01:00"), "lastSeenAt", "", ""},
		{"last_seen", adapters.String("yesterday"), "", adapters.CodeWrongType, "2026-01-31T09:30:00Z"},
		{"last_seen_at", adapters.Time(time.Unix(0, 0)), "lastSeenAt", "", ""},
		{"old", adapters.String("1"), "oldStr", "", ""},
		{"tier", adapters.String("1"), "tierStr", "", ""}, // tierTxt is deleted
		{"_new number", adapters.Int(1), "newNumberNum", "", ""},
		{"new number", adapters.Int(1), "newNumberNum", "", ""},
		{"new link", adapters.Link("https://a.example"), "newLinkUrl", "", ""},
		{"last_seen", adapters.String("0000-01-01T00:00:00+01:00"), "", adapters.CodeWrongType, ""},
		{"orderUrl", adapters.Link("not a link"), "", adapters.CodeWrongType, "https://"},
		{"Id", adapters.String("1"), "IdStr", "", ""},
		{"customerId", adapters.String("1"), "", adapters.CodeUnknownAttribute, "customerIdStr"},
		{"customerId", adapters.List(company), "", adapters.CodeUnknownAttribute, "customerIdStr"},
		{"ownerId", adapters.String(company), "ownerId", "", ""},
		{"new list", adapters.List("1"), "", adapters.CodeUnknownAttribute, "Str, Txt"},
		{"nothing", adapters.Clear(), "", adapters.CodeUnknownAttribute, "Str, Txt"},
		{"order_idd", adapters.Clear(), "", adapters.CodeUnknownAttribute, "orderIdStr"},
		{"--", adapters.String("1"), "", adapters.CodeBadName, ""},
		{"longStr", adapters.String(strings.Repeat("é", 1024)), "longStr", "", ""},
		{"longStr", adapters.String(strings.Repeat("é", 1025)), "", adapters.CodeTooLong, "1024"},
		{"someNum", adapters.Number("9007199254740993"), "", adapters.CodeInexact, ""},
		{"someNum", adapters.String("1"), "", adapters.CodeWrongType, "someNum"},
	} {
		t.Run(fmt.Sprintf("%s as %s", test.name, test.value.Kind()), func(t *testing.T) {
			server, adapter := start(t, defined)
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{test.name: test.value})
			var failure *adapters.Error
			switch {
			case test.code == "":
				if err != nil || server.State().Conversations[present].Custom[test.key] == nil {
					t.Errorf("%v, stored %s", err, server.State().Conversations[present].Custom)
				}
			case !errors.As(err, &failure) || failure.Code != test.code || !strings.Contains(err.Error(), test.says):
				t.Errorf("%v, want %s and %q", err, test.code, test.says)
			}
		})
	}
}

// TestTimes: a time arrives with each digit it was given, and what is read of it,
// written back, changes nothing.
func TestTimes(t *testing.T) {
	for given, want := range map[string]string{
		"2026-01-31T10:30:00+01:00":      "2026-01-31T09:30:00.000Z",
		"2026-01-31T09:30:00.5Z":         "2026-01-31T09:30:00.500Z",
		"2026-01-31T09:30:00.123456789Z": "2026-01-31T09:30:00.123456789Z",
		"2026-01-31T10:30:00.1234+01:00": "2026-01-31T09:30:00.1234Z",
	} {
		server, adapter := start(t, nil)
		ref := adapters.ConversationRef(present)
		changes := adapters.Attributes{"dueAt": adapters.String(given)}
		for _, step := range []string{"given", "written back"} {
			if _, err := adapter.UpdateAttributes(t.Context(), ref, changes, adapters.Verify()); err != nil {
				t.Fatal(err)
			}
			if got := string(server.State().Conversations[present].Custom["dueAt"]); got != `"`+want+`"` {
				t.Errorf("%s %s: %s, want %s", given, step, got, want)
			}
			read, err := adapter.Attributes(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			changes = adapters.Attributes{"dueAt": read["dueAt"]}
		}
	}
}

func TestConfig(t *testing.T) {
	for name, config := range map[string]kustomer.Config{
		"nothing": {}, "no token": {URL: "https://acme.api.kustomerapp.com"}, "http": {URL: "http://acme.example", Token: adapters.StaticToken("x")},
		"aliases": {URL: "https://acme.api.kustomerapp.com", Token: adapters.StaticToken("x"), Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}}},
	} {
		if _, err := kustomer.New(config); err == nil || !strings.HasPrefix(err.Error(), "kustomer: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := kustomer.New(kustomer.Config{Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}}})
	for _, want := range []string{"URL", "Token", "company"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("all at once: %v does not name %s", err, want)
		}
	}
}

// TestAnswerWithoutCustom: the published examples leave custom out of the answer
// to a write. Then it says nothing of the attributes.
func TestAnswerWithoutCustom(t *testing.T) {
	server, adapter := start(t, nil)
	server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodPatch, Times: -1, Status: http.StatusOK,
		Body: `{"data":{"type":"conversation","id":"` + present + `","attributes":{}}}`})
	for _, test := range []struct {
		changes  adapters.Attributes
		complete bool
	}{{adapters.Attributes{"aStr": adapters.String("x")}, false}, {adapters.Attributes{"planStr": adapters.Clear()}, true}} {
		result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), test.changes)
		if err != nil || result.Complete != test.complete {
			t.Errorf("%+v, %v; want complete %v", result, err, test.complete)
		}
	}
}

// TestTypedClientRefusesDots: the client that users call without an adapter must
// not reach another route either.
func TestTypedClientRefusesDots(t *testing.T) {
	server, adapter := start(t, nil)
	for _, id := range []string{"", ".", ".."} {
		if _, err := adapter.API().GetCustomer(t.Context(), id); err == nil {
			t.Errorf("%q is taken", id)
		}
	}
	if sent := requests(server); len(sent) != 0 {
		t.Errorf("sent %q", sent)
	}
}
