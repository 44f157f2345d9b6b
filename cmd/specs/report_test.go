package main

import (
	"strings"
	"testing"
)

// TestReportOfHostileNames: names come from the vendor's document, and a terminal or
// a reader of a pull request must not obey them.
func TestReportOfHostileNames(t *testing.T) {
	r := driftReport{Vendor: "dixa", Rest: []change{{Where: "Tag", What: "renamed to x\x1b[31mred\u202e\r"}}}
	for name, write := range map[string]func(*strings.Builder) error{
		"text":     func(b *strings.Builder) error { return r.text(b) },
		"markdown": func(b *strings.Builder) error { return r.markdown(b) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil || strings.ContainsAny(b.String(), "\x1b\u202e\r") || !strings.Contains(b.String(), "[31mred") {
			t.Errorf("%s: %v, %q", name, err, b.String())
		}
	}
}
