package kustomer

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// maxText is the most code points of any text.
const maxText = 1024

// suffixes are the endings of keys: the type of the attribute, and the kinds of
// value that each holds. A List is held where the definition allows several
// values; one of numbers is not, since a List holds texts.
var suffixes = []struct {
	suffix string
	typ    adapters.Type
	holds  []adapters.ValueKind
}{
	{"Str", adapters.TypeText, []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
	{"Txt", adapters.TypeText, []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
	{"Num", adapters.TypeNumber, []adapters.ValueKind{adapters.ValueNumber}},
	{"At", adapters.TypeTime, []adapters.ValueKind{adapters.ValueTime, adapters.ValueString, adapters.ValueList}},
	{"Bool", adapters.TypeBool, []adapters.ValueKind{adapters.ValueBool}},
	{"Url", adapters.TypeLink, []adapters.ValueKind{adapters.ValueLink, adapters.ValueString, adapters.ValueList}},
	{"Id", adapters.TypeText, []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
	{"Tree", adapters.TypeChoice, []adapters.ValueKind{adapters.ValueString, adapters.ValueList}},
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
	key, err := find(name, v, definitions)
	if err != nil || !masklike(v) {
		return key, err
	}
	// Only the definition tells a mask from a text with stars.
	for _, definition := range definitions {
		switch {
		case definition.Key == key && definition.Masked:
			return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeMasked, "the value looks like the mask of a sensitive attribute; leave the attribute out, or give the value that is hidden")
		case definition.Key == key:
			return key, nil
		}
	}
	return key, driver.ErrUnknownName
}

// find is the key that a name means.
func find(name string, v adapters.Value, definitions []adapters.Definition) (string, error) {
	_, suffix := split(name)
	if suffix == "Id" && (v.Kind() == adapters.ValueString || v.Kind() == adapters.ValueList) {
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
	var matches []string
	for i := range definitions {
		if d := &definitions[i]; !d.Archived && means(name, d.Key) {
			matches = append(matches, d.Key)
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
	return "", fmt.Errorf("%w; or use a key, which ends in Str, Txt, Num, At, Bool, Url, Id or Tree", driver.Unknown(name, known(definitions)))
}

// known are the names that attributes can be called by.
func known(definitions []adapters.Definition) []string {
	var names []string
	for _, definition := range definitions {
		if !definition.Archived {
			stem, _ := split(definition.Key)
			names = append(names, definition.Key, stem)
		}
	}
	return names
}

// masklike tells whether a value may be what the vendor shows in place of a
// sensitive text: all of it or a part in stars. Masks of other shapes are no
// value that can be set.
func masklike(v adapters.Value) bool {
	return stars(v.Text()) || v.Kind() == adapters.ValueList && slices.ContainsFunc(v.List(), stars)
}

func stars(text string) bool {
	return strings.Contains(text, "***") || strings.Contains(text, "•••")
}

// means tells whether a name is that of a key, with or without its ending, but for
// what people write differently: case and separators. It is asked for every
// definition, most of which begin otherwise.
func means(name, key string) bool {
	rest, ok := after(key, name)
	if !ok {
		return false
	}
	if more, _ := letter(rest); more == 0 {
		return true
	}
	stem, _ := split(key)
	rest, ok = after(stem, name)
	more, _ := letter(rest)
	return ok && more == 0
}

// after is what comes after a name in a key that begins with it.
func after(key, name string) (rest string, ok bool) {
	for {
		var want, is rune
		if want, name = letter(name); want == 0 {
			return key, true
		}
		if is, key = letter(key); is != want {
			return "", false
		}
	}
}

// letter is the first letter or digit of a name, in lower case, and what comes
// after it; 0 where there is none.
func letter(name string) (first rune, rest string) {
	for i, r := range name {
		if isLetter(r) {
			return unicode.ToLower(r), name[i+utf8.RuneLen(r):]
		}
	}
	return 0, ""
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// camel is a name as the vendor writes keys: order_id is orderId.
func camel(name string) string {
	var key strings.Builder
	key.Grow(len(name))
	separated := false
	for _, r := range name {
		switch {
		case !isLetter(r):
			separated = key.Len() > 0
		case separated:
			key.WriteRune(unicode.ToUpper(r))
			separated = false
		default:
			key.WriteRune(r)
		}
	}
	return key.String()
}

// Encode implements [driver.Driver].
func (d *vendor) Encode(_ adapters.Kind, key string, v adapters.Value) (json.RawMessage, error) {
	_, suffix := split(key)
	if !holds(suffix, v.Kind()) {
		return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the attribute %s cannot hold a %s", key, v.Kind())
	}
	switch v.Kind() {
	case adapters.ValueString, adapters.ValueLink:
		text, err := sendable(suffix, v.Text())
		if err != nil {
			return nil, err
		}
		v = adapters.String(text)
	case adapters.ValueList:
		items := v.List()
		for i, item := range items {
			text, err := sendable(suffix, item)
			if err != nil {
				return nil, err
			}
			items[i] = text
		}
		v = adapters.List(items...)
	case adapters.ValueNumber:
		if !adapters.ExactInFloat64(v.Number()) {
			return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeInexact, "Kustomer would store another number; use an attribute in Str")
		}
	}
	return v.MarshalJSON()
}

func holds(suffix string, kind adapters.ValueKind) bool {
	for _, s := range suffixes {
		if s.suffix == suffix {
			return slices.Contains(s.holds, kind)
		}
	}
	return false
}

// sendable is a text as it is sent for an ending, or why it cannot be.
func sendable(suffix, text string) (string, error) {
	switch suffix {
	case "At":
		t, ok := parseTime(text)
		if !ok {
			return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the text is not a time; write it like 2026-01-31T09:30:00Z")
		}
		if isTime(t) {
			return t.UTC().Format(adapters.TimeFormat), nil
		}
		return t.UTC().Format(time.RFC3339Nano), nil // no digit may be lost
	case "Url":
		if u, err := url.Parse(text); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" {
			return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeWrongType, "the text is not a URL; write it like https://host/path")
		}
	}
	if length := utf8.RuneCountInString(text); length > maxText {
		return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeTooLong, "the text has %d code points, of which Kustomer stores %d", length, maxText)
	}
	return text, nil
}

// isTime tells whether a Time holds all of t: it keeps milliseconds.
func isTime(t time.Time) bool { return t.Equal(t.Truncate(time.Millisecond)) }

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
		// What is finer stays a text: written back, a Time would change it.
		if t, ok := parseTime(v.Text()); ok && isTime(t) {
			return adapters.Time(t), true
		}
	case "Url":
		return adapters.Link(v.Text()), true
	}
	return v, ok
}
