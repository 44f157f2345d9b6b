package kustomer_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

var planIsPro = adapters.IfEqual(adapters.Attributes{"planStr": adapters.String("pro")})

// meddling is a client that lets somebody else write once, after the first read
// of a record.
func meddling(server *kustomertest.Server, meddle func(*kustomertest.State)) *http.Client {
	done := false
	return &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, present) && !done {
			done = true
			state := server.State()
			meddle(&state)
			server.SetState(state)
		}
		return answer, err
	})}
}

// wrote is a foreign write of one attribute to both records.
func wrote(key, value string) func(*kustomertest.State) {
	return func(state *kustomertest.State) {
		conversation, customer := state.Conversations[present], state.Customers[present]
		conversation.Custom[key], customer.Custom[key] = []byte(value), []byte(value)
		conversation.Rev++
		customer.Rev++
		state.Conversations[present], state.Customers[present] = conversation, customer
	}
}

// TestIfEqual: the revision that was compared is the one sent, so nobody can come
// between.
func TestIfEqual(t *testing.T) {
	set := adapters.Attributes{"aStr": adapters.String("x")}
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		ref := adapters.Ref{Kind: kind, ID: present}
		path, rev, linked := "/v1/conversations/"+present, 0, ""
		if kind == adapters.Contact {
			path, rev, linked = "/v1/customers/"+present, 4, `"company":"`+company+`",`
		}
		patch := func(rev int) string {
			return fmt.Sprintf(`PATCH %s {%s"custom":{"aStr":"x"},"rev":%d}`, path, linked, rev)
		}
		get := "GET " + path
		for _, test := range []struct {
			name   string
			meddle func(*kustomertest.State)
			fault  *kustomertest.Fault
			want   []string
			class  error
			effect adapters.Effect
		}{
			{name: "equal", want: []string{get, patch(rev)}},
			{name: "somebody changes what is compared", meddle: wrote("planStr", `"free"`),
				want: []string{get, patch(rev), get}, class: adapters.ErrConflict, effect: adapters.EffectNone},
			{name: "somebody changes something else", meddle: wrote("otherStr", `"y"`),
				want: []string{get, patch(rev), get, patch(rev + 1)}},
			{name: "the answer is lost after the write", fault: &kustomertest.Fault{Type: "lost_answer", Method: http.MethodPatch},
				want: []string{get, patch(rev), get}},
			{name: "a failure in passing", fault: &kustomertest.Fault{Type: "status", Method: http.MethodPatch, Status: 503},
				want: []string{get, patch(rev), get, patch(rev)}},
		} {
			t.Run(string(kind)+", "+test.name, func(t *testing.T) {
				server, _ := start(t, nil)
				if test.fault != nil {
					server.SetFaults(*test.fault)
				}
				config := kustomer.Config{}
				if test.meddle != nil {
					config.Transport.Client = meddling(server, test.meddle)
				}
				_, err := configured(t, server, config).UpdateAttributes(t.Context(), ref, set, planIsPro)
				if got := requests(server); !slices.Equal(got, test.want) {
					t.Errorf("sent\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
				}
				var failure *adapters.Error
				if !errors.Is(err, test.class) || err != nil && (!errors.As(err, &failure) || failure.Effect != test.effect || failure.Code != adapters.CodeNotEqual) {
					t.Errorf("%v, want %v", err, test.class)
				}
				if held := stored(server, kind)["aStr"] != nil; held != (test.class == nil) {
					t.Errorf("aStr is stored: %v", held)
				}
			})
		}
	}
}

// TestIfEqualNoticesItsOwnWrite: what IfEqual expects is no more, because the
// write whose answer was lost was done.
func TestIfEqualNoticesItsOwnWrite(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		server, adapter := start(t, nil)
		server.SetFaults(kustomertest.Fault{Type: "lost_answer", Method: http.MethodPatch})
		_, err := adapter.UpdateAttributes(t.Context(), adapters.Ref{Kind: kind, ID: present}, adapters.Attributes{"planStr": adapters.String("free")}, planIsPro)
		if err != nil || string(stored(server, kind)["planStr"]) != `"free"` || len(requests(server)) != 3 {
			t.Errorf("%s: %v after %q", kind, err, requests(server))
		}
	}
}

func TestSkipCompany(t *testing.T) {
	const patch = "PATCH /v1/customers/" + present
	set := adapters.Attributes{"aStr": adapters.String("x")}
	for _, test := range []struct {
		name    string
		options []adapters.UpdateOption
		want    []string
		linked  bool // still; the fake unlinks, as the vendor's text says
	}{
		{"alone", nil, []string{patch + ` {"custom":{"aStr":"x"}}`}, false},
		{"verified", []adapters.UpdateOption{adapters.Verify()}, []string{patch + ` {"custom":{"aStr":"x"}}`, "GET /v1/customers/" + present}, false},
		{"with IfEqual, which reads anyway", []adapters.UpdateOption{planIsPro},
			[]string{"GET /v1/customers/" + present, patch + ` {"company":"` + company + `","custom":{"aStr":"x"},"rev":4}`}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, _ := start(t, nil)
			adapter := configured(t, server, kustomer.Config{SkipCompany: true})
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(present), set, test.options...); err != nil {
				t.Fatal(err)
			}
			if got := requests(server); !slices.Equal(got, test.want) {
				t.Errorf("sent\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
			if linked := server.State().Customers[present].Company != nil; linked != test.linked {
				t.Errorf("linked: %v", linked)
			}
		})
	}
}

// TestSkipCompanyIsRepeated: without a revision a request may be sent again as it
// is.
func TestSkipCompanyIsRepeated(t *testing.T) {
	server, _ := start(t, nil)
	server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodPatch, Status: 503})
	adapter := configured(t, server, kustomer.Config{SkipCompany: true})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(present), adapters.Attributes{"aStr": adapters.String("x")})
	if sent := requests(server); err != nil || len(sent) != 2 {
		t.Errorf("%v after %q", err, sent)
	}
}

// TestSkipCompanyMerged: only the answer tells that the customer was merged, and
// the error does not hide that the other one was written.
func TestSkipCompanyMerged(t *testing.T) {
	server, _ := start(t, nil)
	adapter := configured(t, server, kustomer.Config{SkipCompany: true})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ContactRef(company), adapters.Attributes{"aStr": adapters.String("x")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeRecordMerged || failure.Effect != adapters.EffectPartial || len(requests(server)) != 1 {
		t.Errorf("%v after %q", err, requests(server))
	}
}
