package bulk

import (
	"encoding/json"
	"iter"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// jsonSpace is what means nothing between the tokens of JSON.
const jsonSpace = " \t\r\n"

// jsonCell is what a cell that is JSON says.
func jsonCell(cell string) (adapters.Value, *adapters.Error) {
	if !json.Valid([]byte(cell)) || hasHalf(cell) {
		return adapters.Value{}, refuse(adapters.CodeBadValue, `it is no JSON; a text there has quotes ("...")`)
	}
	return jsonValue(strings.Trim(cell, jsonSpace)), nil
}

// jsonValue is the value of valid JSON without space around it. Null clears.
func jsonValue(raw string) adapters.Value {
	switch raw[0] {
	case 'n':
		return adapters.Clear()
	case 't', 'f':
		return adapters.Bool(raw == "true")
	case '"':
		return adapters.String(unescape(raw))
	case '[':
		var items []*string // a null is no text
		if json.Unmarshal([]byte(raw), &items) != nil {
			break
		}
		texts := make([]string, 0, len(items))
		for _, item := range items {
			if item == nil {
				return adapters.JSON(json.RawMessage(raw))
			}
			texts = append(texts, *item)
		}
		return adapters.List(texts...)
	case '{':
	default:
		return adapters.Number(json.Number(raw))
	}
	return adapters.JSON(json.RawMessage(raw))
}

// unescape is the text of a JSON string.
func unescape(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal([]byte(raw), &text) // it is valid
	return text
}

// hasHalf tells whether valid JSON has an escape of half of a surrogate pair: a
// decoder would make another character of it.
func hasHalf(raw string) bool {
	for high := false; ; {
		i := strings.IndexByte(raw, '\\')
		if i < 0 || i+1 >= len(raw) {
			return high
		}
		if high && i > 0 {
			return true // something else follows the first half
		}
		unit := ""
		if raw[i+1] == 'u' {
			unit = strings.ToLower(raw[i+2 : min(i+6, len(raw))])
		}
		isHigh, isLow := unit >= "d800" && unit < "dc00", unit >= "dc00" && unit < "e000"
		if high != isLow {
			return true
		}
		high = isHigh
		raw = raw[min(i+2+len(unit), len(raw)):]
	}
}

// jsonField is one of a JSON object.
type jsonField struct {
	name  string // decoded
	value string // as it stands
	text  string // name and value as they stand
	at    int    // where in the object that begins
}

// jsonFields are those of a valid JSON object, in their order, doubled ones too. A
// decoder would keep the last of those and tell nobody.
func jsonFields(object string) iter.Seq[jsonField] {
	return func(yield func(jsonField) bool) {
		raw := strings.TrimLeft(object[1:], jsonSpace)
		for raw[0] == '"' {
			f := jsonField{at: len(object) - len(raw)}
			name, rest := jsonToken(raw)
			f.name = unescape(name)
			rest = strings.TrimLeft(strings.TrimLeft(rest, jsonSpace)[1:], jsonSpace) // the colon
			f.value, rest = jsonToken(rest)
			f.text = raw[:len(raw)-len(rest)]
			if !yield(f) {
				return
			}
			raw = strings.TrimLeft(strings.TrimLeft(rest, jsonSpace)[1:], jsonSpace) // a comma, or the end
			if raw == "" {
				return
			}
		}
	}
}

// jsonToken is the value that JSON begins with, and what follows it.
func jsonToken(raw string) (value, rest string) {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		default:
			if depth > 0 || i+1 < len(raw) && !strings.ContainsRune(",]}"+jsonSpace, rune(raw[i+1])) {
				continue
			}
		}
		if depth <= 0 {
			return raw[:i+1], raw[i+1:]
		}
	}
	return raw, ""
}
