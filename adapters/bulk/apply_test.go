package bulk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/memory"
	"github.com/deskattr/deskattr/adapters/transport"
)

// kind is that of the records in these tests.
const kind = adapters.Contact

// rowsOf are rows that set n to 1, 2, 3 and so on, each on the record named.
func rowsOf(ids ...string) iter.Seq2[bulk.Row, error] {
	return func(yield func(bulk.Row, error) bool) {
		for i, id := range ids {
			row := bulk.Row{
				Number: int64(i + 1), Line: int64(i + 2), Ref: adapters.Ref{Kind: kind, ID: id},
				Attributes: adapters.Attributes{"n": adapters.Int(int64(i + 1))},
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

var account = bulk.Identity{Vendor: "memory", Account: "test", Input: "rows"}

func check(t *testing.T, got bulk.Summary, read, done, unchanged, failed, left int64) {
	t.Helper()
	if got.Read != read || got.Done != done || got.Unchanged != unchanged || got.Failed != failed || got.Left != left {
		t.Errorf("read %d, done %d, unchanged %d, failed %d, left %d; want %d, %d, %d, %d, %d",
			got.Read, got.Done, got.Unchanged, got.Failed, got.Left, read, done, unchanged, failed, left)
	}
	if got.Read != got.Done+got.Unchanged+got.Failed+got.Left {
		t.Errorf("the counts do not add up: %+v", got)
	}
}

func holds(t *testing.T, desk adapters.Adapter, id, name, want string) {
	t.Helper()
	is, err := desk.Attributes(t.Context(), adapters.Ref{Kind: kind, ID: id})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	if v, there := is[name]; there {
		got = v.String()
	}
	if got != want {
		t.Errorf("%s of record %s is %q, want %q", name, id, got, want)
	}
}

func TestApplyAndUndo(t *testing.T) {
	desk := memory.New()
	var ids []string
	for i := range 40 {
		desk.Put(adapters.Ref{Kind: kind, ID: fmt.Sprint(i%7 + 1)}, map[string]json.RawMessage{"n": json.RawMessage(`"before"`), "kept": json.RawMessage("true")})
		ids = append(ids, fmt.Sprint(i%7+1))
	}
	journal := filepath.Join(t.TempDir(), "journal")
	summary, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account})
	if err != nil {
		t.Fatal(err)
	}
	check(t, summary, 40, 40, 0, 0, 0)
	last := map[string]int{} // rows for one record are in order
	for i, id := range ids {
		last[id] = i + 1
	}
	for id, n := range last {
		holds(t, desk, id, "n", fmt.Sprint(n))
	}
	if _, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: journal, Run: account, Resume: true}); !errors.Is(err, bulk.ErrJournal) {
		t.Errorf("a journal of a run that is done is resumed: %v", err)
	}
	summary, err = bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account})
	if err != nil {
		t.Fatal(err)
	}
	check(t, summary, 40, 40, 0, 0, 0)
	for id := range last {
		holds(t, desk, id, "n", "before")
		holds(t, desk, id, "kept", "true")
	}
}

func TestStopped(t *testing.T) {
	desk := memory.New()
	var ids []string
	for i := range 500 {
		desk.Put(adapters.Ref{Kind: kind, ID: fmt.Sprint(i + 1)}, map[string]json.RawMessage{})
		ids = append(ids, fmt.Sprint(i+1))
	}
	journal := filepath.Join(t.TempDir(), "journal")
	for runs := 1; ; runs++ {
		stop := make(chan struct{})
		events := 0
		summary, err := bulk.Apply(context.Background(), rowsOf(ids...), bulk.Options{
			Adapter: desk, Journal: journal, Run: account, Resume: runs > 1, Stop: stop,
			Event: func(bulk.Event) {
				if events++; events == 100 {
					close(stop)
				}
			},
		})
		if summary.Read != summary.Done+summary.Left {
			t.Errorf("the counts do not add up: %+v", summary)
		}
		if err == nil {
			check(t, summary, 500, 500, 0, 0, 0)
			break
		}
		if !errors.Is(err, bulk.ErrStopped) || runs > 6 {
			t.Fatalf("run %d: %v", runs, err)
		}
	}
}

// TestJournalTellsOfRequests: the journal has the names that were set and the
// requests that it took, also where nothing was read.
func TestJournalTellsOfRequests(t *testing.T) {
	for name, test := range map[string]struct {
		noUndo   bool
		attempts []string // of the two rows
		requests int64
	}{
		"with undo":    {false, []string{`"attempts":3`, `"attempts":2`}, 5},
		"without undo": {true, []string{`"attempts":2`, `"attempts":1`}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			server := chatwoottest.New(t)
			server.SetFaults(chatwoottest.Fault{Type: "status", Method: http.MethodPatch, Status: http.StatusServiceUnavailable})
			desk, err := chatwoot.New(chatwoot.Config{
				URL: server.URL, AccountID: 1, Token: adapters.StaticToken("admin"), Transport: transport.Options{Backoff: time.Millisecond},
			})
			if err != nil {
				t.Fatal(err)
			}
			journal := filepath.Join(t.TempDir(), "journal")
			summary, err := bulk.Apply(t.Context(), rowsOf("1", "1"), bulk.Options{Adapter: desk, Journal: journal, Run: account, NoUndo: test.noUndo})
			if err != nil {
				t.Fatal(err)
			}
			check(t, summary, 2, 2, 0, 0, 0)
			text, err := os.ReadFile(journal)
			if err != nil {
				t.Fatal(err)
			}
			var ends []string
			for line := range strings.Lines(string(text)) {
				if strings.Contains(line, `{"after":`) {
					ends = append(ends, line)
				}
			}
			for i, end := range ends {
				if !strings.Contains(end, test.attempts[i]) || strings.Contains(end, `"names":["n"]`) != test.noUndo {
					t.Errorf("row %d ends with %s, want %s, and names where nothing was read", i+1, end, test.attempts[i])
				}
			}
			report, err := bulk.Read(journal)
			if err != nil || report.Requests != test.requests || len(ends) != 2 {
				t.Errorf("%d requests, %d rows, %v; want %d", report.Requests, len(ends), err, test.requests)
			}
			var page strings.Builder
			if err := report.WriteText(&page); err != nil || !strings.Contains(page.String(), fmt.Sprintf("0 failed; %d requests", test.requests)) {
				t.Errorf("%v: %s", err, page.String())
			}
		})
	}
}
