package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
)

// made is a document with paths and components.
func made(paths, components string) string {
	return `{"openapi": "3.1.0", "info": {"title": "t", "version": "v"}, "paths": {` + paths + `}, "components": {` + components + `}}`
}

// using is a path whose answer is the schema S0.
const using = `"/a": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}}}}`

// schemas are components S0, S1…, each made of its number.
func schemas(count int, text func(i int) string) string {
	return `"schemas": {` + list(count, func(i int) string { return fmt.Sprintf(`"S%d": %s`, i, text(i)) }) + `}`
}

func list(count int, text func(i int) string) string {
	var parts []string
	for i := range count {
		parts = append(parts, text(i))
	}
	return strings.Join(parts, ", ")
}

func toSchema(i int) string { return fmt.Sprintf(`{"$ref": "#/components/schemas/S%d"}`, i) }

// nested is a text within count times what is around it.
func nested(count int, before, text, after string) string {
	return strings.Repeat(before, count) + text + strings.Repeat(after, count)
}

// TestHostile: a document that is broken, or made to break its readers, ends in
// one line that says what is wrong. That these end at all, and before the memory
// does, is half of the test.
func TestHostile(t *testing.T) {
	const mega = 1 << 20
	strs := strings.Repeat
	for _, test := range []struct{ name, text, says string }{
		// References.
		{"to another host", made(using, `"schemas": {"S0": {"$ref": "https://evil.example/a.json#/A"}}`), `/components/schemas/S0: $ref "https://evil.example/a.json#/A" leaves the document`},
		{"to another file", made(using, `"schemas": {"S0": {"items": {"$ref": "../a.yaml#/A"}}}`), `/components/schemas/S0/items: $ref "../a.yaml#/A" leaves the document`},
		{"to a file of this machine", made(using, `"schemas": {"S0": {"$ref": "file:///etc/passwd"}}`), `leaves the document`},
		{"to nothing", made(using, ``), `/paths/~1a/get/responses/200/content/application~1json/schema: $ref "#/components/schemas/S0" leads nowhere`},
		{"to what is not kept", made(using, `"examples": {"e": {"type": "string"}}, "schemas": {"S0": {"$ref": "#/components/examples/e"}}`), `leads nowhere`},
		{"to an item of a list that is not there", made(using, `"schemas": {"S0": {"allOf": [{"$ref": "#/components/schemas/S0/allOf/1"}]}}`), `leads nowhere`},
		{"not a text", made(using, `"schemas": {"S0": {"$ref": 5}}`), `/components/schemas/S0: a $ref that is no text`},
		{"itself", made(using, schemas(1, func(int) string { return toSchema(0) })), `/components/schemas/S0: $ref "#/components/schemas/S0" leads back to itself`},
		{"schemas in a circle", made(using, schemas(3, func(i int) string { return toSchema((i + 1) % 3) })), `leads back to itself with nothing in between`},
		{"parameters in a circle", made(using, `"parameters": {"A": {"$ref": "#/components/parameters/B"}, "B": {"$ref": "#/components/parameters/A"}}, "schemas": {"S0": {}}`), `/components/parameters/A: $ref`},
		{"answers in a circle", made(using, `"responses": {"A": {"$ref": "#/components/responses/A"}}, "schemas": {"S0": {}}`), `/components/responses/A: $ref`},
		{"paths in a circle", made(`"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}, "/c": {"get": {}}`, ``), `/paths/~1a: $ref "#/paths/~1b" leads back to itself`},
		{"part of itself", made(using, schemas(2, func(i int) string { return `{"allOf": [{"type": "object"}, {"allOf": [` + toSchema(1-i) + `]}]}` })), `the schema is part of itself, by allOf`},
		{"a long chain", made(using, schemas(100, toNext)+``), `more than 20 references lead from one to the next`},
		{"a long chain of parts", made(using, schemas(50000, func(i int) string { return `{"allOf": [` + toSchema(i+1) + `]}` })), `too large`},

		// Schemas that are small and without end.
		{"fanning out", made(using, schemas(60, func(i int) string {
			return `{"properties": {"a": ` + toSchema((i+1)%60) + `, "b": ` + toSchema((i+1)%60) + `}}`
		})), `its schemas fan out without end`},
		{"all in all", made(using, schemas(60, func(int) string {
			return `{"properties": {` + list(60, func(i int) string { return fmt.Sprintf(`"p%d": %s`, i, toSchema(i)) }) + `}}`
		})), `its schemas fan out without end`},
		{"all in all by choice", made(using, schemas(60, func(int) string { return `{"anyOf": [` + list(60, toSchema) + `]}` })), `its schemas fan out without end`},
		{"all in all, never used", made(`"/a": {"get": {"responses": {"200": {}}}}`, schemas(60, func(int) string { return `{"oneOf": [` + list(60, toSchema) + `]}` })), `its schemas fan out without end`},
		{"a large schema used often", made(list(1000, func(i int) string { return strings.Replace(using, "/a", fmt.Sprintf("/a%d", i), 1) }),
			`"schemas": {"S0": {"properties": {`+list(3000, func(i int) string { return fmt.Sprintf(`"p%d": {}`, i) })+`}}}`), `its schemas fan out without end`},
		{"a large schema in many headers", made(`"/a": {"get": {"responses": {"200": {"headers": {`+list(1000, func(i int) string { return fmt.Sprintf(`"H%d": {"schema": %s}`, i, toSchema(0)) })+`}}}}}`,
			`"schemas": {"S0": {"properties": {`+list(3000, func(i int) string { return fmt.Sprintf(`"p%d": {}`, i) })+`}}}`), `its schemas fan out without end`},
		{"a long name around many", made(using, `"schemas": {"S0": {"properties": {"`+strs("n", mega)+`": `+toSchema(1)+`}}, "S1": {"properties": {`+list(1000, func(i int) string { return fmt.Sprintf(`"p%d": {}`, i) })+`}}}`), `its schemas fan out without end`},
		{"a long value used often", made(using, `"schemas": {"S0": {"properties": {`+list(100, func(i int) string { return fmt.Sprintf(`"p%d": %s`, i, toSchema(1)) })+`}}, "S1": {"enum": ["`+strs("v", mega)+`"]}}`), `its schemas fan out without end`},
		{"many names required often", made(using, `"schemas": {"S0": {"properties": {`+list(1000, func(i int) string { return fmt.Sprintf(`"p%d": %s`, i, toSchema(1)) })+`}}, "S1": {"required": [`+list(9000, func(i int) string { return fmt.Sprintf(`"r%d"`, i) })+`]}}`), `its schemas fan out without end`},
		{"a header in itself", made(`"/a": {"get": {"responses": {"200": {"headers": {"H": {"$ref": "#/components/headers/H"}}}}}}`,
			`"headers": {"H": {"content": {"a/b": {"encoding": {"e": {"headers": {"H": {"$ref": "#/components/headers/H"}, "I": {"$ref": "#/components/headers/H"}}}}}}}}`), `its schemas fan out without end`},

		// Size.
		{"many schemas", made(using, schemas(45000, func(int) string { return `{"type": "string"}` })), `it is too large: without its prose it has more than 40000 maps and lists`},
		{"large and deep", made(using, `"schemas": {"S0": `+nested(90, `{"items": `, `{"pattern": "`+strs("a", mega)+`"}`, `}`)+`}`), `it is too large and too deep`},
		{"a large path referred to often", made(`"/b": {"get": {"responses": {`+list(9000, func(i int) string { return fmt.Sprintf(`"%d": {}`, i) })+`}}}, `+
			list(9000, func(i int) string { return fmt.Sprintf(`"/a%d": {"$ref": "#/paths/~1b"}`, i) }), ``), `it is too large`},
		{"many paths of one route", made(list(21, func(i int) string { return fmt.Sprintf(`"/a/{p%d}": {"get": {"responses": {}}}`, i) }), ``), `/paths: more than 20 paths are one route, such as /a/{p0} and /a/{p10}`},
		{"many values, JSON", `{"x": [` + strs("[],", 5*mega) + `0]}`, `it has more than 1000000 values`},
		{"many values, YAML", strs("- a\n", 4*mega), `it is YAML with more than 1000000 lines and commas`},
		{"many keys, YAML", strs("a:\n", 5*mega), `it is YAML with more than 1000000 lines and commas`},
		{"one byte too many", strs(" ", maxBytes+1), `it has more than 16 MiB`},
		{"deep JSON", nested(mega, `{"a":`, `0`, `}`), `it is nested more than 200 deep`},
		{"deep lists, JSON", `{"a": ` + strs("[", 8*mega), `it is nested more than 200 deep`},
		{"deep YAML", strs("[", 900_000), `exceeded max depth`},
		{"deep blocks, YAML", strs("- ", 900_000), `exceeded max depth`},
		{"a little too deep", `a: ` + nested(201, "[", "0", "]"), `it is nested more than 200 deep, at /a/0/0/0`},
		{"too deep once it is stored", made(using, `"schemas": {"S0": `+nested(90, `{"nullable": true, "not": `, `{}`, `}`)+`}`), `it is too large to be stored: it is nested more than 200 deep`},
		{"many types", made(using, `"schemas": {"S0": {"type": [`+list(45000, func(i int) string { return fmt.Sprintf(`"t%d"`, i) })+`]}}`), `too large`},

		// Aliases.
		{"billion laughs", "a0: &a0 [x, x]\n" + strings.ReplaceAll(list(30, func(i int) string {
			return fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strs(fmt.Sprintf("*a%d, ", i), 9), ", "))
		}), "\n, ", "\n"), `it has more than 1000000 values`},
		{"quadratic", "a: &a [" + strings.TrimSuffix(strs("x,", 50000), ",") + "]\nb: [" + strings.TrimSuffix(strs("*a,", 50000), ",") + "]\n", `it has more than 1000000 values`},
		{"an alias in its anchor", "a: &a [1, *a]\n", `line 1: the alias "a" stands within its own anchor`},
		{"merged keys", "a: &a {b: 1}\nc: {<<: *a}\n", `line 2: a key must be a name`},
		{"a list as key", "? [a]\n: 1\n", `line 1: a key must be a name`},

		// Text.
		{"two keys, JSON", `{"a": {"b": 1, "b": 1}}`, `/a: two keys "b"`},
		{"two keys, YAML", "a:\n  b: 1\n  b: 1\n", `line 3: /a: two keys "b"`},
		{"two keys of one spelling", "200: 1\n'200': 1\n", `line 2: /: two keys "200"`},
		{"several documents", "a: 1\n---\nb: 1\n", `several documents in one`},
		{"JSON and more", `{"a": 1} {"b": 1}`, `something follows the document`},
		{"cut JSON", `{"a": {"b": `, `not JSON that can be read`},
		{"cut YAML", "a: [1,\n", `not YAML that can be read`},
		{"Latin-1", "a: caf\xe9\n", `not a text in UTF-8`},
		{"UTF-16", "\xff\xfea\x00:\x00", `not a text in UTF-8`},
		{"zeros", strs("\x00", 1000), `not YAML that can be read`},
		{"nothing", "", `it is empty`},
		{"a comment", "# nothing\n", `it is empty`},
		{"a page", "<!DOCTYPE html>\n<html></html>\n", `not an OpenAPI document`},
		{"a list", `["a"]`, `not an OpenAPI document`},
		{"infinity", "a: .inf\n", `line 1: .inf is no number that can be kept`},
		{"a number beyond all", `{"a": 1e999}`, `1e999 is no number that can be kept`},
		{"signs for the terminal", `{"openapi": "3.1.0", "paths": {"/\u001b]0;x": {"get": []}}}`, `/paths/~1 ]0;x/get: here is a list where a map belongs`},

		// Values where they do not belong.
		{"a list of properties", made(using, `"schemas": {"S0": {"properties": []}}`), `/components/schemas/S0/properties: here is a list where a map belongs`},
		{"a map of parameters", made(`"/a": {"get": {"parameters": {}}}`, ``), `/paths/~1a/get/parameters: here is a map where a list belongs`},
		{"a text for a schema", made(using, `"schemas": {"S0": "string"}`), `/components/schemas/S0: here is "string" where a map belongs`},
		{"braces that are not closed", made(`"/a/{b": {"get": {"parameters": [{"name": "c", "in": "path", "required": true, "schema": {}}]}}, "/a/{c}": {"get": {"parameters": [{"name": "c", "in": "path"}]}}`, ``), `it is not valid`},
		{"a type that is a map", made(using, `"schemas": {"S0": {"type": [{}, []], "required": [{}, []], "enum": [null, {}]}}`), `it is not valid`},
		{"a pattern that nests", made(using, `"schemas": {"S0": {"type": "string", "pattern": "`+nested(100000, "(", "a", ")")+`"}}`), `it is not valid`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := digest([]byte(test.text))
			if err == nil {
				t.Fatal("it was taken")
			}
			if says := err.Error(); !strings.Contains(says, test.says) || len(says) > 1000 || strings.ContainsAny(says, "\n\x1b") {
				t.Errorf("it says %.1000s\nnot %s", says, test.says)
			}
		})
	}
}

func toNext(i int) string { return toSchema(i + 1) }

// TestReferences: what refers to something within the document, however it is
// spelled, is taken.
func TestReferences(t *testing.T) {
	tree, lines := digested(t, made(`
  "/a": {"$ref": "#/paths/~1b"},
  "/a/": {"get": {"parameters": [{"name": "own", "in": "query", "schema": {"type": "string"}}], "responses": {"200": {}}}},
  "/b": {"parameters": [{"name": "q", "in": "query", "schema": {"$ref": "#/components/schemas/Holder/properties/a~1b~0%20c"}}], "get": {"responses": {"200": {"$ref": "#/components/responses/R"}}}},
  "/c": {"$ref": "#/components/pathItems/C"}`,
		`"schemas": {"Holder": {"properties": {"a/b~ c": {"type": "string"}}}, "Arm": {"$ref": "#/components/schemas/Choice/oneOf/1"}, "Choice": {"oneOf": [{"type": "string"}, {"type": "boolean"}]}},
  "responses": {"R": {"$ref": "#/components/responses/S"}, "S": {"description": "d"}}, "pathItems": {"C": {"put": {"responses": {"204": {}}}}}`))
	if want := "/paths/~1a~1: a path of its own -> one with /a"; strings.Join(lines, "\n") != want {
		t.Errorf("got %q, want %q", lines, want)
	}
	all, err := read(tree, func(path string) string { return path })
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		operation, part string
		types           string
	}{
		{"GET /a", "query q", "[string]"}, {"GET /a", "query own", "[string]"}, {"GET /a", "200", "[]"}, {"GET /b", "query q", "[string]"}, {"PUT /c", "204", "[]"},
	} {
		if f, ok := all[test.operation][test.part][""]; !ok || fmt.Sprint(f.types) != test.types {
			t.Errorf("%s %s: %v %v", test.operation, test.part, f, ok)
		}
	}
	if len(all["GET /b"]) != 2 { // what was added to a is not in b, which it refers to
		t.Errorf("GET /b: %v", all["GET /b"])
	}
}

// TestRecursion: schemas that hold themselves in a property, a list or a choice are
// taken.
func TestRecursion(t *testing.T) {
	tree, lines := digested(t, made(using, `"schemas": {
  "S0": {"type": "object", "properties": {"parent": {"$ref": "#/components/schemas/S0"}, "children": {"type": "array", "items": {"$ref": "#/components/schemas/S0"}},
    "other": {"$ref": "#/components/schemas/S1"}}},
  "S1": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/components/schemas/S1"}}, {"$ref": "#/components/schemas/S0"}]},
  "Base": {"oneOf": [{"$ref": "#/components/schemas/Kind"}]}, "Kind": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object"}]}}`))
	all, err := read(tree, func(path string) string { return path })
	if err != nil || len(lines) > 0 {
		t.Fatal(err, lines)
	}
	if got := all["GET /a"]["200 application/json"][".parent"].types; fmt.Sprint(got) != "[recursive]" {
		t.Errorf("the parent is %v", got)
	}
}

// TestReadBudget: the facts of a document that was not pulled are bounded too.
func TestReadBudget(t *testing.T) {
	document, err := decode([]byte(made(using, schemas(30, func(int) string {
		return `{"properties": {` + list(30, func(i int) string { return fmt.Sprintf(`"p%d": %s`, i, toSchema(i)) }) + `}}`
	}))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(document, func(path string) string { return path }); err == nil || !strings.Contains(err.Error(), "GET /a: its schemas fan out without end") {
		t.Errorf("%v", err)
	}
}

// TestLargeFile: a file that is too large is not read to its end.
func TestLargeFile(t *testing.T) {
	workspace(t)
	file, err := os.Create("in/large.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := file.Truncate(200 << 20); err != nil { // takes no space on the disk
		t.Fatal(err)
	}
	status, out := ask("pull", "chatwoot", "--from", "in/large.json")
	if status != 2 {
		t.Errorf("status %d", status)
	}
	has(t, out, "pull chatwoot: in/large.json: it has more than 16 MiB; nothing was changed")
	if _, ok := stored(t)["pulled.yaml"]; ok {
		t.Error("something was stored")
	}
	counted := &countingReader{}
	if _, err := readBounded(counted); err == nil || counted.read > maxBytes+1<<20 {
		t.Errorf("%v after %d bytes", err, counted.read)
	}
}

// countingReader has no end, and counts what was read of it.
type countingReader struct{ read int }

func (r *countingReader) Read(p []byte) (int, error) {
	r.read += len(p)
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}
