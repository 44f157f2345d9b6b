package bulk_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/deskattr/deskattr/adapters/bulk"
)

var shot = flag.String("shot", "", "write the report of a made-up run into this folder, as text, JSON and HTML")

// TestShot is for people (make report-shot).
func TestShot(t *testing.T) {
	if *shot == "" {
		t.Skip("no folder was given")
	}
	report, err := bulk.Read(madeUp().file(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, write := range writers(report) {
		file, err := os.Create(filepath.Join(*shot, "report."+name))
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
