package main

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// digested is what pull makes of a document that it must take.
func digested(t *testing.T, text string) (object, []string) {
	t.Helper()
	tree, lines, err := digest([]byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return tree, lines
}

// of30 and of31 are documents around one schema, or what stands in its place.
func of30(schema string) string { return around("3.0.3", schema) }
func of31(schema string) string { return around("3.1.0", schema) }

func around(version, schema string) string {
	return `{openapi: ` + version + `, info: {title: t, version: v}, paths: {/a: {get: {responses: {"200": {description: d}}}}},
  components: {schemas: {Thing: {type: object}, It: ` + schema + `}}}`
}

// it is that schema as it is stored.
func it(t *testing.T, tree object) string {
	t.Helper()
	schema, ok := at(tree, "#/components/schemas/It")
	if !ok {
		t.Fatal("the schema is gone")
	}
	return strings.TrimSpace(string(render(object{"it": schema})))
}

// TestStored: a document with every shape in it is stored as the file beside it
// says, byte for byte, each time.
func TestStored(t *testing.T) {
	text, err := os.ReadFile("cmd/specs/testdata/broken.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("cmd/specs/testdata/broken.stored.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 { // maps have another order each time
		tree, _ := digested(t, string(text))
		got := render(tree)
		if string(got) != string(want) {
			for i, line := range strings.Split(string(got), "\n") {
				if others := strings.Split(string(want), "\n"); i >= len(others) || line != others[i] {
					t.Fatalf("line %d is %q", i+1, line)
				}
			}
			t.Fatal("lines are missing at the end")
		}
	}
}

// TestDialect: what 3.0 and 3.1 spell in several ways is stored in one.
func TestDialect(t *testing.T) {
	for _, test := range []struct {
		name, of30, of31, stored string
	}{
		{"nullable type", `{type: string, nullable: true}`, `{type: ['null', string]}`, `{type: [string, 'null']}`},
		{"not nullable", `{type: string, nullable: false}`, `{type: [string]}`, `{type: string}`},
		{"nullable reference", `{$ref: '#/components/schemas/Thing', nullable: true}`, `{oneOf: [{type: 'null'}, {$ref: '#/components/schemas/Thing'}]}`, `
  anyOf:
    - {$ref: '#/components/schemas/Thing'}
    - {type: 'null'}`},
		{"nullable allOf of one", `{allOf: [{$ref: '#/components/schemas/Thing'}], nullable: true}`, `{anyOf: [{$ref: '#/components/schemas/Thing'}, {type: 'null'}]}`, `
  anyOf:
    - {$ref: '#/components/schemas/Thing'}
    - {type: 'null'}`},
		{"nullable allOf of two", `{allOf: [{$ref: '#/components/schemas/Thing'}, {minProperties: 1}], nullable: true}`,
			`{anyOf: [{allOf: [{$ref: '#/components/schemas/Thing'}, {minProperties: 1}]}, {type: 'null'}]}`, `
  anyOf:
    - allOf:
        - {$ref: '#/components/schemas/Thing'}
        - {minProperties: 1}
    - {type: 'null'}`},
		{"nullable choice", `{oneOf: [{type: string}, {type: boolean}], nullable: true}`, `{oneOf: [{type: string}, {type: boolean}, {type: 'null'}]}`, `
  oneOf:
    - {type: string}
    - {type: boolean}
    - {type: 'null'}`},
		{"a type or null", `{type: string, format: date, nullable: true}`, `{anyOf: [{type: string, format: date}, {type: 'null'}]}`, `{format: date, type: [string, 'null']}`},
		{"limits", `{type: integer, minimum: 1, exclusiveMinimum: true, maximum: 9.0, exclusiveMaximum: false}`, `{type: integer, exclusiveMinimum: 1, maximum: 9}`,
			`{exclusiveMinimum: 1, maximum: 9, type: integer}`},
		{"limits of both kinds", `{type: number, maximum: 2.5, exclusiveMaximum: true}`, `{type: number, exclusiveMaximum: 2.5}`, `{exclusiveMaximum: 2.5, type: number}`},
		{"order of required", `{type: object, required: [b, a, b]}`, `{type: object, required: [a, b]}`, `{required: [a, b], type: object}`},
		{"what is false anyhow", `{type: string, deprecated: false, readOnly: false, writeOnly: false}`, `{type: string}`, `{type: string}`},
		{"an empty list", `{type: object, required: []}`, `{type: object}`, `{type: object}`},
		{"a reference and prose", `{$ref: '#/components/schemas/Thing', description: d}`, `{$ref: '#/components/schemas/Thing', title: t, deprecated: true}`, `{$ref: '#/components/schemas/Thing'}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, lines := digested(t, of30(test.of30))
			b, more := digested(t, of31(test.of31))
			if x, y := it(t, a), it(t, b); x != y || strings.Join(strings.Fields(x), " ") != "it: "+strings.Join(strings.Fields(test.stored), " ") {
				t.Errorf("3.0:\n%s\n3.1:\n%s\nwant:\n%s", x, y, test.stored)
			}
			if hash(render(a)) != hash(render(b)) || len(lines)+len(more) > 0 {
				t.Errorf("they differ, or were repaired: %q %q", lines, more)
			}
		})
	}
}

// TestNames: where names stand, a keyword is one.
func TestNames(t *testing.T) {
	tree, _ := digested(t, of31(`{type: object, title: T, example: {a: 1}, x-a: 1, required: [description], properties: {
  description: {type: string, description: prose}, title: {type: string}, example: {type: string}, x-a: {type: string}, $ref: {type: string},
  summary: {type: string}, style: {type: string}, properties: {type: object, properties: {examples: {type: string}}}}}`))
	got := it(t, tree)
	for _, name := range []string{"description", "title", "example", "x-a", "$ref", "summary", "style", "examples"} {
		if strings.Count(got, name+": {type: string}") != 1 {
			t.Errorf("%s is gone:\n%s", name, got)
		}
	}
	if strings.Contains(got, "prose") || strings.Contains(got, "T") {
		t.Errorf("prose was kept:\n%s", got)
	}
}

// TestUntouched: what is stored is valid and has nothing to repair, so that it
// comes out as it went in.
func TestUntouched(t *testing.T) {
	files := []string{"cmd/specs/testdata/broken.stored.yaml"}
	for _, v := range vendors {
		files = append(files, v.file("published.yaml"))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree, lines := digested(t, string(text))
		if len(lines) > 0 || hash(render(tree)) != hash(unstamped(text)) {
			t.Errorf("%s was changed: %q", file, lines)
		}
		again, err := decode(render(tree))
		if err != nil || !reflect.DeepEqual(again, tree) {
			t.Errorf("%s: what is read back is something else (%v)", file, err)
		}
	}
}

// TestDecode: JSON and YAML give the same.
func TestDecode(t *testing.T) {
	json := `{"a": [1, -2, 1.5, 1e2, 12345678901234567890, true, null, "x", "", "\ud83d\ude00\/"], "200": {"b": {}}, "2026-08-04": "2026-08-04", "n": []}`
	yaml := "# c\na: [1, -2, 1.5, 1e2, 12345678901234567890, true, ~, x, '', \"\\U0001F600/\"]\n200: &b {b: {}}\n2026-08-04: 2026-08-04\nn: []\n"
	want := object{"a": []any{1, -2, 1.5, 100.0, 12345678901234567890.0, true, nil, "x", "", "😀/"}, "200": object{"b": object{}}, "2026-08-04": "2026-08-04", "n": []any{}}
	for _, text := range []string{json, "\ufeff" + json, " \n" + json + "\n", yaml} {
		if got, err := decode([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%.20q: %v\n got %#v\nwant %#v", text, err, got, want)
		}
	}
	got, err := decode([]byte("a: &x {b: [1]}\nc: *x\nd: yes\ne: 0x10\nf: !!str 1\n"))
	if want := (object{"a": object{"b": []any{1}}, "c": object{"b": []any{1}}, "d": "yes", "e": 16, "f": "1"}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %#v", err, got)
	}
}

// TestText: what is written is read as what it was, by any reader of YAML.
func TestText(t *testing.T) {
	words := []any{"", "a", "true", "Yes", "no", "on", "y", "null", "~", "1", "1.0", "1e3", "0x1", "012", "2026-08-04", "12:30", "<<", "=", "a: b", "a #b", "#a", "- a", "*a", "&a",
		"!a", "[a", "{a}", "a,b", " a ", "it's", `"`, "a\nb", "a\tb", "\r", "\u0085", "\u2028", "😀", "é", "%a", "@a", "`a", "?", "-", ":", "|", ">", "\\", "\x7f"}
	names := object{}
	for _, word := range words {
		names[word.(string)] = object{"list": words}
	}
	out := render(object{"words": words, "names": names, "numbers": []any{1, -1, 0.5, 1e21, 1e-7, true, false, nil}})
	got, err := decode(out)
	if want := (object{"words": words, "names": names, "numbers": []any{1, -1, 0.5, 1e21, 1e-7, true, false, nil}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%s", err, out)
	}
	if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); !strings.HasPrefix(lines[len(lines)-1], "words: [") {
		t.Errorf("a flat list takes more than a line: %s", lines[len(lines)-1])
	}
	for _, word := range words {
		if got := string(render(object{"a": word, "b": object{"c": object{}}})); strings.Count(got, "\n") != 3 {
			t.Errorf("%q takes more than its line:\n%s", word, got)
		}
	}
	for _, word := range []string{"yes", "on", "12:30", "y"} { // words to us, something else in YAML 1.1
		if got := string(render(object{"a": word, "b": object{"c": object{}}})); !strings.HasPrefix(got, "a: '"+word+"'\n") {
			t.Errorf("%s is written %s", word, got)
		}
	}
}
