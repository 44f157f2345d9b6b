package bulk_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// movers is a desk whose records have addresses, and which does something of the
// test's before a write.
type movers struct {
	adapters.Adapter
	owners map[string]string // an address that nobody has is not found
	write  func(n string) error
	find   func()
	looked atomic.Int64
}

func (d *movers) Find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	if d.looked.Add(1); d.find != nil {
		d.find()
	}
	switch owner := d.owners[by.Value]; {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case owner == "":
		return nil, &adapters.Error{Class: adapters.ErrNotFound, Code: adapters.CodeRecordNotFound, Effect: adapters.EffectNone}
	default:
		return []adapters.Ref{{Kind: kind, ID: owner}}, nil
	}
}

func (d *movers) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	if d.write != nil {
		if err := d.write(changes["n"].String()); err != nil {
			return adapters.Result{}, err
		}
	}
	return d.Adapter.UpdateAttributes(ctx, ref, changes, options...)
}

// addressed are rows that set n to 1, 2, 3 and so on, on the record with an id or an
// address.
func addressed(of ...string) func(func(bulk.Row, error) bool) {
	return func(yield func(bulk.Row, error) bool) {
		for i, name := range of {
			row := bulk.Row{Number: int64(i + 1), Line: int64(i + 2), Ref: adapters.Ref{Kind: kind}, Attributes: adapters.Attributes{"n": adapters.Int(int64(i + 1))}}
			if name[0] > '9' {
				row.Lookup = adapters.Lookup{By: adapters.ByEmail, Value: name}
			} else {
				row.Ref.ID = name
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// TestOrderOfAddressesThatMove: between two runs an address goes over to another
// record. There a row that is sent late is followed by those that stand below it, and
// what it has written over is sent again to where it belongs now.
func TestOrderOfAddressesThatMove(t *testing.T) {
	refuse := &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeServerError, Effect: adapters.EffectNone}
	for name, test := range map[string]struct {
		rows     []string
		breakOff bool   // at the first row, after the others; else it fails
		owner    string // of the address, which record 1 had
		failed   int64
		one, two string // n of both records in the end
		looked   int64  // how often in the second run
	}{
		"a row that failed comes to a record that has later ones":       {[]string{"a@shop", "2", "2"}, false, "2", 0, "", "3", 1},
		"a row that was left comes to a record that has later ones":     {[]string{"a@shop", "2", "2"}, true, "2", 0, "", "3", 1},
		"a row that is written over belongs elsewhere":                  {[]string{"1", "a@shop"}, false, "2", 0, "1", "2", 1},
		"a row that is written over belongs nowhere":                    {[]string{"1", "a@shop"}, false, "", 1, "1", "", 1},
		"a row that is written over is where it was":                    {[]string{"1", "a@shop", "a@shop"}, false, "1", 0, "3", "", 2},
		"a row that nothing has written over is not looked up":          {[]string{"2", "a@shop", "2"}, false, "2", 0, "2", "3", 0},
		"what is sent again may itself come to one that has later ones": {[]string{"1", "a@shop", "2"}, false, "2", 0, "1", "3", 1},
	} {
		t.Run(name, func(t *testing.T) {
			store, _ := deskOf(2)
			desk := &movers{Adapter: store, owners: map[string]string{"a@shop": "1"}}
			ctx, end := context.WithCancel(t.Context())
			defer end()
			others := make(chan struct{})
			desk.write = func(n string) error {
				if n != "1" {
					return nil
				}
				if test.breakOff {
					<-others
					end()
					return ctx.Err()
				}
				return refuse
			}
			o := bulk.Options{Adapter: desk, Journal: filepath.Join(t.TempDir(), "journal"), Run: account, Workers: 2, Event: func(e bulk.Event) {
				if e.Row.Number == int64(len(test.rows)) {
					close(others)
				}
			}}
			first, err := bulk.Apply(ctx, addressed(test.rows...), o)
			if first.Done != int64(len(test.rows)-1) || err != nil && !errors.Is(err, context.Canceled) {
				t.Fatalf("%+v, %v", first, err)
			}
			desk.owners["a@shop"], desk.write = test.owner, nil
			desk.looked.Store(0)
			o.Resume, o.Event, o.Workers = true, nil, 1
			second, err := bulk.Apply(t.Context(), addressed(test.rows...), o)
			if err != nil || second.Failed != test.failed {
				t.Errorf("%+v, %v; want %d failed", second, err, test.failed)
			}
			holds(t, store, "1", "n", test.one)
			holds(t, store, "2", "n", test.two)
			if looked := desk.looked.Load(); looked != test.looked {
				t.Errorf("records were looked up %d times, want %d", looked, test.looked)
			}
			if undone, err := bulk.Undo(t.Context(), o.Journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil || undone.Failed > 0 {
				t.Errorf("undo: %+v, %v", undone, err)
			}
			holds(t, store, "1", "n", "")
			holds(t, store, "2", "n", "")
		})
	}
}

// TestOrderWhereWhatWasSentAgainMoved: a run that broke off while it sent a row late
// is known by the next, though the row belongs elsewhere by then.
func TestOrderWhereWhatWasSentAgainMoved(t *testing.T) {
	store, _ := deskOf(2)
	desk := &movers{Adapter: store, owners: map[string]string{"a@shop": ""}}
	o := bulk.Options{Adapter: desk, Journal: filepath.Join(t.TempDir(), "journal"), Run: account, Workers: 1}
	rows := addressed("a@shop", "1")
	if summary, err := bulk.Apply(t.Context(), rows, o); err != nil || summary.Failed != 1 {
		t.Fatalf("%+v, %v", summary, err)
	}
	ctx, end := context.WithCancel(t.Context())
	desk.owners["a@shop"], o.Resume = "1", true
	o.Adapter = endsAfterWriting{desk, end}
	if summary, err := bulk.Apply(ctx, rows, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("%+v, %v", summary, err)
	}
	holds(t, store, "1", "n", "1")
	desk.owners["a@shop"], o.Adapter = "2", desk
	if summary, err := bulk.Apply(t.Context(), rows, o); err != nil || summary.Done != 2 {
		t.Fatalf("%+v, %v", summary, err)
	}
	holds(t, store, "1", "n", "2")
	holds(t, store, "2", "n", "1")
}

// endsAfterWriting ends the run when something was written, and its answer is lost.
type endsAfterWriting struct {
	*movers
	end context.CancelFunc
}

func (d endsAfterWriting) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	_, _ = d.movers.UpdateAttributes(ctx, ref, changes, options...)
	d.end()
	return adapters.Result{}, ctx.Err()
}

// TestEndedContext: a run that its context ends while rows are looked up is not
// finished.
func TestEndedContext(t *testing.T) {
	for range 20 { // which of two things that happen at once is seen first is left to chance
		journal := filepath.Join(t.TempDir(), "journal")
		synctest.Test(t, func(t *testing.T) {
			store, _ := deskOf(1)
			ctx, end := context.WithCancel(t.Context())
			desk := &movers{Adapter: store, find: func() { <-ctx.Done() }}
			summary, err := bulk.Apply(ctx, addressed("1", "a@shop"), bulk.Options{Adapter: desk, Journal: journal, Run: account, Event: func(bulk.Event) {
				end()
				synctest.Wait()
			}})
			if !errors.Is(err, context.Canceled) || summary.Read != 1 || summary.Done != 1 {
				t.Fatalf("%+v, %v", summary, err)
			}
		})
	}
}
