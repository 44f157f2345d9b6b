package toydesk_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"sync"

	"github.com/deskattr/deskattr/adapters/adapterstest"
)

type values = map[string]json.RawMessage

// fake is the only Toydesk there is. It is written as the vendor would be, and
// imports nothing of the adapter.
type fake struct {
	*httptest.Server

	mu       sync.Mutex
	records  map[string]*record // by route and id
	requests []string
	meddle   func(values) // what somebody else does just before the next PUT is looked at
	after    func(values) // what somebody else does just after one was answered
	trims    bool         // texts are cut to 5 bytes, and nobody is told
}

type record struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	Fields  values `json:"fields"`
}

const key = "toy-key-1"

func start(t adapterstest.TB) *fake {
	f := &fake{records: map[string]*record{
		"/tickets/t-17": {ID: "t-17", Version: 7, Fields: values{"cf:kept": json.RawMessage(`"a<b>&c 9007199254740993"`)}},
		"/people/p-4":   {ID: "p-4", Version: 7, Fields: values{"cf:kept": json.RawMessage(`"a<b>&c 9007199254740993"`)}},
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{kind}/{id}", f.get)
	mux.HandleFunc("PUT /{kind}/{id}", f.put)
	mux.HandleFunc("GET /fields/{kind}", f.fields)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.requests = append(f.requests, r.Method+" "+r.URL.Path)
		if r.Header.Get("X-Toydesk-Key") != key {
			problem(w, http.StatusUnauthorized, "key", "this key opens nothing")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) get(w http.ResponseWriter, r *http.Request) {
	if found := f.records[r.URL.Path]; found != nil {
		answer(w, http.StatusOK, found)
		return
	}
	problem(w, http.StatusNotFound, "gone", "there is no such record")
}

var field = regexp.MustCompile(`^cf:[a-z0-9_]{1,40}$`)

// put replaces the whole map, of the version that is named.
func (f *fake) put(w http.ResponseWriter, r *http.Request) {
	found := f.records[r.URL.Path]
	if found == nil {
		f.get(w, r)
		return
	}
	if meddle := f.meddle; meddle != nil {
		f.meddle = nil
		meddle(found.Fields)
		found.Version++
	}
	switch match := r.Header.Get("If-Match"); {
	case match == "":
		problem(w, http.StatusPreconditionRequired, "version", "say If-Match")
		return
	case match != strconv.Quote(strconv.Itoa(found.Version)):
		problem(w, http.StatusPreconditionFailed, "version", "somebody else was faster")
		return
	}
	var body struct{ Fields map[string]any }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.Fields == nil {
		problem(w, http.StatusUnprocessableEntity, "body", "this is no map of fields")
		return
	}
	fields := values{}
	for key, value := range body.Fields {
		text, isText := value.(string)
		switch value.(type) {
		case string, float64, bool:
		default:
			problem(w, http.StatusUnprocessableEntity, "flat", "a field is text, a number or a flag")
			return
		}
		if !field.MatchString(key) {
			problem(w, http.StatusUnprocessableEntity, "key", "what a strange key")
			return
		}
		if isText && f.trims {
			value = text[:min(len(text), 5)]
		}
		if value != "" { // an empty text is no text
			fields[key] = encode(value)
		}
	}
	found.Fields = fields
	found.Version++
	answer(w, http.StatusOK, found)
	if f.after != nil {
		f.after(found.Fields)
		found.Version++
	}
}

func (f *fake) fields(w http.ResponseWriter, r *http.Request) {
	if kind := r.PathValue("kind"); kind != "ticket" && kind != "person" {
		problem(w, http.StatusNotFound, "gone", "there are no such records")
		return
	}
	answer(w, http.StatusOK, json.RawMessage(`{"fields":[
		{"key":"cf:order_id","title":"Order","type":"line"},
		{"key":"cf:total","title":"Total","type":"count"},
		{"key":"cf:vip","title":"Important","type":"flag"},
		{"key":"cf:plan","title":"Plan","type":"pick","options":[{"code":"free","title":"Free of charge"},{"code":"pro","title":"Professional"}]}
	]}`))
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(encode(body))
}

// encode does not write < as an escape: only Go does, and an adapter that did
// would go unseen by a fake that did too.
func encode(body any) json.RawMessage {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body)
	return bytes.TrimSpace(text.Bytes())
}

func problem(w http.ResponseWriter, status int, kind, say string) {
	answer(w, status, map[string]any{"problem": map[string]string{"kind": kind, "say": say}})
}

// stored is a copy of what a record holds.
func (f *fake) stored(route string) values {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.records[route].Fields)
}

// store is what somebody else writes.
func (f *fake) store(route string, fields values) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.Copy(f.records[route].Fields, fields)
	f.records[route].Version++
}

// sent are the requests since the last call.
func (f *fake) sent() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	sent := f.requests
	f.requests = nil
	return sent
}
