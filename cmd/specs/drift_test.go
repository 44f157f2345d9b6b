package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const planted = "cmd/specs/testdata/drift/"

// driftOf runs the command and returns its report, a line for each change.
func driftOf(t *testing.T, before, after string) []string {
	t.Helper()
	var out, errOut bytes.Buffer
	status := run([]string{"drift", "chatwoot", "--against", before, "--from", after, "--format", "json"}, &out, &errOut)
	var r driftReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("status %d: %v: %s%s", status, err, out.String(), errOut.String())
	}
	var lines []string
	for i, part := range r.parts() {
		for _, c := range part.changes {
			lines = append(lines, fmt.Sprintf("%d %s: %s", i+1, c.Where, c.What))
		}
	}
	if want := map[bool]int{true: 1}[len(lines) > 0]; status != want {
		t.Errorf("status %d with %d changes", status, len(lines))
	}
	slices.Sort(lines)
	return lines
}

// TestPlantedChanges: each of twelve changes in the right part, once.
func TestPlantedChanges(t *testing.T) {
	got := driftOf(t, planted+"before.yaml", planted+"after.yaml")
	want := []string{
		"1 GET /api/v1/accounts/{account_id}/conversations/{conversation_id}: added the new required `query` request parameter `view`",
		"1 contact: the `phone_number` property `type` changed from `string` to `integer`",
		"1 conversation: added the optional property `priority`",
		"1 status: added the new `snoozed` enum value to the schema",
		"2 DELETE /api/v1/accounts/{account_id}/labels/{id}: removed",
		"2 GET /api/v1/accounts/{account_id}/labels: added the new required `query` request parameter `page`",
		"2 POST /api/v1/accounts/{account_id}/labels: the status `200` became `201`",
		"2 agent: the `id` property `type` changed from `integer` to `string`",
		"2 label: the property `title` became `name`",
		"3 GET /api/v1/accounts/{account_id}/teams/{id}: added",
		"3 agent: added the new `observer` enum value to the `role` property",
		"3 team: added the new optional property `icon`",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestEachChange: one edit of the document, and all that is said of it.
func TestEachChange(t *testing.T) {
	text, err := os.ReadFile(planted + "before.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const account = "/api/v1/accounts/{account_id}/"
	for _, test := range []struct {
		name     string
		old, new string // the first place only
		want     []string
	}{
		{"nothing", "openapi", "openapi", nil},
		{"another version", "version: 1.0.0", "version: 3.0.0", nil},
		{"the name of a parameter in the path", "/labels/{id}:\n    delete:\n      operationId: label-delete\n      parameters:\n        - $ref: '#/components/parameters/account'\n        - {name: id,", "/labels/{label}:\n    delete:\n      operationId: label-delete\n      parameters:\n        - $ref: '#/components/parameters/account'\n        - {name: label,", nil},
		{"prose", "title: Desk", "title: Help Desk", nil},
		{"the order of an enum", "[open, resolved]", "[resolved, open]", nil},

		{"a field is gone", "        phone_number: {type: string}\n", "", []string{"1 contact: removed the property `phone_number`"}},
		{"a field has to be there", "      required: [id]\n      properties:\n        id: {type: integer}\n        name", "      required: [id, name]\n      properties:\n        id: {type: integer}\n        name", []string{"1 contact: the property `name` became required"}},
		{"a field need not be there", "      required: [id]\n      properties:\n        id: {type: integer}\n        title", "      properties:\n        id: {type: integer}\n        title", []string{"2 label: the property `id` became optional"}},
		{"null no more", "name: {type: [string, 'null']}", "name: {type: string}", []string{"1 contact: the property `name` became not nullable"}},
		{"null where there was none", "title: {type: string}", "title: {type: [string, 'null']}", []string{"2 label: the property `title` became nullable"}},
		{"null beside a reference", "team: {$ref: '#/components/schemas/team'}", "team: {anyOf: [{$ref: '#/components/schemas/team'}, {type: 'null'}]}", []string{"2 agent: property `team` list-of-types was widened by adding types `null`"}},
		{"another schema", "team: {$ref: '#/components/schemas/team'}", "team: {$ref: '#/components/schemas/label'}", []string{"2 agent: the `team` property `schema` changed from `team` to `label`"}},
		{"a union of one", "team: {$ref: '#/components/schemas/team'}", "team: {oneOf: [{$ref: '#/components/schemas/team'}]}", nil},
		{"a union of two", "team: {$ref: '#/components/schemas/team'}", "team: {oneOf: [{$ref: '#/components/schemas/team'}, {$ref: '#/components/schemas/label'}]}", []string{"2 agent: the `team` property `schema` changed from `team` to `one of team, label`"}},
		{"a mark that is not set", "schema: {type: integer}}\n      responses", "deprecated: false, schema: {type: integer}}\n      responses", nil},
		{"an object is a text", "team: {$ref: '#/components/schemas/team'}", "team: {type: string}", []string{"2 agent: the `team` property `type` changed from `object` to `string`"}},
		{"a value is gone", "[open, resolved]", "[open]", []string{"1 status: schema enum value removed `resolved`"}},
		{"a text is an enum", "title: {type: string}", "title: {type: string, enum: [a]}", []string{"2 label: property `title` was restricted to a list of enum values"}},
		{"a shorter text", "maxLength: 7", "maxLength: 6", []string{"2 label: the `color` property's maxLength was decreased to `6`"}},
		{"a longer text", "maxLength: 7", "maxLength: 8", []string{"3 label: the `color` property's maxLength was increased from `7` to `8`"}},
		{"the type of a shared parameter", "account: {name: account_id, in: path, required: true, schema: {type: integer}}", "account: {name: account_id, in: path, required: true, schema: {type: string}}", []string{
			"1 12 operations: for the `path` request parameter `account_id`, the `type` was widened from `integer` to `string`",
		}},
		{"a body is needed", "requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/label'}}}}", "requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/label'}}}}", []string{"2 POST " + account + "labels: request body became required"}},
		{"an error is answered", "        '404': {content: {application/json: {schema: {$ref: '#/components/schemas/error'}}}}\n", "", []string{"1 GET " + account + "contacts/{id}: removed the non-success response with the status `404`"}},
		{"the shape of an error", "message: {type: string}", "message: {type: integer}", []string{"1 error: the `message` property `type` changed from `string` to `integer`"}},
		{"a field of an answer is gone", "        role: {type: string, enum: [agent, administrator]}\n", "", []string{"2 agent: removed the optional property `role`"}},
		{"PUT, which is published, where the adapter sends PATCH, which is not", "operationId: contact-update\n      parameters:\n", "operationId: contact-update\n      parameters:\n        - {name: force, in: query, required: true, schema: {type: boolean}}\n", []string{
			"1 PUT " + account + "contacts/{id}: added the new required `query` request parameter `force`",
		}},
		{"moved", "  /api/v1/accounts/{account_id}/agents:", "  /api/v2/accounts/{account_id}/agents:", []string{"2 GET /api/v2/accounts/{account_id}/agents: moved here from GET " + account + "agents"}},
		{"the header of the token", "name: api_access_token", "name: api-access-token", []string{"1 the whole API: the component security scheme `token` api key name changed from `api_access_token` to `api-access-token`"}},
		{"the servers", "desk.example", "api.desk.example", []string{"1 the whole API: the servers were [{\"url\":\"https://desk.example\"}] and are [{\"url\":\"https://api.desk.example\"}]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(string(text), test.old) {
				t.Fatal("the document has no such place")
			}
			edited := filepath.Join(t.TempDir(), "edited.yaml")
			if err := os.WriteFile(edited, []byte(strings.Replace(string(text), test.old, test.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := driftOf(t, planted+"before.yaml", edited); !slices.Equal(got, test.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(test.want, "\n\t"))
			}
		})
	}
}

// TestNothingIsKeptBack takes each part of the document away, one at a time: of
// each something is said.
func TestNothingIsKeptBack(t *testing.T) {
	text, err := os.ReadFile(planted + "before.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	after, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	says := func(at string) {
		t.Helper()
		parts++
		if changes, err := changesBetween(before, after); err != nil || len(changes) == 0 {
			t.Errorf("without %s: %d changes, %v", at, len(changes), err)
		}
	}
	var without func(value any, at string)
	without = func(value any, at string) {
		inner, _ := value.(object)
		for _, key := range sorted(inner) {
			taken, at := inner[key], at+"/"+key
			delete(inner, key)
			says(at)
			inner[key] = taken
			without(taken, at)
			list, _ := taken.([]any)
			for i := range list {
				inner[key] = slices.Delete(slices.Clone(list), i, i+1)
				says(fmt.Sprintf("%s/%d", at, i))
				inner[key] = taken
				without(list[i], fmt.Sprintf("%s/%d", at, i))
			}
		}
	}
	without(after["paths"], "/paths")
	for _, schema := range after["components"].(object)["schemas"].(object) { // a whole one leaves references to nothing, which pull refuses
		without(schema, "/components/schemas")
	}
	without(after["components"].(object)["parameters"], "/components/parameters")
	if parts < 250 {
		t.Errorf("only %d parts", parts)
	}
}

// TestSchemasWithoutNames: a vendor that has no named schemas writes them out
// wherever they are used, not always quite the same. A change is one line all the
// same, and not mixed up with that of another schema.
func TestSchemasWithoutNames(t *testing.T) {
	document := func(a, b, c string) object {
		tree, err := decode(fmt.Appendf(nil, `
openapi: 3.1.0
info: {title: Desk, version: '1'}
paths:
  /a: {get: {responses: {'200': {content: {application/json: {schema: {type: object, properties: {data: {type: object, properties: {id: {type: string}, name: %s, at: {type: string}}}}}}}}}}}
  /b: {get: {responses: {'200': {content: {application/json: {schema: {type: object, properties: {data: {type: object, properties: {id: {type: string}, name: %s}}}}}}}}}}
  /c: {get: {responses: {'200': {content: {application/json: {schema: {type: object, properties: {other: {type: integer}, color: {type: string}, name: %s}}}}}}}}
`, a, b, c))
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	const text, number = "{type: string}", "{type: integer}"
	changes, err := changesBetween(document(text, text, text), document(number, number, number))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprintf("%s: %s %s", c.Where, c.What, c.Operations))
	}
	want := []string{
		"GET /a 200 application/json .data and 1 like it: the `name` property `type` changed from `string` to `integer` [GET /a GET /b]",
		"GET /c 200 application/json: the `name` property `type` changed from `string` to `integer` [GET /c]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// BenchmarkDrift compares two interfaces of 148 operations, of which nearly every
// schema changed.
func BenchmarkDrift(b *testing.B) {
	whole := func() object {
		tree, _, err := open("specs/chatwoot/published.yaml")
		if err != nil {
			b.Fatal(err)
		}
		other, _, err := open("specs/kustomer/published.yaml")
		if err != nil {
			b.Fatal(err)
		}
		paths, further := tree["paths"].(object), other["paths"].(object)
		for _, path := range sorted(further) {
			if len(operationsOf(tree)) < 148 {
				paths["/v1"+path] = further[path]
			}
		}
		return tree
	}
	before, after := whole(), whole()
	var change func(value any)
	change = func(value any) {
		if list, ok := value.([]any); ok {
			for _, inner := range list {
				change(inner)
			}
		}
		members, _ := value.(object)
		if properties, ok := members["properties"].(object); ok && len(properties) > 0 {
			properties["zone"] = object{"type": "string"}
			delete(properties, sorted(properties)[0])
		}
		for _, inner := range members {
			change(inner)
		}
	}
	change(after["paths"])
	change(after["components"])
	for b.Loop() {
		changes, err := changesBetween(before, after)
		if err != nil || len(changes) < 100 {
			b.Fatal(len(changes), err)
		}
	}
}
