package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// unreliable is an adapter whose calls fail by chance: before anything is read,
// after it was written, or with the end of the run before or after the write.
type unreliable struct {
	adapters.Adapter
	end context.CancelFunc

	mu     sync.Mutex
	random *rand.Rand
	fails  float64 // how often; 0: never
	ends   float64
}

func (a *unreliable) chance(of float64) bool { return a.random.Float64() < of }

func (a *unreliable) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	a.mu.Lock()
	fails, ends, late := a.chance(a.fails), a.chance(a.ends), a.chance(0.5)
	a.mu.Unlock()
	failure := &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeServerError, Effect: adapters.EffectNone}
	if ends && !late {
		a.end()
	}
	switch {
	case ctx.Err() != nil:
		return adapters.Result{}, ctx.Err()
	case fails && !late:
		return adapters.Result{}, failure
	}
	result, err := a.Adapter.UpdateAttributes(ctx, ref, changes, options...)
	if ends {
		a.end()
		return adapters.Result{}, ctx.Err()
	}
	if fails && err == nil {
		failure.Effect = adapters.EffectUnknown
		return adapters.Result{}, failure
	}
	return result, err
}

// TestOrderModel: whatever fails and breaks off on the way, in the end the records
// are as if all rows had been sent in their order, and an undoing, which fails and
// breaks off as well, gives back what was there before.
func TestOrderModel(t *testing.T) {
	bulk.Through(func(f bulk.File) bulk.File { return unsynced{f} }) // nothing is killed here
	defer bulk.Through(nil)
	for seed := range *orders {
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { orderModel(t, rand.New(rand.NewPCG(seed, 5))) }) {
			return
		}
	}
}

type unsynced struct{ bulk.File }

func (unsynced) Sync() error { return nil }

func orderModel(t *testing.T, random *rand.Rand) {
	t.Helper()
	store := memory.New()
	ids := []string{"1", "2", "3"}
	want := map[string]adapters.Attributes{}
	for _, id := range ids {
		store.Put(adapters.Ref{Kind: kind, ID: id}, nil)
		want[id] = adapters.Attributes{}
		if random.IntN(2) == 0 {
			set(t, store, id, adapters.Attributes{"a": adapters.Int(-1)})
			want[id]["a"] = adapters.Int(-1)
		}
	}
	before := map[string]adapters.Attributes{}
	for id, values := range want {
		before[id] = maps.Clone(values)
	}
	var list []bulk.Row
	for n := range 4 + random.IntN(10) {
		row := bulk.Row{Number: int64(n + 1), Ref: adapters.Ref{Kind: kind, ID: ids[random.IntN(len(ids))]}, Attributes: adapters.Attributes{}}
		for _, name := range []string{"a", "b"} {
			switch random.IntN(4) {
			case 0, 1:
				row.Attributes[name] = adapters.Int(int64(n + 1))
				want[row.Ref.ID][name] = row.Attributes[name]
			case 2:
				row.Attributes[name] = adapters.Clear()
				delete(want[row.Ref.ID], name)
			}
		}
		if len(row.Attributes) == 0 {
			row.Attributes["a"] = adapters.Clear()
			delete(want[row.Ref.ID], "a")
		}
		list = append(list, row)
	}
	rows := func(yield func(bulk.Row, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
	desk := &unreliable{Adapter: store, random: random}
	journal := filepath.Join(t.TempDir(), "journal")
	workers := 1 + random.IntN(3)
	defer show(t, journal)
	// until gives the outcome of the first run in which nothing failed.
	until := func(what string, one func(ctx context.Context, first bool) (bulk.Summary, error)) {
		for runs := 1; ; runs++ {
			var ctx context.Context
			ctx, desk.end = context.WithCancel(t.Context())
			desk.fails, desk.ends = 0.3, 0.15
			if runs > 6 {
				desk.fails, desk.ends = 0, 0
			}
			summary, err := one(ctx, runs == 1)
			desk.end()
			if summary.Read != summary.Done+summary.Unchanged+summary.Failed+summary.Left {
				t.Fatalf("%s: the counts do not add up: %+v", what, summary)
			}
			switch {
			case err == nil && summary.Failed == 0:
				return
			case err != nil && !errors.Is(err, context.Canceled), runs > 8:
				t.Fatalf("%s, run %d: %+v, %v", what, runs, summary, err)
			}
		}
	}
	for round := range 1 + random.IntN(3) {
		for i := range 1 + random.IntN(2) { // in each round, and in its midst, all rows are sent again
			until("apply", func(ctx context.Context, first bool) (bulk.Summary, error) {
				return bulk.Apply(ctx, iter.Seq2[bulk.Row, error](rows), bulk.Options{
					Adapter: desk, Journal: journal, Run: account, Workers: workers, Resume: !first, Again: first && round+i > 0,
					KeepFailed: !first && desk.fails > 0 && random.IntN(4) == 0,
				})
			})
			compare(t, "after applying", store, want)
		}
		until("undo", func(ctx context.Context, _ bool) (bulk.Summary, error) {
			return bulk.Undo(ctx, journal, bulk.UndoOptions{Adapter: desk, Run: account, Workers: workers})
		})
		compare(t, "after undoing", store, before)
	}
}

func show(t *testing.T, journal string) {
	t.Helper()
	if t.Failed() && testing.Verbose() {
		for _, path := range []string{journal, journal + ".undo"} {
			text, _ := os.ReadFile(path)
			t.Logf("%s", text)
		}
	}
}

func set(t *testing.T, desk adapters.Adapter, id string, attributes adapters.Attributes) {
	t.Helper()
	if _, err := desk.UpdateAttributes(t.Context(), adapters.Ref{Kind: kind, ID: id}, attributes); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, when string, desk adapters.Adapter, want map[string]adapters.Attributes) {
	t.Helper()
	for _, id := range slices.Sorted(maps.Keys(want)) {
		is, err := desk.Attributes(t.Context(), adapters.Ref{Kind: kind, ID: id})
		if err != nil {
			t.Fatal(err)
		}
		if !maps.EqualFunc(is, want[id], adapters.Value.Equal) {
			t.Errorf("%s, record %s is %v, want %v", when, id, is, want[id])
		}
	}
}
