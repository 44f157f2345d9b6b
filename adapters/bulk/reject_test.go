package bulk_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/memory"
)

// refused is an error as an adapter has it.
var refused = &adapters.Error{Vendor: "memory", Op: "set", Name: "plan", Code: adapters.CodeRejected, Class: adapters.ErrInvalid, Effect: adapters.EffectNone, Detail: "secret"}

// rejectAll writes all rows of an input as failed ones.
func rejectAll(t *testing.T, in *bulk.Input) string {
	t.Helper()
	var b strings.Builder
	rejects := in.Rejects(&b)
	for row, err := range in.Rows() {
		event := bulk.Event{Row: row, Outcome: bulk.Failed, Err: refused}
		var bad *bulk.RowError
		if errors.As(err, &bad) {
			event = bulk.Event{Row: bulk.Row{Number: bad.Number, Line: bad.Line, Byte: bad.Byte}, Outcome: bulk.Failed, Err: err}
		} else if err != nil {
			t.Fatal(err)
		}
		if err := rejects.Add(event); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestRejectsOfCSV(t *testing.T) {
	contacts := bulk.CSVOptions{Kind: adapters.Contact}
	const reason = `rejected,"memory: set: attribute ""plan"": invalid: rejected"`
	for _, test := range []struct {
		name    string
		options bulk.CSVOptions
		text    string
		want    string
	}{
		{"cells stand as they stood", contacts, "plan,id\n\"a \"\"b\"\"\",007\r\n\"x\ny\",\"8\"", "plan,id\r\n2,WHY,\"a \"\"b\"\"\",007\r\n3,WHY,\"x\ny\",\"8\"\r\n"},
		{"formulas", contacts, "id,plan,a,b,c\n-5,=1+1,+4512345678,@x,\"\tx\"\n'7,\"=a,\"\"b\"\"\",-,\"\r\n\",\"\nx\"\n", "id,plan,a,b,c\r\n2,WHY,'-5,'=1+1,'+4512345678,'@x,\"'\tx\"\r\n3,WHY,'7,\"'=a,\"\"b\"\"\",'-,\"'\r\n\",\"'\nx\"\r\n"},
		{"apostrophes", contacts, "id,plan,a,b,c\n7,'=1,''a,',''\n", "id,plan,a,b,c\r\n2,WHY,7,''=1,'''a,','''\r\n"},
		{"formulas in the header", contacts, "id,=a,@b,'c\n7,x,y,z\n", "id,'=a,'@b,'c\r\n2,WHY,7,x,y,z\r\n"},
		{"rows that cannot be read", contacts, "id,plan\n7\n8,a,=b\n9,5\" x\n,=c\n10,\xff\n11,a\r\r\n", "id,plan\r\n" +
			"2,bad_value,\"line 2 (byte 8): invalid: the row has 1 cells, and the header has 2\",7\r\n" +
			"3,bad_value,\"line 3 (byte 10): invalid: the row has 3 cells, and the header has 2\",8,a,'=b\r\n" +
			"4,bad_value,\"line 4 (byte 17): invalid: column \"\"plan\"\": there is a quote inside of a cell that does not begin with one; put the cell in quotes, and double those inside\",9,5\" x\r\n" +
			"5,bad_ref,\"line 5 (byte 24): invalid: column \"\"id\"\": the id is empty\",,'=c\r\n" +
			"6,bad_value,line 6 (byte 28): invalid: byte 31 is not UTF-8; save the file in that encoding,10,\xff\r\n" +
			"7,bad_value,\"line 7 (byte 33): invalid: column \"\"plan\"\": there is a CR that ends no line; put the cell in quotes, or end lines with LF or CRLF\",11,a\r\r\n"},
		{"a row that was too long", contacts, "id,plan\n7," + strings.Repeat("x", 1<<20) + "\n", "id,plan\r\n2,too_long,line 2 (byte 8): invalid: the row has more than 1048576 bytes\r\n"},
		{"columns of ours may be anything", contacts, "deskattr_x,id,plan\n\xff\"\r,7,x\n\xff,8,\xff\n", "id,plan\r\n2,WHY,7,x\r\n3,bad_value,line 3 (byte 27): invalid: byte 31 is not UTF-8; save the file in that encoding,8,\xff\r\n"},
		{"columns of ours are written anew", contacts, "deskattr_x,id,deskattr_code,plan\n'=a,'=7,old,'=b\n", "id,plan\r\n2,WHY,'=7,'=b\r\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.CSV(strings.NewReader(test.text), test.options)
			if err != nil {
				t.Fatal(err)
			}
			want := "deskattr_line,deskattr_code,deskattr_reason," + strings.ReplaceAll(test.want, "WHY", reason)
			if got := rejectAll(t, in); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestRejectsKeepTheForm: separator, mark and sep= are those of the input.
func TestRejectsKeepTheForm(t *testing.T) {
	for _, test := range []struct {
		name, want string
		data       []byte
	}{
		{"; and a mark", "\uFEFFdeskattr_line;deskattr_code;deskattr_reason;id;plan\r\n2;rejected;\"memory: set: attribute \"\"plan\"\": invalid: rejected\";7;æ,b\r\n", []byte("\uFEFFid;plan\n7;æ,b\n")},
		{"UTF-16 and sep=", "\uFEFFsep=|\r\ndeskattr_line|deskattr_code|deskattr_reason|id|plan\r\n3|rejected|\"memory: set: attribute \"\"plan\"\": invalid: rejected\"|7|æ,b\r\n", utf16Of(binary.BigEndian, "sep=|\r\nid|plan\n7|æ,b\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.CSV(bytes.NewReader(test.data), bulk.CSVOptions{Kind: adapters.Contact})
			if err != nil {
				t.Fatal(err)
			}
			if got := rejectAll(t, in); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestRejectsOfJSONLines(t *testing.T) {
	text := ` { "id" : "7" , "deskattr_code" : "old", "attributes":{"plan":"pro", "n":1.50}} ` + "\n" +
		`{"id":"8","attributes":{},"note":"x"}` + "\n{\"id\":\"9\",\n\n[1]\n{\"id\":\"\xff\"}\n{\"deskattr_raw\":\"x\"}\n"
	in, err := bulk.JSONLines(strings.NewReader(text), bulk.JSONOptions{Kind: adapters.Contact})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"deskattr_line":1,"deskattr_code":"rejected","deskattr_reason":"memory: set: attribute \"plan\": invalid: rejected","id" : "7","attributes":{"plan":"pro", "n":1.50}}`,
		`{"deskattr_line":2,"deskattr_code":"bad_value","deskattr_reason":"line 2 (byte 81): invalid: there is no field \"note\"; the fields are kind, id and attributes","id":"8","attributes":{},"note":"x"}`,
		`{"deskattr_line":3,"deskattr_code":"bad_value","deskattr_reason":"line 3 (byte 119): invalid: it is no JSON: see what is before byte 129","deskattr_raw":"{\"id\":\"9\","}`,
		`{"deskattr_line":5,"deskattr_code":"bad_value","deskattr_reason":"line 5 (byte 131): invalid: it is no JSON object; each line is one, with the fields kind, id and attributes","deskattr_raw":"[1]"}`,
		`{"deskattr_line":6,"deskattr_code":"bad_value","deskattr_reason":"line 6 (byte 135): invalid: byte 142 is not UTF-8; save the file in that encoding","id":"` + "\xff" + `"}`,
		`{"deskattr_line":7,"deskattr_code":"bad_value","deskattr_reason":"line 7 (byte 146): invalid: a field is missing; the fields are kind, id and attributes","deskattr_raw":"x"}`, "",
	}
	got := strings.Split(rejectAll(t, in), "\n")
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("got  %q\nwant %q", got[i:], want[i:])
		}
	}
}

// TestRejectsAreAppliedAgain: a run writes what failed, somebody mends it, and the
// next run does just that.
func TestRejectsAreAppliedAgain(t *testing.T) {
	for _, test := range []struct {
		name, text string
		open       func(io.Reader) (*bulk.Input, error)
		mend       *strings.Replacer
		rows       int64
	}{
		{"CSV", "kind;id;plan;n:=\ncontact;1;=a;1\ncontact;99;=b;2\ncontact;2;'c;\ncontact;3;d\ncontact;;e;5\n", openCSV(bulk.CSVOptions{}), strings.NewReplacer(";99;", ";4;", ";3;d", ";3;d;4", ";;e", ";5;e"), 5},
		{"JSON Lines", `{"id":"1","attributes":{"plan":"=a","n":1}}` + "\n" + `{"id":"99","attributes":{"plan":"=b","n":2}}` + "\n" + `{"id":"2","attributes":{"plan":"'c"}}` + "\n" +
			`{"id":"3","attribute":{"plan":"d","n":4}}` + "\n" + `{"attributes":{"plan":"e","n":5}}` + "\n", openJSON(bulk.JSONOptions{Kind: kind}), strings.NewReplacer(`"99"`, `"4"`, `"attribute":`, `"attributes":`, `,"attributes":{"plan":"e"`, `,"id":"5","attributes":{"plan":"e"`), 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			desk := memory.New()
			for _, id := range []string{"1", "2", "3", "4", "5"} {
				desk.Put(adapters.ContactRef(id), map[string]json.RawMessage{})
			}
			apply := func(text string) (bulk.Summary, string) {
				t.Helper()
				in, err := test.open(strings.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				var b strings.Builder
				rejects := in.Rejects(&b)
				summary, err := bulk.Apply(t.Context(), in.Rows(), bulk.Options{Adapter: desk, Workers: 1, Event: func(e bulk.Event) {
					if err := rejects.Add(e); err != nil {
						t.Error(err)
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				return summary, b.String()
			}
			summary, rejected := apply(test.text)
			check(t, summary, test.rows, 2, 0, 3, 0)
			again, rejectedAgain := apply(rejected)
			check(t, again, 3, 0, 0, 3, 0)
			if n := strings.Count(rejectedAgain, "\n"); n != strings.Count(rejected, "\n") {
				t.Errorf("the rows are rejected again as %q", rejectedAgain)
			}
			mended, left := apply(test.mend.Replace(rejectedAgain))
			check(t, mended, 3, 3, 0, 0, 0)
			if left != "" {
				t.Errorf("nothing failed, and rejected are %q", left)
			}
			for id, plan := range map[string]string{"1": "=a", "2": "'c", "3": "d", "4": "=b", "5": "e"} {
				holds(t, desk, id, "plan", plan)
			}
			for id, n := range map[string]string{"1": "1", "2": "", "3": "4", "4": "2", "5": "5"} {
				holds(t, desk, id, "n", n)
			}
		})
	}
}

// TestRejectsOfOddNames: the separator is found where the id's column has got an
// apostrophe.
func TestRejectsOfOddNames(t *testing.T) {
	o := bulk.CSVOptions{Kind: adapters.Contact, IDColumn: "-id"}
	in, err := bulk.CSV(strings.NewReader("-id;plan\n7;x\n"), o)
	if err != nil {
		t.Fatal(err)
	}
	in, err = bulk.CSV(strings.NewReader(rejectAll(t, in)), o)
	expectRows(t, shownRows(t, in, err), "contact 7 plan=string:x")
}

// TestRejectsOfLongRows: a row that was just short enough is so once more, with
// what is added to it.
func TestRejectsOfLongRows(t *testing.T) {
	const row = "7,"
	text := "id,a,b\n" + row + strings.Repeat("=", 1<<20-len(row)-2) + ",-\n"
	for range 3 {
		in, err := bulk.CSV(strings.NewReader(text), bulk.CSVOptions{Kind: adapters.Contact})
		if err != nil {
			t.Fatal(err)
		}
		text = rejectAll(t, in)
	}
	in, err := bulk.CSV(strings.NewReader(text), bulk.CSVOptions{Kind: adapters.Contact})
	expectRows(t, shownRows(t, in, err), "contact 7 a=string:"+strings.Repeat("=", 1<<20-len(row)-2)+" b=string:-")

	text = `{"id":"7","attributes":{"a":"` + strings.Repeat("x", 1<<20-32) + `"}}`
	if len(text) != 1<<20 {
		t.Fatalf("the row has %d bytes", len(text))
	}
	for range 3 {
		in, err := bulk.JSONLines(strings.NewReader(text), bulk.JSONOptions{Kind: adapters.Contact})
		if err != nil {
			t.Fatal(err)
		}
		text = rejectAll(t, in)
	}
	in, err = bulk.JSONLines(strings.NewReader(text), bulk.JSONOptions{Kind: adapters.Contact})
	expectRows(t, shownRows(t, in, err), "contact 7 a=string:"+strings.Repeat("x", 1<<20-32))
}

// TestRejectsAreNeverRun: no cell of a file of rejected rows begins as a formula.
func TestRejectsAreNeverRun(t *testing.T) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.Write([]string{"id", "=plan"})
	var plans []string
	for _, first := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "'", "''", "'=", "'-", "x", ""} {
		for _, rest := range []string{"", "5", "1+1", "4512345678", "a,b", "a\"b", "\t", "=x", "'"} {
			if first+rest == "" {
				continue
			}
			plans = append(plans, first+rest)
			w.Write([]string{"7", first + rest})
		}
	}
	w.Flush()
	open := func(text string) *bulk.Input {
		t.Helper()
		in, err := bulk.CSV(strings.NewReader(text), bulk.CSVOptions{Kind: adapters.Contact})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	rejected := text.String()
	for range 3 { // rejected rows of rejected rows, too
		rejected = rejectAll(t, open(rejected))
		records, err := csv.NewReader(strings.NewReader(rejected)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range slices.Concat(records...) {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
				t.Errorf("a spreadsheet runs the cell %q", cell)
			}
		}
		var got []string
		for row, err := range open(rejected).Rows() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, row.Attributes["=plan"].Text())
		}
		if !slices.Equal(got, plans) {
			t.Errorf("got  %q\nwant %q", got, plans)
		}
	}
}

// TestRejectsOfOtherErrors: what an adapter says is no formula either.
func TestRejectsOfOtherErrors(t *testing.T) {
	in, err := bulk.CSV(strings.NewReader("id,plan\n"), bulk.CSVOptions{Kind: adapters.Contact})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := in.Rejects(&b).Add(bulk.Event{Row: bulk.Row{Line: 2, Raw: "7,x"}, Outcome: bulk.Failed, Err: errors.New("=1+1")}); err != nil {
		t.Fatal(err)
	}
	if want := "deskattr_line,deskattr_code,deskattr_reason,id,plan\r\n2,,'=1+1,7,x\r\n"; b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

// TestRejectsAreNotWritten: a failure of the file is told, and rows that did not
// fail are none of it.
func TestRejectsAreNotWritten(t *testing.T) {
	in, err := bulk.CSV(strings.NewReader("kind,id,plan\n"), bulk.CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rejects := in.Rejects(full{})
	for _, outcome := range []bulk.Outcome{bulk.Done, bulk.Unchanged, bulk.Left} {
		if err := rejects.Add(bulk.Event{Outcome: outcome}); err != nil {
			t.Errorf("%s: %v", outcome, err)
		}
	}
	if err := rejects.Add(bulk.Event{Outcome: bulk.Failed, Err: refused}); err == nil || err.Error() != "rejected rows cannot be written: the disk is full" {
		t.Errorf("got %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }
