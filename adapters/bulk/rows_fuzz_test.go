package bulk_test

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// outcomeOf is what an input gives, for comparison: rows, and the codes of those
// that are refused. Each is checked for what is true of any.
func outcomeOf(t *testing.T, in *bulk.Input, size int64) (outcomes []string, rejected string, broken bool) {
	t.Helper()
	var b strings.Builder
	rejects := in.Rejects(&b)
	var line, at int64 = 0, -1
	for row, err := range in.Rows() {
		event := bulk.Event{Row: row, Outcome: bulk.Failed, Err: refused}
		var bad *bulk.RowError
		switch {
		case broken:
			t.Fatal("something comes after the end")
		case errors.As(err, &bad):
			if row.Number != 0 || row.Attributes != nil || row.Raw != "" {
				t.Fatalf("there are both a row and an error: %+v, %v", row, err)
			}
			var failure *adapters.Error
			if !errors.As(err, &failure) || failure.Class != adapters.ErrInvalid || failure.Code == "" || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("the error is %q, %+v", err, failure)
			}
			event = bulk.Event{Row: bulk.Row{Number: bad.Number, Line: bad.Line, Byte: bad.Byte}, Outcome: bulk.Failed, Err: err}
			outcomes = append(outcomes, string(failure.Code))
		case err != nil:
			if !errors.Is(err, bulk.ErrInput) || row.Number != 0 || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("row %+v and the error %q", row, err)
			}
			broken = true
			continue
		default:
			if row.Attributes == nil || row.Ref.Kind == "" || (row.Ref.ID == "") == (row.Lookup.By == "") || row.Raw == "" {
				t.Fatalf("a row is %+v", row)
			}
			for name, value := range row.Attributes {
				if name == "" && strings.HasPrefix(row.Raw, ",") || value.Kind() == adapters.ValueInvalid {
					t.Fatalf("attribute %q is %v", name, value)
				}
			}
			outcomes = append(outcomes, shownRow(row))
		}
		if event.Row.Number != int64(len(outcomes)) || event.Row.Line <= line || event.Row.Byte <= at || event.Row.Byte >= size {
			t.Fatalf("row %d on line %d, byte %d of %d, comes after row %d on line %d, byte %d", event.Row.Number, event.Row.Line, event.Row.Byte, size, len(outcomes)-1, line, at)
		}
		line, at = event.Row.Line, event.Row.Byte
		if err := rejects.Add(event); err != nil {
			t.Fatal(err)
		}
	}
	return outcomes, b.String(), broken
}

// roundTrip: what an input gives is what its rejected rows give, and theirs.
func roundTrip(t *testing.T, in *bulk.Input, size int64, open func(io.Reader) (*bulk.Input, error)) {
	t.Helper()
	first, rejected, _ := outcomeOf(t, in, size)
	for range 2 {
		if rejected == "" {
			if len(first) > 0 {
				t.Fatal("nothing was written")
			}
			return
		}
		in, err := open(strings.NewReader(rejected))
		if err != nil {
			t.Fatalf("rejected rows cannot be read: %v\n%q", err, rejected)
		}
		var again []string
		var broken bool
		text := rejected
		again, rejected, broken = outcomeOf(t, in, int64(len(text)))
		if broken || len(again) != len(first) {
			t.Fatalf("%d rejected rows are read as %d (%v)\n%q", len(first), len(again), broken, text)
		}
		for i := range first {
			if again[i] != first[i] && first[i] != string(adapters.CodeTooLong) {
				t.Fatalf("row %d was %q and is %q\n%q", i+1, first[i], again[i], text)
			}
		}
	}
}

// FuzzCSV: whatever a file holds, each row is read or refused, at a place inside of
// the file; and written as rejected rows it reads the same.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"kind,id,plan\ncontact,7,pro\n", "id;number;bool;date;time;path;many;json:=\n7;1.234,5;TRUE;31/01/2026;2026-01-31 09:30;a > b;\"[\"\"a\"\"]\";{}\n",
		"id\tplan\n7\t\"a\n\"\"b\"\r\n8\t=1\n", "sep=|\nid|plan\n7|'=a\n|\n\n9|'\n", "id,plan\n7,\"a\"b\n", "id,plan\n7,\"a\n", "id,plan\n7,5\" x\n8,\r\r\n9\n",
		"deskattr_code,id,-plan\nx,'=7,''=\n", "id,plan\n1.23E+15,#N/A\n", "\uFEFF\"id\",\"plan\"\nemail:a@b,\xff\n", "\n\nid,\"a\nb\"\n7,x\n", "id,plan\n7,\"\"\r", "id,plan\n\",\",\"\"\"\"\n", "id,'=a,''b\n=1,'=2,'3\n",
		string(utf16Of(binary.LittleEndian, "id,plan\n7,😀\n")), string(utf16Of(binary.BigEndian, "id;plan\n7;æ\"")) + "\x00\xD8\x00", "\xFF\xFEi\x00d\x00,\x00a\x00\n\x007\x00,\x00\x00\xD8\n\x00",
	} {
		for options := range uint8(4) {
			f.Add([]byte(seed), options*37)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, options uint8) {
		if bytes.HasPrefix(data, []byte{0x1F, 0x8B}) {
			return // offsets are those of what was compressed
		}
		o := bulk.CSVOptions{
			Kind: []adapters.Kind{"", adapters.Contact}[options&1], Separator: []rune{0, ',', ';', '\t'}[options>>1&3],
			Empty: []bulk.EmptyCells{"", bulk.EmptyClears, bulk.EmptyIsText, bulk.EmptySkips}[options>>3&3], Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: {
				{Key: "number", Type: adapters.TypeNumber}, {Key: "bool", Type: adapters.TypeBool}, {Key: "date", Type: adapters.TypeDate}, {Key: "time", Type: adapters.TypeTime},
				{Key: "path", Type: adapters.TypePath}, {Key: "many", Multi: true}, {Key: "link", Type: adapters.TypeLink},
			}},
		}
		if options>>5&1 == 1 {
			o.DateFormat, o.TimeZone = "DD/MM/YYYY", time.FixedZone("", 3600)
		}
		if options>>6&1 == 1 {
			o.IDColumn = "-plan"
		}
		in, err := bulk.CSV(bytes.NewReader(data), o)
		if err != nil {
			if !errors.Is(err, bulk.ErrInput) || in != nil {
				t.Fatalf("%v and %v", in, err)
			}
			return
		}
		roundTrip(t, in, int64(len(data)), openCSV(o))
	})
}

// FuzzJSONLines: as FuzzCSV; and a row has the attributes that package json reads.
func FuzzJSONLines(f *testing.F) {
	for _, seed := range []string{
		`{"kind":"contact","id":"7","attributes":{"plan":"pro","vip":true,"old":null,"n":1.50}}`, `{"id":7,"attributes":{"l":["a",null],"o":{"a":[{"b":"}"}]},"e":[]}}` + "\n" + `{"id":"email:a@b","attributes":{"\u0061":"\ud83d\ude00"}}`,
		`{"id":"7","attributes":{"a":1,"\u0061":1}}`, `{"id":"7","attributes":{},"x":1}`, "{\"id\":\"\xff\"}", `{"id":"\ud800"}`, `{"deskattr_code":"x","id":"7","attributes":{"a":"=1"}}`, "[]\n\n{\n\"\\", ` { "id" : "1" , "attributes" : { "a" : -0.0 , "" : "\\\"" } } `,
		string(utf16Of(binary.BigEndian, `{"id":"7","attributes":{"æ":"😀"}}`+"\n{")), `{"id":"7","attributes":{"a":1E999999999999,"b":[[]],"c":"\u0000"}}`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, contacts bool) {
		if bytes.HasPrefix(data, []byte{0x1F, 0x8B}) {
			return
		}
		var o bulk.JSONOptions
		if contacts {
			o.Kind = adapters.Contact
		}
		open := func() *bulk.Input {
			in, err := bulk.JSONLines(bytes.NewReader(data), o)
			if err != nil && !errors.Is(err, bulk.ErrInput) {
				t.Fatal(err)
			}
			return in
		}
		in := open()
		if in == nil {
			return
		}
		for row, err := range in.Rows() {
			if err != nil {
				continue
			}
			var object struct{ Attributes map[string]any }
			decoder := json.NewDecoder(strings.NewReader(row.Raw))
			decoder.UseNumber()
			if err := decoder.Decode(&object); err != nil {
				t.Fatalf("%q: %v", row.Raw, err)
			}
			want, err := adapters.From(object.Attributes, adapters.NilClears)
			if err != nil || len(want) != len(row.Attributes) {
				t.Fatalf("%q: %v, %d attributes and %d", row.Raw, err, len(row.Attributes), len(want))
			}
			for name, value := range want {
				if got := row.Attributes[name]; !got.Equal(value) {
					t.Fatalf("%q: attribute %q is %s %v, want %s %v", row.Raw, name, got.Kind(), got, value.Kind(), value)
				}
			}
		}
		roundTrip(t, open(), int64(len(data)), openJSON(o))
	})
}

// TestRowsOfAnyForm: what package csv writes is read as it was, with any separator
// and in any encoding.
func TestRowsOfAnyForm(t *testing.T) {
	spoilt := func(cell string) bool {
		in, err := bulk.CSV(strings.NewReader("id,a\n7,\""+strings.ReplaceAll(cell, `"`, `""`)+"\"\n"), bulk.CSVOptions{Kind: adapters.Contact})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range in.Rows() {
			return err != nil
		}
		return false
	}
	odd := rapid.SampledFrom([]string{"", `"`, `""`, ",", ";", "\t", "|", "\n", "\r\n", "\r", " ", "=1", "'=1", "sep=;", "\uFEFF", "😀", "\U0010FFFF", "1.5", "true", `\.`, "#", "'"})
	cells := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(odd, rapid.StringN(0, 5, -1)), 0, 4).Draw(t, "parts"), "")
	}).Filter(func(cell string) bool { return !spoilt(cell) })
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 5).Draw(t, "columns")
		var want [][]string
		header := []string{"id"}
		for i := range columns {
			header = append(header, string(rune('a'+i))+rapid.SampledFrom([]string{"", " b", "\"", "\n", ",", ";", "x"}).Draw(t, "name")+"z")
		}
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			row := []string{rapid.StringMatching(`[1-9][0-9]{0,5}`).Draw(t, "id")}
			for range columns {
				row = append(row, cells.Draw(t, "cell"))
			}
			want = append(want, row)
		}
		separator := rapid.SampledFrom([]rune{',', ';', '\t', '|'}).Draw(t, "separator")
		encoding := rapid.SampledFrom(encodings).Draw(t, "encoding")
		o := bulk.CSVOptions{Kind: adapters.Contact, Empty: bulk.EmptyIsText}
		if rapid.Bool().Draw(t, "given") || strings.ContainsAny(strings.Join(header, ""), ",;\n\"") {
			o.Separator = separator // a header that may be read in several ways
		}
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.Comma = separator
		if err := errors.Join(w.Write(header), w.WriteAll(want)); err != nil {
			t.Fatal(err)
		}
		in, err := bulk.CSV(bytes.NewReader(encoding.encode(text.String())), o)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for row, err := range in.Rows() {
			if err != nil {
				t.Fatalf("%q: %v", text.String(), err)
			}
			if i >= len(want) || row.Ref.ID != want[i][0] || len(row.Attributes) != columns {
				t.Fatalf("%q: row %d is %s", text.String(), i+1, shownRow(row))
			}
			for n, name := range header[1:] {
				if got := row.Attributes[name]; got.Kind() != adapters.ValueString || got.Text() != want[i][n+1] {
					t.Fatalf("%q: row %d, column %q is %q, want %q", text.String(), i+1, name, got.Text(), want[i][n+1])
				}
			}
			i++
		}
		if i != len(want) {
			t.Fatalf("%d rows, want %d", i, len(want))
		}
	})
}
