package bulk_test

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// TestUndoInPart: an undoing that broke off is gone on with, although all rows were
// sent again in between.
func TestUndoInPart(t *testing.T) {
	store, _ := deskOf(1)
	journal := filepath.Join(t.TempDir(), "journal")
	o := bulk.Options{Adapter: store, Journal: journal, Run: account, Workers: 1}
	if _, err := bulk.Apply(t.Context(), rowsOf("1", "1", "1", "99"), o); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	defer end()
	summary, err := bulk.Undo(ctx, journal, bulk.UndoOptions{Adapter: &unwilling{Adapter: store, calls: 1, end: end}, Run: account, Workers: 1})
	if !errors.Is(err, context.Canceled) || summary.Done != 1 {
		t.Fatalf("%+v, %v", summary, err)
	}
	o.Resume = true
	if _, err := bulk.Apply(t.Context(), rowsOf("1", "1", "1", "99"), o); !errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), "send all rows again") {
		t.Errorf("a run of which a part was put back goes on: %v", err)
	}
	o.Resume, o.Again = false, true
	if _, err := bulk.Apply(t.Context(), rowsOf("1", "1", "1", "99"), o); err != nil {
		t.Fatal(err)
	}
	holds(t, store, "1", "n", "3")
	for _, want := range []int64{6, 0} {
		summary, err = bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: store, Run: account})
		if want > 0 && err != nil || want == 0 && !errors.Is(err, bulk.ErrJournal) {
			t.Error(err)
		}
		check(t, summary, want, want, 0, 0, 0)
		holds(t, store, "1", "n", "")
	}
}

// lossy is a desk of which answers get lost.
type lossy struct {
	adapters.Adapter
	lose func(adapters.Attributes) error // what comes in the place of an answer; nil: it comes
}

func (d *lossy) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	result, err := d.Adapter.UpdateAttributes(ctx, ref, changes, options...)
	if lost := d.lose(changes); lost != nil {
		return adapters.Result{}, lost
	}
	return result, err
}

// TestUndoOfTimes: a vendor that keeps times as text gives back another kind of value
// than was sent. A write whose answer was lost is put back all the same.
func TestUndoOfTimes(t *testing.T) {
	store, _ := deskOf(1)
	desk := &lossy{store, func(adapters.Attributes) error {
		return &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeTimeout}
	}}
	journal := filepath.Join(t.TempDir(), "journal")
	row := bulk.Row{Number: 1, Ref: adapters.Ref{Kind: kind, ID: "1"}, Attributes: adapters.Attributes{"at": adapters.Time(time.Unix(1e9, 0))}}
	rows := iter.Seq2[bulk.Row, error](func(yield func(bulk.Row, error) bool) { yield(row, nil) })
	summary, err := bulk.Apply(t.Context(), rows, bulk.Options{Adapter: desk, Journal: journal, Run: account})
	if err != nil {
		t.Fatal(err)
	}
	check(t, summary, 1, 0, 0, 1, 0)
	undone, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: store, Run: account})
	if err != nil {
		t.Fatal(err)
	}
	check(t, undone, 1, 1, 0, 0, 0)
	holds(t, store, "1", "at", "")
}

// TestUndoOfWhatIsNotKnown: a run went on without reading, or without values. What
// cannot be put back is told, and what came before it on that record is left alone,
// but by force.
func TestUndoOfWhatIsNotKnown(t *testing.T) {
	for name, goesOn := range map[string]bulk.Options{"not read": {NoUndo: true}, "no values": {NoValues: true}} {
		t.Run(name, func(t *testing.T) {
			store, _ := deskOf(3)
			ctx, end := context.WithCancel(t.Context())
			defer end()
			desk := &lossy{store, func(set adapters.Attributes) error {
				if set["n"].Equal(adapters.Int(2)) { // it is written, and has no end
					end()
				}
				return ctx.Err()
			}}
			o := bulk.Options{Adapter: desk, Journal: filepath.Join(t.TempDir(), "journal"), Run: account, Workers: 1}
			rows := rowsOf("1", "2", "1", "3")
			if _, err := bulk.Apply(ctx, rows, o); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			goesOn.Adapter, goesOn.Journal, goesOn.Run, goesOn.Resume = store, o.Journal, account, true
			if summary, err := bulk.Apply(t.Context(), rows, goesOn); err != nil || summary.Done != 4 {
				t.Fatalf("%+v, %v", summary, err)
			}
			set(t, store, "2", adapters.Attributes{"n": adapters.String("by hand")})
			for _, test := range []struct {
				force  bool
				failed int64
				n      [3]string
			}{{false, 5, [3]string{"3", "by hand", "4"}}, {true, 3, [3]string{"", "", "4"}}} {
				var told []string
				summary, err := bulk.Undo(t.Context(), o.Journal, bulk.UndoOptions{Adapter: store, Run: account, Force: test.force, Event: func(e bulk.Event) {
					if e.Err != nil {
						told = append(told, e.Err.Error())
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				check(t, summary, 5, 5-test.failed, 0, test.failed, 0)
				if all := strings.Join(told, "\n"); strings.Count(all, "without reading") != 3 || strings.Contains(all, "somebody else") {
					t.Errorf("force %v: it says\n%s", test.force, all)
				}
				for i, want := range test.n {
					holds(t, store, []string{"1", "2", "3"}[i], "n", want)
				}
			}
		})
	}
}

// TestResumeAfterUndo: a run of which something was put back does not go on before all
// its rows were sent again, also where the journal was purged since.
func TestResumeAfterUndo(t *testing.T) {
	store, _ := deskOf(1)
	rows := rowsOf("1", "1", "99")
	o := bulk.Options{Adapter: store, Journal: filepath.Join(t.TempDir(), "journal"), Run: account}
	step := func(what string, err error, want string) {
		t.Helper()
		if want == "" && err != nil || want != "" && (!errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
	apply := func(resume, again bool) error {
		o.Resume, o.Again = resume, again
		_, err := bulk.Apply(t.Context(), rows, o)
		return err
	}
	undo := func() error {
		_, err := bulk.Undo(t.Context(), o.Journal, bulk.UndoOptions{Adapter: store, Run: account})
		return err
	}
	step("applied", apply(false, false), "")
	step("gone on with", apply(true, false), "")
	step("undone", undo(), "")
	step("gone on with after that", apply(true, false), "send all rows again")
	holds(t, store, "1", "n", "")
	step("sent again", apply(false, true), "")
	step("gone on with after that", apply(true, false), "")
	step("purged", bulk.Purge(o.Journal), "")
	step("gone on with after that", apply(true, false), "")
	holds(t, store, "1", "n", "2")
	step("undone after that", undo(), "purged")
}
