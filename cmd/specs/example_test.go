package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWorkedExample runs the commands of the example in specs/README.md, from a
// changed document to an accepted one, and compares what they print.
func TestWorkedExample(t *testing.T) {
	page, err := os.ReadFile("specs/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "### One example\n")
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(example, -1)
	if len(blocks) != 3 {
		t.Fatalf("the example has %d blocks of commands, want 3", len(blocks))
	}
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "specs", "chatwoot"), os.DirFS("cmd/specs/testdata/example")); err != nil {
		t.Fatal(err)
	}
	t.Chdir(root)
	if err := os.Rename("specs/chatwoot/application_swagger.json", "application_swagger.json"); err != nil {
		t.Fatal(err)
	}
	edits := []func(){2: func() { // what the text between the last two blocks says
		edit(t, "specs/chatwoot/corrections.yaml", `(?s)^.*$`, "[]\n")
		edit(t, "specs/chatwoot/openapi.yaml", `( +)title: \{type: string\}`, "$0\n${1}position: {type: integer}")
	}}
	for i, block := range blocks {
		if edits[i] != nil {
			edits[i]()
		}
		for _, part := range strings.Split("\n"+block[1], "\n$ specs ")[1:] {
			command, want, _ := strings.Cut(part, "\n")
			var out bytes.Buffer
			run(strings.Fields(command), &out, &out)
			if got := strings.TrimSpace(out.String()); got != strings.TrimSpace(want) {
				t.Errorf("specs %s prints\n%s\nwant\n%s", command, got, want)
			}
		}
	}
}

func edit(t *testing.T, file, pattern, replacement string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := regexp.MustCompile(pattern).ReplaceAll(text, []byte(replacement))
	if bytes.Equal(edited, text) {
		t.Fatalf("nothing in %s matches %s", file, pattern)
	}
	if err := os.WriteFile(file, edited, 0o600); err != nil {
		t.Fatal(err)
	}
}
