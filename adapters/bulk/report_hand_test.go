package bulk_test

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// day is when the journals that these tests write by hand begin.
var day = time.Date(2026, 3, 2, 9, 15, 4, 0, time.UTC)

// fields are those of an entry.
type fields map[string]any

// hand writes a journal as its form is documented, without the package's help.
type hand struct{ strings.Builder }

// add adds an entry and returns where it is.
func (h *hand) add(entry string, of fields) int64 {
	text, err := json.Marshal(fields{entry: of})
	if err != nil {
		panic(err)
	}
	return h.line(string(text))
}

func (h *hand) line(text string) int64 {
	at := h.Len()
	fmt.Fprintf(h, "%08x %s\n", crc32.Checksum([]byte(text), crc32.MakeTable(crc32.Castagnoli)), text)
	return int64(at)
}

func (h *hand) begin(after time.Duration, more fields) {
	of := fields{"version": 1, "kind": "apply", "run": fields{"vendor": "memory", "account": "test", "input": "rows"}, "time": day.Add(after)}
	for name, v := range more {
		of[name] = v
	}
	h.add("begin", of)
}

func (h *hand) before(after time.Duration, row int) int64 {
	return h.add("before", fields{
		"row": row, "ref": fields{"kind": "contact", "id": fmt.Sprint(row)}, "time": day.Add(after),
		"was": fields{"plan": nil}, "set": fields{"plan": fields{"string": "gold"}},
	})
}

func (h *hand) after(after time.Duration, row int, outcome string, more fields) {
	of := fields{"row": row, "line": row + 1, "ref": fields{"kind": "contact", "id": fmt.Sprint(row)}, "outcome": outcome, "ms": 5, "time": day.Add(after)}
	if outcome == "failed" {
		of["code"], of["message"] = "server_error", fmt.Sprintf("memory: set contact %d: unavailable", row)
	}
	for name, v := range more {
		of[name] = v
	}
	h.add("after", of)
}

func (h *hand) end(after time.Duration, read int) {
	h.add("end", fields{"summary": fields{"read": read}, "time": day.Add(after)})
}

// file is the journal's path.
func (h *hand) file(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, []byte(h.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// madeUp is a run as one might have it: 12,480 rows; the vendor fails after a
// while, the run is stopped, goes on twice, and ends with some failures.
var madeUp = sync.OnceValue(func() *hand {
	h := &hand{}
	draw := rand.New(rand.NewPCG(1, 2))
	run := fields{"vendor": "chatwoot", "account": "acme", "host": "chat.example.com", "input": "sha256:9f2c5b1e4d7a80361c5e2f9ab4d87713"}
	began := fields{"run": run}
	now := time.Duration(0)
	fails := func(row int, code, message string) {
		h.after(now, row, "failed", fields{"code": code, "ms": 40 + draw.IntN(300), "message": fmt.Sprintf("chatwoot (acme): set contact %d: %s", row, message)})
	}
	do := func(row int, chance float64) {
		now += time.Duration(60+draw.IntN(120)) * time.Millisecond
		switch {
		case row%31 == 0:
			h.after(now, row, "unchanged", fields{"ms": 20 + draw.IntN(60)})
			return
		case row%271 == 0:
			fails(row, "record_not_found", "not found (status 404): the vendor has no such record, or not for this token")
			return
		case row%997 == 0:
			h.after(now, row, "failed", fields{"code": "", "ms": 0, "ref": fields{"kind": "", "id": ""}, "message": fmt.Sprintf("line %d (byte %d): column \"total\": it is not clear what the dot separates", row+1, row*61)})
			return
		}
		at := h.before(now, row)
		if draw.Float64() < chance {
			fails(row, "server_error", "unavailable (status 502): the vendor failed [it is not known whether it was written; the same call may be made again]")
			return
		}
		ms := 90 + draw.IntN(400)
		if row%701 == 0 {
			ms += draw.IntN(9000)
		}
		h.after(now, row, "done", fields{"at": at, "ms": ms, "is": fields{"plan": fields{"string": "gold"}}})
	}
	h.begin(0, began)
	for row := 1; row <= 7000; row++ {
		do(row, max(0, float64(row-6200)/900))
	}
	h.before(now, 7001) // it broke off
	now += 11 * time.Minute
	h.begin(now, began)
	for row := 6201; row <= 9000; row++ {
		do(row, 0.002)
	}
	now += 4*time.Minute + 10*time.Second
	h.begin(now, began)
	for row := 9001; row <= 12480; row++ {
		do(row, 0.001)
	}
	h.end(now, 12480)
	return h
})
