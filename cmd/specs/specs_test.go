package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestMain runs the tests where the tool is run: at the root of the module.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestCorrections: no difference from a published interface that is not listed
// with its reason, and no reason for a difference that is no more.
func TestCorrections(t *testing.T) {
	for _, v := range vendors {
		t.Run(v.name, func(t *testing.T) {
			ours, theirs, err := v.files()
			if err != nil {
				t.Fatal(err)
			}
			list, err := v.corrections()
			if err != nil {
				t.Fatal(err)
			}
			unlisted, stale := list.hold(compare(theirs, ours))
			for i, difference := range unlisted {
				if i == 20 {
					t.Errorf("and %d more; see them with: go run ./cmd/specs differences %s", len(unlisted)-i, v.name)
					break
				}
				t.Errorf("not listed in corrections.yaml: %s", difference)
			}
			for _, where := range stale {
				t.Errorf("corrections.yaml has an entry for no difference: %s", where)
			}
		})
	}
}

const theirs = `
openapi: 3.1.0
paths:
  /things/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: number}}
        - {name: page, in: query, schema: {type: integer}}
        - {name: old, in: query, schema: {type: string}}
      responses:
        "200": {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        "403": {description: never sent}
  /things/:
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}}
      responses: {"201": {description: made}}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: number}
        state: {type: [string, 'null'], enum: [open, null]}
        parent: {$ref: '#/components/schemas/Thing'}
        gone: {type: object, properties: {deep: {type: string}}}
`

const ours = `
openapi: 3.0.3
paths:
  /things/{thingId}:
    parameters:
      - {name: thingId, in: path, required: true, schema: {type: integer, format: int64}}
    get:
      parameters:
        - {name: page, in: query, required: true, schema: {type: integer}}
      responses:
        "200": {$ref: '#/components/responses/Thing'}
    delete:
      responses: {"204": {description: gone}}
  /things:
    post:
      requestBody: {content: {application/json: {schema: {type: object, properties: {name: {type: string}, note: {type: string}}}}}}
      responses: {"201": {description: made}}
components:
  responses:
    Thing: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  schemas:
    Base: {type: object, required: [id], properties: {id: {type: integer, format: int64}, parent: {$ref: '#/components/schemas/Thing'}}}
    Thing:
      allOf:
        - $ref: '#/components/schemas/Base'
      oneOf:
        - {type: object, properties: {state: {type: string, enum: [open, closed]}}}
`

func TestCompare(t *testing.T) {
	factsOf := func(text string) facts {
		document, err := decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		all, err := read(document, func(path string) string { return path })
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := []string{
		"DELETE /things/{} added",
		"GET /things/{} 200 application/json .gone removed",
		"GET /things/{} 200 application/json .id format any -> int64",
		"GET /things/{} 200 application/json .id type number -> integer",
		"GET /things/{} 200 application/json .state nullable yes -> no",
		"GET /things/{} 200 application/json .state values open -> closed|open",
		"GET /things/{} 403 removed",
		"GET /things/{} path 1 format any -> int64",
		"GET /things/{} path 1 type number -> integer",
		"GET /things/{} query old removed",
		"GET /things/{} query page required no -> yes",
		"POST /things body application/json .name required yes -> no",
		"POST /things body application/json .note added",
	}
	if got := compare(factsOf(theirs), factsOf(ours)); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestHold(t *testing.T) {
	list := corrections{{Where: []string{"* 403 removed", "GET /a 200 *"}}, {Where: []string{"GET /gone *"}}}
	unlisted, stale := list.hold([]string{"GET /a 403 removed", "GET /a 200 .id type number -> integer", "GET /b query page added"})
	if !slices.Equal(unlisted, []string{"GET /b query page added"}) || !slices.Equal(stale, []string{"GET /gone *"}) {
		t.Errorf("unlisted %q, stale %q", unlisted, stale)
	}
}

func TestMatches(t *testing.T) {
	for _, test := range []struct {
		pattern, line string
		want          bool
	}{
		{"a b", "a b", true}, {"a b", "a b c", false}, {"*", "", true}, {"a*", "abc", true}, {"*c", "abc", true}, {"a*c", "abc", true},
		{"a*b*c", "a1b2c", true}, {"a*b*c", "a1c2b", false}, {"ab*ba", "aba", false}, {"a**c", "ac", true}, {"*.id *", "GET /a .id type", true},
	} {
		if got := matches(strings.Split(test.pattern, "*"), test.line); got != test.want {
			t.Errorf("%q on %q: %v", test.pattern, test.line, got)
		}
	}
}

// TestUsage: what is asked for wrongly ends with status 2 and says what to do.
func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, 0, "differences"},
		{[]string{"help"}, 0, "coverage"},
		{[]string{"coverage", "x"}, 2, "coverage"},
		{[]string{"nonsense"}, 2, "nonsense"},
		{[]string{"differences"}, 2, "needs a VENDOR: chatwoot, kustomer or dixa"},
		{[]string{"differences", "nobody"}, 2, `no vendor "nobody"`},
	} {
		var out bytes.Buffer
		if status := run(test.args, &out, &out); status != test.status || !strings.Contains(out.String(), test.says) {
			t.Errorf("%q: status %d, %s", test.args, status, out.String())
		}
	}
}
