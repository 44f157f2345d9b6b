package driver

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// Plain decodes plain JSON: text, numbers, true and false, a list of texts;
// anything else is JSON, and so is a text that would change on its way back: one
// with half of a surrogate pair, say. A null is absent. White space around it means
// nothing: a caller's JSON may have some.
func Plain(raw json.RawMessage) (adapters.Value, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return adapters.Value{}, false
	}
	switch raw[0] {
	case 'n':
		if string(raw) == "null" {
			return adapters.Value{}, false
		}
	case 't', 'f':
		if string(raw) == "true" || string(raw) == "false" {
			return adapters.Bool(raw[0] == 't'), true
		}
	case '"':
		if text, ok := textOf(raw); ok {
			return adapters.String(text), true
		}
	case '[':
		if list, ok := textsOf(raw); ok {
			return adapters.List(list...), true
		}
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		number := adapters.Number(json.Number(raw))
		if isNumber(number) {
			return number, true
		}
	}
	return adapters.JSON(raw), true // also a number whose exponent is beyond all reason
}

// textOf decodes a text that is still the same when it is sent again.
func textOf(raw json.RawMessage) (string, bool) {
	if text, ok := withoutEscapes(raw); ok {
		return text, true
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return "", false
	}
	return text, survives(raw)
}

// withoutEscapes is the text of most answers: what stands between the quotes.
func withoutEscapes(raw json.RawMessage) (string, bool) {
	last := len(raw) - 1
	if last < 1 || raw[last] != '"' {
		return "", false
	}
	for _, c := range raw[1:last] {
		if c == '"' || c == '\\' || c < ' ' {
			return "", false
		}
	}
	return string(raw[1:last]), utf8.Valid(raw[1:last])
}

// textsOf decodes a list of texts; a null among them is no text.
func textsOf(raw json.RawMessage) ([]string, bool) {
	var items []*string
	if json.Unmarshal(raw, &items) != nil || !survives(raw) {
		return nil, false
	}
	var list []string
	for _, item := range items {
		if item == nil {
			return nil, false
		}
		list = append(list, *item)
	}
	return list, true
}

// survives tells whether texts in valid JSON are still the same when they are sent again.
func survives(raw json.RawMessage) bool { return utf8.Valid(raw) && checkEscapes(raw) == nil }

// isNumber tells whether a Number is one that JSON can write and a vendor hold.
func isNumber(v adapters.Value) bool {
	_, err := v.MarshalJSON()
	return err == nil
}
