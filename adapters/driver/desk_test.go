package driver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
)

// desk is a vendor over HTTP that can only replace a record's whole map, as old
// Chatwoot does, or, where it is native, merges on the server. It is the server
// too. Keys are names; an id is any letters, and case does not count.
type desk struct {
	native      bool
	definitions []adapters.Definition
	api         *http.Client
	base        string

	mu       sync.Mutex
	records  map[string]map[string]json.RawMessage
	requests []string     // the methods, in order
	before   map[int]hook // by number of the request, from 1: true if it answered
	after    map[int]hook // the same, when it was carried out
}

// newDesk starts a desk with one record, "a".
func newDesk(t *testing.T, values string) *desk {
	d := &desk{
		records: map[string]map[string]json.RawMessage{"a": object(t, values)},
		before:  map[int]hook{}, after: map[int]hook{},
	}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	d.base = server.URL
	d.api, _ = transport.NewClient(transport.Options{Attempts: 1, Client: server.Client()}, transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken("secret")})
	return d
}

func object(t *testing.T, text string) (values map[string]json.RawMessage) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		t.Fatal(err)
	}
	return values
}

var record = adapters.ContactRef("a")

// quick tries three times, with no wait to speak of.
func quick() *transport.Retry {
	return transport.NewRetry(transport.Options{Backoff: time.Nanosecond})
}

// open gives an adapter of the desk; each call gives another one.
func (d *desk) open(t *testing.T, options driver.Options) *driver.Adapter {
	t.Helper()
	options.Retry = quick()
	a, err := driver.New(d, options)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// hook is what happens at a request; true if it was answered.
type hook func(http.ResponseWriter, *http.Request) bool

// on lets something happen before or after a request is carried out.
func on(when map[int]hook, request int, what func()) {
	when[request] = func(http.ResponseWriter, *http.Request) bool { what(); return false }
}

// fail answers a request with a status.
func fail(when map[int]hook, request, status int) {
	when[request] = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return true }
}

// end ends the caller's context and leaves the request without an answer.
func end(when map[int]hook, request int, cancel func()) {
	when[request] = func(_ http.ResponseWriter, r *http.Request) bool { cancel(); <-r.Context().Done(); return true }
}

// put is a foreign writer's write; null removes.
func (d *desk) put(values map[string]string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, value := range values {
		if value == "" {
			delete(d.records["a"], key)
		} else {
			d.records["a"][key] = json.RawMessage(value)
		}
	}
}

// stored is the record as JSON, its keys in order.
func (d *desk) stored() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	raw, _ := json.Marshal(d.records["a"])
	return string(raw)
}

func (d *desk) sent() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.requests, " ")
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	id := strings.TrimPrefix(r.URL.Path, "/")
	d.mu.Lock()
	d.requests = append(d.requests, r.Method)
	number := len(d.requests)
	before, after := d.before[number], d.after[number]
	d.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	d.mu.Lock()
	var change map[string]json.RawMessage
	_ = json.Unmarshal(body, &change)
	switch r.Method {
	case http.MethodPut:
		d.records[id] = change
	case http.MethodPatch:
		for key, value := range change {
			if string(value) == "null" {
				delete(d.records[id], key)
			} else {
				d.records[id][key] = value
			}
		}
	}
	answer, _ := json.Marshal(d.records[id])
	d.mu.Unlock()
	if after != nil && after(w, r) {
		return
	}
	w.Write(answer)
}

// status is an answer that is not a success, as the clients in gen/ have it.
type status struct {
	code   int
	header http.Header
}

func (e *status) Error() string                                               { return http.StatusText(e.code) }
func (e *status) HTTPAnswer() (int, http.Header, []byte)                      { return e.code, e.header, nil }
func (d *desk) Explain(int, http.Header, []byte) (none transport.Explanation) { return none }

func (d *desk) call(ctx context.Context, method string, ref adapters.Ref, values map[string]json.RawMessage) (driver.Record, error) {
	body, err := json.Marshal(values)
	if err != nil {
		return driver.Record{}, err
	}
	request, err := http.NewRequestWithContext(ctx, method, d.base+"/"+ref.ID, bytes.NewReader(body))
	if err != nil {
		return driver.Record{}, err
	}
	answer, err := d.api.Do(request)
	if err != nil {
		return driver.Record{}, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return driver.Record{}, &status{answer.StatusCode, answer.Header}
	}
	record := driver.Record{Complete: true}
	return record, json.NewDecoder(answer.Body).Decode(&record.Values)
}

func (d *desk) Vendor() string { return "desk" }
func (d *desk) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	merge := adapters.MergeEmulated
	if d.native {
		merge = adapters.MergeNative
	}
	return adapters.Capabilities{
		Values: []adapters.ValueKind{adapters.ValueString, adapters.ValueNumber, adapters.ValueTime, adapters.ValueJSON, adapters.ValueList},
		Merge:  merge, EmptyText: true,
	}, kind == adapters.Contact
}
func (d *desk) Ref(ref adapters.Ref) (adapters.Ref, error) {
	ref.ID = strings.ToLower(ref.ID)
	if strings.Trim(ref.ID, "abcdefghijklmnopqrstuvwxyz") != "" || ref.ID == "" {
		return ref, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is not of letters")
	}
	return ref, nil
}
func (d *desk) Key(_ adapters.Kind, name string, _ adapters.Value, definitions []adapters.Definition) (string, error) {
	if !strings.HasPrefix(name, "the ") { // a label
		return name, nil
	}
	for _, definition := range definitions {
		if definition.Label == name {
			return definition.Key, nil
		}
	}
	return "", driver.ErrUnknownName
}
func (d *desk) Encode(_ adapters.Kind, _ string, v adapters.Value) (json.RawMessage, error) {
	return v.MarshalJSON()
}

// Decode reads a time in whatever form it comes.
func (d *desk) Decode(_ adapters.Kind, key string, raw json.RawMessage) (adapters.Value, bool) {
	if raw == nil {
		panic("what is not there was given to Decode")
	}
	v, ok := driver.Plain(raw)
	if t, err := time.Parse(time.RFC3339, v.Text()); err == nil && strings.HasSuffix(key, "_at") {
		return adapters.Time(t), true
	}
	return v, ok
}
func (d *desk) Read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	return d.call(ctx, http.MethodGet, ref, nil)
}
func (d *desk) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	if d.native {
		return d.call(transport.Once(ctx), http.MethodPatch, ref, change.WithNulls())
	}
	before := change.Before
	if before == nil {
		read, err := d.Read(ctx, ref)
		if err != nil {
			return driver.Record{}, err
		}
		before = &read
	}
	values := maps.Clone(before.Values)
	maps.Copy(values, change.Set)
	maps.DeleteFunc(values, func(key string, _ json.RawMessage) bool { return slices.Contains(change.Clear, key) })
	record, err := d.call(transport.Once(ctx), http.MethodPut, ref, values)
	record.Replaced = true
	return record, err
}
func (d *desk) Definitions(context.Context, adapters.Kind) ([]adapters.Definition, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, "DEFINITIONS")
	if d.definitions == nil {
		return nil, adapters.ErrForbidden
	}
	return d.definitions, nil
}

// refused is the failure of a call that must have failed with this class, code
// and effect.
func refused(t *testing.T, err error, class error, code adapters.Code, effect adapters.Effect) *adapters.Error {
	t.Helper()
	var failure *adapters.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v, want an *adapters.Error of code %s", err, code)
	}
	if failure.Class != class || failure.Code != code || failure.Effect != effect {
		t.Errorf("%v: class %v, code %s, effect %s; want %v, %s, %s", err, failure.Class, failure.Code, failure.Effect, class, code, effect)
	}
	return failure
}
