package bulk

import (
	"bytes"
	"strings"
)

// quoting follows the quotes of a row, so that its end is known.
type quoting struct {
	separator byte
	in        place
	opened    int64 // line of the last quote that opened a cell
}

// place is where in a row something stands.
type place int

const (
	atStart  place = iota // of a cell
	unquoted              // in a cell without quotes, where they mean nothing
	inQuotes
	behind     // a quote inside of a quoted cell: its end, or the first of two
	behindLine // the CR behind a quoted cell
)

// goesOn follows the next piece, and tells whether a line end at its end is inside
// of a quoted cell.
func (q *quoting) goesOn(chunk []byte, line int64) (bool, error) {
	if q.in == atStart && bytes.HasSuffix(chunk, []byte("\n")) && bytes.IndexByte(chunk, '"') < 0 {
		return false, nil // most rows
	}
	for i := 0; i < len(chunk); {
		switch q.in {
		case atStart:
			q.in = unquoted
			if chunk[i] == '"' {
				q.in, q.opened = inQuotes, line
				i++
			}
		case unquoted:
			i += q.upTo(chunk[i:], q.separator, atStart)
		case inQuotes:
			i += q.upTo(chunk[i:], '"', behind)
		case behind, behindLine:
			switch c := chunk[i]; {
			case c == '"' && q.in == behind:
				q.in = inQuotes
			case c == q.separator && q.in == behind:
				q.in = atStart
			case c == '\r' && q.in == behind:
				q.in = behindLine
			case c == '\n':
			default:
				return false, inputError("line %d: text follows the closing quote of the quoted cell that began on line %d, so nobody can tell where the next row begins: double the quotes inside of the cell", line, q.opened)
			}
			i++
		}
	}
	return q.in == inQuotes, nil
}

// upTo is how many bytes there are up to the end of a byte, behind which is then.
func (q *quoting) upTo(chunk []byte, b byte, then place) int {
	if i := bytes.IndexByte(chunk, b); i >= 0 {
		q.in = then
		return i + 1
	}
	return len(chunk)
}

// trimEnd takes the line end off a row.
func trimEnd(row string) string {
	return strings.TrimSuffix(strings.TrimSuffix(row, "\n"), "\r")
}

// splitCells are the cells of a row as they stand, with their quotes.
func splitCells(row string, separator byte, cells []string) []string {
	for {
		from := 0
		if strings.HasPrefix(row, `"`) {
			from = endOfQuoted(row)
		}
		i := strings.IndexByte(row[from:], separator)
		if i < 0 {
			return append(cells, row)
		}
		cells, row = append(cells, row[:from+i]), row[from+i+1:]
	}
}

// endOfQuoted is where a quoted cell ends.
func endOfQuoted(row string) int {
	for i := 1; i < len(row); i++ {
		n := strings.IndexByte(row[i:], '"')
		if n < 0 {
			break
		}
		if i += n; i+1 == len(row) || row[i+1] != '"' {
			return i + 1
		}
		i++
	}
	return len(row)
}

// unquote is what stands in a cell, or why nobody can tell.
func unquote(cell string) (text, why string) {
	if inner, ok := strings.CutPrefix(cell, `"`); ok {
		return strings.ReplaceAll(strings.TrimSuffix(inner, `"`), `""`, `"`), ""
	}
	switch {
	case strings.Contains(cell, `"`):
		return "", "there is a quote inside of a cell that does not begin with one; put the cell in quotes, and double those inside"
	case strings.Contains(cell, "\r"):
		return "", "there is a CR that ends no line; put the cell in quotes, or end lines with LF or CRLF"
	}
	return cell, ""
}
