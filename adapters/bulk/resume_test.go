package bulk_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// moving is a desk that refuses writes for a while, once what was there has been
// looked at, and whose only address belongs to one record and then to another.
type moving struct {
	adapters.Adapter
	refusal *adapters.Error // nil: none
	owner   string
	again   func() bulk.Summary // goes on with the run
}

func (d *moving) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	if d.refusal == nil {
		return d.Adapter.UpdateAttributes(ctx, ref, changes, options...)
	}
	is, err := d.Attributes(ctx, ref)
	if settings := adapters.Settings(options...); err == nil && settings.Before != nil {
		settings.Before(is)
	}
	return adapters.Result{}, d.refusal
}

func (d *moving) Find(context.Context, adapters.Kind, adapters.Lookup) ([]adapters.Ref, error) {
	return []adapters.Ref{{Kind: kind, ID: d.owner}}, nil
}

// TestUndoAfterResume: between a row that failed and its next try somebody else
// writes, or an address goes over to another record. Undo gives back what was there
// when the row was written.
func TestUndoAfterResume(t *testing.T) {
	plan := func(p string) adapters.Attributes { return adapters.Attributes{"plan": adapters.String(p)} }
	for _, test := range []struct {
		name       string
		effect     adapters.Effect
		change     func(*testing.T, *moving) // between both tries
		two, three string                    // the plans of both records in the end
	}{
		{"nothing came of it, and somebody wrote", adapters.EffectNone, func(t *testing.T, d *moving) { set(t, d.Adapter, "2", plan("business")) }, "business", "basic"},
		{"nothing came of it, and the address moved", adapters.EffectNone, func(_ *testing.T, d *moving) { d.owner = "3" }, "free", "basic"},
		{"nobody knows, and somebody wrote", adapters.EffectUnknown, func(t *testing.T, d *moving) { set(t, d.Adapter, "2", plan("business")) }, "business", "basic"},
		{"nobody knows, and nothing came of the next try", adapters.EffectUnknown, func(t *testing.T, d *moving) {
			d.refusal = &adapters.Error{Class: adapters.ErrForbidden, Code: adapters.CodeNotPermitted, Effect: adapters.EffectNone}
			check(t, d.again(), 1, 0, 0, 1, 0)
		}, "free", "basic"},
		{"it was written, and nothing came of the next try", adapters.EffectUnknown, func(t *testing.T, d *moving) {
			set(t, d.Adapter, "2", plan("pro"))
			d.refusal = &adapters.Error{Class: adapters.ErrForbidden, Code: adapters.CodeNotPermitted, Effect: adapters.EffectNone}
			check(t, d.again(), 1, 0, 0, 1, 0)
		}, "free", "basic"},
		{"nobody knows, and the address moved", adapters.EffectUnknown, func(_ *testing.T, d *moving) { d.owner = "3" }, "free", "basic"},
		{"it was written, and the address moved", adapters.EffectUnknown, func(t *testing.T, d *moving) { set(t, d.Adapter, "2", plan("pro")); d.owner = "3" }, "free", "basic"},
	} {
		t.Run(test.name, func(t *testing.T) {
			store := memory.New()
			store.Put(adapters.Ref{Kind: kind, ID: "2"}, nil)
			set(t, store, "2", plan("free"))
			store.Put(adapters.Ref{Kind: kind, ID: "3"}, nil)
			set(t, store, "3", plan("basic"))
			desk := &moving{store, &adapters.Error{Class: adapters.ErrForbidden, Code: adapters.CodeNotPermitted, Effect: test.effect}, "2", nil}
			journal := filepath.Join(t.TempDir(), "journal")
			row := bulk.Row{Number: 1, Line: 2, Ref: adapters.Ref{Kind: kind}, Lookup: adapters.Lookup{By: adapters.ByEmail, Value: "a@example.com"}, Attributes: plan("pro")}
			apply := func(resume bool) bulk.Summary {
				t.Helper()
				summary, err := bulk.Apply(t.Context(), func(yield func(bulk.Row, error) bool) { yield(row, nil) }, bulk.Options{Adapter: desk, Journal: journal, Run: account, Resume: resume})
				if err != nil {
					t.Fatal(err)
				}
				return summary
			}
			desk.again = func() bulk.Summary { return apply(true) }
			check(t, apply(false), 1, 0, 0, 1, 0)
			test.change(t, desk)
			desk.refusal = nil
			check(t, apply(true), 1, 1, 0, 0, 0)
			if _, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil {
				t.Fatal(err)
			}
			holds(t, store, "2", "plan", test.two)
			holds(t, store, "3", "plan", test.three)
		})
	}
}

// TestLinkToAJournal: two names of one journal are one journal, which one run at a
// time may write.
func TestLinkToAJournal(t *testing.T) {
	dir := t.TempDir()
	journal := filepath.Join(dir, "journal")
	link, dangling := linkTo(t, journal), linkTo(t, filepath.Join(dir, "nothing"))
	store := memory.New()
	store.Put(adapters.Ref{Kind: kind, ID: "1"}, nil)
	options := bulk.Options{Adapter: store, Journal: journal, Run: account}
	options.Event = func(bulk.Event) {
		other := options
		other.Journal, other.Resume, other.Event = link, true, nil
		for what, err := range map[string]error{
			"apply": func() error { _, err := bulk.Apply(t.Context(), rowsOf("1"), other); return err }(),
			"undo": func() error {
				_, err := bulk.Undo(t.Context(), link, bulk.UndoOptions{Adapter: store, Run: account})
				return err
			}(),
			"purge": bulk.Purge(link),
		} {
			if err == nil || !strings.Contains(err.Error(), "another run is writing it") {
				t.Errorf("%s by another name: %v", what, err)
			}
		}
	}
	if _, err := bulk.Apply(t.Context(), rowsOf("1"), options); err != nil {
		t.Fatal(err)
	}
	options.Journal, options.Event = dangling, nil
	if _, err := bulk.Apply(t.Context(), rowsOf("1"), options); err == nil || !strings.Contains(err.Error(), "a link to what is not there") {
		t.Errorf("a link to nothing: %v", err)
	}
	if _, err := bulk.Undo(t.Context(), link, bulk.UndoOptions{Adapter: store, Run: account}); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(journal + ".undo"); err != nil {
		t.Errorf("the undoing's journal is not beside the real one: %v", err)
	}
}

// TestJournalOfSomebodyElse: an empty file that everybody may read becomes a journal
// that only its owner may.
func TestJournalOfSomebodyElse(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(journal, nil, 0o644); err != nil { //nolint:gosec // that is what is tested
		t.Fatal(err)
	}
	store := memory.New()
	store.Put(adapters.Ref{Kind: kind, ID: "1"}, nil)
	if _, err := bulk.Apply(t.Context(), rowsOf("1"), bulk.Options{Adapter: store, Journal: journal, Run: account, Resume: true}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(journal)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("it has %v, %v", info.Mode(), err)
	}
}
