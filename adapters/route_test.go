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
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for _, d := range desks {
			d.routesOf(t, id)
		}
	})
}

// routesOf reads and writes the record of an id at a desk.
func (d desk) routesOf(t *testing.T, id string) {
	t.Helper()
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
				t.Fatalf("%s %s %q: nothing was sent, and the error is %v", d.name, name, id, err)
			}
			line(t, "the error", err.Error(), 500)
			if ids[len(d.id)].MatchString(id) {
				t.Errorf("%s %s %q: it is refused", d.name, name, id)
			}
			continue
		}
		for _, r := range server.requests {
			routes := slices.ContainsFunc(d.routes, func(route string) bool {
				return r.url.EscapedPath() == strings.ReplaceAll(route, "ID", strings.ToLower(id))
			})
			odd := strings.Trim(id, "0123456789abcdefABCDEF-") != ""
			if !routes || odd || r.url.Host != "desk.example" || r.url.RawQuery != "" || r.url.Fragment != "" {
				t.Errorf("%s %s %q: %s %s is no route of that record", d.name, name, id, r.method, r.url)
			}
		}
	}
}

// FuzzLookup: what a record is looked up by reaches the route of the look-up, as it
// is, and no other; the error does not tell it.
func FuzzLookup(f *testing.F) {
	for _, value := range []string{
		"jane@example.com", "JANE@EXAMPLE.COM", "+4512345678", "crm-7", "a/b", "../b", "a/../b", `a\..\b`, "..", ".", "%2e%2e", "a%2f..%2fb", "?x=1", "a&email=b", "a#b", "a;b", "a b", "a+b", "é", "\r\nX: y", "\x00", "\xff", "\u202e", "K", "orders/JaneDoe19700131Copenhagen",
	} {
		for which := range uint8(3) {
			f.Add(which, value)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		by := adapters.Lookup{By: []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID}[which%3], Value: value}
		for _, d := range desks {
			adapter, server := d.adapter(t, false)
			refs, err := adapter.Find(t.Context(), d.kind, by)
			if err == nil || len(refs) > 0 {
				t.Fatalf("%s finds %v by %q where there is none", d.name, refs, value)
			}
			line(t, "the error", err.Error(), 1000)
			for _, part := range strings.FieldsFunc(value, isSlash) {
				if text := err.Error() + server.log.String(); len(part) > 20 && strings.Contains(text, part) {
					t.Errorf("the error or the log tells %q: %s", value, text)
				}
			}
			asked := value
			if d.name == "chatwoot" {
				asked = strings.ReplaceAll(value, `\`, `\\`) // its search would take one for an escape
			}
			for _, r := range server.requests {
				looked, ok := d.lookedUp(r.url)
				if !ok || looked != asked && looked != strings.ToLower(value) || r.method != http.MethodGet || slices.Contains(strings.FieldsFunc(looked, isSlash), "..") && d.name == "kustomer" {
					t.Errorf("%s: %q is looked up as %q at %s %s", d.name, value, looked, r.method, r.url)
				}
			}
		}
	})
}

func isSlash(r rune) bool { return r == '/' || r == '\\' }

// lookedUp is the value that a request looks up, and false where it does
// anything else.
func (d desk) lookedUp(at *url.URL) (string, bool) {
	if at.Host != "desk.example" || at.Fragment != "" {
		return "", false
	}
	path, ok := strings.CutPrefix(at.EscapedPath(), strings.TrimSuffix(d.lookups, "?"))
	if !ok {
		return "", false
	}
	if !strings.HasSuffix(d.lookups, "?") {
		field, value, ok := strings.Cut(path, "=")
		looked, err := url.PathUnescape(value)
		return looked, ok && err == nil && strings.Trim(field, "abcdefghijklmnopqrstuvwxyzI") == "" && !strings.Contains(value, "/") && at.RawQuery == ""
	}
	query, err := url.ParseQuery(at.RawQuery)
	query.Del("page")
	query.Del("sort")
	for _, parameter := range []string{"q", "email", "phone", "externalId"} {
		if query.Has(parameter) {
			return query.Get(parameter), err == nil && path == "" && len(query) == 1
		}
	}
	return "", false
}
