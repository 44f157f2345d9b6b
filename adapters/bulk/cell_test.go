package bulk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/memory"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	if name == "" {
		return nil
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return location
}

// oneCell reads a file with one cell of one attribute.
func oneCell(t *testing.T, d adapters.Definition, separator rune, format, zoneName, cell string) []string {
	t.Helper()
	d.Key, d.Kind = "a", adapters.Contact
	text := fmt.Sprintf("id%ca\n7%c\"%s\"\n", separator, separator, strings.ReplaceAll(cell, `"`, `""`))
	in, err := bulk.CSV(strings.NewReader(text), bulk.CSVOptions{
		Kind: adapters.Contact, Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: {d}},
		DateFormat: format, TimeZone: zone(t, zoneName),
	})
	return shownRows(t, in, err)
}

// TestCells: what a cell says, by the type of its attribute. A wanted value that
// begins with ~ is an error.
func TestCells(t *testing.T) {
	tree := []adapters.Choice{{Value: "a", Choices: []adapters.Choice{{Value: "b > c", Label: "bc"}}}}
	for _, test := range []struct {
		name       string
		definition adapters.Definition
		separator  rune
		format     string
		zone       string
		cells      [][2]string
	}{
		{"text", adapters.Definition{Type: adapters.TypeText}, ';', "DD/MM/YYYY", "UTC", [][2]string{
			{"007", "string:007"}, {"1,5", "string:1,5"}, {"true", "string:true"}, {"31/01/2026", "string:31/01/2026"}, {" ", "string: "}, {"null", "string:null"},
			{"1.23E+15", "~its digits are lost"}, {"-1E-10", "~its digits are lost"}, {"#DIV/0!", "~in place of a value"}, {"#REF!", "~in place"}, {"#VALUE!", "~in place"}, {"#NAME?", "~in place"}, {"#NUM!", "~in place"}, {"#NULL!", "~in place"},
		}},
		{"what is not known", adapters.Definition{}, ',', "", "", [][2]string{{"1", "string:1"}, {"[1]", "string:[1]"}}},
		{"a choice", adapters.Definition{Type: adapters.TypeChoice}, ',', "", "", [][2]string{{"1", "string:1"}, {"a > b", "string:a > b"}}},
		{"a link", adapters.Definition{Type: adapters.TypeLink}, ',', "", "", [][2]string{{"https://a.example/?a,b", "link:https://a.example/?a,b"}}},
		{"a bool", adapters.Definition{Type: adapters.TypeBool}, ',', "", "", [][2]string{
			{"true", "bool:true"}, {"TRUE", "bool:true"}, {"True", "bool:true"}, {"false", "bool:false"}, {"FALSE", "bool:false"}, {"False", "bool:false"},
			{"tRUE", "~write true or false"}, {"yes", "~true or false"}, {"1", "~true or false"}, {"WAHR", "~true or false"}, {" true", "~true or false"},
		}},
		{"a number", adapters.Definition{Type: adapters.TypeNumber}, ',', "", "", [][2]string{
			{"1", "number:1"}, {"-5", "number:-5"}, {"0", "number:0"}, {"-0.50", "number:-0.50"}, {"9007199254740993.10", "number:9007199254740993.10"}, {"1e-7", "number:1e-7"}, {"1.234", "number:1.234"}, {"1.0E10", "number:1.0E10"},
			{"1,5", "~write it as 1234.5"}, {"1,234", "~1234.5"}, {"1,234.5", "~1234.5"}, {"1.234,5", "~1234.5"}, {"007", "~zeros in front"}, {"+5", "~1234.5"}, {".5", "~1234.5"}, {"5.", "~1234.5"}, {"5 ", "~1234.5"}, {"5%", "~without a unit"},
			{"0x10", "~1234.5"}, {"NaN", "~1234.5"}, {"1_000", "~1234.5"}, {"1.5E+03", "~its digits are lost"}, {"٣", "~1234.5"},
		}},
		{"a number with ;", adapters.Definition{Type: adapters.TypeNumber}, ';', "", "", [][2]string{
			{"1234,56", "number:1234.56"}, {"1.234,56", "number:1234.56"}, {"-1.234.567,8", "number:-1234567.8"}, {"1.234.567", "number:1234567"}, {"0,5", "number:0.5"}, {"1,234", "number:1.234"}, {"-5", "number:-5"},
			{"1.5", "number:1.5"}, {"0.123", "number:0.123"}, {"1234.567", "number:1234.567"}, {"1.2345", "number:1.2345"},
			{"1.234", "~a thousand and some or one and some"}, {"-12.345", "~a thousand and some"}, {"1,234,567", "~1.234,5"}, {"1.23,4", "~1.234,5"}, {"1.2345,6", "~1.234,5"}, {"0.123.456", "~1.234,5"}, {"01,5", "~1.234,5"}, {"1,", "~1.234,5"}, {",5", "~1.234,5"}, {"1,5e3", "~1.234,5"},
		}},
		{"a number with tabs", adapters.Definition{Type: adapters.TypeNumber}, '\t', "", "", [][2]string{{"1,5", "~1234.5"}, {"1.234", "number:1.234"}}},
		{"a path", adapters.Definition{Type: adapters.TypePath}, ',', "", "", [][2]string{
			{"a", `list:["a"]`}, {"a > b", `list:["a","b"]`}, {"a > b > c d", `list:["a","b","c d"]`}, {`["a","b > c"]`, `list:["a","b > c"]`}, {"a>b", `list:["a>b"]`}, {"[a] > b", `list:["[a]","b"]`},
		}},
		{"a path with arrows in its choices", adapters.Definition{Type: adapters.TypePath, Choices: tree}, ',', "", "", [][2]string{
			{"a", "~a choice of it has the sign >"}, {"a > b > c", "~a choice of it has the sign >"}, {`["a","b > c"]`, `list:["a","b > c"]`},
		}},
		{"a path with arrows in a label", adapters.Definition{Type: adapters.TypePath, Choices: []adapters.Choice{{Value: "a", Label: "x > y"}}}, ',', "", "", [][2]string{{"x > y", "~a choice of it has the sign >"}}},
		{"several values", adapters.Definition{Type: adapters.TypeText, Multi: true}, ',', "", "", [][2]string{
			{`["a","b"]`, `list:["a","b"]`}, {`[]`, `list:[]`}, {"a", "~several values"}, {"a, b", "~several values"}, {`["a",1]`, "~several values"}, {`["a`, "~several values"}, {`["\ud800"]`, "~several values"}, {"null", "~several values"},
		}},
		{"a day", adapters.Definition{Type: adapters.TypeDate}, ',', "", "", [][2]string{
			{"2026-01-31", "string:2026-01-31"}, {"2026-01-31T09:30:00+01:00", "string:2026-01-31T09:30:00+01:00"}, {"2026-01-31 00:00:00", "string:2026-01-31"}, {"2026-01-31T00:00", "string:2026-01-31"},
			{"03/04/2026", "~in which order day and month stand"}, {"31/01/2026", "~in which order"}, {"31.01.2026", "~in which order"}, {"2026-02-30", "~2026-01-31"}, {"2026-1-31", "~2026-01-31"}, {"26-01-31", "~2026-01-31"},
			{"2026-01-31 09:30", "~it has a time of day"}, {"46053", "~2026-01-31"}, {"2026-01-31 00:00:00,0", "~2026-01-31"}, {"2026-01-31 00:00:00.001", "~it has a time of day"},
		}},
		{"a day, first", adapters.Definition{Type: adapters.TypeDate}, ',', "DD/MM/YYYY", "", [][2]string{
			{"03/04/2026", "string:2026-04-03"}, {"3/4/2026", "string:2026-04-03"}, {"2026-04-03", "string:2026-04-03"}, {"03/04/2026 00:00", "string:2026-04-03"},
			{"04/31/2026", "~in the form that was said"}, {"03.04.2026", "~in the form"}, {"03/04/26", "~in the form"}, {"30/02/2026", "~in the form"},
		}},
		{"a day, the month first", adapters.Definition{Type: adapters.TypeDate}, ',', "MM/DD/YYYY HH:MM", "", [][2]string{{"03/04/2026", "string:2026-03-04"}, {"13/04/2026", "~in the form"}}},
		{"a day with points", adapters.Definition{Type: adapters.TypeDate}, ',', "DD.MM.YYYY HH:MM:SS", "", [][2]string{{"03.04.2026", "string:2026-04-03"}, {"3.4.2026 0:00:00", "string:2026-04-03"}, {"03/04/2026", "~in the form"}}},
		{"a day as ISO has it", adapters.Definition{Type: adapters.TypeDate}, ',', "YYYY-MM-DD", "", [][2]string{{"2026-04-03", "string:2026-04-03"}, {"03/04/2026", "~in which order"}}},
		{"a time", adapters.Definition{Type: adapters.TypeTime}, ',', "", "", [][2]string{
			{"2026-01-31T09:30:00Z", "time:2026-01-31T09:30:00.000Z"}, {"2026-01-31T09:30:00.123+01:00", "time:2026-01-31T08:30:00.123Z"}, {"2026-01-31T09:30:00.123456Z", "string:2026-01-31T09:30:00.123456Z"},
			{"2026-01-31T09:30:00", "~it has no time zone"}, {"2026-01-31 09:30", "~it has no time zone"}, {"2026-01-31", "~it has no time zone"}, {"2026-01-31T9:30:00Z", "~2026-01-31T09:30:00Z"}, {"2026-01-31T09:30:00,5Z", "~2026-01-31T09:30:00Z"},
			{"31/01/2026 09:30", "~in which order"}, {"09:30", "~in which order"}, {"1769851800", "~in which order"},
		}},
		{"a time in a zone", adapters.Definition{Type: adapters.TypeTime}, ',', "DD/MM/YYYY", "Europe/Copenhagen", [][2]string{
			{"2026-01-31T09:30:00", "time:2026-01-31T08:30:00.000Z"}, {"2026-07-31 09:30", "time:2026-07-31T07:30:00.000Z"}, {"31/01/2026 09:30:15", "time:2026-01-31T08:30:15.000Z"}, {"31/1/2026 9:30", "time:2026-01-31T08:30:00.000Z"},
			{"31/01/2026", "time:2026-01-30T23:00:00.000Z"}, {"2026-01-31 09:30:00.250", "time:2026-01-31T08:30:00.250Z"}, {"2026-01-31T09:30:00Z", "time:2026-01-31T09:30:00.000Z"},
			{"2026-01-31 09:30:00.0001", "~finer than a millisecond"}, {"2026-03-29 02:30", "~does not exist in its time zone, or comes twice"}, {"2026-10-25 02:30", "~comes twice"},
			{"2026-03-29 01:59:59", "time:2026-03-29T00:59:59.000Z"}, {"2026-03-29 03:00", "time:2026-03-29T01:00:00.000Z"}, {"2026-10-25 01:59:59", "time:2026-10-24T23:59:59.000Z"}, {"2026-10-25 03:00", "time:2026-10-25T02:00:00.000Z"},
			{"31/01/2026 24:00", "~in the form"}, {"31/01/2026 9:30 AM", "~in the form"}, {"31/01/2026T09:30", "~in the form"},
		}},
		{"a day that begins an hour late", adapters.Definition{Type: adapters.TypeTime}, ',', "", "America/Santiago", [][2]string{{"2026-09-06", "~does not exist"}, {"2026-09-07", "time:2026-09-07T03:00:00.000Z"}}},
		{"a day that was left out", adapters.Definition{Type: adapters.TypeTime}, ',', "", "Pacific/Apia", [][2]string{{"2011-12-30 12:00", "~does not exist"}, {"2011-12-31 12:00", "time:2011-12-30T22:00:00.000Z"}, {"2011-12-29 12:00", "time:2011-12-29T22:00:00.000Z"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, cell := range test.cells {
				want := "contact 7 a=" + cell[1]
				if strings.HasPrefix(cell[1], "~") {
					want = cell[1]
				}
				got := oneCell(t, test.definition, test.separator, test.format, test.zone, cell[0])
				if expectRows(t, got, want); t.Failed() {
					t.Fatalf("that was the cell %q", cell[0])
				}
				if want[0] == '~' && !strings.HasPrefix(got[0], `line 2 (byte 5): attribute "a": invalid: `) {
					t.Errorf("cell %q: %s", cell[0], got[0])
				}
			}
		})
	}
}

// TestDefinitionsOfColumns: a column's definition is the one an adapter would find.
func TestDefinitionsOfColumns(t *testing.T) {
	number := func(key, name string, archived bool) adapters.Definition {
		return adapters.Definition{Key: key, Name: name, Type: adapters.TypeNumber, Archived: archived}
	}
	flag := func(key, name string) adapters.Definition {
		return adapters.Definition{Key: key, Name: name, Type: adapters.TypeBool}
	}
	for _, test := range []struct {
		name        string
		definitions []adapters.Definition
		want        string
	}{
		{"none", nil, "string:1"},
		{"its key", []adapters.Definition{flag("b", ""), number("a", "", false)}, "number:1"},
		{"its name", []adapters.Definition{flag("b", ""), number("b", "a", false)}, "number:1"},
		{"the name goes before the key", []adapters.Definition{flag("a", ""), number("b", "a", false)}, "number:1"},
		{"the key, where the name is archived", []adapters.Definition{number("b", "a", true), flag("a", "")}, "~of type bool"},
		{"archived", []adapters.Definition{number("a", "", true)}, "string:1"},
		{"two of the name", []adapters.Definition{flag("b", "a"), number("c", "a", false)}, "string:1"},
		{"another case", []adapters.Definition{number("A", "A", false)}, "string:1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.CSV(strings.NewReader("kind,id,Column\nconversation,7,1\ncontact,7,1\nconversation,8,1\n"), bulk.CSVOptions{
				Columns: map[string]string{"Column": "a"}, Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: test.definitions},
			})
			want := "contact 7 a=" + test.want
			if test.want[0] == '~' {
				want = test.want
			}
			expectRows(t, shownRows(t, in, err), "conversation 7 a=string:1", want, "conversation 8 a=string:1")
		})
	}
}

// TestCellsFitStrict: what a cell becomes is what Strict takes for its definition.
func TestCellsFitStrict(t *testing.T) {
	definitions := []adapters.Definition{
		{Key: "text", Type: adapters.TypeText}, {Key: "number", Type: adapters.TypeNumber}, {Key: "bool", Type: adapters.TypeBool}, {Key: "date", Type: adapters.TypeDate},
		{Key: "time", Type: adapters.TypeTime}, {Key: "link", Type: adapters.TypeLink}, {Key: "choice", Type: adapters.TypeChoice, Choices: []adapters.Choice{{Value: "1"}}},
		{Key: "path", Type: adapters.TypePath, Choices: []adapters.Choice{{Value: "a", Choices: []adapters.Choice{{Value: "b"}}}}}, {Key: "many", Type: adapters.TypeText, Multi: true},
	}
	desk, err := memory.Open(driver.Options{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	desk.Define(adapters.Contact, definitions...)
	desk.Put(adapters.ContactRef("7"), nil)
	in, err := bulk.CSV(strings.NewReader("id;text;number;bool;date;time;link;choice;path;many\n"+
		`7;007;1.234,50;TRUE;31.01.2026;31.01.2026 09:30;https://a.example;1;a > b;"[""x""]"`), bulk.CSVOptions{
		Kind: adapters.Contact, Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: definitions}, DateFormat: "DD.MM.YYYY", TimeZone: time.UTC,
	})
	if err != nil {
		t.Fatal(err)
	}
	for row, err := range in.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := desk.UpdateAttributes(t.Context(), row.Ref, row.Attributes, adapters.Verify()); err != nil {
			t.Error(err)
		}
	}
	want := `map[bool:true choice:"1" date:"2026-01-31" link:"https://a.example" many:["x"] number:1234.50 path:["a","b"] text:"007" time:"2026-01-31T09:30:00.000Z"]`
	got := map[string]string{}
	for name, raw := range desk.Stored(adapters.ContactRef("7")) {
		got[name] = string(raw)
	}
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
