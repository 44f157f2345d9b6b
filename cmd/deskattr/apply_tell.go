package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// teller tells how a run goes: a line that moves on a terminal, else a line now
// and then; or each row in JSON.
type teller struct {
	env    environment
	output format
	rows   int64
	sent   *atomic.Int64 // requests
	pace   float64       // how many of them there may be in a second
	begun  time.Time
	told   int64                    // rows whose end was told
	bar    *progressbar.ProgressBar // nil: no terminal
	dry    bool                     // nothing is written
	undo   bool                     // what was there is put back
	last   time.Time                // when it was said how it goes,
	before int64                    // and the requests then
	err    error
}

// tellEvery is how often a run that nobody watches on a terminal says where it is.
const tellEvery = 10 * time.Second

func newTeller(env environment, output format, rows int64, a *account, pace float64) *teller {
	t := &teller{env: env, output: output, rows: rows, sent: &a.sent, pace: pace}
	if isTerminal(env.stderr) {
		t.bar = progressbar.NewOptions64(rows,
			progressbar.OptionSetWriter(env.stderr), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20))
	}
	return t
}

func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// eventJSON is a row's end, a line of --output json.
type eventJSON struct {
	Schema     int                 `json:"schema"`
	Row        int64               `json:"row"`
	Line       int64               `json:"line"`
	Kind       adapters.Kind       `json:"kind"`
	ID         string              `json:"id"`
	Outcome    bulk.Outcome        `json:"outcome"`
	Before     adapters.Attributes `json:"before,omitempty"` // of a dry run
	After      adapters.Attributes `json:"after,omitempty"`
	Errors     []errorJSON         `json:"errors,omitempty"`
	DurationMS int64               `json:"duration_ms"`
}

// summaryJSON is the last line.
type summaryJSON struct {
	Schema   int          `json:"schema"`
	Summary  bulk.Summary `json:"summary"`
	Requests int64        `json:"requests"` // sent, with those that were tried again and those that read definitions
}

// event tells of a row.
func (t *teller) event(e bulk.Event) {
	switch {
	case t.output == formatJSON:
		line := eventJSON{
			Schema: schema, Row: e.Row.Number, Line: e.Row.Line, Kind: e.Row.Ref.Kind, ID: e.Row.Ref.ID, Outcome: e.Outcome, DurationMS: e.Took.Milliseconds(),
		}
		if t.dry && e.Outcome != bulk.Failed {
			line.Before, line.After = plain(e.Before), plain(e.After)
		}
		if e.Err != nil {
			line.Errors = describe(e.Err).Errors
			if bad := line.Errors[0]; bad.Code == string(adapters.CodeBadRef) {
				line.ID = bad.ID // an id that is none may be anything
			}
		}
		t.keep(writeJSON(t.env.stdout, line))
	case e.Outcome == bulk.Failed:
		t.clear()
		t.keep(sayLine(t.env.stderr, "%s: %s", place(e), oneLine(e.Err)))
	case t.dry && e.Outcome != bulk.Unchanged:
		t.clear()
		for _, name := range slices.Sorted(maps.Keys(e.After)) {
			if !e.After[name].Equal(e.Before[name]) {
				t.keep(sayLine(t.env.stdout, "line %d: %s %s: %s: %s -> %s", e.Row.Line, e.Row.Ref.Kind, visible(e.Row.Ref.ID), visible(name), shown(e.Before[name]), shown(e.After[name])))
			}
		}
	}
	t.progress(e.Summary)
}

// place says which row it is, and which record where the error does not.
func place(e bulk.Event) string {
	place := fmt.Sprintf("line %d", e.Row.Line)
	if e.Row.Line == 0 {
		place = "a row on its way when the run broke off"
	}
	var known *adapters.Error
	if !errors.As(e.Err, &known) && e.Row.Ref.ID != "" {
		place += fmt.Sprintf(": %s %s", e.Row.Ref.Kind, visible(e.Row.Ref.ID))
	}
	return place
}

// shown is a value of a dry run.
func shown(v adapters.Value) string {
	if v.Kind() == adapters.ValueClear {
		return "(none)"
	}
	return visible(v.String())
}

func sayLine(w io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintf(w, format+"\n", args...)
	return written(err)
}

func (t *teller) keep(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *teller) clear() {
	if t.bar != nil {
		_ = t.bar.Clear()
	}
}

func (t *teller) progress(s bulk.Summary) {
	now := time.Now()
	if t.told++; t.told == 1 { // the journal may have been read for long
		t.begun, t.last, t.before = now, now, t.sent.Load()
	}
	over := s.Done + s.Unchanged + s.Failed
	if t.bar != nil && over > t.rows {
		t.bar.ChangeMax64(over)
	}
	t.rows = max(t.rows, over) // an undoing takes back each write, and a row may have been written twice
	if t.bar != nil {
		_ = t.bar.Set64(over)
	}
	every := tellEvery
	if t.bar != nil {
		every = time.Second
	}
	if now.Sub(t.last) < every {
		return
	}
	sent := t.sent.Load()
	rate := float64(sent-t.before) / now.Sub(t.last).Seconds()
	t.last, t.before = now, sent
	if t.bar != nil { // short: a line that is wider than the terminal does not move, it multiplies
		t.bar.Describe(fmt.Sprintf("%d failed, %.1f of %g requests/s", s.Failed, rate, t.pace))
		return
	}
	how := fmt.Sprintf("%d failed, %.1f requests a second (%.0f%% of %g)", s.Failed, rate, 100*rate/t.pace, t.pace)
	left := time.Duration(float64(t.rows-over) / float64(t.told-1) * float64(now.Sub(t.begun)))
	fmt.Fprintf(t.env.stderr, "%d of %d rows, %s, about %v left\n", over, t.rows, how, max(left, 0).Round(time.Second))
}

// stopping tells whoever interrupts a run what happens now, until its result is
// called.
func (t *teller) stopping(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, func() {
		fmt.Fprintln(t.env.stderr, "finishing the rows on their way; interrupt once more to end at once")
	})
}

// end tells how a run ended, and gives the error that its exit status is of.
func (t *teller) end(s bulk.Summary, err error) error {
	t.clear()
	if t.output == formatJSON && (s.Read > 0 || err == nil) {
		t.keep(writeJSON(t.env.stdout, summaryJSON{schema, s, t.sent.Load()}))
	}
	if s.Read > 0 || err == nil {
		done := "done"
		if t.dry {
			done = "would change"
		}
		t.keep(sayLine(t.env.stderr, "%d rows: %d %s, %d unchanged, %d failed, %d left", s.Read, s.Done, done, s.Unchanged, s.Failed, s.Left))
	}
	switch {
	case errors.Is(err, bulk.ErrStopped):
		return broken("stopped: " + t.onward("--resume goes on", "the same command goes on", "nothing was written"))
	case errors.Is(err, bulk.ErrJournal):
		return failed{errLocal, err.Error()}
	case errors.Is(err, bulk.ErrInput):
		return usage("%v", err)
	case errors.Is(err, bulk.ErrTooManyFailures):
		return failed{errRows, err.Error() + ": " + t.onward("--resume goes on and tries them again; with --rejects they go to a file that can be mended and applied", "the same command goes on", "nothing was written")}
	case err != nil:
		return err
	case s.Failed > 0:
		return failed{errRows, fmt.Sprintf("%d of %d rows failed; ", s.Failed, s.Read) +
			t.onward("they are tried again with --resume", "the same command tries them again, --force puts back what others have changed", "nothing was written")}
	}
	return t.err
}

// onward is what can be done next, after a run, an undoing or a dry run.
func (t *teller) onward(run, undo, dry string) string {
	switch {
	case t.dry:
		return dry
	case t.undo:
		return undo
	}
	return run
}

// broken is the end of a run that was interrupted.
type broken string

func (b broken) Error() string        { return string(b) }
func (b broken) Is(target error) bool { return target == context.Canceled }
