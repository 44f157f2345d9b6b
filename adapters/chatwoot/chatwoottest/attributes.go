package chatwoottest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"
)

// load is a stored map as Ruby gets it, in the order of jsonb; nil for SQL NULL.
func load(stored map[string]json.RawMessage) *object {
	if stored == nil {
		return nil
	}
	o := newObject()
	for _, key := range slices.SortedFunc(maps.Keys(stored), compareKeys) {
		value, _ := parse(stored[key], false) // was checked when it was set
		o.set(key, value)
	}
	return o
}

// save is what the column holds after next was assigned to it. An equal map is no change: the old one stays, digit
// for digit.
func save(stored map[string]json.RawMessage, next *object) (_ map[string]json.RawMessage, changed bool) {
	if old := load(stored); old != nil && equal(old, next) {
		return stored, false
	}
	saved := map[string]json.RawMessage{}
	for key, value := range next.values {
		saved[key] = column(value)
	}
	return saved, true
}

// merge is one level deep.
func merge(into, sent *object) {
	for _, key := range sent.keys {
		into.set(key, sent.values[key])
	}
}

// without removes the named keys: a list, or one bare name. What is no string is nobody's key.
func without(from *object, names any) {
	list, ok := names.([]any)
	if !ok {
		list = []any{names}
	}
	for _, name := range list {
		if key, ok := name.(string); ok {
			from.delete(key)
		}
	}
}

// The bounds of jsonb_attributes_length_validator.rb, both inclusive although its words deny it.
const maxText = 1500

var maxInteger = big.NewInt(9999999999)

// oversized is the validation of a conversation's map: top level only, no lower bound, floats unchecked.
func oversized(attributes *object) (complaints []complaint) {
	for _, key := range attributes.keys {
		var words string
		switch v := attributes.values[key].(type) {
		case string:
			if utf8.RuneCountInString(v) > maxText {
				words = "length should be < 1500"
			}
		case *big.Int:
			if v.Cmp(maxInteger) > 0 {
				words = "value should be < 9999999999"
			}
		}
		if words != "" {
			complaints = append(complaints, complaint{"custom_attributes", fmt.Sprintf("Custom attributes %s %s", key, words)})
		}
	}
	return complaints
}

// hasNUL finds U+0000, which neither jsonb nor text can hold.
func hasNUL(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		return slices.ContainsFunc(v, hasNUL)
	case *object:
		for key, value := range v.values {
			if hasNUL(key) || hasNUL(value) {
				return true
			}
		}
	}
	return false
}
