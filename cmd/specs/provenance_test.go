package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Files that keep every rule, in parts of which some tests take one away.
const (
	goodSource = `name: Desk API
homepage: https://desk.invalid
documentation: https://docs.desk.invalid/api
document: https://docs.desk.invalid/api.json
licence: MIT
operations: 4
` + goodInterface + goodBehaviour
	goodInterface = `interface:
  version: '1'
  date: 2026-08-04
  operations: 4
  sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
`
	goodBehaviour = `behaviour:
  - source: the document
    revision: '1'
    date: 2026-08
    proves: the paths
    confidence: high for the paths
  - source: a run
    proves: the rest
    confidence: low
`
	goodCorrections = `- where: ["GET /agents query page *", "* 429 added", "DELETE /gone removed"]
  theirs: no pages
  ours: pages
  why: The server has them.
  evidence: a run
  confidence: high
` + goodPut
	goodPut = `- where: ["PUT /agents/{} removed"]
  theirs: absent
  ours: PUT
  why: The server has it.
  evidence: a run
  confidence: medium
`
)

var goodDifferences = []string{"GET /agents query page required no -> yes", "GET /agents 429 added", "GET /teams 429 added", "PUT /agents/{} removed", "DELETE /gone removed"}

// brokenFiles are slips in the files beside a document: in which file, one
// change, and where which rule finds it.
var brokenFiles = []struct {
	name, file, old, new string
	rule                 string
	at                   pointer
}{
	{"no YAML", "source", "name: Desk API", "name: [", "source", ""},
	{"nothing", "source", goodSource, "# nothing\n", "source", ""},
	{"a list", "source", goodSource, "- name\n", "source", ""},
	{"a field twice", "source", "licence: MIT", "licence: MIT\nname: Desk", "source", "/name"},
	{"an unknown field", "source", "licence: MIT", "licence: MIT\nlicense: MIT", "source", "/license"},
	{"an unknown field deeper", "source", "    proves: the rest", "    proves: the rest\n    proof: a run", "source", "/behaviour/1/proof"},
	{"no name", "source", "name: Desk API\n", "", "source", ""},
	{"a name of nothing", "source", "name: Desk API", "name: ' '", "source", "/name"},
	{"a page in the clear", "source", "homepage: https:", "homepage: http:", "source", "/homepage"},
	{"no address", "source", "https://docs.desk.invalid/api\n", "the reference\n", "source", "/documentation"},
	{"no document", "source", "document: https://docs.desk.invalid/api.json\n", "", "source", ""},
	{"a document without a fixed address", "source", "document: https://docs.desk.invalid/api.json\n", "document:\n", "", ""},
	{"a document that is nowhere", "source", "https://docs.desk.invalid/api.json", "api.json", "source", "/document"},
	{"neither licence nor terms", "source", "licence: MIT\n", "", "source", ""},
	{"a count in words", "source", "operations: 4\ninterface", "operations: four\ninterface", "source", "/operations"},
	{"another count", "source", "operations: 4\ninterface", "operations: 5\ninterface", "source-count", "/operations"},
	{"no interface", "source", goodInterface, "", "source", ""},
	{"an interface in words", "source", goodInterface, "interface: none\n", "source", "/interface"},
	{"no version", "source", "  version: '1'\n", "", "source", "/interface"},
	{"a date of another form", "source", "date: 2026-08-04", "date: 4 August 2026", "source", "/interface/date"},
	{"no day of the calendar", "source", "date: 2026-08-04", "date: 2026-08-32", "source", "/interface/date"},
	{"a date to come", "source", "date: 2026-08-04", "date: 2026-11-22", "source", "/interface/date"},
	{"a hash that is too short", "source", "sha256: 0", "sha256: ", "source", "/interface/sha256"},
	{"a hash in capitals", "source", "sha256: 0123456789a", "sha256: 0123456789A", "source", "/interface/sha256"},
	{"no hash", "source", "  sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n", "", "source", "/interface"},
	{"no sources", "source", goodBehaviour, "behaviour: []\n", "source", "/behaviour"},
	{"a source in words", "source", "  - source: a run\n    proves: the rest\n    confidence: low\n", "  - a run\n", "source", "/behaviour/1"},
	{"no source", "source", "  - source: a run\n    proves", "  - proves", "source", "/behaviour/1"},
	{"a source that proves nothing", "source", "    proves: the rest\n", "", "source", "/behaviour/1"},
	{"no confidence", "source", "    confidence: low\n", "", "source", "/behaviour/1"},
	{"a confidence of another word", "source", "confidence: low", "confidence: lowish", "source", "/behaviour/1/confidence"},
	{"a month to come", "source", "date: 2026-08\n", "date: 2026-12\n", "source", "/behaviour/0/date"},

	{"no YAML", "corrections", "theirs: no pages", "theirs: [", "correction", ""},
	{"a map", "corrections", goodCorrections, "where: []\n", "correction", ""},
	{"an unknown field", "corrections", "  theirs: no pages", "  thiers: x\n  theirs: no pages", "correction", "/0/thiers"},
	{"no where", "corrections", "- where: [\"PUT /agents/{} removed\"]\n  theirs", "- theirs", "correction", "/1"},
	{"where is no list", "corrections", "[\"PUT /agents/{} removed\"]", "PUT /agents/{} removed", "correction", "/1/where"},
	{"where is empty", "corrections", "\"* 429 added\"", "\"\"", "correction", "/0/where/1"},
	{"no evidence", "corrections", "  evidence: a run\n  confidence: medium", "  confidence: medium", "correction", "/1"},
	{"no reason", "corrections", "why: The server has it.", "why: ''", "correction", "/1/why"},
	{"a confidence of more words", "corrections", "confidence: medium", "confidence: medium for PUT", "correction", "/1/confidence"},
	{"an entry in words", "corrections", "  confidence: medium\n", "  confidence: medium\n- later\n", "correction", "/2"},
	{"a pattern of no difference", "corrections", "\"* 429 added\"", "\"* 429 added\", \"* 428 added\"", "stale-correction", "/0/where/2"},
	{"a difference without a reason", "corrections", "query page *", "query page required no -> *", "", ""},
	{"a difference of an operation", "corrections", "\"* 429 added\"", "\"GET /agents 429 added\"", "uncovered-difference", "/paths/~1teams/get"},
	{"a difference of an operation that is not ours", "corrections", ", \"DELETE /gone removed\"", "", "uncovered-difference", "/paths"},
	{"a difference of a path with a parameter", "corrections", goodPut, "", "uncovered-difference", "/paths/~1agents~1{agent~0id}/put"},

	{"no YAML", "settings", "package: dixa", "package: [", "settings", ""},
	{"another vendor's package", "settings", "package: dixa", "package: chatwoot", "settings", "/package"},
	{"a package of nobody", "settings", "package: dixa", "package: newdixa", "settings", "/package"},
	{"another vendor's file", "settings", "output: gen/dixa/dixa.gen.go", "output: gen/chatwoot/chatwoot.gen.go", "settings", "/output"},
	{"references to other hosts", "settings", "allow-remote-refs-from: []\n", "", "settings", ""},
	{"references to a host", "settings", "allow-remote-refs-from: []", "allow-remote-refs-from: [desk.invalid]", "settings", "/allow-remote-refs-from"},
	{"constants without their type", "settings", "always-prefix-enum-values: true", "always-prefix-enum-values: false", "settings", "/compatibility/always-prefix-enum-values"},
	{"numbers that lose digits", "settings", "type: json.Number", "type: float64", "settings", "/output-options/type-mapping/number/default/type"},
	{"numbers as they come", "settings", "number: {default: {type: json.Number, import: encoding/json}}", "", "settings", "/output-options/type-mapping"},
	{"the stock template", "settings", "client-with-responses.tmpl: specs/templates/api.tmpl", "", "settings", "/output-options/user-templates"},
	{"another setting", "settings", "models: true", "models: true, server-urls: true", "", ""},
}

func TestBrokenFiles(t *testing.T) {
	_, p, err := checkDocument(t.Context(), "openapi.yaml", []byte(good))
	if err != nil || p == nil {
		t.Fatal("the good document is not good: ", err)
	}
	settings, err := os.ReadFile("specs/dixa/oapi-codegen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := map[string]string{"source": goodSource, "corrections": goodCorrections, "settings": string(settings)}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	look := func(file, text string) []finding {
		switch file {
		case "source":
			return checkSource("source.yaml", []byte(text), p, now)
		case "corrections":
			return checkCorrections("", []byte(text), p, goodDifferences)
		}
		return checkSettings("oapi-codegen.yaml", []byte(text), "dixa")
	}
	for file, text := range good {
		for _, f := range look(file, text) {
			t.Errorf("the good %s: %s", file, f)
		}
	}
	for _, test := range brokenFiles {
		t.Run(test.file+": "+test.name, func(t *testing.T) {
			if strings.Count(good[test.file], test.old) != 1 {
				t.Fatalf("the good file has %q %d times", test.old, strings.Count(good[test.file], test.old))
			}
			found := look(test.file, strings.Replace(good[test.file], test.old, test.new, 1))
			if test.rule == "" && len(found) == 0 {
				return
			}
			if len(found) != 1 || found[0].Rule != test.rule || found[0].Pointer != test.at || found[0].Problem == "" || found[0].Cure == "" {
				t.Errorf("want %s at %q, got %d:", test.rule, test.at, len(found))
				for _, f := range found {
					t.Error(f)
				}
			}
		})
	}
}
