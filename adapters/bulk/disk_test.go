package bulk_test

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// fullFile is a journal on a disk that has room for so many bytes.
type fullFile struct {
	bulk.File
	room int
}

func (f *fullFile) Write(p []byte) (int, error) {
	if len(p) > f.room {
		n, _ := f.File.Write(p[:f.room])
		f.room = 0
		return n, &fs.PathError{Op: "write", Path: "journal", Err: syscall.ENOSPC}
	}
	f.room -= len(p)
	return f.File.Write(p)
}

// deskOf is an adapter with so many records, and their ids.
func deskOf(count int) (*memory.Adapter, []string) {
	desk := memory.New()
	var ids []string
	for i := range count {
		ids = append(ids, fmt.Sprint(i+1))
		desk.Put(adapters.Ref{Kind: kind, ID: ids[i]}, nil)
	}
	return desk, ids
}

// TestDiskFull: nothing counts as done that the journal could not keep, and when
// there is room again the run goes on.
func TestDiskFull(t *testing.T) {
	for _, room := range []int{0, 30, 200, 1000, 5000, 20000} {
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			desk, ids := deskOf(100)
			journal := filepath.Join(t.TempDir(), "journal")
			bulk.Through(func(f bulk.File) bulk.File { return &fullFile{f, room} })
			summary, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account})
			bulk.Through(nil)
			if !errors.Is(err, bulk.ErrJournal) || !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v", err)
			}
			if summary.Read != summary.Done+summary.Failed+summary.Left || summary.Failed > 0 {
				t.Errorf("the counts do not add up: %+v", summary)
			}
			resume := true
			if _, err := os.Stat(journal); err != nil {
				resume = false
			}
			if report, err := bulk.Read(journal); summary.Done > 0 && (err != nil || report.Done < summary.Done) {
				t.Errorf("%d rows count as done, and the journal has %d of them (%v)", summary.Done, report.Done, err)
			}
			summary, err = bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account, Resume: resume})
			if err != nil {
				t.Fatal(err)
			}
			check(t, summary, 100, 100, 0, 0, 0)
			if _, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil {
				t.Fatal(err)
			}
			for _, id := range ids {
				holds(t, desk, id, "n", "")
			}
		})
	}
}

// TestDiskFullAtOnce: without the first line of its journal a run sends nothing, not
// even where it reads nothing before.
func TestDiskFullAtOnce(t *testing.T) {
	desk, ids := deskOf(3)
	bulk.Through(func(f bulk.File) bulk.File { return &fullFile{f, 30} })
	defer bulk.Through(nil)
	summary, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: filepath.Join(t.TempDir(), "journal"), Run: account, NoUndo: true})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("the error is %v", err)
	}
	check(t, summary, 0, 0, 0, 0, 0)
	for _, id := range ids {
		holds(t, desk, id, "n", "")
	}
}

func TestJournalsThatCannotBe(t *testing.T) {
	desk, ids := deskOf(3)
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	done := filepath.Join(dir, "done")
	if _, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: done, Run: account}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(done)
	if err != nil {
		t.Fatal(err)
	}
	damaged := slices.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	other := account
	other.Input = "others"
	elsewhere := account
	elsewhere.Host = "elsewhere"
	for _, c := range []struct {
		name, path string
		run        bulk.Identity
		resume     bool
		want       string
	}{
		{"there already", done, account, false, "it is there already"},
		{"all done", done, account, true, "all its rows were done"},
		{"another input", done, other, true, "of another input"},
		{"another account", done, elsewhere, true, "of another account"},
		{"nothing to resume", filepath.Join(dir, "none"), account, true, "nothing to resume"},
		{"no such folder", filepath.Join(dir, "no", "journal"), account, false, "no such file"},
		{"a file of somebody's", file("letter", "Dear Sir"), account, true, "not a journal"},
		{"a CSV file", file("rows.csv", "id,plan\n1,pro\n"), account, true, "not a line of a journal"},
		{"damaged", file("damaged", string(damaged)), account, true, "byte "},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _ := os.ReadFile(c.path)
			_, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: c.path, Run: c.run, Resume: c.resume})
			if !errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v, want one with %q", err, c.want)
			}
			if after, _ := os.ReadFile(c.path); string(after) != string(before) {
				t.Error("the file has changed")
			}
		})
	}
}

// TestTwoRuns: a journal has one run at a time.
func TestTwoRuns(t *testing.T) {
	desk, ids := deskOf(1)
	journal := filepath.Join(t.TempDir(), "journal")
	second := func() error {
		_, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account, Resume: true})
		return err
	}
	rows := func(yield func(bulk.Row, error) bool) {
		if err := second(); !errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), "another run") {
			t.Errorf("a second run: %v", err)
		}
		rowsOf(ids...)(yield)
	}
	if _, err := bulk.Apply(t.Context(), rows, bulk.Options{Adapter: desk, Journal: journal, Run: account}); err != nil {
		t.Fatal(err)
	}
}

// TestRunWithoutItsInput: what was read is done or left, and the run can go on.
func TestRunWithoutItsInput(t *testing.T) {
	desk, ids := deskOf(50)
	journal := filepath.Join(t.TempDir(), "journal")
	gone := fmt.Errorf("%w: it is gone", bulk.ErrInput)
	broken := func(yield func(bulk.Row, error) bool) {
		for row := range rowsOf(ids[:20]...) {
			if !yield(row, nil) {
				return
			}
		}
		yield(bulk.Row{}, gone)
	}
	summary, err := bulk.Apply(t.Context(), iter.Seq2[bulk.Row, error](broken), bulk.Options{Adapter: desk, Journal: journal, Run: account})
	if !errors.Is(err, bulk.ErrInput) || summary.Read != 20 || summary.Done+summary.Left != 20 {
		t.Errorf("%+v, %v", summary, err)
	}
	summary, err = bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account, Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	check(t, summary, 50, 50, 0, 0, 0)
}

// slowFile is a journal on a disk that takes its time.
type slowFile struct {
	bulk.File
	syncs func()
}

func (f *slowFile) Sync() error {
	time.Sleep(time.Second)
	f.syncs()
	return f.File.Sync()
}

// TestSlowDisk: what waits for the disk is bounded, also where no row is sent.
func TestSlowDisk(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal")
	synctest.Test(t, func(t *testing.T) {
		const rows, workers = 1000, 4
		var read, counted, most atomic.Int64
		bulk.Through(func(f bulk.File) bulk.File {
			return &slowFile{f, func() { most.Store(max(most.Load(), read.Load()-counted.Load())) }}
		})
		defer bulk.Through(nil)
		bad := func(yield func(bulk.Row, error) bool) {
			for n := range rows {
				read.Add(1)
				if !yield(bulk.Row{}, &bulk.RowError{Number: int64(n + 1), Line: int64(n + 1), Err: errors.New("it is bad")}) {
					return
				}
			}
		}
		desk, _ := deskOf(0)
		summary, err := bulk.Apply(t.Context(), iter.Seq2[bulk.Row, error](bad), bulk.Options{
			Adapter: desk, Journal: journal, Run: account, Workers: workers, Event: func(bulk.Event) { counted.Add(1) },
		})
		if err != nil {
			t.Fatal(err)
		}
		check(t, summary, rows, 0, 0, rows, 0)
		if most.Load() > 8*workers {
			t.Errorf("%d rows had been read and did not count yet", most.Load())
		}
	})
}

// TestClockSetBack: a clock that is years behind the one that the journal knows
// changes nothing about what is done, resumed, told and undone.
func TestClockSetBack(t *testing.T) {
	desk, ids := deskOf(40)
	journal := filepath.Join(t.TempDir(), "journal")
	stop := make(chan struct{})
	options := bulk.Options{
		Adapter: desk, Journal: journal, Run: account, Workers: 2, Stop: stop,
		Event: func(e bulk.Event) {
			if e.Summary.Done == 10 {
				close(stop)
			}
		},
	}
	first, err := bulk.Apply(t.Context(), rowsOf(ids...), options)
	if !errors.Is(err, bulk.ErrStopped) {
		t.Fatal(err)
	}
	before := time.Now()
	synctest.Test(t, func(t *testing.T) { // here it is the year 2000
		if !time.Now().Before(before.AddDate(-10, 0, 0)) {
			t.Fatal("the clock was not set back")
		}
		options.Resume, options.Stop, options.Event = true, nil, nil
		summary, err := bulk.Apply(t.Context(), rowsOf(ids...), options)
		if err != nil {
			t.Fatal(err)
		}
		check(t, summary, 40, 40, 0, 0, 0)
		report, err := bulk.Read(journal)
		if err != nil {
			t.Fatal(err)
		}
		if report.Done != 40 || !report.Finished {
			t.Errorf("after %d rows of the first run the report is %+v", first.Done, report)
		}
		var page strings.Builder
		if err := errors.Join(report.WriteText(&page), report.WriteHTML(&page)); err != nil || strings.Contains(page.String(), "after -") {
			t.Errorf("%v: %s", err, page.String())
		}
		if _, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil {
			t.Fatal(err)
		}
	})
	for _, id := range ids {
		holds(t, desk, id, "n", "")
	}
}
