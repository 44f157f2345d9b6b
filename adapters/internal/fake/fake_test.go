package fake

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// document of a vendor small enough to be read at a glance.
const tinyDocument = `
openapi: 3.0.3
info: {title: Tiny, version: "1"}
servers: [{url: "https://tiny.example.com/api"}]
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, maxLength: 8}}
      - {name: locale, in: query, schema: {type: string}}
    get:
      operationId: getThing
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
      responses:
        "200": {$ref: "#/components/responses/Thing"}
        "404": {description: no thing, content: {text/html: {schema: {type: string}}}}
        "429": {description: too many, content: {text/plain: {schema: {type: string}}}}
    head:
      operationId: headThing
      responses:
        "200": {$ref: "#/components/responses/Thing"}
    patch:
      operationId: setThing
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Change"}}
      responses:
        "200": {$ref: "#/components/responses/Thing"}
        "204": {description: nothing to say}
    delete:
      operationId: deleteThing
      responses:
        "204": {description: gone}
  /things/mail={mail}:
    get:
      operationId: findThing
      parameters:
        - {name: mail, in: path, required: true, schema: {type: string}}
      responses:
        "200": {$ref: "#/components/responses/Thing"}
components:
  responses:
    Thing:
      description: the thing
      headers:
        X-Left: {schema: {type: integer, minimum: 0}}
      content:
        application/json: {schema: {$ref: "#/components/schemas/Thing"}}
  schemas:
    Thing:
      type: object
      required: [attributes]
      properties: {attributes: {type: object}}
    Change:
      allOf:
        - type: object
          required: [attributes]
          properties:
            attributes:
              type: object
              additionalProperties: {oneOf: [{type: string}, {type: integer}]}
        - type: object
          properties: {merge: {type: boolean}}
`

// tiny is the vendor: things with attributes, token "secret".
type tiny struct {
	Things map[string]map[string]json.RawMessage `json:"things"`
}

func (v *tiny) config() Config {
	v.Things = map[string]map[string]json.RawMessage{"1": {"color": json.RawMessage(`"a<b"`)}}
	get := func(r *Request) Answer {
		thing, ok := v.Things[r.Params["id"]]
		if !ok {
			return Answer{404, http.Header{"Content-Type": {"text/html"}}, []byte("<p>no thing</p>")}
		}
		return JSON(200, map[string]any{"attributes": thing})
	}
	return Config{
		Vendor: "tiny", Document: tinyDocument, Prefixes: []string{"/v1", "/beta"},
		Operations: map[string]Handler{
			"getThing": get, "headThing": get,
			"findThing": func(r *Request) Answer { return JSON(200, map[string]any{"attributes": r.Params}) },
			"setThing": func(r *Request) Answer {
				var change struct {
					Attributes map[string]json.RawMessage `json:"attributes"`
				}
				if json.Unmarshal(r.Body, &change) != nil || change.Attributes == nil {
					return Answer{Status: 204}
				}
				v.Things[r.Params["id"]] = change.Attributes
				return JSON(200, change)
			},
		},
		Before: func(r *Request) *Answer {
			switch r.Header.Get("Authorization") {
			case "secret":
				return nil
			case "busy":
				return new(Text(429, "Retry later\n"))
			}
			return new(Text(401, "who are you"))
		},
		NoRoute: func(*Request) Answer { return Text(404, "tiny knows no such place") },
		State:   func() any { return v },
		SetState: func(data []byte) error {
			var next tiny
			if err := Decode(data, &next); err != nil {
				return err
			}
			*v = next
			return nil
		},
		Deviations: []Deviation{
			{Operation: "setThing", Field: "/attributes/*", Reason: "tiny stores anything"},
			{Operation: "findThing", Status: 200, Field: "/attributes", Reason: "tiny finds nothing as null"},
		},
	}
}

// recordingTB keeps what a fake tells its test.
type recordingTB struct {
	mu       sync.Mutex
	told     []string
	fatal    []string
	cleanups []func()
}

func (tb *recordingTB) Helper() {}
func (tb *recordingTB) Errorf(format string, args ...any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	tb.told = append(tb.told, fmt.Sprintf(format, args...))
}
func (tb *recordingTB) Fatalf(format string, args ...any) {
	tb.fatal = append(tb.fatal, fmt.Sprintf(format, args...))
}
func (tb *recordingTB) Cleanup(f func()) { tb.cleanups = append(tb.cleanups, f) }

// reports hands out what was told since the last call.
func (tb *recordingTB) reports() []string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	told := tb.told
	tb.told = nil
	return told
}

// bench is a fake under test and a way to it.
type bench struct {
	*testing.T
	*Server
	tb     *recordingTB
	vendor *tiny
	client *http.Client
	base   string
}

// bothWays runs a test over a socket and in-process. What the fake reported and the test did not fetch is an error.
func bothWays(t *testing.T, change func(*Config), test func(*bench)) {
	t.Helper()
	for _, way := range []string{"socket", "in-process"} {
		t.Run(way, func(t *testing.T) {
			b := &bench{T: t, tb: &recordingTB{}, vendor: &tiny{}}
			config := b.vendor.config()
			if change != nil {
				change(&config)
			}
			if way == "socket" {
				b.Server = Start(b.tb, config, "")
				transport := &http.Transport{}
				t.Cleanup(transport.CloseIdleConnections)
				b.base, b.client = b.URL, &http.Client{Transport: transport}
			} else {
				b.Server, _ = New(b.tb, config)
				b.base, b.client = "http://tiny.example.com", &http.Client{Transport: RoundTripper(b.Handler())}
			}
			t.Cleanup(b.Server.Close)
			test(b)
			if left := b.tb.reports(); len(left) > 0 {
				t.Errorf("not expected to be reported: %q", left)
			}
		})
	}
}

func (b *bench) send(method, path, body string) (*http.Response, error) {
	b.Helper()
	return b.sendAs("secret", method, path, body)
}

func (b *bench) sendAs(token, method, path, body string) (*http.Response, error) {
	b.Helper()
	return b.client.Do(b.request(context.Background(), token, method, path, body))
}

func (b *bench) request(ctx context.Context, token, method, path, body string) *http.Request {
	b.Helper()
	request, err := http.NewRequestWithContext(ctx, method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

// expect sends as "secret" and wants this answer.
func (b *bench) expect(method, path, body string, status int, answer string) *http.Response {
	b.Helper()
	return b.expectAs("secret", method, path, body, status, answer)
}

func (b *bench) expectAs(token, method, path, body string, status int, answer string) *http.Response {
	b.Helper()
	response, err := b.sendAs(token, method, path, body)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	if response.StatusCode != status || string(got) != answer {
		b.Errorf("%s %s: got %d %q, want %d %q", method, path, response.StatusCode, got, status, answer)
	}
	return response
}

// expectReports wants exactly these reports since the last time.
func (b *bench) expectReports(want ...string) {
	b.Helper()
	if got := b.tb.reports(); !slices.Equal(got, want) {
		b.Errorf("reported:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

const red = `{"attributes":{"color":"red"}}`

// expectBroken wants a connection that ends without an answer.
func (b *bench) expectBroken(method, path, body string) {
	b.Helper()
	if response, err := b.send(method, path, body); err == nil {
		response.Body.Close()
		b.Errorf("%s %s: answered %d", method, path, response.StatusCode)
	} else if !broken(err) {
		b.Errorf("%s %s: %v", method, path, err)
	}
}

// color is that of thing 1 at the vendor.
func (b *bench) color() string {
	var color string
	b.Locked(func() { color = string(b.vendor.Things["1"]["color"]) })
	return color
}
