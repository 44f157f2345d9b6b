package fake

import (
	"net/http"
	"strings"
	"testing"
)

func TestRequestsThatDoNotFit(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		const patch = "tiny fake: PATCH /v1/things/1: "
		for _, c := range []struct {
			body string
			want []string
		}{
			{`{"attributes":{"a":"x","b":1}}`, nil},
			{``, []string{patch + "request: request body has an error: value is required but missing"}},
			{`{`, []string{patch + "request: request body has an error: failed to decode request body: unexpected EOF"}},
			{`{"merge":true}`, []string{patch + `request body at /attributes: property "attributes" is missing`}},
			{`{"attributes":null}`, []string{patch + "request body at /attributes: Value is not nullable"}},
			// Both branches of an allOf have their say.
			{`{"attributes":"x","merge":1}`, []string{
				patch + "request body at /attributes: value must be an object",
				patch + "request body at /merge: value must be a boolean",
			}},
			// A deviation covers its field and nothing else of the same request.
			{`{"attributes":{"a":null,"b/c":[1]}}`, nil},
			{`{"attributes":{"a":null},"merge":1}`, []string{patch + "request body at /merge: value must be a boolean"}},
		} {
			response, err := b.send("PATCH", "/v1/things/1", c.body)
			if err != nil {
				b.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode >= 300 {
				b.Errorf("%s: the vendor did not answer but %d", c.body, response.StatusCode)
			}
			b.expectReports(c.want...)
		}
		b.expect("GET", "/v1/things/1?limit=many&z=1&a=1", "", 200, `{"attributes":{"a":null}}`)
		b.expectReports(
			`tiny fake: GET /v1/things/1: query parameter "limit": value many: an invalid integer: invalid syntax`,
			`tiny fake: GET /v1/things/1: query parameter "a" is not in the document`,
			`tiny fake: GET /v1/things/1: query parameter "z" is not in the document`)
		b.expect("PATCH", "/v1/things/123456789?locale=en", `{"attributes":{},"merge":1}`, 200, `{"attributes":{}}`)
		b.expectReports(
			`tiny fake: PATCH /v1/things/123456789: path parameter "id": maximum string length is 8`,
			"tiny fake: PATCH /v1/things/123456789: request body at /merge: value must be a boolean")
		b.expect("GET", "/v1/things/1?limit=a%0A%20b", "", 200, `{"attributes":{"a":null}}`)
		b.expectReports(`tiny fake: GET /v1/things/1: query parameter "limit": value a b: an invalid integer: invalid syntax`)
		b.expect("GET", "/v1/things/987654321", "", 404, "<p>no thing</p>")
		b.expectReports(`tiny fake: GET /v1/things/987654321: path parameter "id": maximum string length is 8`)
		b.expect("GET", "/v1/things/1", "{}", 200, `{"attributes":{"a":null}}`)
		b.expectReports("tiny fake: GET /v1/things/1: request: request body not allowed for this request")
	})
}

func TestContentTypeOfARequest(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		request, _ := http.NewRequest("PATCH", b.base+"/v1/things/1", strings.NewReader(`{"attributes":{}}`))
		request.Header.Set("Authorization", "secret")
		request.Header.Set("Content-Type", "text/plain")
		response, err := b.client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		response.Body.Close()
		b.expectReports(`tiny fake: PATCH /v1/things/1: request: request body has an error: header Content-Type has unexpected value "text/plain"`)
	})
}

func TestOneOfSaysWhatItWanted(t *testing.T) {
	bothWays(t, func(c *Config) { c.Deviations = nil }, func(b *bench) {
		b.expect("PATCH", "/v1/things/1", `{"attributes":{"a~b/c":true}}`, 200, `{"attributes":{"a~b/c":true}}`)
		reports := b.tb.reports()
		if len(reports) != 1 || !strings.HasPrefix(reports[0], "tiny fake: PATCH /v1/things/1: request body at /attributes/a~0b~1c: ") ||
			!strings.Contains(reports[0], "must be a string") || !strings.Contains(reports[0], "must be an integer") || strings.Contains(reports[0], "\n") {
			b.Errorf("%q", reports)
		}
	})
}

func TestAnswersThatDoNotFit(t *testing.T) {
	for want, answer := range map[string]Answer{
		"": JSON(200, map[string]any{"attributes": map[string]any{}}),
		"answer 200 body at /attributes: value must be an object":                                            JSON(200, map[string]any{"attributes": 1}),
		`answer 200 body at /attributes: property "attributes" is missing`:                                   JSON(200, map[string]any{}),
		`answer 200: response header Content-Type has unexpected value: "text/plain"`:                        Text(200, "{}"),
		`answer 200: response header Content-Type has unexpected value: ""`:                                  {Status: 200},
		`answer 200: response header "X-Left" doesn't match schema: number must be at least 0`:               {200, http.Header{"Content-Type": {"application/json"}, "X-Left": {"-1"}}, []byte(`{"attributes":{}}`)},
		"answer 500: status is not supported":                                                                JSON(500, 1),
		"answer 204: status is not supported":                                                                {Status: 204},
		`answer 200: unable to decode header "X-Left" value: value many: an invalid integer: invalid syntax`: {200, http.Header{"Content-Type": {"application/json"}, "X-Left": {"many"}}, []byte(`{"attributes":{}}`)},
	} {
		bothWays(t, func(c *Config) {
			c.Operations["getThing"] = func(*Request) Answer { return answer }
		}, func(b *bench) {
			b.expect("GET", "/v1/things/1", "", answer.Status, string(answer.Body))
			if want == "" {
				b.expectReports()
			} else {
				b.expectReports("tiny fake: GET /v1/things/1: " + want)
			}
		})
	}
}

func TestAnswerWithABodyNobodyDeclared(t *testing.T) {
	bothWays(t, func(c *Config) {
		c.Operations["deleteThing"] = func(*Request) Answer { return Text(204, "gone") }
	}, func(b *bench) {
		b.expect("DELETE", "/v1/things/1", "", 204, "")
		b.expectReports("tiny fake: DELETE /v1/things/1: answer 204: has a body where the document has none")
	})
}

func TestDeviationOfAnAnswer(t *testing.T) {
	null := func(*Request) Answer { return JSON(200, map[string]any{"attributes": nil}) }
	bothWays(t, func(c *Config) {
		c.Operations["findThing"], c.Operations["getThing"] = null, null
		c.Deviations = append(c.Deviations, Deviation{Operation: "getThing", Field: "/attributes", Reason: "of the request"})
	}, func(b *bench) {
		b.expect("GET", "/v1/things/mail=x", "", 200, `{"attributes":null}`) // a listed deviation
		b.expectReports()
		b.expect("GET", "/v1/things/1", "", 200, `{"attributes":null}`) // the same of another operation
		b.expectReports("tiny fake: GET /v1/things/1: answer 200 body at /attributes: Value is not nullable")
	})
}

func TestPointsAt(t *testing.T) {
	for _, c := range []struct {
		field, pointer string
		want           bool
	}{
		{"", "", true}, {"", "/a", false}, {"/a", "", false}, {"/a", "/a", true}, {"/a", "/a/b", false},
		{"/*", "/a", true}, {"/*", "", false}, {"/*/b", "/a/b", true}, {"/*/b", "/a/c", false},
	} {
		if got := pointsAt(c.field, c.pointer); got != c.want {
			t.Errorf("%q at %q: %v", c.field, c.pointer, got)
		}
	}
}

func TestDocumentIsLoadedOnce(t *testing.T) {
	first, err := load(tinyDocument)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := load(tinyDocument); again != first {
		t.Error("loaded twice")
	}
	if other, _ := load(tinyDocument + "\n# other"); other == first {
		t.Error("another document, the same result")
	}
}
