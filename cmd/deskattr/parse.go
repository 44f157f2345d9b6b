package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// parseChanges reads NAME=TEXT and NAME:=JSON. What is wrong is told without
// the value: it may be anybody's data, and a slip may put a token there.
func parseChanges(words []string) (adapters.Attributes, error) {
	changes := make(adapters.Attributes, len(words))
	for i, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, usage("change %d has no =; write NAME=TEXT, or NAME:=JSON", i+1)
		}
		name, isJSON := strings.CutSuffix(name, ":")
		if name == "" {
			return nil, usage("change %d has no name before its =; write NAME=TEXT, or NAME:=JSON", i+1)
		}
		if _, twice := changes[name]; twice {
			return nil, usage("attribute %q is given twice", name)
		}
		changes[name] = adapters.String(value)
		if isJSON {
			if changes[name], ok = parseJSON(value); !ok {
				return nil, usage(`attribute %q: what follows := is not JSON; a text there needs quotes ("..."), or write NAME=TEXT`, name)
			}
		}
	}
	return changes, nil
}

// half finds \u escapes that are half of a surrogate pair (group 1), reading
// over escaped backslashes and whole pairs. A decoder would turn them into
// another character.
var half = regexp.MustCompile(`\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]|(\\u[dD][89a-fA-F])`)

// parseJSON gives the value of a JSON text: null clears, numbers keep their
// digits, and what is no plain value stays as it is written.
func parseJSON(text string) (adapters.Value, bool) {
	raw := []byte(text)
	if !json.Valid(raw) || !utf8.Valid(raw) {
		return adapters.Value{}, false
	}
	for _, found := range half.FindAllSubmatch(raw, -1) {
		if found[1] != nil {
			return adapters.Value{}, false
		}
	}
	if value, ok := driver.Plain(bytes.TrimSpace(raw)); ok {
		return value, true
	}
	return adapters.Clear(), true // null
}
