package kustomer

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// maxText is the most code points of any text.
const maxText = 1024

// suffixes are the endings of keys, and the kinds of value that each holds. A
// List is held where the definition allows several values.
var suffixes = []struct {
	suffix string
	holds  []adapters.ValueKind
}{
	{"Str", []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
	{"Txt", []adapters.ValueKind{adapters.ValueString}},
	{"Num", []adapters.ValueKind{adapters.ValueNumber}},
	{"At", []adapters.ValueKind{adapters.ValueTime, adapters.ValueString}},
	{"Bool", []adapters.ValueKind{adapters.ValueBool}},
	{"Url", []adapters.ValueKind{adapters.ValueLink, adapters.ValueString}},
	{"Id", []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
	{"Tree", []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
}

// invented is the ending of an undefined name, by the kind of its value.
var invented = map[adapters.ValueKind]string{
	adapters.ValueString: "Str", adapters.ValueNumber: "Num", adapters.ValueBool: "Bool",
	adapters.ValueTime: "At", adapters.ValueLink: "Url",
}

// split parts a key into stem and ending; the ending of a name that is no key
// is "".
func split(name string) (stem, suffix string) {
	for _, s := range suffixes {
		if stem, ok := strings.CutSuffix(name, s.suffix); ok && stem != "" {
			return stem, s.suffix
		}
	}
	return name, ""
}

// Key implements [driver.Driver].
func (d *vendor) Key(_ adapters.Kind, name string, v adapters.Value, definitions []adapters.Definition) (string, error) {
	_, suffix := split(name)
	if suffix == "Id" && v.Kind() == adapters.ValueString {
		for _, definition := range definitions {
			if definition.Key == name {
				return name, nil
			}
		}
		return "", fmt.Errorf("%w: %s would be a reference to another record, and no such one is defined; for a text, use %sStr", driver.ErrUnknownName, name, name)
	}
	if suffix != "" {
		return name, nil
	}
	var matches, known []string
	for _, definition := range definitions {
		if definition.Archived {
			continue
		}
		known = append(known, definition.Key)
		if defined, _ := split(definition.Key); plain(defined) == plain(name) || plain(definition.Key) == plain(name) {
			matches = append(matches, definition.Key)
		}
	}
	switch {
	case len(matches) == 1:
		return matches[0], nil
	case len(matches) > 1:
		return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeAmbiguousAttribute, "it may be any of %s; use the key", strings.Join(matches, ", "))
	case camel(name) == "":
		return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeBadName, "the name has no letter or digit to make a key of")
	}
	if ending, ok := invented[v.Kind()]; ok {
		return camel(name) + ending, driver.ErrUnknownName
	}
	return "", fmt.Errorf("%w; or use a key, which ends in Str, Txt, Num, At, Bool, Url, Id or Tree", driver.Unknown(name, known))
}

// plain is a name without what people write differently: case and separators.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// camel is a name as the vendor writes keys: order_id is orderId.
func camel(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, word := range words {
		if i > 0 {
			first, size := utf8.DecodeRuneInString(word)
			words[i] = string(unicode.ToUpper(first)) + word[size:]
		}
	}
	return strings.Join(words, "")
}

// Encode implements [driver.Driver].
func (d *vendor) Encode(_ adapters.Kind, key string, v adapters.Value) (json.RawMessage, error) {
	_, suffix := split(key)
	if !holds(suffix, v.Kind()) {
		return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the attribute %s cannot hold a %s", key, v.Kind())
	}
	if err := check(suffix, v); err != nil {
		return nil, err
	}
	if suffix == "At" && v.Kind() == adapters.ValueString {
		t, _ := parseTime(v.Text())
		v = adapters.Time(t)
	}
	return v.MarshalJSON()
}

func holds(suffix string, kind adapters.ValueKind) bool {
	for _, s := range suffixes {
		if s.suffix == suffix {
			for _, held := range s.holds {
				if held == kind {
					return true
				}
			}
		}
	}
	return false
}

// check refuses values that the ending does not allow.
func check(suffix string, v adapters.Value) error {
	switch {
	case v.Kind() == adapters.ValueNumber && !adapters.ExactInFloat64(v.Number()):
		return driver.Refuse(adapters.ErrInvalid, adapters.CodeInexact, "Kustomer would store another number; use an attribute in Str")
	case suffix == "At" && v.Kind() == adapters.ValueString:
		if _, ok := parseTime(v.Text()); !ok {
			return driver.Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the text is not a time; write it like 2026-01-31T09:30:00Z")
		}
	case suffix == "Url":
		if u, err := url.Parse(v.Text()); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
			return driver.Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the text is not a URL; write it like https://host/path")
		}
	}
	for _, text := range append(v.List(), v.Text()) {
		if length := utf8.RuneCountInString(text); length > maxText {
			return driver.Refuse(adapters.ErrInvalid, adapters.CodeTooLong, "the text has %d code points, of which Kustomer stores %d", length, maxText)
		}
	}
	return nil
}

// parseTime reads an RFC 3339 time, whose year must have four digits in UTC too.
func parseTime(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, text)
	year := t.UTC().Year()
	return t, err == nil && year >= 1 && year <= 9999
}

// Decode implements [driver.Driver].
func (d *vendor) Decode(_ adapters.Kind, key string, raw json.RawMessage) (adapters.Value, bool) {
	v, ok := driver.Plain(raw)
	if v.Kind() != adapters.ValueString {
		return v, ok
	}
	switch _, suffix := split(key); suffix {
	case "At":
		// Finer than a millisecond is not a Time of ours: written back, it would change.
		if t, ok := parseTime(v.Text()); ok && t.Equal(t.Truncate(time.Millisecond)) {
			return adapters.Time(t), true
		}
	case "Url":
		return adapters.Link(v.Text()), true
	}
	return v, ok
}
