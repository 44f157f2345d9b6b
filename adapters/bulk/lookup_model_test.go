package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// town is an unreliable desk whose records have addresses, which move. It knows
// which row wrote an attribute last, and what somebody else wrote.
type town struct {
	unreliable
	owners map[string][]string // of an address
	writer map[string]int64    // the row that wrote an attribute of a record last; record/name
	rows   map[uintptr]int64   // by their attributes
}

var errNothingSent = errors.New("nothing was sent")

func (a *town) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	result, err := a.unreliable.UpdateAttributes(ctx, ref, changes, options...)
	if errors.Is(err, errNothingSent) {
		err = nil
	}
	return result, err
}

// Find fails by chance, as writes do.
func (a *town) Find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	a.mu.Lock()
	fails, ends, owners, end := a.chance(a.fails/2), a.chance(a.ends/4), a.owners[by.Value], a.end
	a.mu.Unlock() // a look-up may begin when its run has ended
	if ends && ctx.Err() == nil {
		end()
	}
	refuse := func(class error, code adapters.Code) error {
		return &adapters.Error{Class: class, Code: code, Effect: adapters.EffectNone}
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case fails:
		return nil, refuse(adapters.ErrUnavailable, adapters.CodeServerError)
	case len(owners) == 0:
		return nil, refuse(adapters.ErrNotFound, adapters.CodeRecordNotFound)
	case len(owners) > 1:
		return nil, refuse(adapters.ErrConflict, adapters.CodeAmbiguousRecord)
	}
	return []adapters.Ref{{Kind: kind, ID: owners[0]}}, nil
}

// scribe notes who writes, and writes a part by chance.
type scribe struct {
	adapters.Adapter
	town *town
}

func (s scribe) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	wrote, before := true, adapters.Settings(options...).Before
	options = append(slices.Clone(options), adapters.Before(func(was adapters.Attributes) bool {
		wrote = before == nil || before(was)
		return wrote
	}))
	row := s.town.rows[reflect.ValueOf(changes).Pointer()]
	s.town.mu.Lock()
	partly := len(changes) > 1 && s.town.chance(s.town.fails/3)
	s.town.mu.Unlock()
	if partly {
		first := slices.Sorted(maps.Keys(changes))[0]
		changes = adapters.Attributes{first: changes[first]}
	}
	result, err := s.Adapter.UpdateAttributes(ctx, ref, changes, options...)
	if err != nil {
		return result, err
	}
	if !wrote { // what sends nothing has no answer to lose
		return result, errNothingSent
	}
	s.town.mu.Lock()
	defer s.town.mu.Unlock()
	for name := range changes {
		if row > 0 { // else it is put back
			s.town.writer[ref.ID+"/"+name] = row
		}
	}
	if partly {
		return adapters.Result{}, &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeServerError, Effect: adapters.EffectPartial}
	}
	return result, nil
}

// TestLookupModel: rows name their records by ids and by addresses, which reach
// another record, none or several from one run to the next, while runs fail and
// break off, are undone in part and go on. No row is written over by one that stands
// before it; and an undoing gives back what was there, but what others have written.
func TestLookupModel(t *testing.T) {
	bulk.Through(func(f bulk.File) bulk.File { return unsynced{f} }) // nothing is killed here
	defer bulk.Through(nil)
	for seed := range *orders {
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { lookupModel(t, rand.New(rand.NewPCG(seed, 7))) }) {
			return
		}
	}
}

func lookupModel(t *testing.T, random *rand.Rand) {
	store := memory.New()
	ids, names := []string{"1", "2", "3"}, []string{"a", "b"}
	addresses := []string{"x@shop.example", "y@shop.example", "z@shop.example"}
	desk := &town{owners: map[string][]string{}, writer: map[string]int64{}, rows: map[uintptr]int64{}}
	desk.unreliable = unreliable{Adapter: scribe{store, desk}, random: rand.New(rand.NewPCG(random.Uint64(), 7))}
	before := map[string]adapters.Attributes{}
	for _, id := range ids {
		store.Put(adapters.Ref{Kind: kind, ID: id}, nil)
		before[id] = adapters.Attributes{}
		if random.IntN(2) == 0 {
			before[id]["a"] = adapters.Int(-1)
			set(t, store, id, before[id])
		}
	}
	var list []bulk.Row
	for n := range 3 + random.IntN(6) {
		row := bulk.Row{Number: int64(n + 1), Line: int64(n + 2), Ref: adapters.Ref{Kind: kind}, Attributes: adapters.Attributes{}}
		if random.IntN(2) == 0 {
			row.Ref.ID = ids[random.IntN(len(ids))]
		} else {
			row.Lookup = adapters.Lookup{By: adapters.ByEmail, Value: addresses[random.IntN(len(addresses))]}
		}
		for len(row.Attributes) == 0 {
			for _, name := range names {
				switch random.IntN(6) {
				case 0, 1:
					row.Attributes[name] = adapters.Int(int64(n + 1))
				case 2:
					row.Attributes[name] = adapters.Int(1) // as others
				case 3:
					row.Attributes[name] = adapters.Clear()
				}
			}
		}
		desk.rows[reflect.ValueOf(row.Attributes).Pointer()] = row.Number
		list = append(list, row)
	}
	rows := func(yield func(bulk.Row, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
	move := func(settled bool) {
		desk.mu.Lock()
		defer desk.mu.Unlock()
		for _, address := range addresses {
			if !settled && random.IntN(3) > 0 {
				continue
			}
			desk.owners[address] = nil
			for range 1 + random.IntN(3)/2 - random.IntN(3)/2 {
				desk.owners[address] = append(desk.owners[address], ids[random.IntN(len(ids))])
			}
			if settled {
				desk.owners[address] = []string{ids[random.IntN(len(ids))]}
			}
		}
	}
	foreign := map[string]adapters.Value{} // the last of each attribute; record/name
	meddle := func() {
		id, name := ids[random.IntN(len(ids))], names[random.IntN(len(names))]
		key, v := id+"/"+name, adapters.String(fmt.Sprint("by hand ", len(foreign), random.Int()))
		set(t, store, id, adapters.Attributes{name: v})
		foreign[key] = v
		delete(desk.writer, key)
	}
	meddling := random.IntN(3) == 0

	journal := filepath.Join(t.TempDir(), "journal")
	defer show(t, journal)
	var story []string
	defer func() {
		if t.Failed() {
			t.Logf("rows %v\n%s", list, strings.Join(story, "\n"))
		}
	}()
	home := map[int64]string{} // the record of which a row counts as written
	refused := map[string]bool{}
	begun := false
	// run is one try; it tells whether all went well.
	run := func(what string, reliable bool, one func(ctx context.Context) (bulk.Summary, error)) bool {
		t.Helper()
		var ctx context.Context
		desk.mu.Lock()
		ctx, desk.end = context.WithCancel(t.Context())
		defer desk.end()
		desk.fails, desk.ends = 0.3, 0.15
		if reliable {
			desk.fails, desk.ends = 0, 0
		}
		desk.mu.Unlock()
		summary, err := one(ctx)
		story = append(story, fmt.Sprintf("%s: %+v, %v; addresses %v", what, summary, err, desk.owners))
		if summary.Read != summary.Done+summary.Unchanged+summary.Failed+summary.Left {
			t.Fatalf("%s: the counts do not add up: %+v", what, summary)
		}
		if err != nil && !errors.Is(err, context.Canceled) &&
			!strings.Contains(err.Error(), "nothing to put back") && !strings.Contains(err.Error(), "put back already") {
			t.Fatal(what, err)
		}
		return (err == nil || errors.Is(err, bulk.ErrJournal)) && summary.Failed == 0
	}
	apply := func(again, reliable bool) bool {
		t.Helper()
		o := bulk.Options{
			Adapter: desk, Journal: journal, Run: account, Workers: 1 + random.IntN(3), Resume: begun && !again, Again: begun && again,
			KeepFailed: begun && !again && !reliable && random.IntN(4) == 0, SkipUnchanged: random.IntN(4) == 0,
		}
		o.Event = func(e bulk.Event) {
			switch e.Outcome {
			case bulk.Done, bulk.Unchanged:
				home[e.Row.Number] = e.Row.Ref.ID
			case bulk.Failed:
				if errors.Is(e.Err, context.Canceled) {
					t.Errorf("row %d failed: %v", e.Row.Number, e.Err)
				}
				delete(home, e.Row.Number)
			}
		}
		if again {
			clear(home)
		}
		begun = true
		return run(fmt.Sprintf("apply, again %v, keep %v, skip %v", again, o.KeepFailed, o.SkipUnchanged), reliable, func(ctx context.Context) (bulk.Summary, error) {
			return bulk.Apply(ctx, rows, o)
		})
	}
	undo := func(reliable, force bool) bool {
		t.Helper()
		clear(refused)
		return run(fmt.Sprintf("undo, force %v", force), reliable, func(ctx context.Context) (bulk.Summary, error) {
			return bulk.Undo(ctx, journal, bulk.UndoOptions{Adapter: desk, Run: account, Workers: 1 + random.IntN(3), Force: force, Event: func(e bulk.Event) {
				if e.Outcome == bulk.Failed {
					refused[e.Row.Ref.ID] = true
				}
			}})
		})
	}
	for range 1 + random.IntN(3) {
		move(false)
		whole := apply(begun, false)
		for range random.IntN(5) {
			if random.IntN(2) == 0 {
				move(false)
			}
			if meddling && random.IntN(2) == 0 {
				meddle()
			}
			if whole {
				break
			}
			whole = apply(random.IntN(6) == 0, false)
		}
		if !whole && random.IntN(3) > 0 {
			move(true)
			if !apply(false, true) {
				t.Fatal("it does not come to an end")
			}
			whole = true
		}
		if whole {
			for _, id := range ids {
				is, _ := store.Attributes(t.Context(), adapters.Ref{Kind: kind, ID: id})
				for _, name := range names {
					var last bulk.Row
					for _, row := range list {
						if _, names := row.Attributes[name]; names && home[row.Number] == id {
							last = row
						}
					}
					key := id + "/" + name
					_, written := desk.writer[key]
					if _, byHand := foreign[key]; last.Number == 0 || byHand && !written {
						continue
					}
					if v, there := is[name]; desk.writer[key] <= last.Number && (there != (last.Attributes[name].Kind() != adapters.ValueClear) || there && !v.Equal(last.Attributes[name])) {
						t.Errorf("row %d was done on record %s, where %s is %v, by row %d", last.Number, id, name, v, desk.writer[key])
					}
				}
			}
		}
		for range random.IntN(3) { // perhaps in part
			if undo(false, false) {
				break
			}
			if meddling && random.IntN(3) == 0 {
				meddle()
			}
		}
	}
	if meddling && random.IntN(2) == 0 {
		meddle()
	}
	well := undo(true, false)
	if !well && !meddling {
		t.Error("it is not undone")
	}
	for _, id := range ids {
		is, _ := store.Attributes(t.Context(), adapters.Ref{Kind: kind, ID: id})
		touched := false
		for _, name := range names {
			_, byHand := foreign[id+"/"+name]
			touched = touched || byHand
		}
		if refused[id] && !touched {
			t.Errorf("record %s was not put back, and nobody else has touched it", id)
		}
		for _, name := range names {
			key := id + "/" + name
			want, there := before[id][name]
			v, byHand := foreign[key]
			if byHand {
				want, there = v, true
			}
			_, writtenSince := desk.writer[key]
			if refused[id] && (!byHand || writtenSince) {
				continue
			}
			if v, is := is[name]; is != there || is && !v.Equal(want) {
				t.Errorf("after undoing %s of record %s is %v, want %v", name, id, v, want)
			}
		}
	}
	if !well && meddling && !undo(true, true) {
		t.Error("it is not undone, with force")
	}
}
