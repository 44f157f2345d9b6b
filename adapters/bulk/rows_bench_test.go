package bulk_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// endless is a file that is made as it is read: a head, and then rows.
type endless struct {
	left    []byte
	row     func(i int) string
	i, rows int
}

func (e *endless) Read(p []byte) (int, error) {
	if len(e.left) == 0 {
		if e.i == e.rows {
			return 0, io.EOF
		}
		e.i++
		e.left = []byte(e.row(e.i))
	}
	n := copy(p, e.left)
	e.left = e.left[n:]
	return n, nil
}

func csvRow(i int) string {
	return fmt.Sprintf("contact,%d,pro,\"%d,50\",TRUE,2026-01-31,\"a \"\"note\"\"\"\n", i, i)
}

func jsonRow(i int) string {
	return fmt.Sprintf(`{"kind":"contact","id":"%d","attributes":{"plan":"pro","sum":%d.50,"vip":true,"since":"2026-01-31","note":"a \"note\""}}`+"\n", i, i)
}

const csvHead = "kind,id,plan,sum,vip,since,note\n"

var typed = bulk.CSVOptions{Separator: ',', Definitions: map[adapters.Kind][]adapters.Definition{adapters.Contact: {
	{Key: "vip", Type: adapters.TypeBool}, {Key: "since", Type: adapters.TypeDate},
}}}

// TestManyRows: however many rows there are, memory stays what it was.
func TestManyRows(t *testing.T) {
	const rows, most = 100_000, 4 << 20
	for _, test := range []struct {
		name string
		file *endless
		open func(io.Reader) (*bulk.Input, error)
	}{
		{"CSV", &endless{left: []byte(csvHead), row: csvRow, rows: rows}, openCSV(typed)},
		{"CSV, all refused", &endless{left: []byte("kind,id,a\n"), row: csvRow, rows: rows}, openCSV(bulk.CSVOptions{})},
		{"JSON Lines", &endless{row: jsonRow, rows: rows}, openJSON(bulk.JSONOptions{})},
		{"one row without an end", &endless{left: []byte("kind,id,a\ncontact,7,\""), row: csvRow, rows: rows}, openCSV(bulk.CSVOptions{})},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, err := test.open(test.file)
			if err != nil {
				t.Fatal(err)
			}
			live := func() uint64 {
				var stats runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&stats)
				return stats.HeapAlloc
			}
			before, seen := live(), 0
			for row, err := range in.Rows() {
				if seen++; seen%20_000 == 0 || strings.HasPrefix(test.name, "one row") {
					if now := live(); now > before+most {
						t.Fatalf("after %d rows there are %d bytes in memory, and there were %d", seen, now, before)
					}
				}
				if err == nil && len(row.Attributes) != 5 {
					t.Fatalf("row %d is %s", row.Number, shownRow(row))
				}
			}
			if seen != rows && !strings.HasPrefix(test.name, "one row") {
				t.Errorf("there were %d rows", seen)
			}
			if now := live(); now > before+most {
				t.Errorf("at the end there are %d bytes in memory, and there were %d", now, before)
			}
		})
	}
}

func BenchmarkRows(b *testing.B) {
	for _, bench := range []struct {
		name string
		head string
		row  func(int) string
		open func(io.Reader) (*bulk.Input, error)
	}{
		{"CSV", csvHead, csvRow, openCSV(typed)},
		{"CSV without quotes", "id,plan,vip\n", func(i int) string { return fmt.Sprintf("%d,pro,true\n", i) }, openCSV(bulk.CSVOptions{Kind: adapters.Contact})},
		{"JSON Lines", "", jsonRow, openJSON(bulk.JSONOptions{})},
	} {
		b.Run(bench.name, func(b *testing.B) {
			const rows = 1000
			var file strings.Builder
			file.WriteString(bench.head)
			for i := range rows {
				file.WriteString(bench.row(i))
			}
			text := file.String()
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			n := 0
			for b.Loop() {
				in, err := bench.open(strings.NewReader(text))
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range in.Rows() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
