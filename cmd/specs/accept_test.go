package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestAccept: the pulled interface becomes the published one, and source.yaml says
// so in the lines that can be known, and in no other.
func TestAccept(t *testing.T) {
	workspace(t)
	if status, out := ask("pull", "chatwoot", "--from", "in/shop.json", "--date", "2026-08-04"); status != 0 {
		t.Fatal(out)
	}
	before := stored(t)
	_, s, err := open("specs/chatwoot/pulled.yaml")
	if err != nil {
		t.Fatal(err)
	}
	status, out := ask("accept", "chatwoot")
	if status != 0 {
		t.Fatal(out)
	}
	has(t, out, "the interface of 2026-08-04 is what openapi.yaml is held against now", "still true: revision, the comments",
		"next: make generate, make test, then commit specs/chatwoot and gen/chatwoot")
	want := map[string]string{
		"openapi.yaml": before["openapi.yaml"], "corrections.yaml": before["corrections.yaml"], "published.yaml": before["pulled.yaml"],
		"source.yaml": strings.NewReplacer(
			"title: Old", "title: Shop",
			"version: '0.9' # info", "version: '1.0' # info",
			"date: 2025-01-01   #", "date: 2026-08-04   #",
			"operations: 7 #", "operations: 1 #",
			"sha256: a487d81b", "sha256: "+s.sha256,
			"paths: 7", "paths: 1",
		).Replace(shopSource),
	}
	if after := stored(t); fmt.Sprint(after) != fmt.Sprint(want) {
		t.Errorf("got\n%v\nwant\n%v", after, want)
	}
	if status, out = ask("accept", "chatwoot"); status != 2 {
		t.Errorf("status %d", status)
	}
	has(t, out, "there is no specs/chatwoot/pulled.yaml", "begin with: specs pull chatwoot")
}

// TestAcceptRefuses: as long as something is open nothing changes.
func TestAcceptRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T)
		status int
		says   []string
	}{
		{"a difference without an entry", func(t *testing.T) {
			put(t, "specs/chatwoot/openapi.yaml", strings.Replace(shopOurs, "id: {type: string}", "id: {type: string}, name: {type: string}", 1))
		}, 1, []string{"differs from the pulled interface, without an entry in corrections.yaml: GET /things 200 application/json .name added", "not accepted, nothing was changed"}},
		{"an entry without a difference", func(t *testing.T) {
			put(t, "specs/chatwoot/openapi.yaml", strings.Replace(shopOurs, "{type: string}", "{type: integer, format: int64}", 1))
		}, 1, []string{"an entry of corrections.yaml for no difference: * .id type integer -> string", "an entry of corrections.yaml for no difference: * .id format int64 -> any"}},
		{"a pulled interface edited by hand", func(t *testing.T) {
			put(t, "specs/chatwoot/pulled.yaml", strings.Replace(stored(t)["pulled.yaml"], "integer", "string", 1))
		}, 2, []string{"accept chatwoot: specs/chatwoot/pulled.yaml is not as it was stored", "pull it again"}},
		{"no block in source.yaml", func(t *testing.T) {
			put(t, "specs/chatwoot/source.yaml", strings.Replace(shopSource, "interface:", "published:", 1))
		}, 2, []string{"specs/chatwoot/source.yaml has no block interface"}},
		{"a block without a hash", func(t *testing.T) {
			put(t, "specs/chatwoot/source.yaml", strings.Replace(shopSource, "  sha256: a487d81b\n", "", 1))
		}, 2, []string{"the block interface has no line for sha256"}},
		{"corrections that cannot be read", func(t *testing.T) { put(t, "specs/chatwoot/corrections.yaml", "- what: 1\n") }, 2, []string{"corrections.yaml"}},
		{"no document", func(t *testing.T) {
			if err := os.Remove("specs/chatwoot/openapi.yaml"); err != nil {
				t.Fatal(err)
			}
		}, 2, []string{"run this at the root of the module"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			workspace(t)
			if status, out := ask("pull", "chatwoot", "--from", "in/shop.json", "--date", "2026-08-04"); status != 0 {
				t.Fatal(out)
			}
			test.change(t)
			before := stored(t)
			status, out := ask("accept", "chatwoot")
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			has(t, out, test.says...)
			if after := stored(t); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("something was changed:\n%v", after)
			}
			if test.status != 1 {
				return
			}
			// Once it is the published one, differences says the same.
			if err := os.Rename("specs/chatwoot/pulled.yaml", "specs/chatwoot/published.yaml"); err != nil {
				t.Fatal(err)
			}
			if status, out := ask("differences", "chatwoot"); status != 1 || !strings.Contains(out, "that no entry of corrections.yaml covers") {
				t.Errorf("differences: status %d, %s", status, out)
			}
		})
	}
}

// TestSource: what source.yaml says of the published interface is so.
func TestSource(t *testing.T) {
	for _, v := range vendors {
		tree, s, err := open(v.file("published.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := v.source(tree, s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(v.file("source.yaml")); err != nil || string(got) != string(want) {
			t.Errorf("%s: the block interface is not what %s holds (%v)", v.file("source.yaml"), v.file("published.yaml"), err)
		}
		if address, err := v.address(); (err == nil) != (v.name == "chatwoot") || err == nil && !strings.HasPrefix(address, "https://") {
			t.Errorf("%s: %s %v", v.name, address, err)
		}
	}
}
