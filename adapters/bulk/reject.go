package bulk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// Rejects writes the rows that failed as a file that can be mended and applied
// again: [CSV] and [JSONLines] read it with the options of the input. What stands
// in a row is as it was, with the same columns or fields. Before it are
// deskattr_line, the line of the input, deskattr_code and deskattr_reason.
//
// Rows come in the order in which they failed. One that is applied again comes
// after all others of its record, those too that stood below it.
//
// In CSV, a cell that a spreadsheet would run as a formula has an apostrophe before
// it, and so has one that begins like such a cell; reading takes one off, in a file
// that has columns of ours and in no other. It is UTF-8, whatever the input was. A
// row that was too long to be kept has its line, code and reason alone.
type Rejects struct {
	w      io.Writer
	format inputFormat
	begun  bool
}

// Rejects writes rows of this input. Nothing is written before a row fails.
func (in *Input) Rejects(w io.Writer) *Rejects { return &Rejects{w: w, format: in.format} }

// Add writes the row of an event, if it failed. Events come one at a time, and so
// do calls of Add.
func (r *Rejects) Add(e Event) error {
	if e.Outcome != Failed {
		return nil
	}
	raw := e.Row.Raw
	var bad unreadError
	if errors.As(e.Err, &bad) {
		raw = bad.raw
	}
	var code adapters.Code
	var failure *adapters.Error
	if errors.As(e.Err, &failure) {
		code = failure.Code
	}
	text := r.format.rejected(raw, e.Row.Line, code, fmt.Sprint(e.Err))
	if !r.begun {
		text = r.format.head() + text
		r.begun = true
	}
	if _, err := io.WriteString(r.w, text); err != nil {
		return fmt.Errorf("rejected rows cannot be written: %w", err)
	}
	return nil
}

func (c *csvReader) rejected(raw string, line int64, code adapters.Code, reason string) string {
	return c.line([]string{strconv.FormatInt(line, 10), string(code), reason}, raw)
}

// line is a line of a file of rejected rows: ours, and the cells as they stand. The
// line ends with CRLF, so that a CR at the end of a row is still there.
func (c *csvReader) line(ours []string, raw string) string {
	var cells []string
	for _, cell := range ours {
		if cell = apostrophe(cell); strings.ContainsAny(cell, "\"\r\n"+string(c.separator)) {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		cells = append(cells, cell)
	}
	if raw == "" { // of a row that was too long
		return strings.Join(cells, string(c.separator)) + "\r\n"
	}
	for i, cell := range splitCells(raw, c.separator, nil) {
		if c.isOurs(i) {
			continue
		}
		quote := cell[:len(cell)-len(strings.TrimPrefix(cell, `"`))]
		cell = cell[len(quote):]
		if c.ours {
			cell = restore(cell)
		}
		cells = append(cells, quote+apostrophe(cell))
	}
	return strings.Join(cells, string(c.separator)) + "\r\n"
}

// A spreadsheet takes a cell that begins with one of these for a formula, some of
// them after white space. -5 and +4512345678 too: it would write them another way.
const formula = "=+-@\t\r\n"

// apostrophe puts one before a cell that a spreadsheet would run, or that restore
// would take one from.
func apostrophe(cell string) string {
	if cell != "" && strings.IndexByte(formula, cell[0]) >= 0 || cell != restore(cell) {
		return "'" + cell
	}
	return cell
}

// restore takes the apostrophe away again. One before a word was never put there.
func restore(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(formula+"'", cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}

func (j *jsonReader) head() string { return "" }

// rejected is the object with our fields before its own. A line that is no object
// is a text in one of ours, and so is refused again until it was mended.
func (j *jsonReader) rejected(raw string, line int64, code adapters.Code, reason string) string {
	b := fmt.Appendf(nil, `{"%sline":%d,"%scode":%s,"%sreason":%s`, reserved, line, reserved, jsonText(string(code)), reserved, jsonText(reason))
	switch {
	case raw == "":
	case raw[0] == '{' && json.Valid([]byte(raw)):
		for f := range jsonFields(raw) {
			if !strings.HasPrefix(f.name, reserved) || f.name == reserved+"raw" {
				b = append(append(b, ','), f.text...)
			}
		}
	default:
		b = fmt.Appendf(b, `,"%sraw":%s`, reserved, jsonText(raw))
	}
	return string(b) + "}\n"
}

// jsonText is a text as JSON.
func jsonText(text string) []byte {
	raw, _ := adapters.String(text).MarshalJSON() // a text always has a form
	return raw
}
