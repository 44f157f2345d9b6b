package chatwoottest

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A JSON value as Ruby holds it: nil, bool, string, *big.Int, float64, []any or *object.

// object is a Ruby hash: it remembers the order in which keys came.
type object struct {
	keys   []string
	values map[string]any
}

func newObject() *object { return &object{values: map[string]any{}} }

func (o *object) set(key string, value any) {
	if _, known := o.values[key]; !known {
		o.keys = append(o.keys, key)
	}
	o.values[key] = value
}

func (o *object) delete(key string) {
	delete(o.values, key)
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
}

// maxNesting is the limit of Ruby's JSON parser.
const maxNesting = 100

var errSyntax = errors.New("not JSON that Rails reads")

// parse reads one JSON text. Rails drops the nulls in arrays of a request (deep munge), PostgreSQL keeps them.
func parse(text []byte, dropNulls bool) (any, error) {
	if !json.Valid(text) || !utf8.Valid(text) || hasLoneSurrogate(text) {
		return nil, errSyntax
	}
	p := parser{json.NewDecoder(bytes.NewReader(text)), dropNulls}
	p.UseNumber()
	return p.value(0)
}

type parser struct {
	*json.Decoder
	dropNulls bool
}

func (p parser) value(depth int) (any, error) {
	token, err := p.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Number:
		return number(string(t)), nil
	case json.Delim:
		if depth == maxNesting {
			return nil, errSyntax
		}
		if t == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	}
	return token, nil
}

func (p parser) object(depth int) (any, error) {
	o := newObject()
	for p.More() {
		key, err := p.Token()
		if err != nil {
			return nil, err
		}
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		o.set(key.(string), value)
	}
	_, err := p.Token()
	return o, err
}

func (p parser) array(depth int) (any, error) {
	list := []any{}
	for p.More() {
		value, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		if value != nil || !p.dropNulls {
			list = append(list, value)
		}
	}
	_, err := p.Token()
	return list, err
}

// number is an integer of any size, or a double: infinite where it does not fit.
func number(text string) any {
	if integer, ok := new(big.Int).SetString(text, 10); ok {
		return integer
	}
	double, _ := strconv.ParseFloat(text, 64) // too large: an error and the infinity Ruby has too
	return double
}

// hasLoneSurrogate looks at the \u escapes of a valid JSON text; encoding/json would put U+FFFD in silently.
func hasLoneSurrogate(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++ // what is escaped
		if first := escaped(text[i:]); utf16.IsSurrogate(first) {
			i += len("uXXXX")
			if text[i] != '\\' || utf16.DecodeRune(first, escaped(text[i+1:])) == utf8.RuneError {
				return true
			}
			i++
		}
	}
	return false
}

// escaped is the code of uXXXX at the start of text, or 0.
func escaped(text []byte) rune {
	if text[0] != 'u' {
		return 0
	}
	code, _ := strconv.ParseUint(string(text[1:5]), 16, 16)
	return rune(code)
}

// render writes a value as Rails does.
func render(value any) json.RawMessage { return appendValue(nil, value, rubyFloat, nil) }

// column writes a value as jsonb keeps it: keys by length and then by bytes, no exponents, no negative zero.
func column(value any) json.RawMessage { return appendValue(nil, value, jsonbFloat, compareKeys) }

func compareKeys(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func appendValue(text []byte, value any, float func(float64) string, order func(a, b string) int) []byte {
	switch v := value.(type) {
	case float64:
		return append(text, float(v)...)
	case []any:
		text = append(text, '[')
		for i, element := range v {
			if i > 0 {
				text = append(text, ',')
			}
			text = appendValue(text, element, float, order)
		}
		return append(text, ']')
	case *object:
		keys := v.keys
		if order != nil {
			keys = slices.SortedFunc(slices.Values(keys), order)
		}
		text = append(text, '{')
		for i, key := range keys {
			if i > 0 {
				text = append(text, ',')
			}
			text = append(appendValue(text, key, float, order), ':')
			text = appendValue(text, v.values[key], float, order)
		}
		return append(text, '}')
	}
	var scalar bytes.Buffer
	encoder := json.NewEncoder(&scalar)
	encoder.SetEscapeHTML(false) // only answers escape it
	_ = encoder.Encode(value)    // nil, bool, string, *big.Int: cannot fail
	return append(text, bytes.TrimSuffix(scalar.Bytes(), []byte("\n"))...)
}

// rubyFloat writes a float as Ruby's to_s does: 1000.0, 1.0e-05, 1.0e+16; and an infinity as null, as Rails does.
func rubyFloat(f float64) string {
	if math.IsInf(f, 0) {
		return "null"
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if power, _ := strconv.Atoi(exponent); -4 <= power && power < 16 {
		mantissa, exponent = strconv.FormatFloat(f, 'f', -1, 64), ""
	} else {
		exponent = "e" + exponent
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	return mantissa + exponent
}

// jsonbFloat is what numeric makes of Ruby's text: from 1e16 on, an integer.
func jsonbFloat(f float64) string {
	if text := rubyFloat(f + 0); !strings.Contains(text, "e") { // -0.0 + 0 is 0.0
		return text
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// equal is Ruby's ==, for which 1 is 1.0 and hashes have no order.
func equal(a, b any) bool {
	switch x := a.(type) {
	case *object:
		y, ok := b.(*object)
		if !ok || len(x.keys) != len(y.keys) {
			return false
		}
		for key, value := range x.values {
			if other, ok := y.values[key]; !ok || !equal(value, other) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case *big.Int, float64:
		n, m := exactly(a), exactly(b)
		return n != nil && m != nil && n.Cmp(m) == 0
	}
	return a == b
}

// exactly is a number without rounding, nil for anything else and for an infinity.
func exactly(value any) *big.Rat {
	switch v := value.(type) {
	case *big.Int:
		return new(big.Rat).SetInt(v)
	case float64:
		return new(big.Rat).SetFloat64(v)
	}
	return nil
}
