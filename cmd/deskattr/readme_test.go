package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

// TestReadme runs the program of the README against a fake, as it stands but for
// the port.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```go\n")
	program, _, ok := strings.Cut(rest, "```\n")
	if lines := strings.Count(program, "\n"); !ok || lines > 15 {
		t.Fatalf("the program of the README has %d lines, want at most 15", lines)
	}
	server := dixatest.New(t)
	program = strings.Replace(program, "http://127.0.0.1:8042", server.URL, 1)
	file := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), "go", "run", file).CombinedOutput()
	if err != nil || string(output) != "error: <nil>\n" {
		t.Errorf("%s (%v)", output, err)
	}
	const orderID = "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"
	if got := string(server.State().Conversations["42"].CustomAttributes[orderID]); got != `"012345"` {
		t.Errorf("order_id is %s", got)
	}
}
