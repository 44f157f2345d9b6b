package bulk

import (
	"io"
	"maps"
	"slices"
	"strings"
)

// reserved begins the names of what Rejects adds to rows. It is not read.
const reserved = "deskattr_"

// separators are what may stand between cells.
const separators = ",;\t|"

func isSeparator(s string) bool { return len(s) == 1 && strings.Contains(separators, s) }

// readHeader reads up to the first row. No error prints a name before it is known
// that the header is one: where it is missing, the names are somebody's data.
func (c *csvReader) readHeader() error {
	p, err := c.firstLine()
	if err != nil {
		return err
	}
	c.separator = byte(c.Separator)
	if line := strings.Trim(trimEnd(p.text), `"`); len(line) > 4 && strings.EqualFold(line[:4], "sep=") {
		c.first = trimEnd(p.text)
		switch {
		case !isSeparator(line[4:]):
			return inputError("line %d: the separator after sep= is none of , ; tab and |", p.line)
		case c.Separator != 0 && line[4] != c.separator:
			return inputError("line %d: the separator after sep= is not the one that was given", p.line)
		}
		c.separator = line[4]
	} else {
		c.text.back(p)
		if c.separator == 0 {
			if c.separator, err = c.recognise(p); err != nil {
				return err
			}
		}
	}
	if p, err = c.record(); err == io.EOF {
		return inputError("there is no header after sep=")
	} else if err != nil {
		return err
	}
	c.header = trimEnd(p.text)
	switch bad := c.text.checkUTF8(p); {
	case p.long || len(c.header) > maxRow:
		return inputError("the header (line %d) has more than %d bytes", p.line, maxRow)
	case bad != nil:
		return inputError("the header (line %d): %w", p.line, bad.Err)
	case strings.Contains(c.header, "\x00"):
		return inputError("the header (line %d) holds the character U+0000: this is no text", p.line)
	}
	return c.readColumns(p.line)
}

// firstLine is the first line that is not empty.
func (c *csvReader) firstLine() (part, error) {
	for {
		p, err := c.text.next(nil)
		switch {
		case err == io.EOF:
			return p, inputError("it is empty, and must have a header")
		case err != nil:
			return p, err
		case p.long:
			return p, inputError("line %d is longer than a header can be", p.line)
		case trimEnd(p.text) != "":
			return p, nil
		}
	}
}

// recognise finds the one separator under which the header has the columns that
// name a record.
func (c *csvReader) recognise(p part) (byte, error) {
	header := trimEnd(p.text)
	if !strings.ContainsAny(header, separators) {
		return separators[0], nil // a single column
	}
	var found, torn []byte // torn: with quotes that are wrong then
	for _, separator := range []byte(separators) {
		q := quoting{separator: separator}
		_, err := q.goesOn([]byte(header), p.line)
		whole := err == nil
		var names []string
		for _, cell := range splitCells(header, separator, nil) {
			name, why := unquote(cell)
			whole = whole && why == ""
			name = strings.TrimSpace(name)
			names = append(names, name, restore(name)) // as in a file of rejected rows
		}
		switch {
		case !slices.Contains(names, c.IDColumn) || c.Kind == "" && !slices.Contains(names, c.KindColumn):
		case whole:
			found = append(found, separator)
		default:
			torn = append(torn, separator)
		}
	}
	if len(found) == 0 {
		found = torn // what is wrong is told where the cells are read
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, inputError("the header (line %d) can be read with several separators; say which it is", p.line)
	case c.Kind != "":
		return 0, inputError("the header (line %d) has no column %q with any of the separators , ; tab and |; add it, or say which column has the ids", p.line, c.IDColumn)
	}
	return 0, inputError("the header (line %d) does not have the columns %q and %q with any of the separators , ; tab and |; add them, or say which columns have the kinds and ids, or of what kind all records are", p.line, c.KindColumn, c.IDColumn)
}

// readColumns finds out what each column is.
func (c *csvReader) readColumns(line int64) error {
	for i, cell := range splitCells(c.header, c.separator, nil) {
		name, why := unquote(cell)
		if why != "" {
			return inputError("the header (line %d), column %d: %s", line, i+1, why)
		}
		c.columns = append(c.columns, column{name: name, ours: strings.HasPrefix(name, reserved)})
		c.ours = c.ours || c.columns[i].ours
	}
	find := func(name string) int {
		return slices.IndexFunc(c.columns, func(column column) bool { return column.name == name })
	}
	for i := range c.columns {
		if c.ours {
			c.columns[i].name = restore(c.columns[i].name)
		}
	}
	if c.id = find(c.IDColumn); c.id < 0 {
		return inputError("the header (line %d) has no column %q; add it, or say which column has the ids", line, c.IDColumn)
	}
	if c.kind = find(c.KindColumn); c.kind < 0 && c.Kind == "" {
		return inputError("the header (line %d) has no column %q; add it, or say which column has the kinds, or of what kind all records are", line, c.KindColumn)
	}
	if _, used := c.Columns[c.KindColumn]; c.Kind != "" && used {
		c.kind = -1 // a column like any other
	} else if c.Kind != "" && c.kind >= 0 {
		return inputError("the header (line %d) has a column %q, and the kind of all records is given too: give one of them, or say which attribute the column is", line, c.KindColumn)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Columns)) {
		if i := find(name); i < 0 {
			return inputError("the header (line %d) has no column %s, which was said to be an attribute, or left out", line, quotedName(name))
		} else if i == c.id || i == c.kind {
			return inputError("column %s names the record, and so can be neither an attribute nor left out", quotedName(name))
		}
	}
	return c.nameAttributes(line)
}

// nameAttributes finds the attribute of each column.
func (c *csvReader) nameAttributes(line int64) error {
	where, named := map[string]int{}, map[string]int{}
	attributes := 0
	for i := range c.columns {
		column := &c.columns[i]
		if column.ours {
			continue
		}
		switch first, twice := where[column.name]; {
		case column.name == "":
			return inputError("the header (line %d): column %d has no name; give it one, or take it out", line, i+1)
		case strings.TrimSpace(column.name) != column.name:
			return inputError("the header (line %d): the name of column %d has white space around it; take that out", line, i+1)
		case twice:
			return inputError("the header (line %d): columns %d and %d are both %s; take one out, or name it otherwise", line, first, i+1, quotedName(column.name))
		}
		where[column.name] = i + 1
		if i == c.id || i == c.kind {
			continue
		}
		name, given := c.Columns[column.name]
		if !given {
			name = column.name
		}
		if name == "" {
			continue
		}
		column.attribute, column.json = strings.CutSuffix(name, ":=")
		first, twice := named[column.attribute]
		switch {
		case column.attribute == "":
			return inputError("the header (line %d): column %d has no name before its :=", line, i+1)
		case twice:
			return inputError("the header (line %d): columns %d and %d are both the attribute %s", line, first, i+1, quotedName(column.attribute))
		}
		named[column.attribute] = i + 1
		attributes++
	}
	if attributes == 0 {
		return inputError("the header (line %d) has no column that is an attribute", line)
	}
	return nil
}

// head is the beginning of a file of rejected rows: as in this one, with our
// columns before the others. There they stand right where a row has too few cells.
func (c *csvReader) head() string {
	var head strings.Builder
	if c.text.mark {
		head.WriteString("\uFEFF")
	}
	if c.first != "" {
		head.WriteString(c.first + "\r\n")
	}
	head.WriteString(c.line([]string{reserved + "line", reserved + "code", reserved + "reason"}, c.header))
	return head.String()
}
