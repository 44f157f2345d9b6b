package adapters

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// NilPolicy says what [From] makes of a nil: the caller's decision, because a
// nil that came about by accident must not delete data.
type NilPolicy int

// What a nil may mean.
const (
	NilRefuses NilPolicy = iota // an error
	NilSkips                    // the attribute is left out
	NilClears                   // the attribute is cleared
)

// From turns decoded data into Attributes. It takes string, bool, every integer
// and float type, json.Number (which keeps every digit: decode with UseNumber),
// time.Time, []string, json.RawMessage, Value, and nil as nils says. An []any
// of strings becomes a List; any other []any, and a map[string]any, becomes
// JSON. Anything else is an *Error of class ErrInvalid that names all
// attributes at fault.
func From(m map[string]any, nils NilPolicy) (Attributes, error) {
	attributes := make(Attributes, len(m))
	var bad []*Error
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if m[name] == nil && nils == NilSkips {
			continue
		}
		value, err := valueOf(m[name], nils)
		if err != nil {
			bad = append(bad, &Error{Name: name, Code: CodeBadValue, Class: ErrInvalid, Effect: EffectNone, Err: err})
			continue
		}
		attributes[name] = value
	}
	if err := Join(bad); err != nil {
		return nil, err
	}
	return attributes, nil
}

// Join makes one error of those of several attributes, as the contract has it:
// the fields of the first by name, and all of them in Details, sorted. It returns
// nil for none. Each must name its attribute.
func Join(bad []*Error) error {
	switch len(bad) {
	case 0:
		return nil
	case 1:
		return bad[0]
	}
	bad = slices.Clone(bad)
	slices.SortStableFunc(bad, func(a, b *Error) int { return strings.Compare(a.Name, b.Name) })
	first := *bad[0]
	first.Details = bad
	return &first
}

func valueOf(x any, nils NilPolicy) (Value, error) {
	switch x := x.(type) {
	case nil:
		if nils == NilClears {
			return Clear(), nil
		}
		return Value{}, errors.New("nil; say what it means with NilSkips or NilClears, or use Clear()")
	case Value:
		return x, nil
	case string:
		return String(x), nil
	case bool:
		return Bool(x), nil
	case json.Number:
		return Number(x), nil
	case json.RawMessage:
		return JSON(x), nil
	case time.Time:
		return Time(x), nil
	case []string:
		return List(x...), nil
	case []any:
		return listOf(x)
	case map[string]any:
		return jsonOf(x)
	}
	switch v := reflect.ValueOf(x); { // the number types, and types made from them and from string
	case v.Kind() == reflect.String:
		return String(v.String()), nil
	case v.CanInt():
		return Int(v.Int()), nil
	case v.CanUint():
		return Number(json.Number(fmt.Sprint(v.Uint()))), nil
	case v.Kind() == reflect.Float32:
		return Number(json.Number(fmt.Sprint(float32(v.Float())))), nil // the digits of a float32, not those of its float64
	case v.CanFloat():
		return Float(v.Float()), nil
	}
	return Value{}, fmt.Errorf("a %T is no attribute value", x)
}

func listOf(items []any) (Value, error) {
	texts := make([]string, 0, len(items))
	for _, item := range items {
		text, ok := item.(string)
		if !ok {
			return jsonOf(items)
		}
		texts = append(texts, text)
	}
	return List(texts...), nil
}

// jsonOf encodes a tree of decoded data. What package json would quietly change in
// it, or quote in an error, is refused first.
func jsonOf(tree any) (Value, error) {
	if err := encodable(tree); err != nil {
		return Value{}, err
	}
	raw, err := quote(tree)
	if err != nil {
		return Value{}, errors.New("it holds what JSON cannot")
	}
	return JSON(raw), nil
}

func encodable(tree any) error {
	switch x := tree.(type) {
	case string:
		if !utf8.ValidString(x) {
			return errors.New("it holds text that is not valid UTF-8")
		}
	case json.Number:
		if !isNumber(string(x)) {
			return errors.New("it holds a number that is none")
		}
	case Value:
		return errors.New("it holds a Value, which stands for an attribute alone")
	case []any:
		for _, item := range x {
			if err := encodable(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for key, item := range x {
			if err := cmp.Or(encodable(key), encodable(item)); err != nil {
				return err
			}
		}
	}
	return nil
}
