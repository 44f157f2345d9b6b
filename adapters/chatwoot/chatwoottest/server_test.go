package chatwoottest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// recorder is a TB that keeps what the fake reports: odd requests are reported and still answered.
type recorder struct {
	*testing.T
	mu   sync.Mutex
	told []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, fmt.Sprintf(format, args...))
}

// bench is a fake and a way to it.
type bench struct {
	*testing.T
	*Server
	tb *recorder
}

func start(t *testing.T, option ...Option) *bench {
	t.Helper()
	tb := &recorder{T: t}
	return &bench{t, New(tb, option...), tb}
}

// expectReport wants one report that contains the text; "" is no report at all.
func (b *bench) expectReport(text string) {
	b.Helper()
	told := strings.Join(b.tb.told, "\n")
	b.tb.told = nil
	if (text == "") != (told == "") || !strings.Contains(told, text) {
		b.Errorf("reported %q, want %q", told, text)
	}
}

// header is what a request carries unless a test says otherwise; "" is not sent.
type header map[string]string

func (b *bench) send(method, path, body string, changes header) (*http.Response, string) {
	b.Helper()
	request, err := http.NewRequest(method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	all := header{"api-access-token": "admin", "Accept": "application/json", "Content-Type": "application/json"}
	for name, value := range changes {
		all[name] = value
	}
	for name, value := range all {
		if value != "" {
			request.Header[http.CanonicalHeaderKey(name)] = []string{value}
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response, string(text)
}

// expect wants this status and body, byte for byte; a body that starts with "~" need only be contained.
func (b *bench) expect(method, path, body string, changes header, status int, want string) *http.Response {
	b.Helper()
	response, text := b.send(method, path, body, changes)
	part, contained := strings.CutPrefix(want, "~")
	if response.StatusCode != status || (contained && !strings.Contains(text, part)) || (!contained && text != want) {
		b.Errorf("%s %s %.200s: got %d %s, want %d %s", method, path, body, response.StatusCode, text, status, want)
	}
	return response
}

func (b *bench) put(state string) {
	b.Helper()
	b.expect("PUT", "/_fake/state", state, nil, 204, "")
}

const (
	account      = "/api/v1/accounts/1"
	conversation = account + "/conversations/7"
	attributes   = conversation + "/custom_attributes"
	destroy      = conversation + "/destroy_custom_attributes"
	contact      = account + "/contacts/1"
	definitions  = account + "/custom_attribute_definitions"

	missing    = `{"error":"Resource could not be found"}`
	crashed    = `{"status":500,"error":"Internal Server Error"}`
	unparsable = `{"status":400,"error":"Bad Request"}`
	noSuchPage = `{"status":404,"error":"Not Found"}`
	botsKeptUp = `{"error":"Access to this endpoint is not authorized for bots"}`
)

func ExampleNew() {
	var t *testing.T // of the test
	server := New(t, Version("4.16.2"))
	request, _ := http.NewRequest("GET", server.URL+"/api/v1/accounts/1/conversations/7", nil)
	request.Header.Set("api-access-token", "admin")
	_, _ = http.DefaultClient.Do(request)
	fmt.Println(len(server.Requests()), server.State().Contacts["1"].Name)
}

func TestDefaultStateIsPlayable(t *testing.T) {
	server := New(t) // every report fails this test
	b := &bench{T: t, Server: server}
	for _, path := range []string{conversation, contact, definitions, definitions + "?attribute_model=contact_attribute"} {
		for _, token := range []string{"admin", "agent"} {
			b.expect("GET", path, "", header{"api-access-token": token}, 200, "~attribute")
		}
	}
	b.expect("GET", definitions, "", nil, 200, `~{"id":1,"attribute_key":"order_id","attribute_display_name":"Order",`+
		`"attribute_display_type":"text","attribute_description":null,"attribute_model":"conversation_attribute",`+
		`"attribute_values":[],"regex_pattern":null,"regex_cue":null,"default_value":null,`+
		`"created_at":"2026-01-05T09:30:00.000Z","updated_at":"2026-01-05T09:30:00.000Z"}`)
	b.expect("GET", conversation, "", nil, 200,
		`~"custom_attributes":{"gift":false,"tags":["express","return"],"order_id":"A-1042","order_total":129.9}`)
	b.expect("GET", conversation, "", nil, 200, `~"sender":{"additional_attributes":{},"availability_status":"offline"`)
	b.expect("GET", contact, "", nil, 200, `~"contact_inboxes":[]`)
	b.expect("POST", attributes, `{"custom_attributes":{"vip":true},"merge":true}`, nil, 200, "~vip")
	b.expect("POST", destroy, `{"custom_attributes":["vip"]}`, nil, 200, "~order_id")
	b.expect("PATCH", contact, `{"name":"Kim Example"}`, nil, 200, "~Kim Example")
	b.expect("PUT", contact, `{"custom_attributes":{"plan":"free"}}`, nil, 200, "~free")
	b.expect("POST", contact+"/destroy_custom_attributes", `{"custom_attributes":["plan"]}`, nil, 200, "~payload")
	if requests := server.Requests(); len(requests) != 17 || requests[0].Operation != "getConversation" {
		t.Errorf("recorded %d requests", len(requests))
	}
}

func TestVersion(t *testing.T) {
	b := start(t, Version("4.16.2"))
	response := b.expect("GET", "/api", "", header{"api-access-token": ""}, 200, `~"version":"4.16.2"`)
	if response.Header.Get("X-Request-Id") == "" || response.Header.Get("X-Runtime") == "" {
		t.Errorf("header: %v", response.Header)
	}
	b.expect("GET", "/api", "", nil, 200, `~"queue_services":"ok","timestamp":"20`)
	for version, merges := range map[string]bool{
		"4.17.0": true, "4.17.1": true, "4.100.0": true, "5.0.0": true, "4.17.0-fork.1": true,
		"4.16.99": false, "4.9.0": false, "3.99.99": false, "0.0.1": false,
	} {
		b.put(`{"version":"` + version + `","reported_version":"9.9.9","conversations":{"7":{"custom_attributes":{"a":1}}}}`)
		b.expect("GET", "/api", "", nil, 200, `~"version":"9.9.9"`)
		written, destroyed := `{"custom_attributes":{"b":2}}`, noSuchPage
		status := 404
		if merges {
			written, destroyed, status = `{"custom_attributes":{"a":1,"b":2}}`, `{"custom_attributes":{"a":1,"b":2}}`, 200
		}
		b.expect("POST", attributes, `{"custom_attributes":{"b":2},"merge":true}`, nil, 200, written)
		b.expect("POST", destroy, `{"custom_attributes":[]}`, nil, status, destroyed)
		b.expect("POST", destroy, `{"custom_attributes":[]}`, header{"Accept": "*/*"}, status, "~")
	}
	b.expectReport("")
}

func TestVersionIsReportedUnlessTheStateSaysOtherwise(t *testing.T) {
	old := State{Version: "4.16.2"}
	lying := State{Version: "4.16.2", ReportedVersion: "4.18.0"}
	for _, row := range []struct {
		options          []Option
		plays, reportsAs string
	}{
		{nil, "4.17.0", "4.17.0"},
		{[]Option{WithState(old)}, "4.16.2", "4.16.2"},
		{[]Option{WithState(lying)}, "4.16.2", "4.18.0"},
		{[]Option{Version("4.15.0"), WithState(lying)}, "4.15.0", "4.15.0"},
	} {
		if got := New(t, row.options...).State(); got.Version != row.plays || got.ReportedVersion != row.reportsAs {
			t.Errorf("plays %s and reports %s, want %s and %s", got.Version, got.ReportedVersion, row.plays, row.reportsAs)
		}
	}
}

func TestStateRoundTrip(t *testing.T) {
	b := start(t, WithState(State{AccountID: 3, Contacts: map[string]Contact{"5": {Name: "Kim"}}}))
	if got := b.State(); got.AccountID != 3 || got.Contacts["5"].CustomAttributes != nil || got.Version != "4.17.0" ||
		got.ReportedVersion != "4.17.0" || got.Tokens["bot"] != "agent_bot" {
		t.Errorf("state: %+v", got)
	}
	const text = `{"account_id":2,"tokens":{"t":"agent"},"version":"4.16.2","reported_version":"x","conversations":` +
		`{"7":{"custom_attributes":{"n":1.10,"h":"<&>"}},"8":{"custom_attributes":null},"9":{"custom_attributes":{}}},` +
		`"contacts":{"1":{"name":"Kim","custom_attributes":{"big":123456789012345678901234567890}}},"definitions":[]}`
	b.put(text)
	var want, got any
	_, body := b.send("GET", "/_fake/state", "", nil)
	if json.Unmarshal([]byte(text), &want) != nil || json.Unmarshal([]byte(body), &got) != nil || !reflect.DeepEqual(want, got) ||
		!strings.Contains(body, "1.10") || !strings.Contains(body, "123456789012345678901234567890") {
		t.Errorf("got %s, want %s", body, text)
	}
	state := b.State()
	if got := string(state.Conversations["7"].CustomAttributes["h"]); got != `"<&>"` {
		t.Errorf("kept %s", got)
	}
	state.Conversations["7"].CustomAttributes["n"][0] = '9'
	state.Tokens["t"] = "administrator"
	if again := b.State(); string(again.Conversations["7"].CustomAttributes["n"]) != "1.10" || again.Tokens["t"] != "agent" {
		t.Error("State is not a copy")
	}
	b.SetState(state)
	state.Conversations["7"].CustomAttributes["n"][0] = '7'
	if again := b.State(); string(again.Conversations["7"].CustomAttributes["n"]) != "9.10" {
		t.Error("SetState does not copy")
	}

	b.put(`{"conversations":{"7":{}},"contacts":{"1":{}},"definitions":[{"attribute_key":"k"}]}`)
	b.expect("GET", conversation, "", nil, 200, `~"custom_attributes":{}`)
	b.expect("GET", contact, "", nil, 200, `~"custom_attributes":{}`)
	b.expect("GET", definitions, "", nil, 200, `~"attribute_display_type":"text"`)
	before := b.State()
	for _, wrong := range []string{
		`{"conversation":{}}`, `{"conversations":{"7":{"attributes":{}}}}`, `{"conversations":{"x":{}}}`, `{"conversations":{"07":{}}}`,
		`{"contacts":{"0":{}}}`, `{"version":"v4"}`, `{"tokens":{"a":"boss"}}`, `{"contacts":{"1":{"custom_attributes":{"a":"\ud800"}}}}`,
		`{"definitions":[{}]}`, `{"definitions":[{"attribute_key":"a","attribute_model":"x"}]}`,
		`{"definitions":[{"attribute_key":"a","attribute_display_type":"x"}]}`, `{} {}`,
	} {
		b.expect("PUT", "/_fake/state", wrong, nil, 400, "~\n")
	}
	if !reflect.DeepEqual(before, b.State()) {
		t.Error("a refused state left something behind")
	}
	b.expectReport("")
}

func TestInProcess(t *testing.T) {
	server := New(t, InProcess())
	request, _ := http.NewRequest("GET", server.URL+"/api", nil)
	response, err := server.Client().Do(request)
	if err != nil || response.StatusCode != 200 || server.URL != "https://chatwoot.invalid" {
		t.Errorf("%s: %v, %v", server.URL, response, err)
	}
}

func TestAddr(t *testing.T) {
	if server := New(t, Addr("[::1]:0")); !strings.HasPrefix(server.URL, "http://[::1]:") {
		t.Errorf("listens on %s", server.URL)
	}
}

func TestFault(t *testing.T) {
	b := start(t)
	b.SetFaults(Fault{Type: "status", Operation: "getContact", Status: 429, Body: "Retry later\n", Header: map[string]string{"Content-Type": "text/plain"}})
	b.expect("GET", contact, "", nil, 429, "Retry later\n")
	b.expect("GET", contact, "", nil, 200, "~Robin")
	b.expectReport("")
}

// TestParallelWriters is for the race detector; that no write is lost is the fake's own promise, not Chatwoot's.
func TestParallelWriters(t *testing.T) {
	server := New(t)
	b := &bench{T: t, Server: server}
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			b.expect("POST", attributes, fmt.Sprintf(`{"custom_attributes":{"w%d":%d},"merge":true}`, i, i), nil, 200, "~w")
			b.expect("PATCH", contact, fmt.Sprintf(`{"custom_attributes":{"w%d":%d}}`, i, i), nil, 200, "~w")
			server.SetState(server.State())
			server.Requests()
		})
	}
	writers.Wait()
}
