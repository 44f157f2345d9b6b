package bulk_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// shownRow is a row in a line, for tables: what is to be set on what.
func shownRow(row bulk.Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", row.Ref.Kind, row.Ref.ID)
	if row.Lookup.By != "" {
		fmt.Fprintf(&b, "%s=%s", row.Lookup.By, row.Lookup.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(row.Attributes)) {
		fmt.Fprintf(&b, " %s=%s:%s", name, row.Attributes[name].Kind(), row.Attributes[name])
	}
	return b.String()
}

// shownRows are all rows of an input, each in a line, and its errors in their
// places. Each row is checked for what is true of any.
func shownRows(t *testing.T, in *bulk.Input, err error) []string {
	t.Helper()
	if err != nil {
		return []string{err.Error()}
	}
	var all []string
	var last bulk.Row
	ended := false
	for row, err := range in.Rows() {
		if ended {
			t.Error("something comes after the error that ends the input")
		}
		var bad *bulk.RowError
		switch {
		case errors.As(err, &bad):
			all = append(all, err.Error())
			if row.Attributes != nil || row.Ref.ID != "" {
				t.Errorf("there is a row beside its error: %+v", row)
			}
			row = bulk.Row{Number: bad.Number, Line: bad.Line, Byte: bad.Byte}
			var failure *adapters.Error
			if !errors.As(err, &failure) || failure.Class != adapters.ErrInvalid || failure.Effect != adapters.EffectNone || failure.Code == "" {
				t.Errorf("the error of a row is %+v", failure)
			}
		case err != nil:
			if !errors.Is(err, bulk.ErrInput) {
				t.Errorf("%v is not ErrInput", err)
			}
			all = append(all, err.Error())
			ended = true
			continue
		default:
			all = append(all, shownRow(row))
		}
		if row.Number != last.Number+1 || row.Line <= last.Line || row.Byte < last.Byte || row.Byte == last.Byte && last.Byte != 0 {
			t.Errorf("after row %d on line %d (byte %d) comes row %d on line %d (byte %d)", last.Number, last.Line, last.Byte, row.Number, row.Line, row.Byte)
		}
		last = row
	}
	return all
}

// expectRows compares rows, each in a line. A wanted line that begins with ~ is
// looked for in an error.
func expectRows(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(want):
			t.Errorf("there is one more: %s", got[i])
		case i >= len(got):
			t.Errorf("there is none more; want %s", want[i])
		case strings.HasPrefix(want[i], "~"):
			if !strings.Contains(got[i], want[i][1:]) {
				t.Errorf("got  %s\nwant an error with %s", got[i], want[i][1:])
			}
		case got[i] != want[i]:
			t.Errorf("got  %s\nwant %s", got[i], want[i])
		}
	}
}

// broken fails in the midst.
type broken struct{ r io.Reader }

func (b broken) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.EOF {
		err = errors.New("the disk is gone")
	}
	return n, err
}

func TestInputBreaksOff(t *testing.T) {
	for _, test := range []struct {
		name string
		open func(io.Reader) (*bulk.Input, error)
		text string
		want []string
	}{
		{"CSV", openCSV(bulk.CSVOptions{}), "kind,id,plan\ncontact,1,a\ncontact,2,b", []string{"contact 1 plan=string:a", "~line 3: it cannot be read any further: the disk is gone"}},
		{"CSV in the header", openCSV(bulk.CSVOptions{}), "kind,id", []string{"~the disk is gone"}},
		{"JSON Lines", openJSON(bulk.JSONOptions{}), `{"kind":"contact","id":"1","attributes":{}}` + "\n{", []string{"contact 1", "~line 2: it cannot be read any further: the disk is gone"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := test.open(broken{strings.NewReader(test.text)})
			expectRows(t, shownRows(t, in, err), test.want...)
		})
	}
}

// TestRowsGoOn: who stops asking for rows may go on, and who has had them all gets
// none again.
func TestRowsGoOn(t *testing.T) {
	in, err := openCSV(bulk.CSVOptions{})(strings.NewReader("kind,id,plan\ncontact,1,a\ncontact,,b\ncontact,3,c\n"))
	if err != nil {
		t.Fatal(err)
	}
	for want := int64(1); want <= 3; want++ {
		for row, err := range in.Rows() {
			number := row.Number
			var bad *bulk.RowError
			if errors.As(err, &bad) {
				number = bad.Number
			}
			if number != want || (err != nil) != (want == 2) {
				t.Errorf("row %d (%v), want %d", number, err, want)
			}
			break
		}
	}
	for row := range in.Rows() {
		t.Errorf("row %d came again", row.Number)
	}
}

// TestRowsEnd: there is nothing after the error that ends an input.
func TestRowsEnd(t *testing.T) {
	in, err := openCSV(bulk.CSVOptions{})(strings.NewReader("kind,id,plan\ncontact,1,\"a\"b\ncontact,2,c\n"))
	expectRows(t, shownRows(t, in, err), "~text follows the closing quote")
	for row, err := range in.Rows() {
		t.Errorf("there is row %d (%v)", row.Number, err)
	}
}

func openCSV(o bulk.CSVOptions) func(io.Reader) (*bulk.Input, error) {
	return func(r io.Reader) (*bulk.Input, error) { return bulk.CSV(r, o) }
}

func openJSON(o bulk.JSONOptions) func(io.Reader) (*bulk.Input, error) {
	return func(r io.Reader) (*bulk.Input, error) { return bulk.JSONLines(r, o) }
}
