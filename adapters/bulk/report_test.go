package bulk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// writers are the forms of a report.
func writers(r bulk.Report) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"text": r.WriteText,
		"html": r.WriteHTML,
		"json": func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(r)
		},
	}
}

func read(t *testing.T, path string) bulk.Report {
	t.Helper()
	report, err := bulk.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// counts are done, unchanged, failed and in flight.
func counts(r bulk.Report) [4]int64 { return [4]int64{r.Done, r.Unchanged, r.Failed, r.InFlight} }

// TestReportOfARun: half the records are not there; when they are, the run is
// resumed; then it is undone.
func TestReportOfARun(t *testing.T) {
	desk := memory.New()
	var ids []string
	put := func(id string) { desk.Put(adapters.Ref{Kind: kind, ID: id}, map[string]json.RawMessage{}) }
	for i := range 20 {
		ids = append(ids, fmt.Sprint(i+1))
		if i%2 == 0 {
			put(ids[i])
		}
	}
	put("2")
	desk.Put(adapters.Ref{Kind: kind, ID: "1"}, map[string]json.RawMessage{"n": json.RawMessage("1")}) // as asked already
	journal := filepath.Join(t.TempDir(), "journal")
	options := bulk.Options{Adapter: desk, Workers: 1, Journal: journal, Run: account, SkipUnchanged: true}
	desk.Fail(&adapters.Error{Vendor: "memory", Op: "get", Class: adapters.ErrRateLimited, Code: adapters.CodeRateLimited})
	if _, err := bulk.Apply(t.Context(), rowsOf(ids...), options); err != nil {
		t.Fatal(err)
	}
	report := read(t, journal)
	if got, want := counts(report), [4]int64{10, 0, 10, 0}; got != want || report.Read != 20 || !report.Finished || report.Resumed != 0 {
		t.Errorf("counts %v, want %v: %+v", got, want, report)
	}
	var codes []string
	for _, f := range report.Failures {
		codes = append(codes, fmt.Sprintf("%s %d %d", f.Code, f.Count, len(f.Examples)))
	}
	if want := []string{"record_not_found 9 5", "rate_limited 1 1"}; !slices.Equal(codes, want) {
		t.Errorf("failures %q, want %q", codes, want)
	}
	first := report.Failures[0].Examples[0]
	if first.Row != 4 || first.Line != 5 || first.Kind != kind || first.ID != "4" || !strings.Contains(first.Message, "not found") {
		t.Errorf("the first example is %+v", first)
	}

	for _, id := range ids[:18] {
		if desk.Stored(adapters.Ref{Kind: kind, ID: id}) == nil {
			put(id)
		}
	}
	options.Resume = true
	if _, err := bulk.Apply(t.Context(), rowsOf(ids...), options); err != nil {
		t.Fatal(err)
	}
	report = read(t, journal)
	if got, want := counts(report), [4]int64{18, 1, 1, 0}; got != want || report.Read != 20 || report.Resumed != 1 || !report.Undoable || !report.ReadFirst {
		t.Errorf("counts %v, want %v: %+v", got, want, report)
	}
	if report.Kind != "apply" || report.Run != account || report.Began.IsZero() || report.Last.Before(report.Began) {
		t.Errorf("%+v", report)
	}
	if _, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil {
		t.Fatal(err)
	}
	if undone := read(t, journal+".undo"); undone.Kind != "undo" || undone.Done != 18 || undone.Undoable || !undone.Finished {
		t.Errorf("%+v", undone)
	}
}

func TestReportByHand(t *testing.T) {
	const s = time.Second
	cases := []struct {
		name  string
		write func(h *hand)
		want  func(r bulk.Report) error // nil: only the counts
		done, unchanged, failed, inFlight,
		read int64
	}{
		{name: "nothing was begun", write: func(h *hand) { h.begin(0, nil) }},
		{name: "it broke off", done: 1, unchanged: 1, inFlight: 2,
			write: func(h *hand) {
				h.begin(0, nil)
				h.before(1*s, 1)
				h.before(1*s, 2)
				h.before(1*s, 3)
				h.after(2*s, 2, "done", nil)
				h.after(3*s, 4, "unchanged", nil)
			},
			want: func(r bulk.Report) error {
				return expect("finished, torn, undoable, last", []any{false, false, true, day.Add(3 * s)}, r.Finished, r.Torn, r.Undoable, r.Last)
			}},
		{name: "what was in flight ends when the run is resumed", done: 1, read: 1,
			write: func(h *hand) {
				h.begin(0, nil)
				at := h.before(1*s, 1)
				h.begin(60*s, nil)
				h.after(62*s, 1, "done", fields{"at": at})
				h.end(62*s, 1)
			},
			want: func(r bulk.Report) error {
				return expect("resumed, running, began, last", []any{1, int64(3000), day, day.Add(62 * s)}, r.Resumed, r.RunningMillis, r.Began, r.Last)
			}},
		{name: "rows that were done at last", done: 2, failed: 1,
			write: func(h *hand) {
				h.begin(0, nil)
				for row := range 3 {
					h.after(s, row+1, "failed", nil)
				}
				h.begin(2*s, nil)
				h.after(3*s, 1, "done", nil)
				h.after(3*s, 2, "failed", fields{"code": "stale"})
				h.begin(4*s, nil)
				h.after(5*s, 2, "done", nil)
			},
			want: func(r bulk.Report) error {
				return expect("failures", []any{"server_error 1: 3"}, failures(r)...)
			}},
		{name: "a row that failed otherwise at last counts there", failed: 2,
			write: func(h *hand) {
				h.begin(0, nil)
				h.after(s, 1, "failed", nil)
				h.after(s, 2, "failed", nil)
				h.begin(2*s, nil)
				h.after(3*s, 1, "failed", fields{"code": "stale"})
			},
			want: func(r bulk.Report) error {
				return expect("failures", []any{"server_error 1: 2", "stale 1: 1"}, failures(r)...)
			}},
		{name: "examples are of rows that did not succeed later", done: 3, failed: 6,
			write: func(h *hand) {
				h.begin(0, nil)
				for _, row := range []int{9, 8, 7, 6, 5, 4, 3, 2, 1} { // many workers: in any order
					h.after(s, row, "failed", nil)
				}
				h.begin(2*s, nil)
				for _, row := range []int{1, 3, 4} {
					h.after(3*s, row, "done", nil)
				}
			},
			want: func(r bulk.Report) error {
				return expect("failures", []any{"server_error 6: 2 5 6 7 8"}, failures(r)...)
			}},
		{name: "all once more", done: 1, inFlight: 1,
			write: func(h *hand) {
				h.begin(0, nil)
				h.after(s, 1, "done", nil)
				h.after(s, 2, "failed", nil)
				h.before(s, 3)
				h.end(s, 3)
				h.begin(2*s, fields{"again": true})
				h.before(3*s, 1)
				h.after(4*s, 1, "done", nil)
				h.before(4*s, 2)
			},
			want: func(r bulk.Report) error {
				return expect("again, finished, failures", []any{1, false, 0}, r.Again, r.Finished, len(r.Failures))
			}},
		{name: "finished, resumed and broken off", done: 1, failed: 1,
			write: func(h *hand) {
				h.begin(0, nil)
				h.after(s, 1, "done", nil)
				h.after(s, 2, "failed", nil)
				h.end(s, 2)
				h.begin(2*s, nil)
			},
			want: func(r bulk.Report) error {
				return expect("finished, read", []any{false, int64(0)}, r.Finished, r.Read)
			}},
		{name: "torn", done: 1,
			write: func(h *hand) {
				h.begin(0, nil)
				h.after(s, 1, "done", nil)
				h.WriteString(`5f3759df {"after":{"row":2,"outcome":"don`)
			},
			want: func(r bulk.Report) error { return expect("torn", []any{true}, r.Torn) }},
		{name: "without values", done: 1, write: func(h *hand) {
			h.begin(0, fields{"no_values": true})
			h.before(s, 1)
			h.after(s, 1, "done", nil)
		}, want: func(r bulk.Report) error { return expect("undoable", []any{false, true}, r.Undoable, r.NoValues) }},
		{name: "without reading first", done: 1, write: func(h *hand) {
			h.begin(0, nil)
			h.after(s, 1, "done", nil)
		}, want: func(r bulk.Report) error {
			return expect("undoable, read first", []any{false, false}, r.Undoable, r.ReadFirst)
		}},
		{name: "of an undoing", done: 1, write: func(h *hand) {
			h.begin(0, fields{"kind": "undo"})
			h.before(s, 1)
			h.after(s, 1, "done", nil)
		}, want: func(r bulk.Report) error { return expect("undoable", []any{false}, r.Undoable) }},
		{name: "an id that was refused is not shown", failed: 2, write: func(h *hand) {
			h.begin(0, nil)
			h.after(s, 1, "failed", fields{"code": "bad_ref", "ref": fields{"kind": "contact", "id": "jane@example.com"}})
			h.after(s, 2, "failed", fields{"code": "unsupported_kind", "ref": fields{"kind": "cat", "id": "jane@example.com"}})
		}, want: func(r bulk.Report) error {
			text, _ := json.Marshal(r)
			return expect("shown", []any{false}, strings.Contains(string(text), "jane"))
		}},
		{name: "a clock that was set back", done: 2, write: func(h *hand) {
			h.begin(0, nil)
			h.after(10*s, 1, "done", nil)
			h.begin(-60*s, nil)
			h.after(-58*s, 2, "done", nil)
		}, want: func(r bulk.Report) error {
			return expect("last, running, first bucket", []any{day.Add(10 * s), int64(12000), int64(1)}, r.Last, r.RunningMillis, r.OverTime[0].Done)
		}},
		{name: "a clock that was set to the end of time", done: 2, write: func(h *hand) {
			h.begin(0, nil)
			h.after(s, 1, "done", nil)
			h.after(s, 2, "done", fields{"time": "9999-12-31T23:59:59Z"})
		}, want: func(r bulk.Report) error {
			sum := int64(0)
			for _, b := range r.OverTime {
				sum += b.Done
			}
			return expect("rows over time", []any{int64(2)}, sum)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := &hand{}
			c.write(h)
			r := read(t, h.file(t))
			if got, want := counts(r), [4]int64{c.done, c.unchanged, c.failed, c.inFlight}; got != want || r.Read != c.read {
				t.Errorf("done, unchanged, failed, in flight: %v, want %v; read %d, want %d", got, want, r.Read, c.read)
			}
			if c.want != nil {
				if err := c.want(r); err != nil {
					t.Error(err)
				}
			}
			for name, write := range writers(r) { // each can be written in every form
				if err := write(io.Discard); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

func expect(what string, want []any, got ...any) error {
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%s: %v, want %v", what, got, want)
	}
	return nil
}

// failures are code, count and the rows of the examples.
func failures(r bulk.Report) []any {
	var all []any
	for _, f := range r.Failures {
		var rows []string
		for _, e := range f.Examples {
			rows = append(rows, fmt.Sprint(e.Row))
		}
		all = append(all, fmt.Sprintf("%s %d: %s", f.Code, f.Count, strings.Join(rows, " ")))
	}
	return all
}

func TestReportRefused(t *testing.T) {
	begun := func(more fields) *hand {
		h := &hand{}
		h.begin(0, more)
		return h
	}
	damaged := begun(nil)
	damaged.WriteString("00000000 {}\n")
	damaged.after(time.Second, 1, "done", nil)
	headless := &hand{}
	headless.after(0, 1, "done", nil)
	absurd, negative := begun(nil), begun(nil)
	absurd.after(0, 1<<60, "done", nil)
	negative.after(0, -8, "done", nil)
	for name, c := range map[string]struct {
		journal *hand
		want    string
	}{
		"damaged":             {damaged, "its checksum is wrong"},
		"empty":               {&hand{}, "it is empty"},
		"of another program":  {headless, "does not begin as a journal does"},
		"of a later version":  {begun(fields{"version": 2}), "a later version"},
		"with an absurd row":  {absurd, "no input has a row 1152921504606846976"},
		"with a negative row": {negative, "no input has a row -8"},
	} {
		t.Run(name, func(t *testing.T) {
			path := c.journal.file(t)
			if _, err := bulk.Read(path); !errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("the error is %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := bulk.Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, bulk.ErrJournal) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of a journal that is not there: %v", err)
	}
}

// TestReportWhileWriting: a run's journal is read before it has ended.
func TestReportWhileWriting(t *testing.T) {
	desk := memory.New()
	var ids []string
	for i := range 50 {
		ids = append(ids, fmt.Sprint(i+1))
		desk.Put(adapters.Ref{Kind: kind, ID: ids[i]}, map[string]json.RawMessage{})
	}
	journal := filepath.Join(t.TempDir(), "journal")
	seen := 0
	_, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account, Event: func(e bulk.Event) {
		if e.Summary.Done != 30 {
			return
		}
		seen++
		if r := read(t, journal); r.Finished || r.Done+r.InFlight < 30 {
			t.Errorf("%+v", r)
		}
	}})
	if err != nil || seen != 1 {
		t.Fatal(seen, err)
	}
}

func TestSlowest(t *testing.T) {
	h := &hand{}
	h.begin(0, nil)
	for row := 1; row <= 60; row++ { // 30 records, two rows each; the slower one counts
		h.after(time.Second, row, "done", fields{"ms": 100 + row, "ref": fields{"kind": "contact", "id": fmt.Sprint(row % 30)}})
	}
	h.after(time.Second, 61, "failed", fields{"ms": 9000})
	h.after(time.Second, 62, "done", fields{"ms": 0})
	h.after(time.Second, 63, "failed", fields{"ms": 5000, "ref": fields{"kind": "contact", "id": ""}}) // not found by its lookup
	for row, ms := range map[int]int{64: 9500, 65: 8000} {                                             // one record more often, in any order
		h.after(time.Second, row, "failed", fields{"ms": ms, "ref": fields{"kind": "contact", "id": "61"}})
	}
	r := read(t, h.file(t))
	if len(r.Slowest) != 20 {
		t.Fatalf("%d records, want 20: %+v", len(r.Slowest), r.Slowest)
	}
	if want := (bulk.Slow{Millis: 9500, Row: 64, Line: 65, Kind: kind, ID: "61", Outcome: bulk.Failed}); r.Slowest[0] != want {
		t.Errorf("the slowest is %+v, want %+v", r.Slowest[0], want)
	}
	for i, s := range r.Slowest[1:] {
		if want := int64(160 - i); s.Millis != want || s.Row != want-100 {
			t.Errorf("number %d is %+v, want %d ms", i+1, s, want)
		}
	}
}
