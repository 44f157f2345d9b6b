package bulk

import (
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// CSVOptions say how a CSV file is read. The zero value reads one with the columns
// kind and id, in which every other column is an attribute and every cell a text.
type CSVOptions struct {
	// Separator is one of , ; tab and |. 0: that under which the header has the
	// columns it must have.
	Separator rune

	// Kind is the kind of all records. "": a column says it.
	Kind adapters.Kind
	// KindColumn and IDColumn are the columns that name the record: kind and id,
	// where they are "".
	KindColumn, IDColumn string

	// Columns gives columns the names of attributes; "" leaves a column out. One
	// that is not in it is the attribute of its own name. With := behind it, as in
	// vip:=, the cells are JSON, and null clears.
	Columns map[string]string

	// Definitions tell what a cell holds: a text, without one. An attribute's is
	// that of its Name or else its Key; where an adapter goes by aliases, give it
	// once more with the alias for its Name. They do not count in Digest.
	Definitions map[adapters.Kind][]adapters.Definition

	// Empty is what an empty cell means; "" skips it.
	Empty EmptyCells

	// DateFormat is how days are written, beside 2026-01-31: DD/MM/YYYY, MM/DD/YYYY,
	// DD.MM.YYYY or YYYY-MM-DD. A time of day may follow in the cells, HH:MM or
	// HH:MM:SS; here it may stand to show that.
	DateFormat string
	// TimeZone is that of times without one, which are refused if it is nil.
	TimeZone *time.Location
}

// EmptyCells is what empty cells mean.
type EmptyCells string

// What empty cells may mean.
const (
	EmptySkips  EmptyCells = "skip"  // the attribute stays as it is
	EmptyClears EmptyCells = "clear" // it is cleared
	EmptyIsText EmptyCells = "text"  // it is set to an empty text
)

// CSV opens a CSV file. The error is about the options, the encoding or the
// header, before any row.
//
// # Files
//
// UTF-8, with or without a byte order mark, or UTF-16 with one; compressed with
// gzip or not. A first line like sep=; is read as spreadsheets do. Rows end with LF
// or CRLF, and a row has at most 1 MiB. Rows whose cells are all empty are none.
//
// Quotes are as in RFC 4180: a quoted cell may hold line ends, exactly as they
// are. A quote inside a cell that does not begin with one is refused with its row.
// Where text follows a closing quote, or a quoted cell never ends, nobody can tell
// where the next row begins, and what stands in a cell must not be taken for a row:
// there the input ends, with ErrInput.
//
// A RowError has the line on which its row begins, and the byte: of the file, or
// of what was compressed.
//
// # Cells
//
// An id is the vendor's, or email:…, phone:… or external:….
//
// A text, a link and a choice are taken as they stand. A number is as in JSON,
// 1234.5; where the separator is ; also 1234,5 and 1.234,5, and 1.234 is refused,
// because it may be either. A bool is true, True or TRUE, or the same of false. A
// day is 2026-01-31 and sent so; with its time and zone it is sent as it stands. A
// time is 2026-01-31T09:30:00Z, or with another zone; TimeZone allows it without
// one, and a day for its first moment, but no hour that does not exist there or
// comes twice. A path is its choices with " > " between them, or a JSON array,
// which several values of one attribute must be: ["a","b"].
//
// # What spreadsheets do
//
// Refused is what a spreadsheet makes of data and nobody can turn back: 1.23E+15,
// #N/A and the like, ####, dates in an order that DateFormat does not say.
//
// Columns whose names begin with deskattr_ are not read: [Rejects] writes such.
func CSV(r io.Reader, o CSVOptions) (*Input, error) {
	if o.KindColumn == "" {
		o.KindColumn = "kind"
	}
	if o.IDColumn == "" {
		o.IDColumn = "id"
	}
	c := &csvReader{CSVOptions: o, types: map[adapters.Kind][]adapters.Definition{}}
	layout, ok := dayLayouts[dayFormat(o.DateFormat)]
	switch {
	case o.Separator != 0 && !isSeparator(string(o.Separator)):
		return nil, fmt.Errorf("the separator is none of , ; tab and |")
	case !slices.Contains([]EmptyCells{"", EmptySkips, EmptyClears, EmptyIsText}, o.Empty):
		return nil, fmt.Errorf("empty cells can mean skip, clear or text, and not %q", o.Empty)
	case !ok:
		return nil, fmt.Errorf("the date format is none of YYYY-MM-DD, DD/MM/YYYY, MM/DD/YYYY and DD.MM.YYYY")
	}
	var err error
	if c.text, err = newInputText(r); err != nil {
		return nil, err
	}
	if err := c.readHeader(); err != nil {
		return nil, err
	}
	c.cells = cells{comma: c.separator == ';', layout: layout, zone: o.TimeZone}
	return &Input{format: c}, nil
}

// csvReader reads the rows of a CSV file.
type csvReader struct {
	CSVOptions
	text      *inputText
	separator byte
	cells     cells

	first   string // the line sep=…, or ""
	header  string
	columns []column
	kind    int // the columns that name the record; -1: Kind is for all
	id      int
	ours    bool // Rejects wrote the file

	types   map[adapters.Kind][]adapters.Definition // of each column
	quoting quoting
	split   []string // used again
}

// column is one of the header.
type column struct {
	name      string
	attribute string // "": it is none
	json      bool   // its cells are JSON
	ours      bool   // Rejects wrote it
}

// record reads a row as it stands, with its line end.
func (c *csvReader) record() (part, error) {
	c.quoting = quoting{separator: c.separator}
	p, err := c.text.next(c.quoting.goesOn)
	if err == io.ErrUnexpectedEOF {
		err = inputError("line %d: the quoted cell that begins here never ends; the rows from line %d on were not read: close the quote", c.quoting.opened, p.line)
	}
	return p, err
}

func (c *csvReader) row() (Row, error) {
	for {
		p, err := c.record()
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: p.line, Byte: p.at}
		p.text = trimEnd(p.text)
		if p.long || !c.ours && len(p.text) > maxRow {
			return row, refuse(adapters.CodeTooLong, "the row has more than %d bytes", maxRow)
		}
		row.Raw = p.text
		c.split = splitCells(p.text, c.separator, c.split[:0])
		if !slices.ContainsFunc(c.split, func(cell string) bool { return cell != "" && cell != `""` }) {
			continue
		}
		if err := c.read(&row, p); err != nil {
			return row, err
		}
		return row, nil
	}
}

// read reads the cells of a row that was split.
func (c *csvReader) read(row *Row, p part) error {
	if err := c.checkText(p); err != nil {
		return err
	}
	if len(c.split) != len(c.columns) {
		return refuse(adapters.CodeBadValue, "the row has %d cells, and the header has %d", len(c.split), len(c.columns))
	}
	for i, cell := range c.split {
		var why string
		if c.split[i], why = unquote(cell); why != "" && !c.isOurs(i) {
			return refuse(adapters.CodeBadValue, "column %s: %s", quotedName(c.columns[i].name), why)
		}
		if c.ours {
			c.split[i] = restore(c.split[i])
		}
	}
	kind := c.Kind
	if c.kind >= 0 {
		kind = adapters.Kind(c.split[c.kind])
		if kind == "" {
			return refuse(adapters.CodeBadRef, "column %s: the kind of record is empty", quotedName(c.KindColumn))
		}
	}
	if err := row.name(kind, c.split[c.id]); err != nil {
		return refuse(err.Code, "column %s: %w", quotedName(c.IDColumn), err.Err)
	}
	types := c.typesOf(kind)
	row.Attributes = make(adapters.Attributes, len(c.columns))
	var bad []*adapters.Error
	for i, column := range c.columns {
		if column.attribute == "" {
			continue
		}
		value, err := c.value(column, types[i], c.split[i])
		switch {
		case err != nil:
			if err.Name = column.attribute; column.name != column.attribute {
				err.Err = fmt.Errorf("column %s: %w", quotedName(column.name), err.Err)
			}
			bad = append(bad, err)
		case value.Kind() != adapters.ValueInvalid:
			row.Attributes[column.attribute] = value
		}
	}
	return adapters.Join(bad)
}

// checkText says where a row is no text.
func (c *csvReader) checkText(p part) *adapters.Error {
	if utf8.ValidString(p.text) {
		return nil
	}
	at := p.at
	for i, cell := range c.split {
		if err := c.text.checkUTF8(part{text: cell, at: at}); err != nil && !c.isOurs(i) {
			return err
		}
		at += c.text.width([]byte(cell + string(c.separator)))
	}
	return nil
}

// isOurs tells whether Rejects wrote a column.
func (c *csvReader) isOurs(column int) bool { return column < len(c.columns) && c.columns[column].ours }

// value is what a cell says; the zero Value is nothing.
func (c *csvReader) value(column column, d adapters.Definition, cell string) (adapters.Value, *adapters.Error) {
	if cell == "" {
		switch c.Empty {
		case EmptyClears:
			return adapters.Clear(), nil
		case EmptyIsText:
			return adapters.String(""), nil
		}
		return adapters.Value{}, nil
	}
	if damage := damaged(cell); damage != "" {
		return adapters.Value{}, refuse(adapters.CodeBadValue, "it %s", damage)
	}
	if column.json {
		return jsonCell(cell)
	}
	return c.cells.value(d, cell)
}

// typesOf are the definitions of the columns' attributes.
func (c *csvReader) typesOf(kind adapters.Kind) []adapters.Definition {
	if types, ok := c.types[kind]; ok {
		return types
	}
	types := make([]adapters.Definition, len(c.columns))
	if defined, ok := c.Definitions[kind]; ok {
		for i, column := range c.columns {
			types[i] = definitionOf(column.attribute, defined)
		}
		c.types[kind] = types
	}
	return types
}

// definitionOf finds what an adapter would: one in use, by its name or else its
// key. Where several have the name, it is up to the adapter.
func definitionOf(attribute string, defined []adapters.Definition) adapters.Definition {
	for _, of := range []func(adapters.Definition) string{
		func(d adapters.Definition) string { return d.Name },
		func(d adapters.Definition) string { return d.Key },
	} {
		var found []adapters.Definition
		for _, d := range defined {
			if attribute != "" && of(d) == attribute && !d.Archived {
				found = append(found, d)
			}
		}
		if len(found) == 1 {
			return found[0]
		}
	}
	return adapters.Definition{}
}
