package driver

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// checkName refuses what is no name at any vendor.
func checkName(name string) error {
	if name == "" {
		return Refuse(adapters.ErrInvalid, adapters.CodeBadName, "the name is empty")
	}
	if err := checkText(name); err != nil {
		return Refuse(adapters.ErrInvalid, adapters.CodeBadName, "the name %w", err)
	}
	return nil
}

// checkValue refuses what no vendor can hold: the zero Value, what is not the
// number or JSON it claims to be, and text that would be stored changed or not
// at all.
func checkValue(v adapters.Value) error {
	var err error
	switch v.Kind() {
	case adapters.ValueInvalid:
		err = errors.New("the zero Value; use Clear() to remove an attribute")
	case adapters.ValueString, adapters.ValueLink:
		err = checkText(v.Text())
	case adapters.ValueList:
		for _, item := range v.List() {
			if err = checkText(item); err != nil {
				break
			}
		}
	case adapters.ValueNumber:
		if !isNumber(v) {
			err = errors.New("is not a finite decimal number as JSON writes it")
		}
	case adapters.ValueTime:
		if year := v.Time().Year(); year < 1 || year > 9999 {
			err = errors.New("the year does not have four digits")
		}
	case adapters.ValueJSON:
		err = checkJSON([]byte(v.String()))
	}
	if err != nil {
		return Refuse(adapters.ErrInvalid, adapters.CodeBadValue, "%w", err)
	}
	return nil
}

func checkText(text string) error {
	if !utf8.ValidString(text) {
		return errors.New("is not valid UTF-8")
	}
	if strings.ContainsRune(text, 0) {
		return errors.New("holds the character U+0000")
	}
	return nil
}

// checkJSON refuses JSON that servers read in different ways: keys that come
// twice, halves of a surrogate pair, U+0000; and null, which means no value.
func checkJSON(raw []byte) error {
	if !json.Valid(raw) {
		return errors.New("is not JSON")
	}
	if string(bytes.TrimSpace(raw)) == "null" {
		return errors.New("is null; use Clear() to remove an attribute")
	}
	if !utf8.Valid(raw) {
		return errors.New("is not valid UTF-8")
	}
	if err := checkEscapes(raw); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	return checkTokens(decoder)
}

// checkEscapes looks for \u escapes that stand for no character a server keeps.
// The JSON is valid, so a backslash is always followed by its escape.
func checkEscapes(raw []byte) error {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if raw[i+1] != 'u' {
			i++
			continue
		}
		unit := hex4(raw[i+2:])
		i += 5
		switch {
		case unit == 0:
			return errors.New("holds the character U+0000")
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return errors.New("holds half of a surrogate pair")
		case unit >= 0xD800 && unit <= 0xDBFF:
			if i+6 >= len(raw) || raw[i+1] != '\\' || raw[i+2] != 'u' || hex4(raw[i+3:])&0xFC00 != 0xDC00 {
				return errors.New("holds half of a surrogate pair")
			}
			i += 6
		}
	}
	return nil
}

func hex4(digits []byte) (unit rune) {
	for _, c := range digits[:4] {
		unit <<= 4
		switch {
		case c >= 'a':
			unit |= rune(c-'a') + 10
		case c >= 'A':
			unit |= rune(c-'A') + 10
		default:
			unit |= rune(c - '0')
		}
	}
	return unit
}

// checkTokens reads one JSON value and refuses keys that come twice in an
// object.
func checkTokens(decoder *json.Decoder) error {
	token, err := decoder.Token()
	if err != nil {
		return errors.New("is not JSON")
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	keys := map[json.Token]bool{}
	for decoder.More() {
		if open == '{' {
			key, err := decoder.Token()
			if err != nil {
				return errors.New("is not JSON")
			}
			if keys[key] {
				return errors.New("holds a key twice")
			}
			keys[key] = true
		}
		if err := checkTokens(decoder); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}
