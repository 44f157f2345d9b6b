package dixa_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

const (
	alice = endUser
	bob   = "0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f02"
)

func loose(state *dixatest.State, _ *dixa.Config) { state.LooseFilters = true }

// TestFind: what comes back is compared, whatever Dixa's filters let pass.
func TestFind(t *testing.T) {
	for _, test := range []struct {
		name     string
		by       adapters.LookupField
		value    string
		strictly string // found where the filters compare the first address, and mind the case
		loosely  string // found where they let more pass
	}{
		{"email", adapters.ByEmail, "alice@example.com", alice, alice},
		{"email in capitals", adapters.ByEmail, "Alice@EXAMPLE.com", alice, alice},
		{"part of an email", adapters.ByEmail, "e@example.com", "", ""},
		{"another email", adapters.ByEmail, "bob@home.example", "", bob},
		{"nobody's email", adapters.ByEmail, "eve@example.com", "", ""},
		{"phone", adapters.ByPhone, "+4512345601", alice, alice},
		{"part of a phone", adapters.ByPhone, "4512345601", "", ""},
		{"another phone", adapters.ByPhone, "+4512345603", "", bob},
		{"external id", adapters.ByExternalID, "shop-2", bob, bob},
		{"external id in capitals", adapters.ByExternalID, "SHOP-2", "", ""},
		{"part of an external id", adapters.ByExternalID, "shop", "", ""},
		{"signs", adapters.ByExternalID, "a&b=c#d +%é", "", ""},
	} {
		for _, version := range []string{"/v1", "/beta"} {
			for way, want := range map[string]string{"strictly": test.strictly, "loosely": test.loosely} {
				for _, nobody := range []bool{false, true} {
					t.Run(fmt.Sprint(test.name, version, way, nobody), func(t *testing.T) {
						_, adapter := start(t, version, func(state *dixatest.State, _ *dixa.Config) {
							state.LooseFilters, state.NobodyIsNotFound = way == "loosely", nobody
						})
						refs, err := adapter.Find(t.Context(), adapters.Contact, adapters.Lookup{By: test.by, Value: test.value})
						if want == "" {
							var failure *adapters.Error
							if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrNotFound) || failure.Code != adapters.CodeRecordNotFound || len(refs) != 0 {
								t.Errorf("%v, %v; want nobody", refs, err)
							}
							if strings.Contains(err.Error(), test.value) {
								t.Errorf("the error tells the value: %v", err)
							}
							return
						}
						if err != nil || !slices.Equal(refs, []adapters.Ref{adapters.ContactRef(want)}) {
							t.Errorf("%v, %v; want %s", refs, err, want)
						}
					})
				}
			}
		}
	}
}

func TestFindSeveral(t *testing.T) {
	twins := func(state *dixatest.State, _ *dixa.Config) {
		user := state.EndUsers[bob]
		user.Email = "Alice@example.com"
		state.EndUsers[bob] = user
	}
	by := adapters.Lookup{By: adapters.ByEmail, Value: "Alice@Example.com"}
	for name, change := range map[string]func(*dixatest.State, *dixa.Config){
		"on one page": loose, "on two pages": func(state *dixatest.State, _ *dixa.Config) { state.LooseFilters, state.PageLimit = true, 1 },
	} {
		_, adapter := start(t, "/v1", twins, change)
		refs, err := adapter.Find(t.Context(), adapters.Contact, by)
		var failure *adapters.Error
		if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrConflict) || failure.Code != adapters.CodeAmbiguousRecord ||
			!slices.Equal(refs, []adapters.Ref{adapters.ContactRef(alice), adapters.ContactRef(bob)}) {
			t.Errorf("%s: %v, %v", name, refs, err)
		}
	}
	// The vendor names duplicates among the causes of status 400.
	server, adapter := start(t, "/v1", twins, loose, func(state *dixatest.State, _ *dixa.Config) { state.DuplicatesRefused = true })
	refs, err := adapter.Find(t.Context(), adapters.Contact, by)
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Detail == "" || failure.Effect != adapters.EffectNone || refs != nil {
		t.Errorf("refused: %v, %v", refs, err)
	}
	nothingWritten(t, server)
}

// TestFindPages: the look-up goes on to the end of the list, and gives up on one
// that does not end.
func TestFindPages(t *testing.T) {
	for _, version := range []string{"/v1", "/beta"} {
		for pages, found := range map[int]bool{1: true, 20: true, 21: false, 40: false} {
			server, adapter := start(t, version, func(state *dixatest.State, _ *dixa.Config) {
				state.LooseFilters, state.PageLimit, state.EndUsers = true, 1, map[string]dixatest.EndUser{}
				for i := range pages - 1 {
					state.EndUsers[key(i)] = dixatest.EndUser{ExternalID: fmt.Sprintf("shop-2-%d", i)}
				}
				state.EndUsers["ffffffff-ffff-4fff-8fff-ffffffffffff"] = dixatest.EndUser{ExternalID: "shop-2"} // on the last
			})
			refs, err := adapter.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByExternalID, Value: "shop-2"})
			if found != (err == nil && len(refs) == 1) || !found && !errors.Is(err, adapters.ErrMalformed) || len(server.Requests()) != min(pages, 20) {
				t.Errorf("%s, %d pages: %v, %v after %d requests", version, pages, refs, err, len(server.Requests()))
			}
			for _, r := range server.Requests() {
				if r.Path != version+"/endusers" || r.Query.Get("externalId") != "shop-2" {
					t.Errorf("%s %v", r.Path, r.Query)
				}
			}
		}
	}
}

// TestFindOnTheWire: what is asked, and what becomes of answers that are not as
// documented.
func TestFindOnTheWire(t *testing.T) {
	next := func(link string) string { return `{"data":[],"meta":{"next":"` + link + `"}}` }
	user := `{"data":[{"id":"` + strings.ToUpper(bob) + `","createdAt":"2026-01-05T09:30:00Z","email":"x@example.com"}]}`
	for name, test := range map[string]struct {
		value   string
		answers []dixatest.Fault // in this order
		want    []string         // the queries
		class   error
	}{
		"one request":        {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: user}}, []string{"email=x%40example.com"}, nil},
		"both spellings":     {"X@example.com", []dixatest.Fault{{Type: "status", Status: 404}, {Type: "status", Status: 200, Body: user}}, []string{"email=X%40example.com", "email=x%40example.com"}, nil},
		"found under both":   {"X@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: user}, {Type: "status", Status: 200, Body: user}}, []string{"email=X%40example.com", "email=x%40example.com"}, nil},
		"no data":            {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: `{}`}}, []string{"email=x%40example.com"}, adapters.ErrNotFound},
		"an empty page":      {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: next("/v1/endusers?pageKey=a%2Bb")}, {Type: "status", Status: 200, Body: user}}, []string{"email=x%40example.com", "pageKey=a%2Bb"}, nil},
		"to another host":    {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: next("https://thief.example/v1/endusers?pageKey=a")}, {Type: "status", Status: 200, Body: user}}, []string{"email=x%40example.com", "pageKey=a"}, nil},
		"a link to nowhere":  {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: next("/v1/endusers")}}, []string{"email=x%40example.com"}, adapters.ErrMalformed},
		"no link":            {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: next(`\u0000://`)}}, []string{"email=x%40example.com"}, adapters.ErrMalformed},
		"a page is gone":     {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: next("/v1/endusers?pageKey=a")}, {Type: "status", Status: 404}}, []string{"email=x%40example.com", "pageKey=a"}, adapters.ErrMalformed},
		"a page fails":       {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: next("/v1/endusers?pageKey=a")}, {Type: "status", Status: 500}}, []string{"email=x%40example.com", "pageKey=a"}, adapters.ErrUnavailable},
		"the token may not":  {"x@example.com", []dixatest.Fault{{Type: "status", Status: 403}}, []string{"email=x%40example.com"}, adapters.ErrForbidden},
		"no JSON":            {"x@example.com", []dixatest.Fault{{Type: "status", Status: 200, Body: `<html>`}}, []string{"email=x%40example.com"}, adapters.ErrMalformed},
		"another's, by half": {"x@example.co", []dixatest.Fault{{Type: "status", Status: 200, Body: user}}, []string{"email=x%40example.co"}, adapters.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			server, adapter := start(t, "/v1")
			server.SetFaults(test.answers...)
			refs, err := adapter.Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByEmail, Value: test.value})
			if test.class == nil && (err != nil || !slices.Equal(refs, []adapters.Ref{adapters.ContactRef(bob)})) {
				t.Errorf("%v, %v", refs, err)
			}
			var failure *adapters.Error
			if test.class != nil && (!errors.Is(err, test.class) || !errors.As(err, &failure) || failure.Effect != adapters.EffectNone || strings.Contains(err.Error(), "@")) {
				t.Errorf("%v, want %v", err, test.class)
			}
			var got []string
			for _, r := range server.Requests() {
				if r.Method != http.MethodGet || r.Path != "/v1/endusers" || r.Header.Get("Authorization") != "token" {
					t.Errorf("%s %s", r.Method, r.Path)
				}
				got = append(got, r.Query.Encode())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("asked %q, want %q", got, test.want)
			}
		})
	}
}

// TestFindQueries: each field has its parameter, and the value goes as it is.
func TestFindQueries(t *testing.T) {
	server, adapter := start(t, "/v1")
	for _, by := range []adapters.Lookup{{By: adapters.ByExternalID, Value: "A&b+c=%"}, {By: adapters.ByPhone, Value: "+45A"}} {
		if _, err := adapter.Find(t.Context(), adapters.Contact, by); !errors.Is(err, adapters.ErrNotFound) {
			t.Errorf("%s: %v", by.By, err)
		}
	}
	var got []string
	for _, r := range server.Requests() {
		got = append(got, r.Query.Encode())
	}
	if want := []string{"externalId=A%26b%2Bc%3D%25", "phone=%2B45A"}; !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

func TestFindRefusals(t *testing.T) {
	server, adapter := start(t, "/v1")
	for name, test := range map[string]struct {
		kind  adapters.Kind
		by    adapters.Lookup
		class error
	}{
		"conversation by email":       {adapters.Conversation, adapters.Lookup{By: adapters.ByEmail, Value: "alice@example.com"}, adapters.ErrUnsupported},
		"conversation by external id": {adapters.Conversation, adapters.Lookup{By: adapters.ByExternalID, Value: "shop-1"}, adapters.ErrUnsupported},
		"by name":                     {adapters.Contact, adapters.Lookup{By: "name", Value: "Alice"}, adapters.ErrUnsupported},
		"by nothing":                  {adapters.Contact, adapters.Lookup{By: adapters.ByEmail}, adapters.ErrInvalid},
	} {
		if _, err := adapter.Find(t.Context(), test.kind, test.by); !errors.Is(err, test.class) {
			t.Errorf("%s: %v, want %v", name, err, test.class)
		}
	}
	if n := len(server.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	capabilities, _ := adapter.Capabilities(adapters.Conversation)
	if len(capabilities.Lookups) != 0 {
		t.Errorf("conversations: %v", capabilities.Lookups)
	}
}
