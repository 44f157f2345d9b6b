package bulk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// The program that is killed is this test binary, told so by the environment.
const (
	childMode  = "BULK_TEST_MODE" // apply, undo
	childFile  = "BULK_TEST_JOURNAL"
	childURL   = "BULK_TEST_URL"
	childRows  = "BULK_TEST_ROWS"
	childSteps = "BULK_TEST_STEPS" // after so many it kills itself; 0: never
)

// records is how many records the rows of TestCrashes are about.
const records = 300

// importRows are rows of which several are about one record.
func importRows(count int) iter.Seq2[bulk.Row, error] {
	return func(yield func(bulk.Row, error) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		for n := range count {
			set := adapters.Attributes{"plan": adapters.String(fmt.Sprint("plan ", n)), "step": adapters.Int(int64(n))}
			switch n % 5 {
			case 1:
				set["vip"] = adapters.Clear()
			case 2:
				set["vip"] = adapters.Bool(true)
			case 3:
				delete(set, "plan")
			}
			row := bulk.Row{Number: int64(n + 1), Line: int64(n + 1), Ref: adapters.ContactRef(fmt.Sprint(1 + random.IntN(records))), Attributes: set}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// child is the program: one run, which ends by its own hand in the midst of it.
func child() int {
	limit, _ := strconv.ParseInt(os.Getenv(childSteps), 10, 64)
	rows, _ := strconv.Atoi(os.Getenv(childRows))
	steps := &steps{left: limit}
	bulk.Through(func(f bulk.File) bulk.File { return &mortalFile{f, steps} })
	desk, err := chatwoot.New(chatwoot.Config{
		URL: os.Getenv(childURL), AccountID: 1, Token: adapters.StaticToken("admin"),
		Transport: transport.Options{
			Client:  &http.Client{Transport: &mortalWire{steps}},
			Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true},
		},
	})
	if err != nil {
		fmt.Println(err)
		return 2
	}
	path, run := os.Getenv(childFile), bulk.Identity{Vendor: "chatwoot", Account: "1", Host: "fake", Input: "import"}
	var summary bulk.Summary
	if os.Getenv(childMode) == "undo" {
		summary, err = bulk.Undo(context.Background(), path, bulk.UndoOptions{Adapter: desk, Run: run})
	} else {
		_, there := os.Stat(path)
		summary, err = bulk.Apply(context.Background(), importRows(rows), bulk.Options{Adapter: desk, Journal: path, Run: run, Resume: there == nil})
	}
	text, _ := json.Marshal(summary)
	fmt.Println(string(text))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// steps are what happens to the journal and on the wire, counted to the last.
type steps struct{ left int64 }

func (s *steps) step(name string) {
	if atomic.AddInt64(&s.left, -1) == 0 {
		fmt.Fprintln(os.Stderr, "killed at:", name)
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Kill()
		}
		select {}
	}
}

// mortalFile is the journal's file.
type mortalFile struct {
	bulk.File
	*steps
}

func (f *mortalFile) Write(p []byte) (int, error) {
	f.step("before writing")
	half := len(p) / 2
	n, err := f.File.Write(p[:half])
	if err != nil {
		return n, err
	}
	f.step("half written")
	m, err := f.File.Write(p[half:])
	f.step("written")
	return n + m, err
}

func (f *mortalFile) Sync() error {
	err := f.File.Sync()
	f.step("on disk")
	return err
}

// mortalWire is the connection.
type mortalWire struct{ *steps }

func (w *mortalWire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.step("before " + r.Method)
	answer, err := http.DefaultTransport.RoundTrip(r)
	w.step("after " + r.Method)
	return answer, err
}

// TestCrashes kills a program at every kind of step and starts it again until it is
// done: what the vendor has in the end is what an undisturbed run leaves, and an
// undoing, killed as often, gives back what was there before.
func TestCrashes(t *testing.T) {
	const rows = 2000
	server := chatwoottest.New(t)
	killed := map[string]int{}
	for kills, round := 0, 0; kills < *crashes; round++ {
		before := crashState(server)
		want := applied(before, rows)
		journal := filepath.Join(t.TempDir(), "journal")
		left := *crashes - kills
		kills += killing(t, server, "apply", journal, rows, 0, (left+1)/2, round, killed)
		same(t, server, want, "after applying")
		kills += killing(t, server, "undo", journal, rows, 0, left-(left+1)/2, round, killed)
		same(t, server, before, "after undoing")
	}
	t.Logf("killed: %v", killed)
	if *crashes < 300 {
		return // too few to have met every step
	}
	for _, step := range []string{"before writing", "half written", "written", "on disk", "before GET", "after GET", "before PATCH", "after PATCH"} {
		if killed[step] == 0 {
			t.Errorf("it was never killed at the step %q", step)
		}
	}
}

// TestCrashesAndAForeignWriter: what somebody else has changed since is left alone
// and told by an undoing that is killed on its way; all else is put back.
func TestCrashesAndAForeignWriter(t *testing.T) {
	const rows = 500
	server := chatwoottest.New(t)
	before := crashState(server)
	want := applied(before, rows)
	journal := filepath.Join(t.TempDir(), "journal")
	killing(t, server, "apply", journal, rows, 0, 0, 0, map[string]int{})
	same(t, server, want, "after applying")
	state := server.State()
	for _, id := range []string{"3", "30", "299"} {
		state.Contacts[id].CustomAttributes["step"] = json.RawMessage(`"by hand"`) // every row sets it
		want[id]["step"] = json.RawMessage(`"by hand"`)
		before[id] = want[id]
	}
	server.SetState(state)
	held := 0
	for row := range importRows(rows) {
		if string(before[row.Ref.ID]["step"]) == `"by hand"` {
			held++
		}
	}
	kills := killing(t, server, "undo", journal, rows, held, 12, 7, map[string]int{})
	same(t, server, before, "after undoing")
	t.Logf("%d of %d rows are not put back, after %d kills", held, rows, kills)
}

// crashState gives the server its records, and faults.
func crashState(server *chatwoottest.Server) map[string]map[string]json.RawMessage {
	state := server.State()
	state.Contacts = map[string]chatwoottest.Contact{}
	before := map[string]map[string]json.RawMessage{}
	for i := range records {
		values := map[string]json.RawMessage{"kept": json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))}
		if i%2 == 0 {
			values["plan"], values["vip"] = json.RawMessage(`"old"`), json.RawMessage("false")
		}
		id := fmt.Sprint(i + 1)
		state.Contacts[id] = chatwoottest.Contact{Name: "N", CustomAttributes: values}
		before[id] = maps.Clone(values)
	}
	server.SetState(state)
	server.SetFaults(
		chatwoottest.Fault{Type: "status", Status: 503, Times: -1, Toxicity: 0.02, Seed: 1},
		chatwoottest.Fault{Type: "lost_answer", Times: -1, Toxicity: 0.02, Seed: 2},
		chatwoottest.Fault{Type: "down", Times: -1, Toxicity: 0.02, Seed: 3},
		chatwoottest.Fault{Type: "duplicate", Times: -1, Toxicity: 0.02, Seed: 4},
	)
	return before
}

// applied is what the rows make of the records.
func applied(before map[string]map[string]json.RawMessage, rows int) map[string]map[string]json.RawMessage {
	is := map[string]map[string]json.RawMessage{}
	for id, values := range before {
		is[id] = maps.Clone(values)
	}
	for row := range importRows(rows) {
		for name, v := range row.Attributes {
			if v.Kind() == adapters.ValueClear {
				delete(is[row.Ref.ID], name)
				continue
			}
			is[row.Ref.ID][name], _ = v.MarshalJSON()
		}
	}
	return is
}

// killing runs the program until it is done but for so many rows that fail each
// time, and kills it so often on the way.
func killing(t *testing.T, server *chatwoottest.Server, mode, journal string, rows, failing, kills, seed int, killed map[string]int) (lives int) {
	t.Helper()
	random := rand.New(rand.NewPCG(uint64(seed), uint64(len(mode))))
	var last string
	for attempts := 0; ; attempts++ {
		if attempts > kills+50 {
			t.Fatalf("%s: it does not come to an end, but to %s", mode, last)
		}
		after := 0
		if lives < kills {
			after = 1 + random.IntN(4*rows*6/max(kills, 1)/4+8)
		}
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childMode+"="+mode, childFile+"="+journal, childURL+"="+server.URL,
			childRows+"="+strconv.Itoa(rows), childSteps+"="+strconv.Itoa(after))
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if _, step, dead := strings.Cut(errs.String(), "killed at: "); dead {
			lives++
			killed[strings.TrimSpace(step)]++
			continue
		}
		var summary bulk.Summary
		if json.Unmarshal(out.Bytes(), &summary) != nil {
			t.Fatalf("%s: %v: %s%s", mode, err, out.Bytes(), errs.Bytes())
		}
		if summary.Read != summary.Done+summary.Unchanged+summary.Failed+summary.Left {
			t.Fatalf("%s: the counts do not add up: %s", mode, out.Bytes())
		}
		if err != nil {
			t.Fatalf("%s: %s", mode, errs.Bytes())
		}
		if last = out.String(); summary.Failed > int64(failing) {
			continue // rows that failed are tried again
		}
		if summary.Failed < int64(failing) {
			t.Fatalf("%s: %d rows failed, want %d: %s", mode, summary.Failed, failing, out.Bytes())
		}
		if mode == "apply" && (summary.Read != int64(rows) || summary.Done != int64(rows)) {
			t.Fatalf("%s: not every row counts once: %s", mode, out.Bytes())
		}
		return lives
	}
}

// same holds the server's records against what they should be.
func same(t *testing.T, server *chatwoottest.Server, want map[string]map[string]json.RawMessage, when string) {
	t.Helper()
	is := server.State().Contacts
	wrong := 0
	for _, id := range slices.Sorted(maps.Keys(want)) {
		got, wanted := fmt.Sprintf("%s", is[id].CustomAttributes), fmt.Sprintf("%s", want[id])
		if got != wanted {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: record %s holds\n%s, want\n%s", when, id, got, wanted)
			}
		}
	}
	if wrong > 0 {
		t.Fatalf("%s: %d records are not as they should be", when, wrong)
	}
}
