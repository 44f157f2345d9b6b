package fake

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestState(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.expectAs("", "GET", "/_fake/state", "", 200, `{"things":{"1":{"color":"a<b"}}}`)
		b.expectAs("", "PUT", "/_fake/state", `{"things":{"9":{"n":12345678901234567890}}}`, 204, "")
		const state = `{"things":{"9":{"n":12345678901234567890}}}`
		b.expect("GET", "/_fake/state", "", 200, state)
		b.expect("GET", "/v1/things/9", "", 200, `{"attributes":{"n":12345678901234567890}}`)
		for body, why := range map[string]string{
			`{"things":`:               "unexpected EOF\n",
			``:                         "EOF\n",
			`{"thing":{}}`:             "json: unknown field \"thing\"\n",
			`{"things":{}}{}`:          "more than one JSON document\n",
			`{"things":{}} x`:          "more than one JSON document\n",
			`{"things":{"1":[1,2,3]}}`: "json: cannot unmarshal array into Go struct field tiny.things.1 of type map[string]json.RawMessage\n",
		} {
			response, err := b.send("PUT", "/_fake/state", body)
			if err != nil {
				b.Fatal(err)
			}
			got, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != 400 || strings.Count(string(got), "\n") != 1 || response.Header.Get("Content-Type") != "text/plain" {
				b.Errorf("%s: %d %q", body, response.StatusCode, got)
			}
			if string(got) != why && !strings.Contains(body, "[1,2,3]") {
				b.Errorf("%s: %q, want %q", body, got, why)
			}
			b.expect("GET", "/_fake/state", "", 200, state) // nothing changed
		}
	})
}

func TestDecodeKeepsDigits(t *testing.T) {
	var got map[string]any
	if err := Decode([]byte(`{"n":12345678901234567890}`), &got); err != nil || got["n"] != json.Number("12345678901234567890") {
		t.Errorf("%v %v", got, err)
	}
}

func TestRequestsAsJSON(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.expect("GET", "/_fake/requests", "", 200, "[]")
		request, _ := http.NewRequest("PATCH", b.base+"/v1/things/1?q=1", strings.NewReader(red))
		for _, name := range []string{"Authorization", "api-access-token", "api_access_token"} {
			request.Header.Set(name, "secret")
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Kept", "yes")
		response, err := b.client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		response.Body.Close()
		b.tb.reports()
		response, err = b.send("GET", "/_fake/requests", "")
		if err != nil {
			b.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		var got []struct {
			Time, Method, Path, Body, Operation string
			Query, Header                       map[string][]string
			Params                              map[string]string
			Status                              int
		}
		if err := json.Unmarshal(text, &got); err != nil || len(got) != 1 {
			b.Fatalf("%v: %s", err, text)
		}
		r := got[0]
		if r.Time == "" || r.Method != "PATCH" || r.Path != "/v1/things/1" || r.Body != red || r.Operation != "setThing" ||
			r.Query["q"][0] != "1" || r.Params["id"] != "1" || r.Status != 200 || r.Header["X-Kept"][0] != "yes" {
			b.Errorf("%s", text)
		}
		if strings.Contains(string(text), "secret") || strings.Count(string(text), "[redacted]") != 3 {
			b.Errorf("credentials: %s", text)
		}
		mine := b.Requests()[0]
		if _, err := json.Marshal(mine); err != nil || mine.Header.Get("Authorization") != "secret" {
			b.Error("the record itself lost its credentials")
		}
	})
}

func TestControlRefusals(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		for _, c := range []struct{ method, path, allow string }{
			{"DELETE", "/_fake/state", "GET, PUT"}, {"PUT", "/_fake/requests", "GET"}, {"GET", "/_fake/faults", "PUT"},
		} {
			response := b.expect(c.method, c.path, "", 405, c.path+" takes "+c.allow+"\n")
			if response.Header.Get("Allow") != c.allow {
				b.Errorf("%s: Allow %q", c.path, response.Header.Get("Allow"))
			}
		}
		b.expect("GET", "/_fake/nothing", "", 404, "the fake has no /_fake/nothing\n")
		if n := len(b.Requests()); n != 0 {
			b.Errorf("%d control requests recorded", n)
		}
	})
}
