package adapters_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// ids are surely good ones, by the length of the desk's own.
var ids = map[int]*regexp.Regexp{
	1:             regexp.MustCompile(`^[1-9][0-9]{0,17}$`),
	len(objectID): regexp.MustCompile(`^[0-9a-fA-F]{24}$`),
	len(someUUID): regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
}

// FuzzRoute: an id is refused before anything is sent, or reaches the routes of
// its own record and no other.
func FuzzRoute(f *testing.F) {
	for _, id := range []string{
		"7", "007", "0", "-7", "+7", "7.0", "1e3", "9223372036854775807", "9223372036854775808", strings.Repeat("9", 40), "７",
		objectID, strings.ToUpper(objectID), "5F000000000000000000000a", objectID + "0", objectID[1:], "5f00000000000000000000\u212a7",
		someUUID, strings.ToUpper(someUUID), "2F5515b6-7E98-4f4d-9010-bfd2a27d4f35", "{" + someUUID + "}", "urn:uuid:" + someUUID, strings.ReplaceAll(someUUID, "-", ""),
		"", ".", "..", "a/b", "../7", "7/..", "7/", "%2e%2e", "%37", "7%2f8", "7?x=1", "7#x", "7;x", "7\\8", " 7", "7 ", "7\n", "7\r\nX: y", "\x00", "7\x00", "\x1b[2J", "\u202e7",
		"search", "email=jane@example.com", "externalId=1", "custom-attributes", "\xff",
	} {
		for n := range desks {
			f.Add(uint8(n), id)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, id string) {
		d := pickDesk(n)
		ref := adapters.Ref{Kind: d.kind, ID: id}
		for name, call := range map[string]func(adapters.Adapter) error{
			"reads": func(a adapters.Adapter) error { _, err := a.Attributes(t.Context(), ref); return err },
			"writes": func(a adapters.Adapter) error {
				_, err := a.UpdateAttributes(t.Context(), ref, adapters.Attributes{d.key("a"): adapters.String("x")}, adapters.Verify())
				return err
			},
		} {
			adapter, server := d.adapter(t, false)
			err := call(adapter)
			if len(server.requests) == 0 {
				var failure *adapters.Error
				if !errors.As(err, &failure) || failure.Class != adapters.ErrInvalid || failure.Code != adapters.CodeBadRef || failure.Effect != adapters.EffectNone {
					t.Fatalf("%s %q %s: nothing was sent, and the error is %v", d.name, id, name, err)
				}
				line(t, "the error", err.Error(), 500)
				if ids[len(d.id)].MatchString(id) {
					t.Errorf("%s %q is refused", d.name, id)
				}
				continue
			}
			canonical := strings.ToLower(id)
			for _, r := range server.requests {
				routes := slices.ContainsFunc(d.routes, func(route string) bool {
					return r.url.EscapedPath() == strings.ReplaceAll(route, "ID", canonical)
				})
				if !routes || r.url.Host != "desk.example" || r.url.RawQuery != "" || r.url.Fragment != "" {
					t.Errorf("%s %q %s: %s %s is no route of that record", d.name, id, name, r.method, r.url)
				}
				if strings.ContainsFunc(id, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF-", r) }) {
					t.Errorf("%s %s %q", d.name, name, id)
				}
			}
		}
	})
}

// FuzzLookup: what a record is looked up by reaches the route of the look-up, as it
// is, and no other; the error does not tell it.
func FuzzLookup(f *testing.F) {
	for _, value := range []string{
		"jane@example.com", "JANE@EXAMPLE.COM", "+4512345678", "crm-7", "a/b", "../b", "a/../b", `a\..\b`, "..", ".", "%2e%2e", "a%2f..%2fb", "?x=1", "a&email=b", "a#b", "a;b", "a b", "a+b", "é", "\r\nX: y", "\x00", "\xff", "\u202e", "K",
	} {
		for n := range desks {
			f.Add(uint8(n), uint8(n), value)
		}
	}
	f.Fuzz(func(t *testing.T, n, which uint8, value string) {
		d := pickDesk(n)
		adapter, server := d.adapter(t, false)
		by := adapters.Lookup{By: []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID}[which%3], Value: value}
		refs, err := adapter.Find(t.Context(), d.kind, by)
		if err == nil || len(refs) > 0 {
			t.Fatalf("%s finds %v by %q where there is none", d.name, refs, value)
		}
		line(t, "the error", err.Error(), 1000)
		if len(value) > 20 && strings.Contains(err.Error(), value) {
			t.Errorf("the error tells %q: %v", value, err)
		}
		for _, r := range server.requests {
			at := r.url.EscapedPath()
			if r.url.RawQuery != "" {
				at += "?" + r.url.RawQuery
			}
			rest, ok := strings.CutPrefix(at, d.lookups)
			if !ok || r.method != http.MethodGet || r.url.Host != "desk.example" || r.url.Fragment != "" {
				t.Fatalf("%s: %s %s is no look-up", d.name, r.method, r.url)
			}
			looked := rest
			if !strings.HasSuffix(d.lookups, "?") {
				if strings.ContainsAny(rest, "/?#") || r.url.RawQuery != "" {
					t.Fatalf("%s: %q is looked up at %s", d.name, value, r.url)
				}
				_, looked, _ = strings.Cut(rest, "=")
				looked, err = url.PathUnescape(looked)
				if err != nil || slices.Contains(strings.FieldsFunc(looked, func(r rune) bool { return r == '/' || r == '\\' }), "..") {
					t.Errorf("%s: %q is looked up at %s", d.name, value, r.url)
				}
			} else {
				query, err := url.ParseQuery(rest)
				if err != nil {
					t.Fatalf("%s: %q is looked up at %s: %v", d.name, value, r.url, err)
				}
				for _, parameter := range []string{"q", "email", "phone", "externalId"} {
					if query.Has(parameter) {
						looked = query.Get(parameter)
						query.Del(parameter)
						break
					}
				}
				query.Del("page")
				query.Del("sort")
				if len(query) > 0 {
					t.Errorf("%s: %q is looked up at %s", d.name, value, r.url)
				}
			}
			asked := value
			if d.name == "chatwoot" {
				asked = strings.ReplaceAll(value, `\`, `\\`)
			}
			if looked != asked && looked != strings.ToLower(value) {
				t.Errorf("%s: %q is looked up as %q", d.name, value, looked)
			}
		}
	})
}
