package adapters_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

var classes = []error{
	adapters.ErrInvalid, adapters.ErrUnsupported, adapters.ErrUnauthenticated, adapters.ErrForbidden, adapters.ErrNotFound,
	adapters.ErrConflict, adapters.ErrRateLimited, adapters.ErrUnavailable, adapters.ErrMalformed,
}

// calls are what an adapter can be asked to do with the record of a desk.
var calls = []func(t *testing.T, d desk, a *caller) error{
	func(t *testing.T, d desk, a *caller) error { _, err := a.Attributes(t.Context(), d.ref()); return err },
	func(t *testing.T, d desk, a *caller) error {
		return a.set(t, d, adapters.String("x"), adapters.Verify())
	},
	func(t *testing.T, d desk, a *caller) error { return a.set(t, d, adapters.Clear()) },
	func(t *testing.T, d desk, a *caller) error {
		return a.set(t, d, adapters.String("x"), adapters.IfEqual(adapters.Attributes{d.key("a"): adapters.Clear()}))
	},
	func(t *testing.T, d desk, a *caller) error { return a.set(t, d, adapters.String("***")) },
	func(t *testing.T, d desk, a *caller) error { _, err := a.Definitions(t.Context(), d.kind); return err },
	func(t *testing.T, d desk, a *caller) error {
		_, err := a.Find(t.Context(), d.kind, adapters.Lookup{By: adapters.ByExternalID, Value: "crm-7"})
		return err
	},
}

// reads is the index of the calls that only read: the first, and from here on.
const reads = 5

// caller is an adapter with a few words less to write.
type caller struct {
	adapters.Adapter
	adapters.Finder
}

func (c *caller) set(t *testing.T, d desk, value adapters.Value, options ...adapters.UpdateOption) error {
	_, err := c.UpdateAttributes(t.Context(), d.ref(), adapters.Attributes{d.key("a"): value}, options...)
	return err
}

// FuzzAnswer: whatever a server answers, to the first request or in the midst of a
// call, the call ends with a result or with an error of the contract, which tells
// nothing of what the answer held.
func FuzzAnswer(f *testing.F) {
	bodies := []string{
		``, `null`, `{}`, `[]`, `"` + secret + `"`, secret, `<html><title>` + secret + `</title></html>`, "\xff\xfe\x00" + secret, "{\"message\":\"\x1b[2J\\u202e" + secret + "\\r\\n\"}", strings.Repeat("[", 20000),
		`{"error":"` + secret + `"}`, `{"errors":["` + secret + `"]}`, `{"errors":[{"title":"` + secret + `","detail":1,"source":{"parameter":"x"}}]}`, `{"message":"` + secret + `","attributes":["` + secret + `"]}`, `{"message":{"a":"` + secret + `"}}`,
		`{"status":404,"error":"Not Found"}`, `{"error":"Invalid Access Token"}`, `token is associated with pod prod2 and not handled by prod1 ` + secret, `{"error":"The request took too long"}`,
		`{"id":7,"custom_attributes":{"a":"` + secret + `"}}`, `{"id":"7","custom_attributes":null}`, `{"id":8,"custom_attributes":{}}`, `{"payload":{"id":7,"custom_attributes":{"a":"` + secret + `"}}}`, `{"payload":[{"id":7,"identifier":"crm-7"},{"id":-1,"identifier":"crm-7"}],"meta":{"has_more":"` + secret + `"}}`,
		`{"custom_attributes":{"b":"` + strings.Repeat("x", 2000) + `"}}`, `{"data":{"id":"` + objectID + `","attributes":{"custom":{"aStr":"` + secret + `"},"rev":1e300}}}`, `{"data":{"id":"5f0000000000000000000008","attributes":{}}}`,
		`{"data":{"id":"` + objectID + `","attributes":{"custom":{},"createdAt":"` + secret + `"},"relationships":{"company":{"data":{"id":7}}}}}`,
		`{"data":{"id":7,"_type":"` + secret + `","customAttributes":[{"id":"` + someUUID + `","value":["` + secret + `"]}]}}`, `{"data":{"id":"` + strings.ToUpper(someUUID) + `","customAttributes":null}}`,
		`{"data":[{"id":"` + someUUID + `","value":null},{"id":"` + someUUID + `"}]}`, `{"data":[{"id":"` + secret + `","externalId":"crm-7"}],"meta":{"next":"/v1/endusers?x=1"}}`, `{"data":[],"meta":{"next":"https://elsewhere.invalid/` + secret + `"}}`,
		`{"data":{"attributes":{"properties":{"aStr":{"sensitive":{"enabled":true},"displayName":7}}}}}`, `[{"attribute_key":7}]`, `{"data":[{"entityType":"Contact","id":"` + secret + `","inputDefinition":{"_type":"Select","options":"` + secret + `"}}]}`,
	}
	for i, body := range bodies {
		f.Add(uint8(0), 200, "r-1", "7", body)
		f.Add(uint8(i), []int{400, 401, 403, 404, 409, 413, 422, 429, 500, 503}[i%10], "r-1", "7", body)
	}
	f.Add(uint8(1), 301, "\x1b[31m\r\n"+strings.Repeat("é", 200), "Fri, 31 Dec 9999 23:59:59 GMT", secret)
	f.Add(uint8(2), -1, "\xff", "-1", secret)
	f.Add(uint8(0), 204, "", "99999999999999999999", "")
	f.Fuzz(func(t *testing.T, after uint8, status int, request, wait, body string) {
		for _, d := range desks {
			for n, call := range calls {
				adapter, server := d.adapter(t, false)
				server.definitions = d.definitions("a")
				server.instead = func(n int) *http.Response {
					if n <= int(after%4) {
						return nil
					}
					return answer(status, body, "X-Request-Id", request, "Retry-After", wait, "Content-Type", request, "Location", body)
				}
				if err := call(t, d, &caller{adapter, adapter}); err != nil {
					d.ofTheContract(t, err, n == 0 || n >= reads || !server.wrote())
				}
				for entry := range strings.Lines(server.log.String()) {
					if strings.Contains(entry, secret) && !strings.Contains(request, secret) || !strings.HasPrefix(entry, "time=") {
						t.Errorf("%s: the log tells what the answer held, or has lines of its own: %q", d.name, entry)
					}
				}
			}
		}
	})
}

// ofTheContract checks an error of a call whose context has not ended, and that
// has written nothing if it only read.
func (d desk) ofTheContract(t *testing.T, err error, read bool) {
	t.Helper()
	failure, ok := err.(*adapters.Error) //nolint:errorlint // the error itself, not one inside
	if !ok {
		t.Fatalf("%s: %T: %v", d.name, err, err)
	}
	if !slices.Contains(classes, failure.Class) || failure.Code == "" || failure.Vendor != d.name || failure.Op == "" || failure.RetryAfter < 0 {
		t.Errorf("%s: class %v, code %q, op %q, retry after %v: %v", d.name, failure.Class, failure.Code, failure.Op, failure.RetryAfter, err)
	}
	if effects := []adapters.Effect{adapters.EffectNone, adapters.EffectUnknown, adapters.EffectPartial, adapters.EffectApplied}; !slices.Contains(effects, failure.Effect) || read && failure.Effect != adapters.EffectNone {
		t.Errorf("%s: a call that reads: %v; its effect: %v: %v", d.name, read, failure.Effect, err)
	}
	var inner *adapters.Error
	if errors.As(failure.Err, &inner) {
		t.Errorf("%s: the error is wrapped twice: %v", d.name, err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", err)
	line(t, "the error", err.Error(), 3000)
	line(t, "the detail", failure.Detail, 1200)
	line(t, "the request id", failure.RequestID, 400)
	for _, detail := range failure.Details {
		line(t, "the detail of one attribute", detail.Detail, 1200)
		if strings.Contains(detail.Name, secret) {
			return // an attribute of the record, which the error is about
		}
	}
	if strings.Contains(failure.Name+failure.RequestID, secret) {
		return
	}
	for where, text := range map[string]string{"Error()": err.Error(), "%+v": fmt.Sprintf("%+v", err), "the reason": fmt.Sprint(failure.Err), "the log": log.String()} {
		if strings.Contains(text, secret) {
			t.Errorf("%s: %s tells what the answer held: %s", d.name, where, text)
		}
	}
}
