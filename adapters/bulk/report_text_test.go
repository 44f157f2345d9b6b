package bulk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters/bulk"
)

func text(t *testing.T, r bulk.Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportText(t *testing.T) {
	const s = time.Second
	cases := []struct {
		name  string
		write func(h *hand)
		want  string
	}{
		{"finished", func(h *hand) {
			h.begin(0, nil)
			at := h.before(s, 1)
			h.after(2*s, 1, "done", fields{"at": at, "ms": 1234})
			h.after(3*s, 2, "failed", fields{"ms": 20, "message": "memory (test): set contact 2: unavailable"})
			h.after(3*s, 3, "failed", fields{"ms": 0, "code": "", "ref": fields{}, "message": "line 4 (byte 60): too many cells"})
			h.end(90*s, 3)
		}, `
Apply to memory, account test
  input     rows
  began     2026-03-02 09:15:04 UTC
  finished  2026-03-02 09:16:34 UTC, after 1m30s
  rows      3 read: 1 done, 0 unchanged, 2 failed
  undo      possible

     failed  code          the first of them
          1  (no code)     line 4 (byte 60): too many cells
          1  server_error  line 3: set contact 2: unavailable

         ms  the slowest records
      1,234  done       line 2: contact 1
         20  failed     line 3: contact 2
`},
		{"broken off, torn, resumed", func(h *hand) {
			h.begin(0, fields{"no_values": true, "run": fields{"vendor": "dixa", "host": "dev.dixa.io"}})
			h.before(s, 1)
			h.begin(60*s, nil)
			h.after(61*s, 2, "unchanged", fields{"ms": 0})
			h.WriteString("5f3759df {")
		}, `
Apply to dixa, dev.dixa.io
  began     2026-03-02 09:15:04 UTC
  last seen 2026-03-02 09:16:05 UTC, after 1m1s; resumed once (running for 2s); not finished
  rows      0 done, 1 unchanged, 0 failed
  in flight 1 begun, without an outcome: they may have been written; resume the run
  undo      not possible: the journal holds no values
  torn      the last line is half written: a crash, or a run that is writing now
`},
		{"again, nothing read first", func(h *hand) {
			h.begin(0, nil)
			h.begin(s, nil)
			h.begin(2*s, fields{"again": true})
			h.after(2500*time.Millisecond, 1, "done", fields{"line": 0})
		}, `
Apply to memory, account test
  input     rows
  began     2026-03-02 09:15:04 UTC
  last seen 2026-03-02 09:15:06 UTC, after 2.5s; resumed 2 times (running for 500ms); not finished
  rows      1 done, 0 unchanged, 0 failed, since all were sent again
  in flight not known: records were not read before they were written
  undo      not possible: no record was read before it was written

         ms  the slowest records
          5  done       row 1: contact 1
`},
		{"undo", func(h *hand) {
			h.begin(0, fields{"kind": "undo", "no_values": true, "run": fields{"vendor": "dixa", "input": "journal begun 2026"}})
			h.after(s, 1, "failed", fields{"ms": 0, "code": "", "message": `attribute "plan": changed by somebody else since`})
			h.end(s, 1)
		}, `
Undo at dixa
  input     journal begun 2026
  began     2026-03-02 09:15:04 UTC
  finished  2026-03-02 09:15:05 UTC, after 1s
  rows      1 read: 0 done, 0 unchanged, 1 failed

     failed  code       the first of them
          1  (no code)  line 2: attribute "plan": changed by somebody else since
`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := &hand{}
			c.write(h)
			if got := text(t, read(t, h.file(t))); got != c.want[1:] {
				t.Errorf("got:\n%swant:%s", got, c.want)
			}
		})
	}
}

// TestReportTextFits: whatever a journal holds, no line is longer than a terminal
// is wide, nothing in it moves the cursor, and it is one screen.
func TestReportTextFits(t *testing.T) {
	for name, odd := range map[string]string{
		"long":             strings.Repeat("abcdefghi ", 400),
		"wide":             strings.Repeat("顧客", 200),
		"wide, half a one": "x" + strings.Repeat("顧", 200),
		"control":          "\x1b[2J\x1b]0;owned\a\r\n\u0085\u2028\u202e\ufeffab",
	} {
		t.Run(name, func(t *testing.T) {
			h := &hand{}
			h.begin(0, fields{"kind": odd, "run": fields{"vendor": odd, "account": odd, "host": odd, "input": odd}})
			for row := range 400 {
				h.after(time.Second, row+1, "failed", fields{
					"code": odd + fmt.Sprint(row%40), "message": odd, "ref": fields{"kind": odd, "id": odd + fmt.Sprint(row)},
				})
			}
			got := text(t, read(t, h.file(t)))
			if n := strings.Count(got, "\n"); n > 26 {
				t.Errorf("%d lines", n)
			}
			for line := range strings.Lines(got) {
				line = strings.TrimSuffix(line, "\n")
				width := 0
				for _, r := range line {
					width++
					if unicode.Is(unicode.Han, r) {
						width++
					}
					if !unicode.IsPrint(r) {
						t.Errorf("%q holds %U", line, r)
					}
				}
				if width > 100 || !utf8.ValidString(line) {
					t.Errorf("%d columns: %q", width, line)
				}
			}
		})
	}
}
