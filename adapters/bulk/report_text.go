package bulk

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// What fits on one screen.
const (
	columns  = 100
	textRows = 8 // codes
	textSlow = 5
)

// WriteText writes the report for a terminal: at most 100 columns, and one screen.
func (r Report) WriteText(w io.Writer) error {
	out := bufio.NewWriter(w)
	line := func(format string, args ...any) {
		fmt.Fprintln(out, strings.TrimRight(cut(fmt.Sprintf(format, args...), columns), " "))
	}
	line("%s", r.title())
	fact := func(name, text string) {
		if text != "" {
			line("  %-9s %s", name, text)
		}
	}
	fact("input", r.Run.Input)
	fact("began", clock(r.Began))
	fact(r.ending())
	fact("rows", r.rows())
	fact("in flight", r.inFlight())
	fact("undo", r.undo())
	if r.Torn {
		fact("torn", torn)
	}
	codes := r.Failures[:min(len(r.Failures), textRows)]
	width := len("code")
	for _, f := range codes {
		width = max(width, min(len(f.code()), 20))
	}
	if len(codes) > 0 {
		line("")
		line("  %9s  %-*s  %s", "failed", width, "code", "the first of them")
	}
	for _, f := range codes {
		first := f.Examples[0]
		what, at := r.said(first), placed(first.Row, first.Line)
		if !strings.HasPrefix(what, at) { // that of a row which could not be read says it
			what = at + ": " + what
		}
		line("  %9s  %-*s  %s", digits(f.Count), width, cut(f.code(), width), what)
	}
	if more := len(r.Failures) - len(codes); more > 0 {
		line("  %9s  and %d more", "", more)
	}
	if len(r.Slowest) > 0 {
		line("")
		line("  %9s  %s", "ms", "the slowest records")
	}
	for i, s := range r.Slowest {
		if i == textSlow {
			break
		}
		line("  %9s  %-9s  %s: %s", digits(s.Millis), s.Outcome, placed(s.Row, s.Line), shown(s.Kind, s.ID))
	}
	return out.Flush()
}

// title says what was done, and where.
func (r Report) title() string {
	title := map[string]string{"apply": "Apply to ", "undo": "Undo at "}[r.Kind]
	if title == "" {
		title = r.Kind + " at "
	}
	title += r.Run.Vendor
	if r.Run.Account != "" {
		title += ", account " + r.Run.Account
	}
	if r.Run.Host != "" {
		title += ", " + r.Run.Host
	}
	return title
}

// ending says whether the run ended, and when.
func (r Report) ending() (name, text string) {
	name = "finished"
	if !r.Finished {
		name = "last seen"
	}
	text = fmt.Sprintf("%s, after %s", clock(r.Last), took(r.Last.Sub(r.Began)))
	switch {
	case r.Resumed == 1:
		text += "; resumed once"
	case r.Resumed > 1:
		text += fmt.Sprintf("; resumed %s times", digits(int64(r.Resumed)))
	}
	if r.Resumed > 0 {
		text += fmt.Sprintf(" (running for %s)", r.running())
	}
	if !r.Finished {
		text += "; not finished"
	}
	return name, text
}

func (r Report) running() string { return took(time.Duration(r.RunningMillis) * time.Millisecond) }

func (r Report) rows() string {
	text := fmt.Sprintf("%s done, %s unchanged, %s failed", digits(r.Done), digits(r.Unchanged), digits(r.Failed))
	if r.Finished {
		text = digits(r.Read) + " read: " + text
	}
	if r.Again > 0 {
		text += ", since all were sent again"
	}
	if r.Requests > 0 {
		text += "; " + digits(r.Requests) + " requests"
	}
	return text
}

func (r Report) inFlight() string {
	switch {
	case r.Finished:
		return ""
	case !r.ReadFirst:
		return "not known: records were not read before they were written"
	case r.InFlight == 0:
		return "none"
	}
	return digits(r.InFlight) + " begun, without an outcome: they may have been written; resume the run"
}

func (r Report) undo() string {
	switch {
	case r.Undoable:
		return "possible"
	case r.Kind != "apply":
		return ""
	case r.NoValues:
		return "not possible: the journal holds no values"
	}
	return "not possible: no record was read before it was written"
}

const torn = "the last line is half written: a crash, or a run that is writing now"

// said is a message without what the title says already: vendor and account.
func (r Report) said(e Example) string {
	message := strings.TrimPrefix(e.Message, r.Run.Vendor+" ("+r.Run.Account+"): ")
	return strings.TrimPrefix(message, r.Run.Vendor+": ")
}

// code is a failure's code in words.
func (f Failure) code() string {
	if f.Code == "" {
		return "(no code)"
	}
	return string(f.Code)
}

// placed is where a row is in the input.
func placed(row, line int64) string {
	if line > 0 {
		return fmt.Sprintf("line %d", line)
	}
	return fmt.Sprintf("row %d", row)
}

// shown is a record, as far as it is known.
func shown(kind adapters.Kind, id string) string { return adapters.Ref{Kind: kind, ID: id}.String() }

func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

func took(d time.Duration) string {
	if d < time.Minute {
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// digits are those of a number, in threes.
func digits(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// cut shortens a line to so many columns. From Hangul on, where the first wide
// letters are, each counts as two: so a line may be shorter than it could be, and
// is never longer.
func cut(s string, most int) string {
	width, fits := 0, 0 // columns; bytes that leave one for the dots
	for i, r := range s {
		if width < most {
			fits = i
		}
		width++
		if r >= 0x1100 {
			width++
		}
		if width > most {
			return s[:fits] + "…"
		}
	}
	return s
}
