package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// unwilling is an adapter that refuses to set n to some values, and ends the run
// when it was called often enough.
type unwilling struct {
	adapters.Adapter
	refused []int64
	lost    bool // what is refused is written all the same, and its answer lost
	calls   int  // until it ends the run; negative: never
	written bool // and what is on its way then is written
	end     context.CancelFunc
	hidden  string // the address that finds nobody
	sent    []int64
}

// Find finds record 1, whatever the address.
func (a *unwilling) Find(_ context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	if by.Value == a.hidden {
		return nil, &adapters.Error{Class: adapters.ErrNotFound, Code: adapters.CodeRecordNotFound, Effect: adapters.EffectNone}
	}
	return []adapters.Ref{{Kind: kind, ID: "1"}}, nil
}

func (a *unwilling) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	if a.calls--; a.calls == -1 {
		if a.written {
			_, _ = a.Adapter.UpdateAttributes(ctx, ref, changes, options...)
		}
		a.end()
		return adapters.Result{}, ctx.Err()
	}
	n, _ := strconv.ParseInt(changes["n"].String(), 10, 64)
	a.sent = append(a.sent, n)
	refusal := &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeServerError, Effect: adapters.EffectNone}
	refused := slices.Contains(a.refused, n)
	if refused && !a.lost {
		return adapters.Result{}, refusal
	}
	result, err := a.Adapter.UpdateAttributes(ctx, ref, changes, options...)
	if refused && err == nil {
		refusal.Effect = adapters.EffectUnknown
		return adapters.Result{}, refusal
	}
	return result, err
}

// TestOrderOverRuns: a row that failed is tried again before the later rows for its
// record, all of which are sent again, also where the run that began with it broke
// off in between; and what was there before any of them comes back.
func TestOrderOverRuns(t *testing.T) {
	type run struct {
		refused    []int64
		calls      int // after which it breaks off
		keepFailed bool
	}
	const all = -2
	first := run{[]int64{1}, all, false}
	for name, test := range map[string]struct {
		runs []run
		sent []int64 // in the last of them
		n    string  // in the end
		lost string  // the same, where what is refused is written all the same
	}{
		"never broken off":                {[]run{first, {nil, all, false}}, []int64{1, 2, 3, 4}, "4", "4"},
		"behind the first":                {[]run{first, {nil, 1, false}, {nil, all, false}}, []int64{2, 3, 4}, "4", "4"},
		"behind the second":               {[]run{first, {nil, 2, false}, {nil, all, false}}, []int64{3, 4}, "4", "4"},
		"before the last":                 {[]run{first, {nil, 3, false}, {nil, all, false}}, []int64{4}, "4", "4"},
		"and what failed is kept":         {[]run{first, {nil, 1, false}, {nil, all, true}}, []int64{2, 3, 4}, "4", "4"},
		"kept at once":                    {[]run{first, {nil, all, true}}, nil, "4", "4"},
		"again and again":                 {[]run{first, {nil, 1, false}, {nil, 1, false}, {nil, 1, false}, {nil, all, false}}, []int64{4}, "4", "4"},
		"another fails on the way":        {[]run{first, {[]int64{2}, all, false}, {nil, 1, false}, {nil, all, false}}, []int64{3, 4}, "4", "4"},
		"another fails, and breaks off":   {[]run{first, {[]int64{2}, 2, false}, {nil, all, false}}, []int64{2, 3, 4}, "4", "4"},
		"another fails, and is kept":      {[]run{first, {[]int64{2}, 2, false}, {nil, all, true}}, []int64{3, 4}, "4", "4"},
		"the last fails on the way":       {[]run{first, {[]int64{4}, all, false}, {nil, all, false}}, []int64{4}, "4", "4"},
		"the last fails, and is kept":     {[]run{first, {[]int64{4}, all, false}, {nil, all, true}}, nil, "3", "4"},
		"the first fails twice":           {[]run{first, {[]int64{1}, 2, false}, {nil, 1, false}, {nil, all, false}}, []int64{2, 3, 4}, "4", "4"},
		"all but the first fail at first": {[]run{{[]int64{2, 3, 4}, all, false}, {nil, 1, false}, {nil, all, false}}, []int64{3, 4}, "4", "4"},
		"two fail, one of them twice":     {[]run{{[]int64{1, 3}, all, false}, {[]int64{3}, 3, false}, {nil, 1, false}, {nil, all, false}}, []int64{4}, "4", "4"},
		"kept when it failed twice":       {[]run{first, first, {nil, all, true}}, nil, "4", "4"},
		"kept, and the first broke off":   {[]run{{[]int64{1}, 2, false}, {nil, all, true}}, []int64{3, 4}, "4", "4"},
		"on its way, and then kept":       {[]run{first, {nil, 0, false}, {nil, all, true}}, []int64{2, 3, 4}, "4", "4"},
		"both may have come":              {[]run{{[]int64{1, 2}, all, false}, {[]int64{1, 2}, 2, false}, {nil, all, true}}, []int64{3, 4}, "4", "4"},
	} {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, lost %v", name, lost), func(t *testing.T) {
				memory, _ := deskOf(1)
				desk := &unwilling{Adapter: memory, lost: lost, written: lost}
				journal := filepath.Join(t.TempDir(), "journal")
				for i, r := range test.runs {
					var ctx context.Context
					ctx, desk.end = context.WithCancel(t.Context())
					desk.refused, desk.calls, desk.sent = r.refused, r.calls, nil
					summary, err := bulk.Apply(ctx, rowsOf("1", "1", "1", "1"), bulk.Options{
						Adapter: desk, Journal: journal, Run: account, Workers: 1, Resume: i > 0, KeepFailed: r.keepFailed,
					})
					desk.end()
					if wanted := r.calls != all; err != nil != wanted || wanted && !errors.Is(err, context.Canceled) {
						t.Fatalf("run %d: %v", i+1, err)
					}
					if summary.Read != summary.Done+summary.Unchanged+summary.Failed+summary.Left {
						t.Errorf("run %d: the counts do not add up: %+v", i+1, summary)
					}
				}
				if !slices.Equal(desk.sent, test.sent) {
					t.Errorf("the last run sent rows %v, want %v", desk.sent, test.sent)
				}
				desk.calls = all
				want := test.n
				if lost {
					want = test.lost
				}
				holds(t, desk, "1", "n", want)
				if summary, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil || summary.Failed > 0 {
					t.Errorf("undo: %+v, %v", summary, err)
				}
				holds(t, desk, "1", "n", "")
			})
		}
	}
}

// TestOrderOfRowsThatWereNotFound: a row whose record was found late comes before
// the later rows for that record, however they name it.
func TestOrderOfRowsThatWereNotFound(t *testing.T) {
	rows := func(yield func(bulk.Row, error) bool) {
		for i, address := range []string{"late@shop.example", "", "soon@shop.example"} {
			row := bulk.Row{
				Number: int64(i + 1), Ref: adapters.Ref{Kind: kind, ID: "1"},
				Attributes: adapters.Attributes{"n": adapters.Int(int64(i + 1))},
			}
			if address != "" {
				row.Ref.ID, row.Lookup = "", adapters.Lookup{By: adapters.ByEmail, Value: address}
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	const all = -2
	for name, test := range map[string]struct {
		calls      []int // of the runs after the first, until they break off
		keepFailed bool
		want       []int64 // what was set in these runs
	}{
		"found in the next run":       {[]int{all}, false, []int64{1, 2, 3}},
		"and broken off behind it":    {[]int{1, all}, false, []int64{1, 2, 3}},
		"and once more":               {[]int{1, 1, all}, false, []int64{1, 2, 3}},
		"found, and then failed kept": {[]int{1, all}, true, []int64{1, 2, 3}},
		"kept as it is":               {[]int{all}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			memory, _ := deskOf(1)
			desk := &unwilling{Adapter: memory, calls: all, hidden: "late@shop.example"}
			o := bulk.Options{Adapter: desk, Journal: filepath.Join(t.TempDir(), "journal"), Run: account, Workers: 1}
			if summary, err := bulk.Apply(t.Context(), rows, o); err != nil || summary.Failed != 1 {
				t.Fatalf("%+v, %v", summary, err)
			}
			desk.hidden, o.Resume = "", true
			var set []int64
			o.Event = func(e bulk.Event) {
				if e.Outcome == bulk.Done {
					set = append(set, e.Row.Number)
				}
			}
			for i, calls := range test.calls {
				var ctx context.Context
				ctx, desk.end = context.WithCancel(t.Context())
				desk.calls, o.KeepFailed = calls, test.keepFailed && i == len(test.calls)-1
				_, err := bulk.Apply(ctx, rows, o)
				if desk.end(); err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
			}
			if !slices.Equal(set, test.want) {
				t.Errorf("rows %v were sent, want %v", set, test.want)
			}
			holds(t, desk, "1", "n", "3")
			desk.calls = all
			if summary, err := bulk.Undo(t.Context(), o.Journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil || summary.Failed > 0 {
				t.Errorf("undo: %+v, %v", summary, err)
			}
			holds(t, desk, "1", "n", "")
		})
	}
}
