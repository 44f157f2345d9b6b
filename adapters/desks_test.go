package adapters_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/transport"
)

// secret is the token, which no desk may tell.
const secret = "t0k3n-S3CR3T"

// desk is one kind of record at one vendor, for the fuzz targets that all share.
// Its server is small and in process: it knows one record, and checks nothing.
type desk struct {
	name, header string // of the vendor; of the token
	prefix       string // before the token
	kind         adapters.Kind
	id           string
	key          func(name string) string // the vendor's key of a text that is called so
	routes       []string                 // that a record's id is sent to, with ID for the id
	lookups      string                   // what a look-up's URL begins with
	open         func(base string, options transport.Options, strict bool) (*driver.Adapter, error)
	serve        func(s *server, r request) (status int, body any)
}

const (
	objectID = "5f0000000000000000000007"
	someUUID = "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"
)

var desks = func() []desk {
	chatwootDesk := desk{
		name: "chatwoot", header: "Api-Access-Token", key: func(name string) string { return name },
		open: func(base string, options transport.Options, strict bool) (*driver.Adapter, error) {
			a, err := chatwoot.New(chatwoot.Config{URL: base, AccountID: 1, Token: adapters.StaticToken(secret), Transport: options, Strict: strict})
			if err != nil {
				return nil, err
			}
			return a.Adapter, nil
		},
		serve: serveChatwoot, lookups: "/api/v1/accounts/1/contacts/search?",
	}
	kustomerDesk := desk{
		name: "kustomer", header: "Authorization", prefix: "Bearer ", id: objectID, key: func(string) string { return "aStr" },
		open: func(base string, options transport.Options, strict bool) (*driver.Adapter, error) {
			a, err := kustomer.New(kustomer.Config{URL: base, Token: adapters.StaticToken(secret), Transport: options, Strict: strict})
			if err != nil {
				return nil, err
			}
			return a.Adapter, nil
		},
		serve: serveKustomer,
	}
	dixaDesk := desk{
		name: "dixa", header: "Authorization", key: func(string) string { return someUUID },
		open: func(base string, options transport.Options, strict bool) (*driver.Adapter, error) {
			a, err := dixa.New(dixa.Config{URL: base + "/v1", Token: adapters.StaticToken(secret), Transport: options, Strict: strict})
			if err != nil {
				return nil, err
			}
			return a.Adapter, nil
		},
		serve: serveDixa, lookups: "/v1/endusers?",
	}
	of := func(d desk, kind adapters.Kind, id, route string, below ...string) desk {
		d.kind, d.id, d.routes = kind, id, []string{route}
		for _, path := range below {
			d.routes = append(d.routes, route+path)
		}
		return d
	}
	conversations := of(kustomerDesk, adapters.Conversation, objectID, "/v1/conversations/ID")
	conversations.lookups = "/v1/conversations/"
	customers := of(kustomerDesk, adapters.Contact, objectID, "/v1/customers/ID")
	customers.lookups = "/v1/customers/"
	return []desk{
		of(chatwootDesk, adapters.Conversation, "7", "/api/v1/accounts/1/conversations/ID", "/custom_attributes", "/destroy_custom_attributes"),
		of(chatwootDesk, adapters.Contact, "7", "/api/v1/accounts/1/contacts/ID", "/destroy_custom_attributes"),
		conversations, customers,
		of(dixaDesk, adapters.Conversation, "7", "/v1/conversations/ID", "/custom-attributes"),
		of(dixaDesk, adapters.Contact, someUUID, "/v1/endusers/ID", "/custom-attributes"),
	}
}()

// adapter is an adapter of the desk, and the server behind it.
func (d desk) adapter(t *testing.T, strict bool) (*driver.Adapter, *server) {
	t.Helper()
	s := &server{desk: d, values: map[string]json.RawMessage{}, definitions: "[]"}
	adapter, err := d.open("https://desk.example", transport.Options{
		Client: &http.Client{Transport: s}, Attempts: 1, Limiter: &transport.Limiter{Off: true},
		Logger: slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, strict)
	if err != nil {
		t.Fatal(err)
	}
	return adapter, s
}

func (d desk) ref() adapters.Ref { return adapters.Ref{Kind: d.kind, ID: d.id} }

// request is what was sent.
type request struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
}

// server answers in process.
type server struct {
	desk        desk
	values      map[string]json.RawMessage // of the one record
	definitions string                     // the vendor's list of definitions
	instead     func(n int) *http.Response // what the n-th request, from 1, is answered with; nil: as it should be
	requests    []request
	log         bytes.Buffer // of the transport
}

// RoundTrip implements http.RoundTripper.
func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := request{method: r.Method, url: r.URL, header: r.Header.Clone()}
	if r.Body != nil {
		sent.body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	s.requests = append(s.requests, sent)
	if s.instead != nil {
		if answer := s.instead(len(s.requests)); answer != nil {
			answer.Request = r
			return answer, nil
		}
	}
	status, body := s.desk.serve(s, sent)
	raw, isText := body.(string)
	if !isText {
		var buffer bytes.Buffer
		encoder := json.NewEncoder(&buffer)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(body); err != nil {
			return nil, err
		}
		raw = buffer.String()
	}
	return answer(status, raw), nil
}

// wrote tells whether a request was sent that writes.
func (s *server) wrote() bool {
	return slices.ContainsFunc(s.requests, func(r request) bool {
		asks := strings.HasSuffix(r.url.Path, "/destroy_custom_attributes") && bytes.Contains(r.body, []byte("[]"))
		return r.method != http.MethodGet && !asks
	})
}

func answer(status int, body string, header ...string) *http.Response {
	a := &http.Response{StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i+1 < len(header); i += 2 {
		a.Header.Set(header[i], header[i+1])
	}
	return a
}

type object = map[string]any

func serveChatwoot(s *server, r request) (int, any) {
	var sent struct {
		Values json.RawMessage `json:"custom_attributes"`
		Merge  bool            `json:"merge"`
	}
	_ = json.Unmarshal(r.body, &sent)
	values := map[string]json.RawMessage{}
	var keys []string
	path := r.url.Path
	switch {
	case strings.HasSuffix(path, "/custom_attribute_definitions"):
		return 200, s.definitions
	case strings.HasSuffix(path, "/contacts/search"):
		return 200, object{"payload": []any{}, "meta": object{"has_more": false}}
	case strings.HasSuffix(path, "/destroy_custom_attributes"):
		_ = json.Unmarshal(sent.Values, &keys)
		for _, key := range keys {
			delete(s.values, key)
		}
	case r.method != http.MethodGet:
		_ = json.Unmarshal(sent.Values, &values)
		if strings.HasSuffix(path, "/custom_attributes") && !sent.Merge {
			clear(s.values)
		}
		maps.Copy(s.values, values)
	}
	record := object{"id": 7, "custom_attributes": s.values}
	if s.desk.kind == adapters.Contact {
		return 200, object{"payload": record}
	}
	return 200, record
}

func serveKustomer(s *server, r request) (int, any) {
	var sent struct{ Custom map[string]json.RawMessage }
	_ = json.Unmarshal(r.body, &sent)
	switch path := r.url.Path; {
	case strings.Contains(path, "/metadata/"):
		return 200, s.definitions
	case strings.Contains(path, "="):
		return 404, object{}
	}
	s.patch(sent.Custom)
	return 200, object{"data": object{"type": "x", "id": objectID, "attributes": object{"custom": s.values, "rev": 1}}}
}

func serveDixa(s *server, r request) (int, any) {
	var sent map[string]json.RawMessage
	switch path := r.url.Path; {
	case path == "/v1/custom-attributes":
		return 200, s.definitions
	case path == "/v1/endusers":
		return 200, object{"data": []any{}}
	case r.method != http.MethodGet:
		_ = json.Unmarshal(r.body, &sent)
		s.patch(sent)
	}
	var list []object
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		list = append(list, object{"id": key, "identifier": "", "name": "", "value": s.values[key]})
	}
	if r.method != http.MethodGet {
		return 200, object{"data": append([]object{}, list...)}
	}
	id := any(7)
	if s.desk.kind == adapters.Contact {
		id = someUUID
	}
	return 200, object{"data": object{"_type": "x", "id": id, "customAttributes": list}}
}

// patch sets what is not null and removes what is.
func (s *server) patch(values map[string]json.RawMessage) {
	for key, value := range values {
		if s.values[key] = value; string(value) == "null" {
			delete(s.values, key)
		}
	}
}

// line checks that a text is one printable line of a bounded length.
func line(t *testing.T, what, text string, most int) {
	t.Helper()
	if len(text) > most || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s: %d bytes: %+q", what, len(text), text)
	}
}
