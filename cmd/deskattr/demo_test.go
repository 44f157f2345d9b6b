package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// The demo must notice a loss. Here it is told that nobody named what was changed.
func TestDemoTellsWhatWasLost(t *testing.T) {
	honest := examples
	defer func() { examples = honest }()
	careless := honest[0]
	careless.touched = nil
	examples = []example{careless}

	var stdout, stderr bytes.Buffer
	status := run(context.Background(), []string{"demo"}, &stdout, &stderr, func(string) string { return "" })
	if status != exitUnexpected {
		t.Errorf("exit status %d, want %d", status, exitUnexpected)
	}
	if !strings.Contains(stdout.String(), "\nLOST    gift, order_id: ") {
		t.Errorf("it does not say what was lost:\n%s", &stdout)
	}
	if !strings.HasPrefix(stderr.String(), "deskattr: attributes that nobody named were lost: gift, order_id") {
		t.Errorf("standard error: %s", &stderr)
	}
}

// Every vendor has an example of every kind, and each example names less than
// the record has.
func TestDemoShowsEveryVendorAndKind(t *testing.T) {
	shown := map[string]map[adapters.Kind]bool{}
	for _, e := range examples {
		_, lost, err := e.play(context.Background(), t.Output())
		if err != nil || len(lost) > 0 {
			t.Errorf("%s %s: lost %v, error %v", e.vendor, e.kind, lost, err)
		}
		if shown[e.vendor] == nil {
			shown[e.vendor] = map[adapters.Kind]bool{}
		}
		shown[e.vendor][e.kind] = true
	}
	for _, v := range vendors {
		for _, kind := range kinds {
			if !shown[v.name][kind] {
				t.Errorf("no example of a %s at %s", kind, v.name)
			}
		}
	}
}
