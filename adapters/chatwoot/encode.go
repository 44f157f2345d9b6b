package chatwoot

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// Limits of the server.
const (
	maxText    = 1500       // code points of a text of a conversation
	maxInteger = 9999999999 // whole number of a conversation; there is no least one
	maxDepth   = 98         // levels of a JSON value: Rails reads 100, of which the request takes two
)

// Key implements [driver.Driver]: a name is the key.
func (d *vendor) Key(_ adapters.Kind, name string, _ adapters.Value, _ []adapters.Definition) (string, error) {
	return name, nil
}

// Encode implements [driver.Driver].
func (d *vendor) Encode(kind adapters.Kind, _ string, v adapters.Value) (json.RawMessage, error) {
	limited := kind == adapters.Conversation // the server checks contacts against nothing
	switch v.Kind() {
	case adapters.ValueString, adapters.ValueLink:
		if length := utf8.RuneCountInString(v.Text()); limited && length > maxText {
			return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeTooLong, "the text has %d code points, of which Chatwoot stores %d", length, maxText)
		}
	case adapters.ValueNumber:
		if err := checkNumber(v.Number()); err != nil {
			return nil, err
		}
		if limited && beyond(v.Number().String()) {
			return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeTooLarge, "Chatwoot stores whole numbers up to %d on a conversation", maxInteger)
		}
	case adapters.ValueJSON:
		var tree any
		decoder := json.NewDecoder(strings.NewReader(v.String()))
		decoder.UseNumber()
		if err := decoder.Decode(&tree); err != nil {
			return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadValue, "is not JSON")
		}
		if err := checkTree(tree, maxDepth); err != nil {
			return nil, err
		}
		if plain, ok := driver.Plain(json.RawMessage(v.String())); ok && plain.Kind() != adapters.ValueJSON {
			return d.Encode(kind, "", plain) // JSON that is a mere text or number has its limits
		}
	}
	return v.MarshalJSON()
}

// Decode implements [driver.Driver].
func (d *vendor) Decode(_ adapters.Kind, _ string, raw json.RawMessage) (adapters.Value, bool) {
	return driver.Plain(raw)
}

// checkNumber refuses what the server, which keeps fractions in floating point,
// would store as another number.
func checkNumber(n json.Number) error {
	if !adapters.ExactInFloat64(n) {
		return driver.Refuse(adapters.ErrInvalid, adapters.CodeInexact, "Chatwoot would store another number; send it as text")
	}
	return nil
}

// beyond tells whether a number is a whole one over the limit. 1e12 is a fraction
// to the server, and passes; from 1e16 on it writes fractions with an exponent,
// which the database stores as whole numbers: the next write would be refused.
func beyond(literal string) bool {
	f, _ := strconv.ParseFloat(literal, 64)
	whole := !strings.ContainsAny(literal, ".eE")
	return whole && f > maxInteger || f >= 1e16
}

// checkTree refuses what the server would change inside a JSON value.
func checkTree(tree any, depth int) error {
	switch tree := tree.(type) {
	case json.Number:
		return checkNumber(tree)
	case []any:
		if depth == 0 {
			return tooDeep()
		}
		for _, item := range tree {
			if item == nil {
				return driver.Refuse(adapters.ErrUnsupported, adapters.CodeUnsupportedValue, "Chatwoot drops a null inside an array")
			}
			if err := checkTree(item, depth-1); err != nil {
				return err
			}
		}
	case map[string]any:
		if depth == 0 {
			return tooDeep()
		}
		for _, item := range tree {
			if err := checkTree(item, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

func tooDeep() error {
	return driver.Refuse(adapters.ErrUnsupported, adapters.CodeUnsupportedValue, "the JSON nests deeper than %d levels", maxDepth)
}
