package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// Why a run ended before its input did, beside errors of the input, the journal
// and the context.
var (
	// ErrStopped: Options.Stop was closed. Rows on their way were finished.
	ErrStopped = errors.New("stopped before the end of the input")
	// ErrTooManyFailures: Options.MaxFailures said so.
	ErrTooManyFailures = errors.New("too many rows failed")
)

// ahead is how many rows are taken in beyond those on their way, for each worker:
// enough that a record with many rows does not keep the others waiting, and a
// bound for memory.
const ahead = 4

// run is one going-through of rows. But for what never changes, its fields are
// the dispatcher's alone.
type run struct {
	Options
	journal *journal // nil: none
	is      *state   // what the journal said when the run began

	summary Summary
	busy    map[adapters.Ref][]Row // records with a row on its way, and the rows that wait for it
	ready   []Row                  // rows that wait for a worker
	queued  int                    // in busy and ready
	running int
	over    []Event // rows that have ended and count once the journal is on disk
	failed  int64   // rows that failed, counted or not
	syncing bool
	synced  chan synced
	held    map[adapters.Ref]bool // of an undoing: records of which a row was not put back
	force   bool                  // of an undoing: whatever is there now
	ended   error                 // why the run is to end early
}

// errHeld keeps what an undoing could not put back from being mixed up with what
// was there before that.
var errHeld = errors.New("a later row for this record was not put back")

// taken is a row from the input.
type taken struct {
	row Row
	was Outcome // in an earlier run, which stays; "": it is to be done
	err error   // why it cannot be done
	end bool    // the input cannot be read any further, because of err
}

// finished is a row that a worker had.
type finished struct {
	event Event
	fatal error // the run cannot go on
}

// synced says that the ends of the first rows in over are on disk, or why not.
type synced struct {
	rows int
	err  error
}

// through goes through the rows, and hands them to do.
func (r *run) through(ctx context.Context, rows iter.Seq2[Row, error], do func(context.Context, Row) (Event, error)) error {
	reading, stopReading := context.WithCancel(ctx)
	defer stopReading()
	input, results := r.read(reading, rows), make(chan finished)
	r.busy, r.synced = map[adapters.Ref][]Row{}, make(chan synced, 1)
	stop, done := r.Stop, ctx.Done()
	for input != nil || r.running > 0 || len(r.over) > 0 {
		next := input
		if r.queued+len(r.over) >= r.Workers*ahead {
			next = nil
		}
		r.sync()
		select {
		case t, more := <-next:
			if more {
				r.take(t)
			} else if input = nil; ctx.Err() != nil { // that may be why there is no more
				r.end(ctx.Err())
			}
		case f := <-results:
			r.finish(f)
		case s := <-r.synced:
			r.syncing = false
			r.settle(s)
		case <-stop:
			stop = nil
			r.end(ErrStopped)
		case <-done:
			done = nil
			r.end(ctx.Err())
		}
		if r.ended != nil {
			stopReading()
			input = nil
			continue // what is on its way ends; what waits is left
		}
		for r.running < r.Workers && len(r.ready) > 0 {
			row := r.ready[0]
			r.ready = r.ready[1:]
			r.queued--
			r.running++
			if r.held[record(row.Ref)] {
				r.finish(r.refuse(row, errHeld))
				continue
			}
			go func() {
				event, fatal := do(ctx, row)
				results <- finished{event, fatal}
			}()
		}
	}
	for range r.queued {
		r.summary.count(Left, "")
	}
	if r.ended != nil {
		r.summary.Stopped = r.ended.Error()
	}
	return r.ended
}

// end ends the run. The first reason counts.
func (r *run) end(why error) {
	if r.ended == nil {
		r.ended = why
	}
}

// take takes in a row: one that was done in an earlier run is counted, the others
// wait for their record and a worker.
func (r *run) take(t taken) {
	if t.end {
		r.end(t.err)
		return
	}
	r.summary.Read++
	if t.was != "" {
		r.summary.count(t.was, r.is.failed[t.row.Number].code)
		if t.was == Failed {
			r.failed++
		}
		return
	}
	if t.err != nil {
		r.note(r.refuse(t.row, t.err))
		return
	}
	record := record(t.row.Ref)
	r.queued++
	if waiting, busy := r.busy[record]; busy {
		r.busy[record] = append(waiting, t.row)
		return
	}
	r.busy[record] = nil
	r.ready = append(r.ready, t.row)
}

// refuse is the end of a row that is not sent.
func (r *run) refuse(row Row, why error) finished {
	f := finished{event: Event{Row: row, Outcome: Failed, Err: why}}
	if r.journal != nil {
		_, f.fatal = r.journal.append(entry{After: r.after(f.event, 0)}, false)
	}
	return f
}

// isOver tells whether an outcome stays, but for a row that is stale.
func (r *run) isOver(was Outcome) bool {
	return was == Done || was == Unchanged || was == Failed && r.KeepFailed
}

// resumed is a row with what earlier runs mean for it. It is called in the order of
// the input. In an undoing nothing comes late: a record of which a row fails is held.
func (r *run) resumed(ctx context.Context, t taken) taken {
	number := t.row.Number
	was := r.is.outcomes.of(number)
	switch {
	case t.end:
		return t
	case r.isOver(was) && (was == Failed || !r.is.stale(number)):
		t.was = was
		return t
	case r.isOver(was) && t.err == nil: // it was not looked up
		t.row.Ref, t.err = r.look(ctx, t.row)
	}
	if t.err == nil && number < r.is.highest && r.held == nil {
		r.is.late(homeOf(t.row.Ref), number)
	}
	return t
}

// record is a Ref as rows for one record have it. Ids that differ in case alone
// may be one record, and it does no harm to wait where they are not.
func record(ref adapters.Ref) adapters.Ref {
	ref.ID = strings.ToLower(ref.ID)
	return ref
}

// finish takes a row from a worker, and lets the next one for its record go.
func (r *run) finish(f finished) {
	r.running--
	record := record(f.event.Row.Ref)
	if r.held != nil && f.event.Outcome == Failed && !(r.force && errors.Is(f.event.Err, errUnread)) {
		r.held[record] = true
	}
	if waiting := r.busy[record]; len(waiting) > 0 {
		r.ready = append(r.ready, waiting[0])
		r.busy[record] = waiting[1:]
	} else {
		delete(r.busy, record)
	}
	r.note(f)
}

// note takes a row's end. What ends the run does so at once, before a further row
// is sent.
func (r *run) note(f finished) {
	event := f.event
	switch {
	case f.fatal != nil:
		r.end(f.fatal)
		event = event.left()
	case event.Outcome == Failed:
		r.failed++
		if errors.Is(event.Err, adapters.ErrUnauthenticated) {
			r.end(fmt.Errorf("every further row would fail as this one: %w", event.Err))
		}
		if r.MaxFailures != nil && r.MaxFailures(r.failed, r.summary.Read) {
			r.end(ErrTooManyFailures)
		}
	}
	r.over = append(r.over, event)
}

// left is the event of a row that does not count yet.
func (e Event) left() Event {
	e.Outcome, e.Err, e.After = Left, nil, nil
	return e
}

// sync brings what is over to the disk, all of it together. While that takes its
// time, more may be over.
func (r *run) sync() {
	if r.syncing || len(r.over) == 0 {
		return
	}
	r.syncing = true
	rows := len(r.over)
	if r.journal == nil {
		r.synced <- synced{rows, nil}
		return
	}
	go func() { r.synced <- synced{rows, r.journal.sync()} }()
}

// settle counts rows, and tells of them. A row whose end the journal does not keep
// is left: the next run sends it again.
func (r *run) settle(s synced) {
	if s.err != nil {
		r.end(s.err)
	}
	for _, event := range r.over[:s.rows] {
		if s.err != nil {
			event = event.left()
		}
		var code adapters.Code
		var failure *adapters.Error
		if errors.As(event.Err, &failure) {
			code = failure.Code
		}
		r.summary.count(event.Outcome, code)
		if r.Event != nil {
			event.Summary = r.summary
			r.Event(event)
		}
	}
	r.over = slices.Delete(r.over, 0, s.rows)
}

// read reads rows in a goroutine, and looks up records of rows that are to be sent,
// as many at a time as there are workers. What it gives is in the order of the input. It ends with the
// context, but for a goroutine that waits for the input itself.
func (r *run) read(ctx context.Context, rows iter.Seq2[Row, error]) <-chan taken {
	inOrder := make(chan chan taken, r.Workers)
	go func() {
		defer close(inOrder)
		for row, err := range rows {
			place := make(chan taken, 1)
			var bad *RowError
			switch {
			case errors.As(err, &bad):
				place <- taken{row: Row{Number: bad.Number, Line: bad.Line, Byte: bad.Byte}, err: err}
			case err != nil:
				place <- taken{err: err, end: true}
			case row.Ref.ID != "" || r.isOver(r.is.outcomes.of(row.Number)):
				place <- taken{row: row}
			default:
				go func() {
					var err error
					row.Ref, err = r.look(ctx, row)
					place <- taken{row: row, err: err}
				}()
			}
			select {
			case inOrder <- place:
			case <-ctx.Done():
				return
			}
		}
	}()
	out := make(chan taken)
	go func() {
		defer close(out)
		for place := range inOrder {
			var t taken
			select {
			case t = <-place:
				t = r.resumed(ctx, t)
			case <-ctx.Done():
			}
			if ctx.Err() != nil { // a look-up that it has ended says nothing of its row
				return
			}
			select {
			case out <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
