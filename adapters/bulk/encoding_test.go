package bulk_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// encodings are the forms in which a text may come.
var encodings = []struct {
	name   string
	mark   int // bytes before the text
	encode func(string) []byte
}{
	{"UTF-8", 0, func(text string) []byte { return []byte(text) }},
	{"UTF-8 with a mark", 3, func(text string) []byte { return []byte("\uFEFF" + text) }},
	{"UTF-16 LE", 2, func(text string) []byte { return utf16Of(binary.LittleEndian, text) }},
	{"UTF-16 BE", 2, func(text string) []byte { return utf16Of(binary.BigEndian, text) }},
	{"gzip", 0, func(text string) []byte { return gzipped([]byte(text)) }},
	{"gzip of UTF-16", 2, func(text string) []byte { return gzipped(utf16Of(binary.LittleEndian, text)) }},
}

func utf16Of(order binary.AppendByteOrder, text string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune("\uFEFF" + text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// TestEncodings: a text reads the same in every encoding, however little comes at
// a time, and offsets are those of the file.
func TestEncodings(t *testing.T) {
	const text = "kind,id,plan\ncontact,1,æ😀\ncontact,2,\"\U0010FFFF\n\uFFFD\"\ncontact,,x\ncontact,4,\uFEFF€\n"
	for _, encoding := range encodings {
		for _, reader := range []struct {
			name string
			of   func(io.Reader) io.Reader
		}{
			{"at once", func(r io.Reader) io.Reader { return r }},
			{"by bytes", iotest.OneByteReader},
			{"with its end", iotest.DataErrReader},
		} {
			t.Run(encoding.name+" "+reader.name, func(t *testing.T) {
				in, err := bulk.CSV(reader.of(bytes.NewReader(encoding.encode(text))), bulk.CSVOptions{})
				before, _, _ := strings.Cut(text, "contact,,x")
				at := len(before)
				if strings.Contains(encoding.name, "16") {
					at = 2 * len(utf16.Encode([]rune(before)))
				}
				expectRows(t, shownRows(t, in, err), "contact 1 plan=string:æ😀", "contact 2 plan=string:\U0010FFFF\n\uFFFD",
					fmt.Sprintf(`line 5 (byte %d): invalid: column "id": the id is empty`, at+encoding.mark), "contact 4 plan=string:\uFEFF€")
			})
		}
	}
}

// TestLongUTF16: units and pairs are read across every boundary of a buffer.
func TestLongUTF16(t *testing.T) {
	for shift := range 4 {
		value := strings.Repeat("x", shift) + strings.Repeat("😀a", 30_000)
		in, err := bulk.CSV(bytes.NewReader(utf16Of(binary.LittleEndian, "id,plan\n7,"+value+"\n")), bulk.CSVOptions{Kind: adapters.Contact})
		expectRows(t, shownRows(t, in, err), "contact 7 plan=string:"+value)
	}
}

func TestBadEncodings(t *testing.T) {
	whole := gzipped([]byte("kind,id,plan\ncontact,1,a\n" + strings.Repeat("contact,2,b\n", 20_000)))
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-5] ^= 1 // the checksum
	utf16Text := utf16Of(binary.LittleEndian, "kind,id,plan\ncontact,1,a\ncontact,2,X\ncontact,3,c\n")
	half := bytes.Replace(utf16Text, []byte("X\x00"), []byte("\x00\xD8"), 1)
	low := bytes.Replace(utf16Text, []byte("X\x00"), []byte("\x00\xDC"), 1)
	for _, test := range []struct {
		name string
		data []byte
		rows int // before the error
		want string
		goes bool // it goes on
	}{
		{"gzip cut off", whole[:len(whole)-9], 20_001, "it cannot be read any further: unexpected EOF", false},
		{"gzip cut off early", whole[:12], 0, "the gzip is damaged or cut off: unexpected EOF", false},
		{"gzip of which the head is cut off", whole[:5], 0, "it begins as gzip does and is none: unexpected EOF", false},
		{"gzip damaged", damaged, 20_001, "it cannot be read any further: gzip: invalid checksum", false},
		{"gzip with something after it", append(bytes.Clone(whole), "more"...), 20_001, "it cannot be read any further", false},
		{"no gzip", []byte("\x1f\x8bid,plan\n7,x\n"), 0, "it begins as gzip does and is none: gzip: invalid header", false},
		{"UTF-16 without a mark", utf16Text[2:], 0, "it is no text, or UTF-16 without a byte order mark", false},
		{"UTF-16 cut off in a unit", utf16Text[:len(utf16Text)-1], 2, "it is UTF-16 and ends with half of a unit", false},
		{"the first half of a pair", half, 1, "line 3 (byte 52): invalid: byte 72 is not UTF-16: it is half of a surrogate pair", true},
		{"the second half of a pair", low, 1, "line 3 (byte 52): invalid: byte 72 is not UTF-16: it is half of a surrogate pair", true},
		{"the first half twice", bytes.Replace(utf16Text, []byte("X\x00"), []byte("\x00\xD8\x00\xD8"), 1), 1, "byte 72 is not UTF-16", true},
		{"half a pair at the end", append(bytes.Clone(utf16Text), 0x00, 0xD8), 3, "line 5 (byte 100): invalid: byte 100 is not UTF-16", false},
		{"half a pair in UTF-8", []byte("kind,id,plan\ncontact,2,\xED\xA0\x80\n"), 0, "line 2 (byte 13): invalid: byte 23 is not UTF-8", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := bulk.CSV(bytes.NewReader(test.data), bulk.CSVOptions{})
			got := shownRows(t, in, err)
			if len(got) <= test.rows || !strings.Contains(got[test.rows], test.want) {
				t.Fatalf("%d rows, the last of them %s; want %d and %s", len(got), got[len(got)-1], test.rows, test.want)
			}
			if test.goes != (len(got) > test.rows+1) {
				t.Errorf("after it come %q", got[test.rows+1:])
			}
		})
	}
}
