package bulk_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// TestDigest: two inputs are one where both the bytes and how they are read are
// the same.
func TestDigest(t *testing.T) {
	type digester interface {
		Digest(io.Reader) (string, error)
	}
	seen := map[string]string{}
	for _, test := range []struct {
		name    string
		options digester
		text    string
	}{
		{"CSV", bulk.CSVOptions{}, "a"},
		{"other text", bulk.CSVOptions{}, "b"},
		{"no text", bulk.CSVOptions{}, ""},
		{"JSON Lines", bulk.JSONOptions{}, "a"},
		{"JSON Lines of one kind", bulk.JSONOptions{Kind: adapters.Contact}, "a"},
		{"separator", bulk.CSVOptions{Separator: ';'}, "a"},
		{"kind", bulk.CSVOptions{Kind: adapters.Contact}, "a"},
		{"kind column", bulk.CSVOptions{KindColumn: "contact"}, "a"},
		{"id column", bulk.CSVOptions{IDColumn: "contact"}, "a"},
		{"columns", bulk.CSVOptions{Columns: map[string]string{"a": "b"}}, "a"},
		{"other columns", bulk.CSVOptions{Columns: map[string]string{"a": ""}}, "a"},
		{"empty cells", bulk.CSVOptions{Empty: bulk.EmptyClears}, "a"},
		{"dates", bulk.CSVOptions{DateFormat: "DD/MM/YYYY"}, "a"},
		{"zone", bulk.CSVOptions{TimeZone: time.UTC}, "a"},
		{"zone of a name", bulk.CSVOptions{TimeZone: zone(t, "Europe/Copenhagen")}, "a"},
		{"another of the same name", bulk.CSVOptions{TimeZone: time.FixedZone("UTC", 60)}, "a"},
	} {
		got, err := test.options.Digest(strings.NewReader(test.text))
		again, _ := test.options.Digest(iotest.OneByteReader(strings.NewReader(test.text)))
		if err != nil || got != again || !strings.HasPrefix(got, "sha256:") || len(got) != len("sha256:")+64 {
			t.Errorf("%s: %s and %s (%v)", test.name, got, again, err)
		}
		if same, twice := seen[got]; twice {
			t.Errorf("%s has the digest of %s", test.name, same)
		}
		seen[got] = test.name
	}
	with, _ := bulk.CSVOptions{Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: {{Key: "a"}}}}.Digest(strings.NewReader("a"))
	if seen[with] != "CSV" {
		t.Errorf("definitions count: %s", with)
	}
	if _, err := (bulk.CSVOptions{}).Digest(broken{strings.NewReader("a")}); err == nil || err.Error() != "input: it cannot be read: the disk is gone" {
		t.Errorf("got %v", err)
	}
}
