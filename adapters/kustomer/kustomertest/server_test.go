package kustomertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestAuthentication(t *testing.T) {
	b := start(t)
	refused := problemOf(401, "", "unauthorized", "Unauthorized", "")
	for _, authorization := range []string{"", "token", "Bearer", "Bearer ", "Bearer tokens", "Bearer tok", "bearer token", "Basic dG9rZW4=", "Token token"} {
		for _, target := range []string{
			"GET " + conversation1, "PATCH " + conversation1, "GET /v1/customers/7", "GET /v1/metadata/customer",
			"GET /v1/nothing", "PUT " + conversation1,
		} {
			method, path, _ := strings.Cut(target, " ")
			request := b.request(method, path, strings.Repeat("{", 5*(len(method)-3)))
			request.Header.Set("Authorization", authorization)
			if status, _, text := b.do(request); status != 401 || text != refused {
				t.Errorf("%s with %q: %d %s", target, authorization, status, text)
			}
		}
	}
}

func TestNoSuchRoute(t *testing.T) {
	b := start(t)
	for _, target := range []string{"GET /", "GET /v1/nothing", "POST " + conversation1, "GET /v1/customers/", "GET /conversations/" + unknownID} {
		method, path, _ := strings.Cut(target, " ")
		b.expect(method, path, "", 404, problemOf(404, "", "notfound", "Not Found", ""))
		b.expectReports("the document has no such path or method")
	}
}

func TestStateRoundTrip(t *testing.T) {
	b := start(t)
	state := b.State()
	b.SetState(state)
	if again := b.State(); !reflect.DeepEqual(again, state) {
		t.Errorf("%+v, want %+v", again, state)
	}
	text := b.expect("GET", "/_fake/state", "", 200, "")
	b.expect("PUT", "/_fake/state", text, 204, "")
	b.expect("GET", "/_fake/state", "", 200, text)
	if again := b.State(); !reflect.DeepEqual(again, state) {
		t.Errorf("through JSON: %+v, want %+v", again, state)
	}

	const id = "64a1f0c2d3e4b5a697880099"
	b.expect("PUT", "/_fake/state", `{"token":"other","conversations":{"`+id+`":{"custom":{"aNum":1.10,"bStr":"<&>"}}},
		"customers":{"`+id+`":{"custom":{},"company":null}},"metadata":{"conversation":{"aNum":{"type":"number"}}}}`, 204, "")
	b.expect("GET", "/_fake/state", "", 200, `{"token":"other","conversations":{"`+id+`":{"custom":{"aNum":1.10,"bStr":"<&>"},"rev":0}},`+
		`"customers":{"`+id+`":{"custom":{},"company":null,"rev":0}},"metadata":{"conversation":{"aNum":{"type":"number"}}}}`)
	request := b.request("GET", "/v1/conversations/"+id, "")
	request.Header.Set("Authorization", "Bearer other")
	if status, _, text := b.do(request); status != 200 || !strings.Contains(text, `"custom":{"aNum":1.10,"bStr":"<&>"}`) {
		t.Errorf("%d %s", status, text)
	}
}

func TestStateIsACopy(t *testing.T) {
	b := start(t)
	want := b.expect("GET", "/_fake/state", "", 200, "")
	spoil := func(state State) {
		state.Conversations["64a1f0c2d3e4b5a697880001"].Custom["orderIdStr"][1] = 'X'
		state.Conversations["64a1f0c2d3e4b5a697880001"].Attributes["name"][1] = 'X'
		delete(state.Conversations, "64a1f0c2d3e4b5a697880002")
		customer := state.Customers["64a1f0c2d3e4b5a697880011"]
		customer.Custom["planStr"][1], customer.Attributes["name"][1] = 'X', 'X'
		*customer.Company = unknownID
		delete(state.Customers, "64a1f0c2d3e4b5a697880012")
		state.Metadata["customer"]["planStr"].Enumeration[0][1] = 'X'
		state.Metadata["customer"]["regionTree"].Tree[1] = 'X'
		delete(state.Metadata["customer"], "vipBool")
		delete(state.Metadata, "conversation")
	}
	spoil(b.State())
	b.expect("GET", "/_fake/state", "", 200, want)
	state := b.State()
	b.SetState(state)
	spoil(state)
	b.expect("GET", "/_fake/state", "", 200, want)
	state = b.State()
	b.Server = New(b, WithState(state))
	spoil(state)
	b.expect("GET", "/_fake/state", "", 200, want)
}

func TestStateThatMakesNoSense(t *testing.T) {
	for text, why := range map[string]string{
		`{`:                                      "unexpected EOF",
		`{"tokens":{}}`:                          `unknown field "tokens"`,
		`{"conversations":{}}`:                   "the token is empty",
		`{"token":"t","conversations":{"7":{}}}`: `the id "7" is not`,
		`{"token":"t","masks":"stars"}`:          `no masks are called "stars"`,
		`{"token":"t","customers":{"FFFFFFFFFFFFFFFFFFFFFFFF":{}}}`:                                  "is not 24 lower-case",
		`{"token":"t","customers":{"` + unknownID + `":{"merged_into":"64a1f0c2d3e4b5a697880011"}}}`: "is merged into",
		`{"token":"t","customers":{"` + unknownID + `":{"merged_into":"` + unknownID + `"}}}`:        "is merged into",
	} {
		b := start(t)
		before := b.State()
		if got := b.expect("PUT", "/_fake/state", text, 400, ""); !strings.Contains(got, why) {
			t.Errorf("%s: %s, want %s", text, got, why)
		}
		var state State
		if json.Unmarshal([]byte(text), &state) == nil && !strings.HasPrefix(why, "unknown field") {
			b.SetState(state)
			if len(b.fatal) != 1 || !strings.Contains(b.fatal[0], why) {
				t.Errorf("%s: SetState said %q", text, b.fatal)
			}
			b.fatal = nil
		}
		if !reflect.DeepEqual(b.State(), before) {
			t.Errorf("%s: changed the state", text)
		}
	}
	b := start(t)
	b.SetState(State{Token: "t", Conversations: map[string]Conversation{unknownID: {Custom: Values{"aStr": []byte(`"`)}}}})
	if len(b.fatal) != 1 {
		t.Errorf("a value that is no JSON: %q", b.fatal)
	}
	b.fatal = nil
}

func TestFault(t *testing.T) {
	b := start(t)
	b.SetFaults(Fault{Type: "status", Operation: "updateConversationAttributes", Status: 429, Body: `{"errors":[]}`, Header: map[string]string{"X-Ratelimit-Remaining": "0"}})
	const body = `{"custom":{"aStr":"x"}}`
	status, header, _ := b.do(b.request("PATCH", conversation2, body))
	if status != 429 || header.Get("X-Ratelimit-Remaining") != "0" {
		t.Errorf("%d %v", status, header)
	}
	b.record("GET", conversation2, "", "", 1)
	b.record("PATCH", conversation2, body, `{"aStr":"x"}`, 2)
	b.SetFaults(Fault{Type: "lost_answer", Method: "PATCH"})
	if _, err := b.client.Do(b.request("PATCH", conversation2, `{"custom":{"aStr":"y"}}`)); err == nil {
		t.Error("the answer is not lost")
	}
	b.record("GET", conversation2, "", `{"aStr":"y"}`, 3)
	requests := b.Requests()
	if n := len(requests); n != 5 || requests[0].Operation != "updateConversationAttributes" || string(requests[0].Body) != body {
		t.Errorf("%d requests: %+v", n, requests)
	}
}

func TestParallelWriters(t *testing.T) {
	b := start(t)
	const writers, writes = 8, 10
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() {
			for i := range writes {
				request := b.request("PATCH", customer2, fmt.Sprintf(`{"custom":{"writer%dNum":%d}}`, writer, i))
				response, err := b.client.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				response.Body.Close()
				b.State()
				b.SetFaults()
			}
		})
	}
	group.Wait()
	after := b.State().Customers["64a1f0c2d3e4b5a697880012"]
	if after.Rev != 1+writers*writes || len(after.Custom) != 1+writers {
		t.Errorf("rev %d, custom %s", after.Rev, after.Custom)
	}
}

func TestInProcess(t *testing.T) {
	server := New(t, InProcess(), Addr("not an address"))
	if server.URL != "https://kustomer.invalid" {
		t.Error(server.URL)
	}
	for _, base := range []string{server.URL, "https://shop.api.kustomerapp.com"} {
		request, err := http.NewRequest("GET", base+conversation1, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer token")
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 200 {
			t.Errorf("%s: %s", base, response.Status)
		}
	}
	if n := len(server.Requests()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

func TestAddr(t *testing.T) {
	if server := New(t, Addr("localhost:0")); !strings.HasPrefix(server.URL, "http://127.0.0.1:") && !strings.HasPrefix(server.URL, "http://[::1]:") {
		t.Error(server.URL)
	}
	b := &bench{T: t}
	New(b, Addr("192.0.2.1:80"))
	if len(b.fatal) != 1 || !strings.Contains(b.fatal[0], "not a loopback address") {
		t.Errorf("%q", b.fatal)
	}
}
