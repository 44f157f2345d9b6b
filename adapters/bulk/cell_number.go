package bulk

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// Numbers as people write them. Zeros in front are refused: who wrote them meant a
// text. eitherWay is a thousand and some to one reader, and one and some to
// another.
var (
	plainNumber  = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$`)
	commaNumber  = regexp.MustCompile(`^-?(0|[1-9]\d*),\d+$`)
	groupedComma = regexp.MustCompile(`^-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$`)
	eitherWay    = regexp.MustCompile(`^-?[1-9]\d{0,2}\.\d{3}$`)
)

// number keeps every digit.
func (c cells) number(d adapters.Definition, cell string) (adapters.Value, *adapters.Error) {
	switch {
	case c.comma && eitherWay.MatchString(cell):
		return adapters.Value{}, wrongType(d, "with the separator ; it may be a thousand and some or one and some; write 1234 or 1,234")
	case plainNumber.MatchString(cell):
		return adapters.Number(json.Number(cell)), nil
	case c.comma && (commaNumber.MatchString(cell) || groupedComma.MatchString(cell)):
		point := strings.NewReplacer(".", "", ",", ".")
		return adapters.Number(json.Number(point.Replace(cell))), nil
	case c.comma:
		return adapters.Value{}, wrongType(d, "write it as 1234,5 or 1.234,5 or 1234.5, without a unit and without zeros in front")
	}
	return adapters.Value{}, wrongType(d, "write it as 1234.5, without a unit, a sign for thousands, or zeros in front")
}
