package main

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// TestRepair: what is known to be broken is mended and told, and nothing else.
func TestRepair(t *testing.T) {
	const here = "/components/schemas/It"
	for _, test := range []struct {
		name, schema, stored string
		lines                []string
	}{
		{"two types", `{type: [string, integer], format: date-time, description: d}`,
			`anyOf: [{type: integer}, {format: date-time, type: string}]`, []string{here + "/type: integer, string -> anyOf of them"}},
		{"three types, limits and values", `{type: [string, number, 'null'], maxLength: 3, minimum: 1, enum: [a, 1, 2.5, null], default: a}`,
			`anyOf: [{enum: [1, 2.5], minimum: 1, type: number}, {enum: [a], maxLength: 3, type: string}, {type: 'null'}] default: a`,
			[]string{here + "/enum: null among the values -> a nullable type", here + "/type: number, string, null -> anyOf of them"}},
		{"two types of int64", `{type: [string, integer], format: int64}`, `anyOf: [{format: int64, type: integer}, {type: string}]`, []string{here + "/type: integer, string -> anyOf of them"}},
		{"two types beside a choice", `{type: [string, integer], anyOf: [{minLength: 1}, {minimum: 1}]}`, `allOf: [{anyOf: [{type: integer}, {type: string}]}] anyOf: [{minLength: 1}, {minimum: 1}]`,
			[]string{here + "/type: integer, string -> anyOf of them"}},
		{"one type and null", `{type: [string, 'null']}`, `{type: [string, 'null']}`, nil},
		{"integer with words", `{type: integer, format: int32, enum: [a, b]}`, `{enum: [a, b], type: string}`, []string{here + "/type: integer with words for values -> string"}},
		{"number with words or null", `{type: [number, 'null'], enum: ["1", null]}`, `{enum: ['1'], type: [string, 'null']}`,
			[]string{here + "/enum: null among the values -> a nullable type", here + "/type: number with words for values -> string"}},
		{"integer with words among integers", `{type: integer, enum: [0, a]}`, `anyOf: [{enum: [0], type: integer}, {enum: [a], type: string}]`,
			[]string{here + "/type: integer with words among the values -> integer or string", here + "/type: integer, string -> anyOf of them"}},
		{"words of two types", `{type: [integer, string], enum: [a]}`, `anyOf: [{enum: [a], type: string}]`, []string{here + "/type: integer, string -> anyOf of them"}},
		{"integer with integers", `{type: integer, enum: [1, 2]}`, `{enum: [1, 2], type: integer}`, nil},
		{"integer with no values", `{type: integer, enum: []}`, `{enum: [], type: integer}`, nil},
		{"null alone", `{type: [string, 'null'], enum: [null]}`, `{type: 'null'}`, []string{here + "/enum: null among the values -> a nullable type"}},
		{"null among values of no type", `{enum: [a, null]}`, `anyOf: [{enum: [a]}, {type: 'null'}]`, []string{here + "/enum: null among the values -> a nullable type"}},
		{"ids", `{type: object, properties: {id: {type: number}, ids: {type: array, items: {type: number}}, a_id: {type: [number, 'null']}, aIds: {anyOf: [{type: number}, {type: string}]}}}`,
			`properties: aIds: anyOf: [{format: int64, type: integer}, {type: string}] a_id: {format: int64, type: [integer, 'null']} id: {format: int64, type: integer} ` +
				`ids: items: {format: int64, type: integer} type: array type: object`,
			[]string{
				here + "/properties/aIds/anyOf/0: an id of type number -> integer int64", here + "/properties/a_id: an id of type number -> integer int64",
				here + "/properties/id: an id of type number -> integer int64", here + "/properties/ids/items: an id of type number -> integer int64",
			}},
		{"an id of two types", `{type: object, properties: {id: {type: [number, string]}}}`, `properties: id: anyOf: [{format: int64, type: integer}, {type: string}] type: object`,
			[]string{here + "/properties/id: an id of type number -> integer int64", here + "/properties/id/type: integer, string -> anyOf of them"}},
		{"no ids", `{type: object, properties: {paid: {type: number}, idle: {type: number}, Id: {type: number, format: float}, grid: {type: number}, id: {type: string}, user_id: {type: integer}}}`,
			`properties: Id: {format: float, type: number} grid: {type: number} id: {type: string} idle: {type: number} paid: {type: number} user_id: {type: integer} type: object`, nil},
		{"within arms, items and values", `{oneOf: [{type: array, items: {type: [string, boolean]}}, {type: object, additionalProperties: {type: [string, boolean]}}]}`,
			`oneOf: - items: anyOf: [{type: boolean}, {type: string}] type: array - additionalProperties: anyOf: [{type: boolean}, {type: string}] type: object`,
			[]string{here + "/oneOf/0/items/type: boolean, string -> anyOf of them", here + "/oneOf/1/additionalProperties/type: boolean, string -> anyOf of them"}},
		{"names that look like keywords", `{type: object, properties: {type: {type: object, properties: {enum: {type: string}}}, enum: {type: array, items: {type: string}}, anyOf: {type: string}}}`,
			`properties: anyOf: {type: string} enum: items: {type: string} type: array type: properties: enum: {type: string} type: object type: object`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			tree, lines := digested(t, of31(test.schema))
			if !slices.Equal(slices.Sorted(slices.Values(lines)), slices.Sorted(slices.Values(test.lines))) {
				t.Errorf("got  %q\nwant %q", lines, test.lines)
			}
			// Both without the difference between flow and block style.
			bare := func(text string) string {
				return strings.Join(strings.Fields(strings.NewReplacer("{", " ", "}", " ", "[", " ", "]", " ", ",", " ", "- ", " ").Replace(text)), " ")
			}
			if got := it(t, tree); bare(got) != bare("it: "+test.stored) {
				t.Errorf("got\n%s\nwant\n%s", got, test.stored)
			}
		})
	}
}

// TestRoutes: paths that are one route become one, with all that either has.
func TestRoutes(t *testing.T) {
	tree, lines := digested(t, `
openapi: 3.0.1
info: {title: t, version: v}
paths:
  /a/{x}/b/{z}/:
    get:
      operationId: first
      parameters:
        - {name: x, in: path, required: true, schema: {type: integer}}
        - {$ref: '#/components/parameters/z'}
        - {name: q, in: query, required: true, schema: {type: string}}
        - {name: both, in: query, required: true, schema: {type: string}}
        - {name: half, in: query, schema: {type: string}}
      requestBody: {required: true, content: {application/json: {schema: {type: string}}}}
      responses:
        "200": {description: d, content: {application/json: {schema: {type: string}}}}
  /a/{z}/b/{x}:
    put: {operationId: other, parameters: [{name: x, in: path, required: true, schema: {type: boolean}}, {name: z, in: path, required: true, schema: {type: string}}], responses: {"204": {description: d}}}
    get:
      operationId: second
      parameters:
        - {name: both, in: query, required: true, schema: {type: integer}}
        - {name: half, in: query, required: true, schema: {type: string}}
        - {name: z, in: path, required: true, schema: {type: integer}}
        - {name: x, in: path, required: true, schema: {type: string}}
      responses:
        "200": {description: d, content: {application/json: {schema: {type: string}}, text/csv: {}}, headers: {X-A: {schema: {type: string}}}}
        "404": {description: d}
components:
  parameters:
    z: {name: z, in: path, required: true, schema: {type: integer}}
`)
	if want := []string{"/paths/~1a~1{x}~1b~1{z}~1: a path of its own -> one with /a/{z}/b/{x}"}; !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	want := `
paths:
  /a/{z}/b/{x}:
    get:
      operationId: second
      parameters:
        - in: query
          name: both
          required: true
          schema:
            anyOf:
              - {type: integer}
              - {type: string}
        - in: query
          name: half
          schema: {type: string}
        - in: path
          name: z
          required: true
          schema: {type: integer}
        - in: path
          name: x
          required: true
          schema:
            anyOf:
              - {type: string}
              - {type: integer}
        - in: query
          name: q
          schema: {type: string}
      requestBody:
        content:
          application/json:
            schema: {type: string}
      responses:
        '200':
          content:
            application/json:
              schema: {type: string}
            text/csv: {}
          description: ''
          headers:
            X-A:
              schema: {type: string}
        '404': {description: ''}
    put:
      operationId: other
      parameters:
        - in: path
          name: x
          required: true
          schema: {type: boolean}
        - in: path
          name: z
          required: true
          schema: {type: string}
      responses:
        '204': {description: ''}
`
	if got := "\n" + string(render(object{"paths": tree["paths"]})); got != want {
		t.Errorf("got%swant%s", got, want)
	}
}

// TestGenerated: the generator takes what is stored, which it does not take as it
// is published.
func TestGenerated(t *testing.T) {
	text, err := os.ReadFile("cmd/specs/testdata/broken.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tree, _ := digested(t, string(text))
	stored, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	settings := codegen.Configuration{
		PackageName:   "x",
		Generate:      codegen.GenerateOptions{Models: true, Client: true},
		OutputOptions: codegen.OutputOptions{SkipPrune: true},
	}
	document, err := openapi3.NewLoader().LoadFromData(stored)
	if err != nil {
		t.Fatal(err)
	}
	code, err := codegen.Generate(document, settings)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "x.go", code, parser.SkipObjectResolution); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"func (c *Client) ListParcels(", "CustomerId *int64", "Draft ParcelStatus = \"draft\""} {
		if !strings.Contains(strings.Join(strings.Fields(code), " "), want) {
			t.Errorf("there is no %s", want)
		}
	}
	if document, err = openapi3.NewLoader().LoadFromData(text); err == nil {
		_, err = codegen.Generate(document, settings)
	}
	if err == nil {
		t.Error("the generator takes the document as it is published: it has lost the shapes that it was written for")
	}
}
