package bulk_test

import (
	"path/filepath"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestNamesThatReadDifferently: a row may name an attribute by a name that no read
// gives, and is undone, compared and told by it all the same.
func TestNamesThatReadDifferently(t *testing.T) {
	options := transport.Options{Limiter: &transport.Limiter{Off: true}}
	openKustomer := func(t *testing.T) adapters.Adapter {
		a, err := kustomer.New(kustomer.Config{URL: kustomertest.New(t).URL, Token: adapters.StaticToken("token"), Transport: options})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	openDixa := func(t *testing.T) adapters.Adapter {
		a, err := dixa.New(dixa.Config{URL: dixatest.New(t).URL + "/v1", Token: adapters.StaticToken("token"), Transport: options})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, test := range []struct {
		name        string
		open        func(*testing.T) adapters.Adapter
		id          string
		named, read string // the attribute, which holds A-1001
	}{
		{"kustomer, a stem", openKustomer, "64a1f0c2d3e4b5a697880001", "order_id", "orderIdStr"},
		{"kustomer, the key", openKustomer, "64a1f0c2d3e4b5a697880001", "orderIdStr", "orderIdStr"},
		{"dixa, a label", openDixa, "42", "Order ID", "order_id"},
		{"dixa, the identifier", openDixa, "42", "order_id", "order_id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			desk, ref := test.open(t), adapters.ConversationRef(test.id)
			journal := filepath.Join(t.TempDir(), "journal")
			held := func(want string) {
				t.Helper()
				if is, err := desk.Attributes(t.Context(), ref); err != nil || is[test.read].Text() != want {
					t.Errorf("%s is %q, %v; want %q", test.read, is[test.read], err, want)
				}
			}
			write := func(o bulk.Options, value adapters.Value) (bulk.Summary, bulk.Event) {
				t.Helper()
				var last bulk.Event
				o.Adapter, o.Run, o.Event = desk, account, func(e bulk.Event) { last = e }
				row := bulk.Row{Number: 1, Line: 2, Ref: ref, Attributes: adapters.Attributes{test.named: value}}
				summary, err := bulk.Apply(t.Context(), func(yield func(bulk.Row, error) bool) { yield(row, nil) }, o)
				if err != nil || last.Err != nil {
					t.Fatal(err, last.Err)
				}
				return summary, last
			}
			held("A-1001")
			same, _ := write(bulk.Options{SkipUnchanged: true}, adapters.String("A-1001"))
			check(t, same, 1, 0, 1, 0, 0)
			_, would := write(bulk.Options{DryRun: true}, adapters.String("B-2"))
			if !would.Before[test.named].Equal(adapters.String("A-1001")) {
				t.Errorf("a dry run tells that it was %v", would.Before)
			}
			_, event := write(bulk.Options{Journal: journal}, adapters.String("B-2"))
			if !event.Before[test.named].Equal(adapters.String("A-1001")) || !event.After[test.named].Equal(adapters.String("B-2")) {
				t.Errorf("it was %v and is %v", event.Before, event.After)
			}
			held("B-2")
			undone, err := bulk.Undo(t.Context(), journal, bulk.UndoOptions{Adapter: desk, Run: account})
			if err != nil {
				t.Fatal(err)
			}
			check(t, undone, 1, 1, 0, 0, 0)
			held("A-1001")
			again := journal + " again"
			write(bulk.Options{Journal: again}, adapters.String("B-2"))
			if _, err := desk.UpdateAttributes(t.Context(), ref, adapters.Attributes{test.named: adapters.String("A-1001")}); err != nil {
				t.Fatal(err)
			}
			if undone, err = bulk.Undo(t.Context(), again, bulk.UndoOptions{Adapter: desk, Run: account}); err != nil {
				t.Fatal(err)
			}
			check(t, undone, 1, 0, 1, 0, 0) // somebody else has put it back
			cleared, _ := write(bulk.Options{SkipUnchanged: true}, adapters.Clear())
			check(t, cleared, 1, 1, 0, 0, 0)
			held("")
		})
	}
}
