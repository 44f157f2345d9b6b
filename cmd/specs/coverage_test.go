package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestCoverage: every published operation can be called, and the tables in the
// pages are what is counted.
func TestCoverage(t *testing.T) {
	rows, err := coverAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"chatwoot": 126, "kustomer": 165, "dixa": 123}
	for _, r := range rows {
		if r.Missing != 0 || r.Document < want[r.Vendor] || r.Callable != r.Document || r.Vendor != "kustomer" && r.Document != want[r.Vendor] {
			t.Errorf("%s: %+v, want %d operations and none missing", r.Vendor, r, want[r.Vendor])
		}
	}
	for _, file := range []string{"README.md", "specs/README.md"} {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := withTable(string(page), "coverage", markdownRows(rows))
		if err != nil {
			t.Errorf("%s: %v", file, err)
		} else if want != string(page) {
			t.Errorf("%s: its table of coverage is not what is counted; mend with: go run ./cmd/specs coverage --write %s", file, file)
		}
	}
}

// TestCoverageFormats: what is printed in each format, and the status.
func TestCoverageFormats(t *testing.T) {
	for _, test := range []struct {
		name   string
		args   []string
		status int
		begins string // the standard output
		holds  string
		errors string // what the standard error holds
	}{
		{"text", nil, 0, "vendor    published  in our document  callable in Go  missing  corrections\nchatwoot ", "\nmissing: published and not in our document. ", ""},
		{"JSON", []string{"--format", "json"}, 0, "[\n", `"vendor": "dixa"`, ""},
		{"Markdown", []string{"--format=markdown"}, 0, "| published interface | published | in our document | callable in Go | missing | corrections |\n|---|--:|--:|--:|--:|--:|\n", "| Dixa API ", ""},
		{"unknown", []string{"--format", "xml"}, 2, "", "", `--format "xml" is unknown; it is text, json or markdown`},
		{"JSON is not written", []string{"--format", "json", "--write", "no such file"}, 2, "", "", "format write"},
		{"no file", []string{"--write", "no such file"}, 2, "", "", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			status := run(append([]string{"coverage"}, test.args...), &out, &errOut)
			if status != test.status || !strings.HasPrefix(out.String(), test.begins) || !strings.Contains(out.String(), test.holds) || !strings.Contains(errOut.String(), test.errors) {
				t.Errorf("status %d\n%s%s", status, out.String(), errOut.String())
			}
			if test.errors == "" && errOut.Len() > 0 {
				t.Errorf("beside the table: %s", errOut.String())
			}
		})
	}
}

var someRows = []row{
	{"one", "One's API", "2.1", "2026-01-02", 11, 12, 13, 0, 14, nil},
	{"two", "Two", "beta", "2026-03-04", 21, 22, 21, 1, 24, []string{"GET /things/{}"}},
}

func TestCoverageJSON(t *testing.T) {
	var out bytes.Buffer
	if err := jsonTable(&out, someRows); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, out.Bytes()); err != nil {
		t.Fatal(err)
	}
	want := `[{"vendor":"one","title":"One's API","version":"2.1","date":"2026-01-02","published":11,"in_document":12,"callable":13,"missing":0,"corrections":14},` +
		`{"vendor":"two","title":"Two","version":"beta","date":"2026-03-04","published":21,"in_document":22,"callable":21,"missing":1,"corrections":24,"missing_operations":["GET /things/{}"]}]`
	if compact.String() != want {
		t.Errorf("got\n\t%s\nwant\n\t%s", compact.String(), want)
	}
}

// TestCoverageMissing: what is missing is said beside the table, in every format.
func TestCoverageMissing(t *testing.T) {
	const lacks = "two: GET /things/{} is published and not in our document: add it to specs/two/openapi.yaml, then run make generate\n"
	const stale = "two: 1 operations of specs/two/openapi.yaml cannot be called in Go: run make generate\n"
	for _, test := range []struct {
		name   string
		change func(*row)
		want   string
	}{
		{"both", func(*row) {}, lacks + stale},
		{"not in our document", func(r *row) { r.Callable = r.Document }, lacks},
		{"not generated", func(r *row) { r.Missing, r.MissingOperations = 0, nil }, stale},
		{"nothing", func(r *row) { r.Missing, r.MissingOperations, r.Callable = 0, nil, r.Document }, ""},
	} {
		for _, format := range []string{"text", "json", "markdown"} {
			t.Run(test.name+", "+format, func(t *testing.T) {
				rows := slices.Clone(someRows)
				test.change(&rows[1])
				var out, findings bytes.Buffer
				err := coverage(rows, format, nil, &out, &findings)
				if (err == errFound) != (test.want != "") || err != nil && err != errFound || findings.String() != test.want || out.Len() == 0 {
					t.Errorf("%v\n%s%s", err, out.String(), findings.String())
				}
			})
		}
	}
}

// TestIdentify: the name, the version and the date as they stand, or what lacks.
func TestIdentify(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"good", "name: Toy\ninterface: {version: '1.0', date: 2026-01-02, operations: 3}\n", "Toy 1.0 2026-01-02"},
		{"version like a number", "name: Toy\ninterface: {version: 1.10, date: 2026-01-02}\n", "Toy 1.10 2026-01-02"},
		{"no name", "interface: {version: '1.0', date: 2026-01-02}\n", ""},
		{"no version", "name: Toy\ninterface: {date: 2026-01-02}\n", ""},
		{"no date", "name: Toy\ninterface: {version: '1.0'}\n", ""},
		{"no YAML", "name: [\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "source.yaml")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var r row
			err := r.identify(file)
			if test.want == "" {
				if err == nil || !strings.Contains(err.Error(), file) {
					t.Error(err)
				}
			} else if got := r.Title + " " + r.Version + " " + r.Date; err != nil || got != test.want {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
}

// TestCount: an operation is missing that is published, is not in our document,
// and has no correction.
func TestCount(t *testing.T) {
	operation := map[string]map[string]fact{"204": {"": {}}}
	theirs := facts{"GET /a": operation, "GET /b": operation, "GET /moved": operation, "DELETE /a": operation}
	ours := facts{"GET /a": operation, "GET /new": operation}
	var r row
	r.count(theirs, ours, corrections{{Where: []string{"GET /moved removed", "GET /new added"}}})
	want := row{Published: 4, Document: 2, Missing: 2, Corrections: 1, MissingOperations: []string{"DELETE /a", "GET /b"}}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
}

func TestWriteTable(t *testing.T) {
	const table = "| published interface | published | in our document | callable in Go | missing | corrections |\n" +
		"|---|--:|--:|--:|--:|--:|\n" +
		"| One's API 2.1 (2026-01-02) | 11 | 12 | 13 | 0 | 14 |\n" +
		"| Two beta (2026-03-04) | 21 | 22 | 21 | 1 | 24 |\n"
	written := "# Page\n\n" + begin("coverage") + "\n\n" + table + "\n" + end("coverage") + "\n\nMore.\n"
	for _, test := range []struct {
		name, page, want string // want "": refused
		says             string
	}{
		{"empty", "# Page\n\n" + begin("coverage") + "\n" + end("coverage") + "\n\nMore.\n", written, "table written; commit it"},
		{"old", strings.Replace(written, "| 11 |", "| 10 |", 1), written, "table written; commit it"},
		{"as it is", written, written, "its table is up to date"},
		{"no place", "# Page\n", "", ""},
		{"no end", "# Page\n" + begin("coverage") + "\n", "", ""},
		{"no beginning", "# Page\n" + end("coverage") + "\n", "", ""},
		{"end first", end("coverage") + "\n" + begin("coverage") + "\n", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "page.md")
			if err := os.WriteFile(file, []byte(test.page), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, findings bytes.Buffer
			err := coverage(someRows, "text", []string{file}, &out, &findings)
			page, _ := os.ReadFile(file)
			if test.want == "" {
				if err == nil || !strings.Contains(err.Error(), "put the lines") || string(page) != test.page {
					t.Errorf("%v\n%s", err, page)
				}
				return
			}
			if err != errFound || string(page) != test.want || out.String() != file+": "+test.says+"\n" {
				t.Errorf("%v, %s\n%s", err, out.String(), page)
			}
		})
	}
}
