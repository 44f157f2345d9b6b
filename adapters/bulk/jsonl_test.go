package bulk_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

func TestJSONLines(t *testing.T) {
	contacts := bulk.JSONOptions{Kind: adapters.Contact}
	row := func(attributes string) string { return `{"id":"7","attributes":` + attributes + `}` }
	for _, test := range []struct {
		name    string
		options bulk.JSONOptions
		text    string
		want    []string
	}{
		{"every kind of value", bulk.JSONOptions{}, `{"kind":"contact","id":"7","attributes":{"plan":"pro","vip":true,"no":false,"old":null,"n":1.50,"l":["a","b"],"e":[],"m":["a",null],"x":[1],"o":{"b": 1,"a":[{}]}}}` + "\n",
			[]string{`contact 7 e=list:[] l=list:["a","b"] m=json:["a",null] n=number:1.50 no=bool:false o=json:{"b": 1,"a":[{}]} old=clear:(clear) plan=string:pro vip=bool:true x=json:[1]`}},
		{"numbers keep every digit", contacts, row(`{"a":9007199254740993,"b":-0.10,"c":1E400,"d":0}`), []string{"contact 7 a=number:9007199254740993 b=number:-0.10 c=number:1E400 d=number:0"}},
		{"escapes", contacts, row(`{"\u0061":"\ud83d\ude00\n\"\\ud800\/","b\"":["\u00e6","\\"],"c":{"\\":"\ud83d\udE00"}}`), []string{"contact 7 a=string:😀\n\"\\ud800/ b\"=list:[\"æ\",\"\\\\\"] c=json:{\"\\\\\":\"\\ud83d\\udE00\"}"}},
		{"ids", contacts, `{"id":7,"attributes":{}}` + "\n" + `{"id":9007199254740993,"attributes":{}}` + "\n" + `{"id":"007","attributes":{}}` + "\n" + `{"id":"email:a@b.example","attributes":{}}`,
			[]string{"contact 7", "contact 9007199254740993", "contact 007", "contact email=a@b.example"}},
		{"kinds", contacts, `{"kind":"contact","id":"7","attributes":{}}` + "\n" + `{"kind":"conversation","id":"7","attributes":{}}`, []string{"contact 7", "~line 2 (byte 44): invalid: the kind is another"}},
		{"white space", contacts, "\r\n \t\n { \"id\" : \"7\" , \"attributes\" : { \"a\" : [ \"b\" ] , \"n\" : 1 , \"o\" : { } } } \r\n\n", []string{`contact 7 a=list:["b"] n=number:1 o=json:{ }`}},
		{"no line end", contacts, row(`{"a":"b"}`), []string{"contact 7 a=string:b"}},
		{"nothing", contacts, "", nil},
		{"fields of ours", contacts, `{"deskattr_line":5,"deskattr_x":{"a":"}"},"id":"7","deskattr_x":1,"attributes":{"deskattr_a":1}}`, []string{"contact 7 deskattr_a=number:1"}},
		{"fields of ours may be anything", contacts, `{"deskattr_a":"` + "\xff" + `\ud800","id":"7","attributes":{}}`, []string{"contact 7"}},
		{"braces in texts", contacts, row(`{"a":"}],{\"","}":"{","o":{"a":"}"}}`), []string{`contact 7 a=string:}],{" o=json:{"a":"}"} }=string:{`}},

		{"no kind", bulk.JSONOptions{}, row("{}"), []string{"line 1 (byte 0): invalid: a field is missing; the fields are kind, id and attributes"}},
		{"an empty kind", contacts, `{"kind":"","id":"7","attributes":{}}`, []string{"~the kind is no text, or an empty one"}},
		{"a null kind", contacts, `{"kind":null,"id":"7","attributes":{}}`, []string{"~the kind is no text, or an empty one"}},
		{"no id", contacts, `{"attributes":{}}`, []string{"~a field is missing"}},
		{"an empty id", contacts, `{"id":"","attributes":{}}`, []string{"~the id is empty"}},
		{"ids that are none", contacts, `{"id":7.0,"attributes":{}}` + "\n" + `{"id":1e3,"attributes":{}}` + "\n" + `{"id":-7,"attributes":{}}` + "\n" + `{"id":null,"attributes":{}}` + "\n" + `{"id":["7"],"attributes":{}}` + "\n" + `{"id":"1.23E+15","attributes":{}}`,
			[]string{"~the id is no text, nor a whole number", "~the id is no text", "~the id is no text", "~the id is no text", "~the id is no text", "~the id is a long number as a spreadsheet shows it"}},
		{"no attributes", contacts, `{"id":"7"}`, []string{"~a field is missing"}},
		{"attributes that are none", contacts, row("[]") + "\n" + row("null") + "\n" + row(`"{"`), []string{"~the field attributes is no object", "~no object", "~no object"}},
		{"a field that is not known", contacts, `{"id":"7","attributes":{},"Kind":"contact"}`, []string{`~there is no field "Kind"; the fields are kind, id and attributes`}},
		{"a field twice", contacts, `{"id":"7","\u0069d":"8","attributes":{}}`, []string{`~the field "id" comes twice`}},
		{"a name twice", contacts, row(`{"plan":"a","pl\u0061n":"a"}`) + "\n" + row(`{"a":null,"a":null}`), []string{`~line 1 (byte 0): attribute "plan": invalid: it comes twice`, "~it comes twice"}},
		{"no object", contacts, "[]\n7\n\"a\"\nnull\n", []string{"~it is no JSON object", "~it is no JSON object", "~it is no JSON object", "~it is no JSON object"}},
		{"no JSON", contacts, "  {\"id\" 7}\n{\"id\":\"7\"\n}\n{} {}\n{\"a\":\"\t\"}\n", []string{"~line 1 (byte 0): invalid: it is no JSON: see what is before byte 9", "~line 2 (byte 11): invalid: it is no JSON: see what is before byte 20", "~line 3 (byte 21): invalid: it is no JSON: see what is before byte 22", "~before byte 27", "~no JSON"}},
		{"no UTF-8", contacts, row(`{"a":"` + "\xff" + `"}`), []string{"line 1 (byte 0): invalid: byte 29 is not UTF-8; save the file in that encoding"}},
		{"no UTF-8 after white space", contacts, "  " + row(`{"a":"`+"\xff"+`"}`), []string{"line 1 (byte 0): invalid: byte 31 is not UTF-8; save the file in that encoding"}},
		{"half of a pair in a field", contacts, `{"\ud800":1,"id":"7","attributes":{}}`, []string{"~half of a surrogate pair"}},
		{"halves of pairs", contacts, row(`{"a":"\ud800"}`) + "\n" + row(`{"a":"\uDC00"}`) + "\n" + row(`{"\ud800a":"\udc00"}`) + "\n" + row(`{"a":"\ud800\ud800"}`) + "\n" + row(`{"a":"\ud800\\udc00"}`) + "\n" + row(`{"a":{"b":"\\\uDfff"}}`) + "\n" + row(`{"a":"\ud83d😀\ude00"}`),
			[]string{"~half of a surrogate pair", "~half of", "~half of", "~half of", "~half of", "~half of", "~half of"}},
		{"it goes on", contacts, "{\n" + row(`{"a":"b"}`), []string{"~no JSON", "contact 7 a=string:b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.JSONLines(strings.NewReader(test.text), test.options)
			got := shownRows(t, in, err)
			expectRows(t, got, test.want...)
		})
	}
}

// TestJSONLinesEncodings: as TestEncodings.
func TestJSONLinesEncodings(t *testing.T) {
	text := `{"id":"7","attributes":{"æ":"😀"}}` + "\n" + `{"id":"8","attributes":{"æ":"😀",}}` + "\n"
	for _, encoding := range encodings {
		t.Run(encoding.name, func(t *testing.T) {
			in, err := bulk.JSONLines(bytes.NewReader(encoding.encode(text)), bulk.JSONOptions{Kind: adapters.Contact})
			begins, at := 38, 38+37
			if strings.Contains(encoding.name, "16") {
				begins, at = 2*35, 2*(35+34)
			}
			expectRows(t, shownRows(t, in, err), "contact 7 æ=string:😀", fmt.Sprintf("line 2 (byte %d): invalid: it is no JSON: see what is before byte %d", begins+encoding.mark, at+encoding.mark))
		})
	}
}

func TestJSONLinesLongRow(t *testing.T) {
	row := func(id string, length int) string {
		begin, end := `{"id":"`+id+`","attributes":{"a":"`, `"}}`
		return begin + strings.Repeat("x", length-len(begin)-len(end)) + end + "\n"
	}
	text := row("1", 1<<20) + row("2", 1<<20+1) + row("3", 5<<20) + row("4", 50)
	in, err := bulk.JSONLines(strings.NewReader(text), bulk.JSONOptions{Kind: adapters.Contact})
	got := shownRows(t, in, err)
	if len(got) != 4 {
		t.Fatalf("there are %d rows", len(got))
	}
	got[0] = got[0][:12]
	expectRows(t, got, "contact 1 a=", "line 2 (byte 1048577): invalid: the row has more than 1048576 bytes", "~line 3 (byte 2097155)", "contact 4 a=string:xxxxxxxxxxxxxxxxxx")
}
