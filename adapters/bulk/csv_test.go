package bulk_test

import (
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

func TestCSV(t *testing.T) {
	contacts := bulk.CSVOptions{Kind: adapters.Contact}
	for _, test := range []struct {
		name    string
		options bulk.CSVOptions
		text    string
		want    []string
	}{
		{"every column is an attribute", bulk.CSVOptions{}, "kind,id,plan,seats\ncontact,7,pro,007\nconversation,8,free,1\n",
			[]string{"contact 7 plan=string:pro seats=string:007", "conversation 8 plan=string:free seats=string:1"}},
		{"columns in any order", bulk.CSVOptions{}, "plan,id,kind\npro,007,contact", []string{"contact 007 plan=string:pro"}},
		{"other names", bulk.CSVOptions{KindColumn: "what", IDColumn: "no", Columns: map[string]string{"Plan": "plan", "note": ""}},
			"what,no,Plan,note,id\ncontact,7,pro,x,y\n", []string{"contact 7 id=string:y plan=string:pro"}},
		{"one kind", contacts, "id,plan\n7,pro\n", []string{"contact 7 plan=string:pro"}},
		{"one kind, and a column kind that is an attribute", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"kind": "sort"}},
			"id,kind\n7,pro\n", []string{"contact 7 sort=string:pro"}},
		{"look-ups", contacts, "id,plan\nemail:a@b.example,x\nphone:+4512345678,x\nexternal:a:7,x\nother:7,x\nemail,x\nemail:,x\n", []string{
			"contact email=a@b.example plan=string:x", "contact phone=+4512345678 plan=string:x", "contact external=a:7 plan=string:x",
			"contact other:7 plan=string:x", "contact email plan=string:x", `~line 7 (byte 81): invalid: column "id": the id says email: and nothing behind it`,
		}},

		{"CRLF", contacts, "id,plan\r\n7,pro\r\n8,\"a\"\r\n", []string{"contact 7 plan=string:pro", "contact 8 plan=string:a"}},
		{"a last line without an end", contacts, "id,plan\n7,pro", []string{"contact 7 plan=string:pro"}},
		{"a last line that ends with CR", contacts, "id,plan\n7,pro\r", []string{"contact 7 plan=string:pro"}},
		{"a last line that ends with a quote and CR", contacts, "id,plan\n7,\"pro\"\r", []string{"contact 7 plan=string:pro"}},
		{"quotes", contacts, "\"id\",\"plan\"\n\"7\",\"a \"\"b\"\", c\"\n8,\"\"\"\"\n9,\" \"\n", []string{`contact 7 plan=string:a "b", c`, `contact 8 plan=string:"`, "contact 9 plan=string: "}},
		{"line ends in quotes stay what they are", contacts, "id,plan\n7,\"a\nb\r\nc\n\n\"\n8,x\n", []string{"contact 7 plan=string:a\nb\r\nc\n\n", "contact 8 plan=string:x"}},
		{"a header with a line end", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"a\nb": "ab"}}, "id,\"a\nb\"\n7,x\n", []string{"contact 7 ab=string:x"}},
		{"empty rows are none", contacts, "\n\r\n\nid,plan\n\n,\n7,x\n\"\",\"\"\n\r\n,\r\n8,y\n\n", []string{"contact 7 plan=string:x", "contact 8 plan=string:y"}},
		{"white space is text", contacts, "id,plan\n7, x \n", []string{"contact 7 plan=string: x "}},

		{"separator ;", contacts, "id;plan\n7;a,b\n", []string{"contact 7 plan=string:a,b"}},
		{"separator tab", contacts, "id\tplan\n7\ta,b;c\n", []string{"contact 7 plan=string:a,b;c"}},
		{"separator |", contacts, "id|plan\n7|a,b\n", []string{"contact 7 plan=string:a,b"}},
		{"separators in quotes do not count", contacts, "id;\"a,id,b\"\n7;x\n", []string{"contact 7 a,id,b=string:x"}},
		{"a separator under which quotes are wrong", contacts, "\"a\",id,z;id\nx,7,y\n", []string{"contact 7 a=string:x z;id=string:y"}},
		{"a separator under which the kind is missing", bulk.CSVOptions{}, "kind,id,a;id\ncontact,7,x\n", []string{"contact 7 a;id=string:x"}},
		{"a name with an apostrophe", contacts, "id,'=a\n7,x\n", []string{"contact 7 '=a=string:x"}},
		{"the separator that was given", bulk.CSVOptions{Kind: adapters.Contact, Separator: ';'}, "id,id;id\nx;7\n", []string{"contact 7 id,id=string:x"}},
		{"sep=", contacts, "sep=|\nid|a,b\n7|x\n", []string{"contact 7 a,b=string:x"}},
		{"sep= in quotes, in capitals, with CRLF", contacts, "\"SEP=\t\"\r\nid\tplan\r\n7\tx\r\n", []string{"contact 7 plan=string:x"}},

		{"empty cells are skipped", contacts, "id,plan,vip\n7,,x\n8,\"\",\n", []string{"contact 7 vip=string:x", "contact 8"}},
		{"empty cells clear", bulk.CSVOptions{Kind: adapters.Contact, Empty: bulk.EmptyClears}, "id,plan,vip\n7,,x\n", []string{"contact 7 plan=clear:(clear) vip=string:x"}},
		{"empty cells are texts", bulk.CSVOptions{Kind: adapters.Contact, Empty: bulk.EmptyIsText}, "id,plan,vip\n7,,x\n", []string{"contact 7 plan=string: vip=string:x"}},
		{"cells of JSON", contacts, "id,vip:=,n:=,t:=,l:=,o:=,c:=\n7,true,1.50,\"\"\"a\"\"\",\"[\"\"a\"\"]\",\"{\"\"a\"\":null}\",null\n8,,,,,,\n",
			[]string{`contact 7 c=clear:(clear) l=list:["a"] n=number:1.50 o=json:{"a":null} t=string:a vip=bool:true`, "contact 8"}},
		{"cells of JSON with white space", contacts, "id,a:=\n7, [1] \n8,\" null\n\"\n9,\"\t\"\"x\"\"\"\n", []string{"contact 7 a=json:[1]", "contact 8 a=clear:(clear)", "contact 9 a=string:x"}},
		{"cells of JSON by mapping", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"Vip": "vip:="}}, "id,Vip\n7,true\n8,yes\n",
			[]string{"contact 7 vip=bool:true", `~line 3 (byte 14): attribute "vip": invalid: column "Vip": it is no JSON`}},
		{"columns of ours", contacts, "deskattr_code,id,plan,deskattr_x\nx,7,a,=y\n", []string{"contact 7 plan=string:a"}},

		{"no kind", bulk.CSVOptions{}, "kind,id,plan\n,7,x\n", []string{`line 2 (byte 13): invalid: column "kind": the kind of record is empty`}},
		{"no id", contacts, "id,plan\n,x\n8,y\n", []string{`line 2 (byte 8): invalid: column "id": the id is empty`, "contact 8 plan=string:y"}},
		{"too few cells, too many", contacts, "id,plan\n7\n8,a,b\n9,c\n", []string{
			"line 2 (byte 8): invalid: the row has 1 cells, and the header has 2", "line 3 (byte 10): invalid: the row has 3 cells, and the header has 2", "contact 9 plan=string:c",
		}},
		{"a quote inside of a cell", contacts, "id,plan\n7,5\" x\n8,b\n", []string{`~line 2 (byte 8): invalid: column "plan": there is a quote inside`, "contact 8 plan=string:b"}},
		{"a CR inside of a cell", contacts, "id,plan\n7,a\rb\n8,a\r\r\n9,\"a\rb\"\n", []string{`~line 2 (byte 8): invalid: column "plan": there is a CR`, "~line 3 (byte 14)", "contact 9 plan=string:a\rb"}},
		{"what is no UTF-8", contacts, "id,plan\n7,a\xffb\n8,b\n", []string{"line 2 (byte 8): invalid: byte 11 is not UTF-8; save the file in that encoding", "contact 8 plan=string:b"}},
		{"text after a closing quote ends the input", contacts, "id,plan\n7,x\n8,\"he said \"no\"\n9,\"evil\n", []string{
			"contact 7 plan=string:x", "~input: line 3: text follows the closing quote of the quoted cell that began on line 3",
		}},
		{"it does so in what was begun on a line before", contacts, "id,plan\n7,\"a\nb\"c\n", []string{"~input: line 3: text follows the closing quote of the quoted cell that began on line 2"}},
		{"a CR after a closing quote", contacts, "id,plan\n7,\"a\"\rb\n", []string{"~input: line 2: text follows the closing quote"}},
		{"a CR and a quote after it", contacts, "id,plan\n7,\"a\"\r\"b\"\n", []string{"~input: line 2: text follows the closing quote"}},
		{"a CR and a separator after it", contacts, "id,plan\n\"7\"\r,b\n", []string{"~input: line 2: text follows the closing quote"}},
		{"a quote that never ends", contacts, "id,plan,x\n7,x,y\n8,\"a\nb\",\"c\n9,d,e\n10,f,g\n", []string{
			"contact 7 plan=string:x x=string:y", "~input: line 4: the quoted cell that begins here never ends; the rows from line 3 on were not read",
		}},
		{"a quote that ends the file", contacts, "id,plan\n7,\"", []string{"~input: line 2: the quoted cell that begins here never ends"}},

		{"what spreadsheets spoil", contacts, "id,plan\n1.23E+15,a\n7,1.23E+15\n8,#N/A\n9,#########\nexternal:1E+20,b\n10,Err:502\n11,\"1,2E-07\"\n", []string{
			`~column "id": the id is a long number as a spreadsheet shows it`, `~attribute "plan": invalid: it is a long number as a spreadsheet shows it`,
			`~attribute "plan": invalid: it is what a spreadsheet shows in place of a value`, "~in place of a value", `~column "id": the id is a long number`, "~in place of a value", "~long number",
		}},
		{"what only looks so", contacts, "id,plan\n1e10,12E5\n5e9f1e,#1\n7,#\n8,##\n9,1E5\n10,E\n11,Error:502\n12,1.0E10\n13,#n/a\n14,x1.23E+15\n", []string{
			"contact 1e10 plan=string:12E5", "contact 5e9f1e plan=string:#1", "contact 7 plan=string:#", "contact 8 plan=string:##", "contact 9 plan=string:1E5", "contact 10 plan=string:E",
			"contact 11 plan=string:Error:502", "contact 12 plan=string:1.0E10", "contact 13 plan=string:#n/a", "contact 14 plan=string:x1.23E+15",
		}},
		{"a long name", contacts, "id," + strings.Repeat("æ", 60) + "y\n7,5\" x\n", []string{`~column "` + strings.Repeat("æ", 50) + `…": there is a quote`}},
		{"what is left out is not looked at", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"note": ""}}, "id,plan,note\n7,x,#N/A\n", []string{"contact 7 plan=string:x"}},
		{"a cell is not run", contacts, "id,plan\n7,'=1\n8,=1\n", []string{"contact 7 plan=string:'=1", "contact 8 plan=string:=1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.CSV(strings.NewReader(test.text), test.options)
			expectRows(t, shownRows(t, in, err), test.want...)
		})
	}
}

// TestCSVHeader: what is wrong with a header or with the options is one error,
// before any row, and prints no cell of a file that has no header.
func TestCSVHeader(t *testing.T) {
	contacts := bulk.CSVOptions{Kind: adapters.Contact}
	for _, test := range []struct {
		name    string
		options bulk.CSVOptions
		text    string
		want    string
	}{
		{"nothing", contacts, "", "it is empty, and must have a header"},
		{"nothing but lines", contacts, "\n\r\n\n", "it is empty, and must have a header"},
		{"nothing after sep=", contacts, "sep=;\n", "there is no header after sep="},
		{"no header", bulk.CSVOptions{}, "secret,12,secret\n", `the header (line 1) does not have the columns "kind" and "id"`},
		{"no header, one kind", contacts, "secret,12,secret\n", `the header (line 1) has no column "id" with any of the separators`},
		{"no header, the separator given", bulk.CSVOptions{Kind: adapters.Contact, Separator: ','}, "secret,12,secret\n", `the header (line 1) has no column "id"; add it`},
		{"no header, doubled", bulk.CSVOptions{Separator: ','}, "id,secret,secret\n", `the header (line 1) has no column "kind"; add it`},
		{"the id in another case", contacts, "ID,plan\n", `has no column "id"`},
		{"several separators", contacts, "id,a;id\n", "can be read with several separators"},
		{"a kind twice", contacts, "id,kind,plan\n", `has a column "kind", and the kind of all records is given too`},
		{"a column without a name", contacts, "id,plan,\n", "column 3 has no name"},
		{"a name of nothing but its type", contacts, "id,:=\n", "column 2 has no name before its :="},
		{"a column twice", contacts, "id,plan,x,plan\n", `columns 2 and 4 are both "plan"`},
		{"an attribute twice", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"Plan": "plan"}}, "id,Plan,plan\n", `columns 2 and 3 are both the attribute "plan"`},
		{"an attribute twice, as JSON", contacts, "id,plan:=,plan\n", `columns 2 and 3 are both the attribute "plan"`},
		{"white space around a name", contacts, "id,plan ,x\n", "the name of column 2 has white space around it"},
		{"white space around the id", contacts, "plan, id\n", `has no column "id"; add it`},
		{"no attribute", contacts, "id\n7\n", "has no column that is an attribute"},
		{"no attribute left", bulk.CSVOptions{Columns: map[string]string{"plan": ""}}, "kind,id,plan\n", "has no column that is an attribute"},
		{"a column that is not there", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"Plan": "plan"}}, "id,plan\n", `has no column "Plan", which was said`},
		{"the id as an attribute", bulk.CSVOptions{Kind: adapters.Contact, Columns: map[string]string{"id": "x"}}, "id,plan\n", `column "id" names the record`},
		{"the kind as an attribute", bulk.CSVOptions{Columns: map[string]string{"kind": "x"}}, "kind,id,plan\n", `column "kind" names the record`},
		{"an open quote", contacts, "id,\"plan\n7,x\n", "line 1: the quoted cell that begins here never ends"},
		{"a quote in a name", contacts, "id,pl\"an\n7,x\n", "column 2: there is a quote inside"},
		{"text after a quote", contacts, "id,\"plan\"x\n", "text follows the closing quote"},
		{"lines that end with CR", contacts, "id,plan\r7,x\r", "column 2: there is a CR that ends no line"},
		{"no UTF-8", contacts, "id,pl\xe5n\n", "byte 5 is not UTF-8"},
		{"a zero byte", contacts, "id,plan\x00\n", "holds the character U+0000"},
		{"too long", contacts, "id,plan," + strings.Repeat("x", 1<<20) + "\n", "the header (line 1) has more than 1048576 bytes"},
		{"far too long", contacts, "id,plan," + strings.Repeat("x", 3<<20) + "\n", "line 1 is longer than a header can be"},
		{"too long, with lines", contacts, "id,plan,\"" + strings.Repeat("x\n", 3<<20) + "\"\n", "the header (line 1) has more than 1048576 bytes"},
		{"a spreadsheet", contacts, "PK\x03\x04\x14\x00", "it is a spreadsheet or an archive"},
		{"an old spreadsheet", contacts, "\xD0\xCF\x11\xE0\xA1", "it is a spreadsheet or an archive"},
		{"sep= and no separator", contacts, "sep=:\nid:plan\n", "line 1: the separator after sep= is none of"},
		{"sep= and another separator", bulk.CSVOptions{Kind: adapters.Contact, Separator: ','}, "sep=;\nid;plan\n", "line 1: the separator after sep= is not the one that was given"},

		{"option Separator", bulk.CSVOptions{Separator: ':'}, "id:plan\n", "the separator is none of , ; tab and |"},
		{"option Empty", bulk.CSVOptions{Empty: "null"}, "id,plan\n", `empty cells can mean skip, clear or text, and not "null"`},
		{"option DateFormat", bulk.CSVOptions{DateFormat: "02/01/2006"}, "id,plan\n", "the date format is none of"},
		{"option DateFormat, half a time", bulk.CSVOptions{DateFormat: "DD/MM/YYYY HH"}, "id,plan\n", "the date format is none of"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.CSV(strings.NewReader(test.text), test.options)
			if err == nil || in != nil {
				t.Fatalf("there is no error; want %s", test.want)
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("got  %s\nwant %s", err, test.want)
			}
		})
	}
}

// TestCSVLongRow: a row beyond the bound is refused, and the ones after it are
// read.
func TestCSVLongRow(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	quoted := strings.Repeat("x\n", 4<<20)
	text := "id,plan\n1," + long[:len(long)-2] + "\n2," + long[:len(long)-1] + "\n3," + long + long + long + "\n4,\"" + quoted + "\"\n5,y\n"
	in, err := bulk.CSV(strings.NewReader(text), bulk.CSVOptions{Kind: adapters.Contact})
	expectRows(t, shownRows(t, in, err),
		"contact 1 plan=string:"+long[:len(long)-2], "line 3 (byte 1048585): invalid: the row has more than 1048576 bytes",
		"~line 4 (byte 2097163): invalid: the row has more than", "~line 5 (byte 5242894): invalid: the row has more than", "contact 5 plan=string:y")
}

// TestCSVQuoteAtBoundary: a quote means the same wherever a buffer ends before it.
func TestCSVQuoteAtBoundary(t *testing.T) {
	for _, test := range []struct{ name, before, after string }{
		{"in a cell without quotes", "7,", "\"y\n"},
		{"in a quoted cell", "7,\"", "\"\"y\"\n"},
		{"behind a quoted cell", "7,\"", "\"\r\n"},
	} {
		for length := 1<<16 - 40; length <= 1<<16+4; length++ {
			value := strings.Repeat("x", length)
			in, err := bulk.CSV(strings.NewReader("id,plan\n"+test.before+value+test.after+"8,b\n"), bulk.CSVOptions{Kind: adapters.Contact})
			want := []string{"~there is a quote inside of a cell", "contact 8 plan=string:b"}
			switch test.name {
			case "in a quoted cell":
				want[0] = "contact 7 plan=string:" + value + "\"y"
			case "behind a quoted cell":
				want[0] = "contact 7 plan=string:" + value
			}
			if expectRows(t, shownRows(t, in, err), want...); t.Failed() {
				t.Fatalf("%s, %d bytes", test.name, length)
			}
		}
	}
}

// TestCSVAllErrors: all that is wrong with the attributes of a row is told, without
// a value.
func TestCSVAllErrors(t *testing.T) {
	in, err := bulk.CSV(strings.NewReader("id,b,a,c\n7,secret,1.23E+15,x\n"), bulk.CSVOptions{Kind: adapters.Contact, Definitions: map[adapters.Kind][]adapters.Definition{
		adapters.Contact: {{Key: "b", Type: adapters.TypeBool}, {Key: "c", Type: adapters.TypeNumber}},
	}})
	got := shownRows(t, in, err)
	expectRows(t, got, `~line 2 (byte 9): attribute "a": invalid: it is a long number`)
	for _, want := range []string{`attribute "b": invalid: the attribute is of type bool`, `attribute "c": invalid: the attribute is of type number`} {
		if !strings.Contains(got[0], want) || strings.Contains(got[0], "secret") {
			t.Errorf("got  %s\nwant %s", got[0], want)
		}
	}
}
