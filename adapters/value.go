package adapters

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Value is the value of one attribute: made by the functions below, looked at
// with the accessors, compared with Equal. The zero Value is invalid and
// refused by every adapter, so that a forgotten value deletes nothing.
//
// A Value is immutable and safe for concurrent use.
type Value struct {
	_    [0]func() // not comparable with ==, which would be wrong for 1 and 1.0
	kind ValueKind
	text string // String, Link: the text; Number: the literal; Bool: true or false; JSON: the JSON text
	rest *rest  // List, Time; else nil
}

// rest is what few values have. It stands apart because maps of values are made for
// every call, and most of them would be empty room.
type rest struct {
	list []string
	time time.Time
}

// ValueKind is a kind of Value.
type ValueKind string

// The kinds of Value.
const (
	ValueInvalid ValueKind = ""       // the zero Value
	ValueString  ValueKind = "string" // text
	ValueNumber  ValueKind = "number" // a decimal number, every digit kept
	ValueBool    ValueKind = "bool"   // true or false
	ValueTime    ValueKind = "time"   // a point in time, to the millisecond
	ValueLink    ValueKind = "link"   // a URL
	ValueList    ValueKind = "list"   // texts in order; at Dixa the path to a choice
	ValueJSON    ValueKind = "json"   // any JSON value
	ValueClear   ValueKind = "clear"  // no value: the attribute is to be removed
)

// TimeFormat is how a Time is written where a vendor stores it as text: UTC, to
// the millisecond. Finer parts are cut off.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// String is text. String("") is an empty text, never a removal: see [Clear].
func String(s string) Value { return Value{kind: ValueString, text: s} }

// Int is a whole number.
func Int(i int64) Value { return Value{kind: ValueNumber, text: strconv.FormatInt(i, 10)} }

// Float is a number, in the shortest decimal form that gives f again. NaN and
// the infinities are refused by every adapter.
func Float(f float64) Value {
	return Value{kind: ValueNumber, text: strconv.FormatFloat(f, 'g', -1, 64)}
}

// Number is a number as written, every digit kept. A text that is no JSON
// number is refused by every adapter.
func Number(n json.Number) Value { return Value{kind: ValueNumber, text: string(n)} }

// Bool is true or false.
func Bool(b bool) Value { return Value{kind: ValueBool, text: strconv.FormatBool(b)} }

// Time is a point in time. Vendors keep milliseconds: finer parts are cut off.
func Time(t time.Time) Value {
	return Value{kind: ValueTime, rest: &rest{time: t.UTC().Truncate(time.Millisecond)}}
}

// Link is a URL.
func Link(url string) Value { return Value{kind: ValueLink, text: url} }

// List is texts in order. At Dixa it is the path from a select's root option to
// the chosen one.
func List(items ...string) Value {
	return Value{kind: ValueList, rest: &rest{list: slices.Clone(items)}}
}

// JSON is any JSON value but null, for vendors that store such. A text that is
// not JSON is refused by every adapter.
func JSON(raw json.RawMessage) Value { return Value{kind: ValueJSON, text: string(raw)} }

// Clear removes the attribute. Clearing one that is absent succeeds.
func Clear() Value { return Value{kind: ValueClear} }

// Kind is the kind of the value; ValueInvalid for the zero Value.
func (v Value) Kind() ValueKind { return v.kind }

// Text is the text of a String or a Link, else "".
func (v Value) Text() string {
	if v.kind == ValueString || v.kind == ValueLink {
		return v.text
	}
	return ""
}

// Number is the literal of a Number, else "".
func (v Value) Number() json.Number {
	if v.kind == ValueNumber {
		return json.Number(v.text)
	}
	return ""
}

// Bool is the value of a Bool, else false.
func (v Value) Bool() bool { return v.kind == ValueBool && v.text == "true" }

// Time is the value of a Time in UTC, else the zero time.
func (v Value) Time() time.Time {
	if v.kind != ValueTime {
		return time.Time{}
	}
	return v.rest.time
}

// List is a copy of the texts of a List, else nil.
func (v Value) List() []string {
	if v.kind != ValueList {
		return nil
	}
	return slices.Clone(v.rest.list)
}

// String is the value in a form for people: the JSON form, without quotes for a
// text.
func (v Value) String() string {
	switch v.kind {
	case ValueString, ValueLink, ValueNumber, ValueBool, ValueJSON:
		return v.text
	case ValueTime:
		return v.rest.time.Format(TimeFormat)
	case ValueInvalid:
		return "(invalid)"
	case ValueClear:
		return "(clear)"
	}
	raw, err := v.MarshalJSON()
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return string(raw)
}

// MarshalJSON gives the plain JSON form: a Time as text in TimeFormat, a Clear
// as null. The zero Value, and what Number and JSON were given that is no such
// thing, is an error. A reader of that form uses [From], which asks what a null
// is to mean.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case ValueString, ValueLink:
		return quoteText(v.text)
	case ValueNumber:
		if !isNumber(v.text) {
			return nil, errors.New("not a number")
		}
		return []byte(v.text), nil
	case ValueBool:
		return []byte(v.text), nil
	case ValueTime:
		return v.rest.time.AppendFormat(make([]byte, 0, len(TimeFormat)+2), `"`+TimeFormat+`"`), nil
	case ValueList:
		return quote(append([]string{}, v.rest.list...)) // an empty list is [], not null
	case ValueJSON:
		if !json.Valid([]byte(v.text)) {
			return nil, errors.New("not JSON")
		}
		return []byte(v.text), nil
	case ValueClear:
		return []byte("null"), nil
	}
	return nil, errors.New("the zero Value has no JSON form")
}

// quoteText is quote for a text, most of which need no escape.
func quoteText(text string) ([]byte, error) {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return quote(text)
		}
	}
	quoted := make([]byte, 0, len(text)+2)
	quoted = append(quoted, '"')
	quoted = append(quoted, text...)
	return append(quoted, '"'), nil
}

// quote encodes without the escapes for HTML.
func quote(text any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Equal tells whether two values mean the same: numbers by their decimal value
// (1, 1.0 and 1e0 are one number), times to the millisecond, JSON without
// regard to white space and the order of keys. Values of different kinds are
// never equal.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case ValueNumber:
		return equalNumbers(v.text, w.text)
	case ValueTime:
		return v.rest.time.Equal(w.rest.time)
	case ValueList:
		return slices.Equal(v.rest.list, w.rest.list)
	case ValueJSON:
		return equalJSON(v.text, w.text)
	}
	return v.text == w.text
}

func equalJSON(a, b string) bool {
	x, errX := decodeJSON(a)
	y, errY := decodeJSON(b)
	if errX != nil || errY != nil {
		return a == b
	}
	return equalTrees(x, y)
}

func decodeJSON(text string) (tree any, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("more than one JSON value")
	}
	return tree, nil
}

func equalTrees(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		y, ok := b.(json.Number)
		return ok && equalNumbers(string(x), string(y))
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equalTrees)
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for key := range x {
			other, ok := y[key]
			if !ok || !equalTrees(x[key], other) {
				return false
			}
		}
		return true
	}
	return a == b // a string, a bool or nil
}
