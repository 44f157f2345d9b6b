package bulk_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/deskattr/deskattr/adapters/bulk"
)

var shot = flag.String("shot", "", "write the report of a made-up run into this folder, as text, JSON and HTML; none: one that is thrown away")

// TestShot is for people (make report-shot).
func TestShot(t *testing.T) {
	dir := *shot
	if dir == "" {
		dir = t.TempDir()
	}
	report, err := bulk.Read(madeUp().file(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range writers(report) {
		file, err := os.Create(filepath.Join(dir, "report."+name))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(file); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
