package bulk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// ErrChanged means that an attribute is not as the run left it: somebody else has
// changed it since, and undo leaves it alone.
var ErrChanged = errors.New("changed by somebody else since")

// errUnread is why a row cannot be put back, by force neither.
var errUnread = errors.New("it was written without reading what was there, or its values are not in the journal; it cannot be put back")

// UndoOptions say how to undo. Adapter and Run are required.
type UndoOptions struct {
	Adapter adapters.Adapter
	Workers int      // 0 means 8
	Run     Identity // of the account; the input is the journal

	// Force puts back what was there whatever is there now.
	Force bool

	Update      []adapters.UpdateOption
	MaxFailures func(failed, read int64) bool
	Stop        <-chan struct{}
	Event       func(Event)
}

// Undo puts back what was there before a run, from its journal, newest row first.
// A record whose attributes somebody else has changed since fails with ErrChanged
// and stays as it is. The journal of the undoing is beside the other, with .undo
// after its name: called again, Undo goes on where it broke off. The summary counts
// writes: a row that was written twice, because one before it had failed, is put
// back twice. What was written without reading before, or without values, fails.
func Undo(ctx context.Context, path string, o UndoOptions) (Summary, error) {
	path, err := resolve(path)
	if err != nil {
		return Summary{}, err
	}
	lock, err := lockJournal(path)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = lock.Close() }()
	h, err := open(path)
	if err != nil {
		return Summary{}, err
	}
	defer h.file.Close()
	if err := h.undoable(o.Run); err != nil {
		return Summary{}, fmt.Errorf("%w %s: %w", ErrJournal, path, err)
	}
	r := &run{held: map[adapters.Ref]bool{}, force: o.Force, Options: Options{
		Adapter: o.Adapter, Workers: o.Workers, NoUndo: true, NoValues: true, Update: o.Update,
		MaxFailures: o.MaxFailures, Stop: o.Stop, Event: o.Event,
	}}
	if r.Workers <= 0 {
		r.Workers = 8
	}
	first, err := h.undoing(path + ".undo")
	if err != nil {
		return Summary{}, err
	}
	_, statErr := os.Stat(path + ".undo")
	if r.journal, r.is, err = openJournal(path+".undo", first, statErr == nil, false); err != nil {
		return Summary{}, err
	}
	return r.close(r.through(ctx, h.newestFirst(first.From), r.restore))
}

// restore puts one row back.
func (r *run) restore(ctx context.Context, row Row) (e Event, fatal error) {
	e = Event{Row: row, Outcome: Done, Before: row.left, After: row.Attributes}
	start := time.Now()
	followed, trace := transport.Follow(ctx)
	err := r.putBack(followed, row, &e)
	e.Took, e.Requests = time.Since(start), trace.Requests()
	switch {
	case err != nil && ctx.Err() != nil:
		e.Outcome = Left
		return e, ctx.Err()
	case err != nil:
		e.Outcome, e.Err = Failed, err
	}
	// It is on disk before an earlier row for this record goes: once that is put
	// back, this one would look changed by somebody else.
	_, fatal = r.journal.append(entry{After: r.after(e, 0)}, true)
	return e, fatal
}

// putBack writes what was there, where the record is as the run left it. An
// undoing that broke off may have put back a part already: an attribute that is as
// it was before the run is as good.
func (r *run) putBack(ctx context.Context, row Row, e *Event) error {
	if len(row.Attributes) == 0 {
		return errUnread
	}
	if r.force {
		_, err := r.Adapter.UpdateAttributes(ctx, row.Ref, row.Attributes, r.Update...)
		return err
	}
	differ, err := r.writeIf(ctx, row, row.left)
	if len(differ) == 0 {
		return err
	}
	expected := maps.Clone(row.left)
	for _, name := range differ {
		expected[name] = row.Attributes[name]
	}
	differ, err = r.writeIf(ctx, row, expected, adapters.KeepNames(), adapters.Before(func(is adapters.Attributes) bool {
		if holds(is, row.Attributes) {
			e.Outcome = Unchanged
		}
		return e.Outcome == Done
	}))
	if len(differ) > 0 {
		return fmt.Errorf("attribute %q: %w", differ[0], ErrChanged)
	}
	return err
}

// writeIf puts back what was there, if the record is as expected, or names the
// attributes that are not. The core compares: a vendor may give back a time as text.
func (r *run) writeIf(ctx context.Context, row Row, expected adapters.Attributes, options ...adapters.UpdateOption) (differ []string, err error) {
	options = append(options, adapters.IfEqual(expected))
	_, err = r.Adapter.UpdateAttributes(ctx, row.Ref, row.Attributes, append(options, r.Update...)...)
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeNotEqual {
		return nil, err
	}
	for _, detail := range failure.Details {
		differ = append(differ, detail.Name)
	}
	if len(differ) == 0 {
		differ = []string{failure.Name}
	}
	return differ, err
}

var errEmpty = errors.New("it is empty, or its first line is not whole")

// history is a journal that is read.
type history struct {
	file  *os.File
	whole int64 // bytes of it
	state *state
	rows  int // with something to undo
}

// open reads a journal through, so that damage is known before anything is done.
func open(path string) (*history, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrJournal, path, plain(err))
	}
	h := &history{file: file, state: newState()}
	h.whole, err = scan(file, func(at int64, e entry) error {
		if e.Before != nil {
			h.rows++
		}
		return h.state.take(at, e)
	})
	if err == nil || errors.Is(err, errTorn) {
		if err = nil; h.state.begun == 0 {
			err = errEmpty
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%w %s: %w", ErrJournal, path, err)
	}
	return h, nil
}

func (h *history) undoable(account Identity) error {
	is := h.state.first
	switch {
	case is.Kind != "apply":
		return fmt.Errorf("it is of %s, which cannot be undone", is.Kind)
	case is.Run.Vendor != account.Vendor || is.Run.Account != account.Account || is.Run.Host != account.Host:
		return fmt.Errorf("it is of another account: %s %s at %s", is.Run.Vendor, is.Run.Account, is.Run.Host)
	case is.NoValues:
		return errors.New("it was written without values, or purged; there is nothing to put back")
	case h.rows == 0:
		return errors.New("no row was written, or none was read before that; there is nothing to put back")
	}
	return nil
}

// undoing is the beginning of the undoing's journal. Where the run went on after all
// of it was put back, only what came since is to be.
func (h *history) undoing(path string) (begin, error) {
	first := begin{Version: version, Kind: "undo", Run: h.state.first.Run, NoValues: true, To: h.state.lines}
	first.Run.Input = "journal begun " + h.state.first.Time.Format(time.RFC3339Nano)
	if _, err := os.Stat(path); err != nil {
		return first, nil
	}
	earlier, err := open(path)
	if errors.Is(err, errEmpty) {
		return first, nil // a crash came before its first line
	}
	if err != nil {
		return begin{}, err
	}
	defer earlier.file.Close()
	is := earlier.state
	first.From = is.part.From
	if is.part.To < first.To && is.ended && len(is.failed) == 0 {
		first.From = is.part.To
	}
	return first, nil
}

// newestFirst are the rows of the run, the last one first and no further back than
// a line, as rows that put back what was there. Their numbers are those of lines: they
// stay the same when the run goes on before all was put back.
func (h *history) newestFirst(from int64) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		number := h.state.lines + 1
		ended := map[int64]bool{} // befores whose end was seen
		for at, line := range backwards(h.file, h.whole) {
			if number--; number <= from {
				return
			}
			e, err := unframe(line)
			if err != nil {
				yield(Row{}, fmt.Errorf("%w: byte %d: %w", ErrJournal, at, err))
				return
			}
			var row Row
			switch {
			case e.After != nil && e.After.At > 0 && !ended[e.After.At]:
				ended[e.After.At] = true
				if e.After.Outcome != Done && e.After.Effect == adapters.EffectNone {
					continue
				}
				var of *before
				if of, err = h.beforeAt(e.After.At); err != nil {
					yield(Row{}, err)
					return
				}
				row = of.row()
				row.Line = e.After.Line
				if len(e.After.Is) > 0 {
					row.left = attributes(e.After.Is)
				}
			case e.After != nil && e.After.unread():
				row = Row{Ref: adapters.Ref(e.After.Ref), Line: e.After.Line}
			case e.Before != nil && !ended[at]:
				row = e.Before.row() // on its way when the run broke off
			case e.Before != nil:
				delete(ended, at)
				continue
			default:
				continue
			}
			row.Number = number
			if !yield(row, nil) {
				return
			}
		}
	}
}

// unread tells whether a row was written, or may have been, and has no before.
func (a *after) unread() bool {
	return a.At == 0 && len(a.Names) > 0 && (a.Outcome == Done || a.Outcome == Failed && a.Code != "" && a.Effect != adapters.EffectNone)
}

// row puts back what was there.
func (b *before) row() Row {
	return Row{Ref: adapters.Ref(b.Ref), Attributes: attributes(b.Was), left: attributes(b.Set)}
}

// beforeAt reads the entry at an offset.
func (h *history) beforeAt(at int64) (*before, error) {
	for size := int64(4 << 10); at < h.whole; size *= 4 {
		part := make([]byte, min(size, h.whole-at))
		if _, err := h.file.ReadAt(part, at); err != nil && err != io.EOF {
			return nil, fmt.Errorf("%w: %w", ErrJournal, plain(err))
		}
		end := bytes.IndexByte(part, '\n')
		if end < 0 && size < h.whole-at {
			continue
		}
		if end >= 0 {
			if e, err := unframe(part[:end]); err == nil && e.Before != nil {
				return e.Before, nil
			}
		}
		break
	}
	return nil, fmt.Errorf("%w: byte %d: there is not what a later line says", ErrJournal, at)
}

// undone is an error where what a run has done was put back since all its rows were
// sent, or began to be: to go on would leave that out.
func undone(path string, since int64) error {
	earlier, err := open(path + ".undo")
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, errEmpty) {
		return nil
	}
	if err != nil {
		return err
	}
	_ = earlier.file.Close()
	if earlier.state.part.To > since {
		return errors.New("it was undone, or began to be, and rows that were put back count as done here; send all rows again")
	}
	return nil
}

// backwards are the lines of a file from the end, without their line feeds, and
// where each begins.
func backwards(file io.ReaderAt, size int64) iter.Seq2[int64, []byte] {
	return func(yield func(int64, []byte) bool) {
		const block = 64 << 10
		start := size   // where rest begins in the file
		var rest []byte // up to the end of the last line that was not given yet
		for {
			i := bytes.LastIndexByte(rest[:max(0, len(rest)-1)], '\n')
			if i >= 0 || start == 0 && len(rest) > 0 {
				if !yield(start+int64(i)+1, bytes.TrimSuffix(rest[i+1:], []byte("\n"))) {
					return
				}
				rest = rest[:i+1]
				continue
			}
			if start == 0 {
				return
			}
			n := min(block, start)
			start -= n
			part := make([]byte, n, n+int64(len(rest)))
			if _, err := file.ReadAt(part, start); err != nil && err != io.EOF {
				yield(start, nil) // which no line is
				return
			}
			rest = append(part, rest...)
		}
	}
}
