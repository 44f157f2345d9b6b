package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters/bulk"
)

// hugeRow is a number that makes room for as many rows: bounded, and slow here.
var hugeRow = regexp.MustCompile(`"row":\s*[0-9]{6}`)

// FuzzJournal: whatever stands in a journal, with whole checksums, it is read,
// gone on with and undone without an end but an error, and the counts add up.
func FuzzJournal(f *testing.F) {
	desk, _ := deskOf(2)
	seed := filepath.Join(f.TempDir(), "journal")
	unwilling := &unwilling{Adapter: desk, refused: []int64{2}, calls: -2}
	rows := rowsOf("1", "2", "1", "2")
	if _, err := bulk.Apply(f.Context(), rows, bulk.Options{Adapter: unwilling, Journal: seed, Run: account, Workers: 1}); err != nil {
		f.Fatal(err)
	}
	unwilling.refused, unwilling.calls, unwilling.end = nil, 1, func() {}
	_, _ = bulk.Apply(f.Context(), rows, bulk.Options{Adapter: unwilling, Journal: seed, Run: account, Workers: 1, Resume: true})
	whole, err := os.ReadFile(seed)
	if err != nil {
		f.Fatal(err)
	}
	texts := regexp.MustCompile(`(?m)^[0-9a-f]{8} `).ReplaceAll(whole, nil)
	f.Add(texts)
	f.Add(bytes.ReplaceAll(texts, []byte(`"at":`), []byte(`"at":1`)))
	f.Add(bytes.ReplaceAll(texts, []byte(`"done"`), []byte(`"failed"`)))
	f.Add([]byte(`{"begin":{"version":1,"kind":"apply","run":{"vendor":"memory","account":"test","input":"rows"}}}` + "\n" + `{"after":{"row":-1}}`))
	f.Fuzz(func(t *testing.T, texts []byte) {
		if hugeRow.Match(texts) || len(texts) > 1<<16 {
			return
		}
		bulk.Through(func(f bulk.File) bulk.File { return unsynced{f} })
		defer bulk.Through(nil)
		var framed bytes.Buffer
		for text := range bytes.Lines(texts) {
			text = bytes.TrimRight(text, "\n")
			fmt.Fprintf(&framed, "%08x %s\n", crc32.Checksum(text, crc32.MakeTable(crc32.Castagnoli)), text)
		}
		journal := filepath.Join(t.TempDir(), "journal")
		write := func(path string) {
			if err := os.WriteFile(path, framed.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(journal)
		desk, _ := deskOf(2)
		report, readErr := bulk.Read(journal)
		if readErr == nil {
			_ = errors.Join(report.WriteText(&bytes.Buffer{}), report.WriteHTML(&bytes.Buffer{}))
		}
		summary, err := bulk.Undo(context.Background(), journal, bulk.UndoOptions{Adapter: desk, Run: account})
		whole := func(what string) {
			if summary.Read != summary.Done+summary.Unchanged+summary.Failed+summary.Left {
				t.Errorf("%s: the counts do not add up: %+v", what, summary)
			}
			if readErr != nil && err == nil {
				t.Errorf("%s: it cannot be read (%v), and nobody says so", what, readErr)
			}
		}
		whole("undo")
		_ = os.Remove(journal + ".undo") // what was undone does not go on
		summary, err = bulk.Apply(context.Background(), rows, bulk.Options{Adapter: desk, Journal: journal, Run: account, Resume: true})
		if readErr != nil && strings.Contains(readErr.Error(), "it is empty") {
			readErr = nil // a crash came before its first line: there is nothing to lose
		}
		if whole("apply"); err == nil {
			if summary.Read != 4 {
				t.Errorf("%+v", summary)
			}
			if _, err := bulk.Read(journal); err != nil {
				t.Errorf("what was gone on with cannot be read: %v", err)
			}
		}
		write(journal)
		if err := bulk.Purge(journal); err == nil && readErr == nil {
			if _, err := bulk.Read(journal); err != nil {
				t.Errorf("what was purged cannot be read: %v", err)
			}
		}
	})
}
