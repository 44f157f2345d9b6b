package bulk

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// cells say how the cells of a file are read.
type cells struct {
	comma  bool   // numbers have a decimal comma
	layout string // of days, beside 2026-01-31
	zone   *time.Location
}

// value is what a cell of an attribute says.
func (c cells) value(d adapters.Definition, cell string) (adapters.Value, *adapters.Error) {
	switch {
	case d.Type == adapters.TypePath:
		return readPath(d, cell)
	case d.Multi:
		if value, err := jsonCell(cell); err == nil && value.Kind() == adapters.ValueList {
			return value, nil
		}
		return adapters.Value{}, wrongType(d, `it holds several values: write them as ["a","b"]`)
	}
	switch d.Type {
	case adapters.TypeNumber:
		return c.number(d, cell)
	case adapters.TypeBool:
		switch cell {
		case "true", "True", "TRUE":
			return adapters.Bool(true), nil
		case "false", "False", "FALSE":
			return adapters.Bool(false), nil
		}
		return adapters.Value{}, wrongType(d, "write true or false")
	case adapters.TypeDate:
		return c.day(d, cell)
	case adapters.TypeTime:
		return c.moment(d, cell)
	case adapters.TypeLink:
		return adapters.Link(cell), nil
	}
	return adapters.String(cell), nil
}

func wrongType(d adapters.Definition, want string) *adapters.Error {
	return refuse(adapters.CodeWrongType, "the attribute is of type %s, and the cell is none: %s", d.Type, want)
}

// arrow is between the choices of a path.
const arrow = " > "

// readPath reads a JSON array, or choices with arrows between them, unless a choice of
// the attribute has one itself.
func readPath(d adapters.Definition, cell string) (adapters.Value, *adapters.Error) {
	if value, err := jsonCell(cell); err == nil && value.Kind() == adapters.ValueList {
		return value, nil
	}
	if hasArrow(d.Choices) {
		return adapters.Value{}, wrongType(d, `a choice of it has the sign > in its name, so write the path as ["a","b"]`)
	}
	return adapters.List(strings.Split(cell, arrow)...), nil
}

func hasArrow(choices []adapters.Choice) bool {
	return slices.ContainsFunc(choices, func(c adapters.Choice) bool {
		return strings.Contains(c.Value, arrow) || strings.Contains(c.Label, arrow) || hasArrow(c.Choices)
	})
}

// scientific is a number as a spreadsheet shows a long one. An E with a sign and
// two digits: ids of hexadecimal digits must not look so.
var scientific = regexp.MustCompile(`^[+-]?\d([.,]\d+)?E[+-]\d{2,}$`)

// noValue are what spreadsheets show in place of a value. LibreOffice has numbers
// for most.
var noValue = regexp.MustCompile(`^(#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|ERROR!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|GETTING_DATA)|Err:\d{3}|#{3,})$`)

// damaged is what is wrong with a cell that a spreadsheet has spoilt, or "".
func damaged(cell string) string {
	switch cell[:min(1, len(cell))] {
	case "#", "E":
		if noValue.MatchString(cell) {
			return "is what a spreadsheet shows in place of a value; mend it there, or empty the cell"
		}
	case "+", "-", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9":
		if strings.IndexByte(cell, 'E') > 0 && scientific.MatchString(cell) {
			return "is a long number as a spreadsheet shows it, its digits are lost; make the column text there before the data comes in"
		}
	}
	return ""
}
