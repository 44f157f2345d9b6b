package bulk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// secret is in every value of these tests, and nowhere else.
const secret = "confidential"

// secretRows set one attribute and clear another.
func secretRows(n int) iter.Seq2[bulk.Row, error] {
	return func(yield func(bulk.Row, error) bool) {
		for i := range n {
			row := bulk.Row{
				Number: int64(i + 1), Line: int64(i + 2), Ref: adapters.Ref{Kind: kind, ID: fmt.Sprint(i + 1)},
				Attributes: adapters.Attributes{"note": adapters.String(secret + " new"), "old": adapters.Clear()},
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func putSecret(desk *memory.Adapter, id int) {
	desk.Put(adapters.Ref{Kind: kind, ID: fmt.Sprint(id)}, map[string]json.RawMessage{
		"note": json.RawMessage(`"` + secret + ` before"`), "old": json.RawMessage(`["` + secret + `"]`),
	})
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// line is what a journal's entries say that these tests look at.
type line struct {
	at    int
	text  string
	Begin *struct {
		NoValues bool `json:"no_values"`
	}
	Before *struct {
		Row   int64
		Names []string
	}
	After *struct {
		Row, At int64
		Outcome string
	}
}

func lines(t *testing.T, journal []byte) []line {
	t.Helper()
	var all []line
	at := 0
	for text := range bytes.Lines(journal) {
		l := line{at: at, text: string(text)}
		if err := json.Unmarshal(text[9:], &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
		at += len(text)
	}
	return all
}

// pointsRight: each after names the before of its own row.
func pointsRight(t *testing.T, journal []byte) (afters int) {
	t.Helper()
	befores := map[int64]int64{}
	for _, l := range lines(t, journal) {
		switch {
		case l.Before != nil:
			befores[int64(l.at)] = l.Before.Row
		case l.After != nil && l.After.At > 0:
			afters++
			if row := befores[l.After.At]; row != l.After.Row {
				t.Errorf("row %d says that byte %d is its before, which is that of row %d", l.After.Row, l.After.At, row)
			}
		}
	}
	return afters
}

// TestPurge: a run with failures that was stopped is purged, reported, resumed,
// and not undone.
func TestPurge(t *testing.T) {
	desk := memory.New()
	const rows = 60
	for id := 1; id <= rows; id++ {
		if id%5 != 0 {
			putSecret(desk, id)
		}
	}
	journal := filepath.Join(t.TempDir(), "journal")
	options := bulk.Options{Adapter: desk, Journal: journal, Run: account, Workers: 2} // few are on their way when it is stopped
	stopAfter := func(n int) {
		stop := make(chan struct{})
		options.Stop = stop
		options.Event = func(bulk.Event) {
			if n--; n == 0 {
				close(stop)
			}
		}
		if _, err := bulk.Apply(t.Context(), secretRows(rows), options); !errors.Is(err, bulk.ErrStopped) {
			t.Fatal(err)
		}
		options.Stop, options.Event = nil, nil
	}
	stopAfter(30)
	if !bytes.Contains(content(t, journal), []byte(secret)) {
		t.Fatal("there is nothing to purge")
	}
	before := read(t, journal)
	if err := os.Chmod(journal, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := bulk.Purge(journal); err != nil {
		t.Fatal(err)
	}

	purged := content(t, journal)
	if bytes.Contains(purged, []byte(secret)) {
		t.Error("a value is still there")
	}
	for _, l := range lines(t, purged) {
		if l.Before != nil && !slices.Equal(l.Before.Names, []string{"note", "old"}) {
			t.Errorf("the names are %q: %s", l.Before.Names, l.text)
		}
		if l.Begin != nil && !l.Begin.NoValues {
			t.Errorf("it does not say that it is without values: %s", l.text)
		}
	}
	if pointsRight(t, purged) == 0 {
		t.Error("no row names its before")
	}
	if info, err := os.Stat(journal); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v: %v", info.Mode(), err)
	}
	before.NoValues, before.Undoable = true, false
	if got := read(t, journal); !reflect.DeepEqual(got, before) {
		t.Errorf("the report is\n%+v, want\n%+v", got, before)
	}
	if _, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account}); !errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), "purged") {
		t.Errorf("it is undone: %v", err)
	}

	options.Resume = true
	stopAfter(10)
	for id := 5; id <= 20; id += 5 {
		putSecret(desk, id)
	}
	summary, err := bulk.Apply(t.Context(), secretRows(rows), options)
	if err != nil {
		t.Fatal(err)
	}
	check(t, summary, rows, rows-8, 0, 8, 0)
	resumed := content(t, journal)
	if bytes.Contains(resumed, []byte(secret)) {
		t.Error("resuming wrote values into a purged journal")
	}
	if !bytes.HasPrefix(resumed, purged) {
		t.Error("resuming changed what was there")
	}
	pointsRight(t, resumed)
	if err := bulk.Purge(journal); err != nil {
		t.Fatal(err)
	}
	pointsRight(t, content(t, journal))
	if got := read(t, journal); got.Done != rows-8 || got.Failed != 8 || !got.Finished || got.Resumed != 2 {
		t.Errorf("%+v", got)
	}
	if left, _ := filepath.Glob(journal + "*"); !slices.Equal(left, []string{journal, journal + ".lock"}) {
		t.Errorf("files are left behind: %q", left)
	}
}

// TestPurgeByHand holds what is written, to the byte.
func TestPurgeByHand(t *testing.T) {
	const s = time.Second
	value := func(of string) fields { return fields{"note": fields{"string": of}} }
	before := func(h *hand, row int, purged bool) int64 {
		of := fields{"row": row, "ref": fields{"kind": "contact", "id": "7"}, "time": day}
		if purged {
			of["names"] = []string{"gone", "more", "note"}
		} else {
			of["was"], of["set"] = fields{"note": fields{"string": secret}, "more": nil}, fields{"note": fields{"number": 1}, "gone": nil}
		}
		return h.add("before", of)
	}
	journal := func(purged bool) *hand {
		h := &hand{}
		is := func(of fields) fields {
			if !purged {
				of["is"] = value(secret + strings.Repeat("!", int(of["at"].(int64)%7)))
			}
			return of
		}
		var noValues fields
		if purged {
			noValues = fields{"no_values": true}
		}
		h.begin(0, noValues)
		a := before(h, 1, purged)
		b := before(h, 2, purged)
		b2 := before(h, 2, purged) // the core read again
		h.after(s, 2, "failed", is(fields{"at": b2, "effect": "none", "status": 409, "class": "conflict"}))
		h.after(s, 3, "unchanged", nil)
		h.begin(2*s, noValues)
		h.after(3*s, 2, "failed", is(fields{"at": b}))
		h.after(3*s, 1, "done", is(fields{"at": a}))
		h.after(4*s, 2, "done", is(fields{"at": b}))
		h.after(4*s, 1, "done", is(fields{"at": a})) // sent again, because a row before it had failed
		c := before(h, 4, purged)
		h.after(4*s, 4, "done", is(fields{"at": c}))
		h.end(5*s, 4)
		return h
	}
	// The fields in the order of the package, which hand does not know.
	ordered := func(t *testing.T, journal []byte) []string {
		var all []string
		for _, l := range lines(t, journal) {
			var is any
			if err := json.Unmarshal([]byte(l.text[9:]), &is); err != nil {
				t.Fatal(err)
			}
			if end, ok := is.(map[string]any)["end"].(map[string]any); ok {
				delete(end, "summary")
			}
			if after, ok := is.(map[string]any)["after"].(map[string]any); ok {
				delete(after, "at") // differs with the order; see pointsRight
			}
			text, _ := json.Marshal(is)
			all = append(all, string(text))
		}
		return all
	}
	path := journal(false).file(t)
	torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(torn, `5f3759df {"after":{"row":5,"is":{"note":{"string":%q}}`, secret)
	if err := torn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := bulk.Purge(path); err != nil {
		t.Fatal(err)
	}
	once := content(t, path)
	got, want := ordered(t, once), ordered(t, []byte(journal(true).String()))
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d is\n%v, want\n%v", i+1, got[i:], want[i:])
		}
	}
	if n := pointsRight(t, once); n != 6 {
		t.Errorf("%d rows name their before, want 6", n)
	}
	if err := bulk.Purge(path); err != nil || !bytes.Equal(content(t, path), once) {
		t.Errorf("purging again changes it: %v", err)
	}
}

// TestPurgeKeepsOrder: of two rows for one record the first failed. When a purged
// run is resumed, the second is sent again, and what was there before it is known
// from its first time.
func TestPurgeKeepsOrder(t *testing.T) {
	desk := memory.New()
	putSecret(desk, 1)
	journal := filepath.Join(t.TempDir(), "journal")
	options := bulk.Options{Adapter: desk, Journal: journal, Run: account}
	apply := func(read, done, failed int64) {
		t.Helper()
		summary, err := bulk.Apply(t.Context(), rowsOf("1", "1"), options)
		if err != nil {
			t.Fatal(err)
		}
		check(t, summary, read, done, 0, failed, 0)
		options.Resume = true
	}
	desk.Fail(&adapters.Error{Vendor: "memory", Op: "set", Class: adapters.ErrUnavailable, Code: adapters.CodeServerError})
	apply(2, 1, 1)
	if err := bulk.Purge(journal); err != nil {
		t.Fatal(err)
	}
	apply(2, 2, 0)
	for range 2 {
		if n := pointsRight(t, content(t, journal)); n != 3 {
			t.Errorf("%d rows name their before, want 3:\n%s", n, content(t, journal))
		}
		if err := bulk.Purge(journal); err != nil {
			t.Fatal(err)
		}
	}
	holds(t, desk, "1", "n", "2")
}

// TestPurgeWithUndo: the journal of the undoing is purged with the other. Ours are
// written without values; so this one is made up.
func TestPurgeWithUndo(t *testing.T) {
	h := &hand{}
	h.begin(0, nil)
	path := h.file(t)
	undo := &hand{}
	undo.begin(0, fields{"kind": "undo"})
	undo.after(0, 1, "done", fields{"is": fields{"note": fields{"string": secret}}})
	if err := os.WriteFile(path+".undo", []byte(undo.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := bulk.Purge(path); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content(t, path+".undo"), []byte(secret)) {
		t.Error("a value is still there")
	}
	if r := read(t, path+".undo"); r.Done != 1 || r.Kind != "undo" {
		t.Errorf("%+v", r)
	}
}

// TestPurgeRefused: then the file is as it was, and nothing is beside it.
func TestPurgeRefused(t *testing.T) {
	lock := func(t *testing.T, path string) {
		held := flock.New(path)
		if ok, err := held.TryLock(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		t.Cleanup(func() { held.Close() })
	}
	for name, c := range map[string]struct {
		write func(h *hand)
		hold  string
		want  string
	}{
		"a run is writing it":     {write: func(*hand) {}, hold: ".lock", want: "another run is writing it; wait until it has ended"},
		"an undoing is writing":   {write: func(*hand) {}, hold: ".undo.lock", want: ".undo: another run is writing it"},
		"damaged":                 {write: func(h *hand) { h.WriteString("00000000 {}\n"); h.end(0, 1) }, want: "nothing was changed: byte"},
		"of a later version":      {write: func(h *hand) { h.begin(0, fields{"version": 2}) }, want: "a later version"},
		"empty":                   {write: func(h *hand) { h.Reset() }, want: "it is empty"},
		"does not begin as it is": {write: func(h *hand) { h.Reset(); h.end(0, 1) }, want: "does not begin as a journal does"},
	} {
		t.Run(name, func(t *testing.T) {
			h := &hand{}
			h.begin(0, nil)
			h.before(time.Second, 1)
			c.write(h)
			path := h.file(t)
			victim := path
			if c.hold == ".undo.lock" {
				victim = path + ".undo"
				if err := os.WriteFile(victim, []byte(h.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if c.hold != "" {
				lock(t, path+c.hold)
			}
			err := bulk.Purge(path)
			if !errors.Is(err, bulk.ErrJournal) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error is %v, want one with %q", err, c.want)
			}
			if string(content(t, victim)) != h.String() {
				t.Error("it was changed")
			}
			if left, _ := filepath.Glob(path + ".purge-*"); len(left) > 0 {
				t.Errorf("files are left behind: %q", left)
			}
		})
	}
	if err := bulk.Purge(filepath.Join(t.TempDir(), "none")); !errors.Is(err, bulk.ErrJournal) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("of a journal that is not there: %v", err)
	}
}

// TestPurgeWhileRunning: a real run has the lock.
func TestPurgeWhileRunning(t *testing.T) {
	desk := memory.New()
	putSecret(desk, 1)
	journal := filepath.Join(t.TempDir(), "journal")
	_, err := bulk.Apply(t.Context(), secretRows(1), bulk.Options{Adapter: desk, Journal: journal, Run: account, Event: func(bulk.Event) {
		if err := bulk.Purge(journal); !errors.Is(err, bulk.ErrJournal) {
			t.Errorf("it is purged while it is written: %v", err)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := bulk.Purge(journal); err != nil {
		t.Error(err)
	}
	if !read(t, journal).Finished {
		t.Error("it did not finish")
	}
}

// linkTo makes a link to a file.
func linkTo(t *testing.T, path string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); runtime.GOOS == "windows" && err != nil {
		t.Skipf("making a link is a right there that not everybody has: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return link
}

// TestPurgeLink: the journal that a link leads to is purged, and the link stays.
func TestPurgeLink(t *testing.T) {
	h := &hand{}
	h.begin(0, nil)
	h.after(0, 1, "done", fields{"is": fields{"note": fields{"string": secret}}})
	path := h.file(t)
	link := linkTo(t, path)
	if err := bulk.Purge(link); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content(t, path), []byte(secret)) {
		t.Error("a value is still there")
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v", err)
	}
}
