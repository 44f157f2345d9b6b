package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// Options say how to go through rows. Adapter is required.
type Options struct {
	// Adapter is used by Workers at a time. It must look records up (be an
	// adapters.Finder) where rows have a Lookup.
	Adapter adapters.Adapter
	Workers int // 0 means 8

	// Journal is the path of the run's journal; "": none, and a run that ends
	// early cannot go on. Run says what it is of.
	Journal string
	Run     Identity

	// Resume goes on with a journal that is there, unless its run was undone, or began
	// to be; Again sends all its rows again.
	// KeepFailed leaves the rows that failed before as they are; else they are
	// tried again.
	Resume, Again, KeepFailed bool

	// NoUndo does not read records before writing: a request less for each row,
	// and nothing to undo the run with.
	NoUndo bool
	// NoValues keeps values out of the journal: it cannot be undone.
	NoValues bool
	// SkipUnchanged reads each record, and sends nothing where it is as asked.
	SkipUnchanged bool
	// DryRun reads and sends nothing; it needs no journal. Row events tell what
	// would change.
	DryRun bool

	// Update are given to each UpdateAttributes.
	Update []adapters.UpdateOption

	// MaxFailures ends the run when more rows failed; nil: never. A token that is
	// not accepted always does.
	MaxFailures func(failed, read int64) bool

	// Stop ends the run when it is closed: rows on their way are finished. The
	// context ends it at once.
	Stop <-chan struct{}

	// Event is told of each row's end, one at a time; nil: nobody is.
	Event func(Event)
}

// Event is a row's end.
type Event struct {
	Row     Row
	Outcome Outcome
	Err     error // of a row that failed
	// Before and After are the named attributes as they were and are; of a dry run,
	// as they would be. Before is nil where nobody read.
	Before, After adapters.Attributes
	Requests      int // that the row took, with those that were tried again; look-ups are not counted
	Took          time.Duration
	Summary       Summary // so far
}

// Apply goes through the rows. The error says why it ended early; the summary
// counts in any case.
func Apply(ctx context.Context, rows iter.Seq2[Row, error], o Options) (Summary, error) {
	r := &run{Options: o, is: newState()}
	if r.Workers <= 0 {
		r.Workers = 8
	}
	if o.DryRun {
		r.Journal = ""
	}
	if r.Journal != "" {
		first := begin{Version: version, Kind: "apply", Run: o.Run, NoValues: o.NoValues}
		var err error
		if r.journal, r.is, err = openJournal(o.Journal, first, o.Resume, o.Again); err != nil {
			return Summary{}, err
		}
		r.NoValues = r.NoValues || r.is.first.NoValues // a purged journal stays without
	}
	return r.close(r.through(ctx, rows, r.apply))
}

// close ends the journal, and gives what the run gives.
func (r *run) close(err error) (Summary, error) {
	if r.journal == nil {
		return r.summary, err
	}
	if err == nil {
		_, err = r.journal.append(entry{End: &end{Summary: r.summary, Time: time.Now().UTC()}}, true)
	}
	if closed := r.journal.close(); err == nil {
		err = closed
	}
	return r.summary, err
}

// apply does one row. It is called by many goroutines, never by two for one
// record.
func (r *run) apply(ctx context.Context, row Row) (e Event, fatal error) {
	e = Event{Row: row, Outcome: Done}
	start := time.Now()
	at := int64(0) // where its before is
	names := slices.Sorted(maps.Keys(row.Attributes))
	options := append(slices.Clone(r.Update), adapters.KeepNames())
	if !r.NoUndo || r.SkipUnchanged || r.DryRun {
		options = append(options, adapters.Before(func(was adapters.Attributes) bool {
			e.Before = named(was, names)
			same := holds(was, row.Attributes)
			if same {
				e.Outcome = Unchanged
			}
			if r.DryRun || r.SkipUnchanged && same {
				return false
			}
			e.Outcome = Done
			if r.journal == nil || r.NoUndo {
				return true
			}
			at, fatal = r.journal.append(entry{Before: r.before(row, e.Before, names)}, true)
			return fatal == nil
		}))
	}
	followed, trace := transport.Follow(ctx)
	result, err := r.Adapter.UpdateAttributes(followed, row.Ref, row.Attributes, options...)
	e.Took, e.Requests = time.Since(start), trace.Requests()
	switch {
	case fatal != nil:
		e.Outcome = Left
		return e, fatal
	case err != nil && ctx.Err() != nil:
		e.Outcome = Left // it may have been sent: the next run sends it again
		return e, ctx.Err()
	case err != nil:
		e.Outcome, e.Err = Failed, err
	case r.DryRun:
		e.After = row.Attributes
	default:
		e.After = reported(result, row.Attributes, names)
	}
	if r.journal != nil {
		_, fatal = r.journal.append(entry{After: r.after(e, at)}, false)
	}
	return e, fatal
}

// before is the entry that stands before anything is sent.
func (r *run) before(row Row, was adapters.Attributes, names []string) *before {
	b := &before{Row: row.Number, Ref: ref(row.Ref), Time: time.Now().UTC()}
	if r.NoValues {
		b.Names = names
	} else {
		b.Was, b.Set = values(was), values(row.Attributes)
	}
	return b
}

// after is the entry of a row's end.
func (r *run) after(e Event, at int64) *after {
	a := &after{
		Row: e.Row.Number, At: at, Line: e.Row.Line, Ref: ref(e.Row.Ref), Outcome: e.Outcome,
		Attempts: e.Requests, Millis: e.Took.Milliseconds(), Time: time.Now().UTC(),
	}
	if !r.NoValues && !r.NoUndo {
		a.Is = values(e.After)
	}
	if at == 0 { // else its before has them
		a.Names = slices.Sorted(maps.Keys(e.Row.Attributes))
	}
	if e.Err != nil {
		a.Message = e.Err.Error()
	}
	var failure *adapters.Error
	if errors.As(e.Err, &failure) {
		a.Code, a.Effect, a.Status = failure.Code, failure.Effect, failure.Status
		if failure.Class != nil {
			a.Class = failure.Class.Error()
		}
	}
	return a
}

// named are some attributes of a record; those that are absent are Clear.
func named(all adapters.Attributes, names []string) adapters.Attributes {
	some := make(adapters.Attributes, len(names))
	for _, name := range names {
		if v, there := all[name]; there {
			some[name] = v
		} else {
			some[name] = adapters.Clear()
		}
	}
	return some
}

// reported are the named attributes as the vendor reports them. What it leaves out
// of an answer that is not complete is as it was asked for.
func reported(result adapters.Result, asked adapters.Attributes, names []string) adapters.Attributes {
	is := named(result.Attributes, names)
	if !result.Complete {
		for _, name := range names {
			if _, there := result.Attributes[name]; !there {
				is[name] = asked[name]
			}
		}
	}
	return is
}

// holds tells whether a record is as asked already.
func holds(is, asked adapters.Attributes) bool {
	for name, want := range asked {
		v, there := is[name]
		if there != (want.Kind() != adapters.ValueClear) || there && !v.Equal(want) {
			return false
		}
	}
	return true
}

// look finds the record of a row that does not name it by its id.
func (r *run) look(ctx context.Context, row Row) (adapters.Ref, error) {
	if row.Ref.ID != "" {
		return row.Ref, nil
	}
	finder, ok := r.Adapter.(adapters.Finder)
	if !ok {
		return row.Ref, &adapters.Error{
			Vendor: r.Adapter.Vendor(), Op: "find", Class: adapters.ErrUnsupported, Code: adapters.CodeUnsupportedLookup, Effect: adapters.EffectNone,
			Err: fmt.Errorf("records of this vendor cannot be looked up; give their ids"),
		}
	}
	found, err := finder.Find(ctx, row.Ref.Kind, row.Lookup)
	if err != nil {
		return row.Ref, err
	}
	return found[0], nil
}
