package bulk

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// ErrInput means that an input cannot be read, or not any further. What is wrong
// with one row alone is a [RowError].
var ErrInput = errors.New("input")

// Input is a file of rows, opened by [CSV] or [JSONLines].
type Input struct {
	format inputFormat
	number int64
	err    error // why there are no further rows
}

// inputFormat is what the formats of files do differently.
type inputFormat interface {
	// row reads the next row: io.EOF at the end. It gives the place and the raw
	// text of a row that it refuses, too.
	row() (Row, error)
	// head is what a file of rejected rows begins with.
	head() string
	// rejected is a row as a file of rejected rows has it.
	rejected(raw string, line int64, code adapters.Code, reason string) string
}

// Rows are the rows of the input, which is read as they are asked for: once. After
// a *[RowError] comes the next row; any other error is the last there is.
func (in *Input) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for in.err == nil {
			row, err := in.format.row()
			var bad *adapters.Error
			switch {
			case err == nil:
			case errors.As(err, &bad): // of this row
				in.number++
				if !yield(Row{}, &RowError{Number: in.number, Line: row.Line, Byte: row.Byte, Err: unreadError{err, row.Raw}}) {
					return
				}
				continue
			default:
				if in.err = err; err != io.EOF {
					yield(Row{}, err)
				}
				return
			}
			in.number++
			row.Number = in.number
			if !yield(row, nil) {
				return
			}
		}
	}
}

// unreadError is why a row cannot be read, with the row for Rejects. It shows no more
// than why.
type unreadError struct {
	error
	raw string
}

func (u unreadError) Unwrap() error { return u.error }

// inputError is why an input cannot be read any further.
func inputError(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrInput, fmt.Errorf(format, args...))
}

// refuse says what is wrong with a row, without a word of what is in it.
func refuse(code adapters.Code, format string, args ...any) *adapters.Error {
	return &adapters.Error{Code: code, Class: adapters.ErrInvalid, Effect: adapters.EffectNone, Err: fmt.Errorf(format, args...)}
}

// idPrefixes are what an id may begin with, before a colon. No vendor's id has one.
var idPrefixes = map[string]adapters.LookupField{
	"email": adapters.ByEmail, "phone": adapters.ByPhone, "external": adapters.ByExternalID,
}

// name puts the record that kind and id name into a row.
func (row *Row) name(kind adapters.Kind, id string) *adapters.Error {
	row.Ref.Kind = kind
	prefix, value, _ := strings.Cut(id, ":")
	by, ok := idPrefixes[prefix]
	switch {
	case id == "":
		return refuse(adapters.CodeBadRef, "the id is empty")
	case !ok || prefix == id:
		row.Ref.ID = id
	case value == "":
		return refuse(adapters.CodeBadRef, "the id says %s: and nothing behind it", prefix)
	default:
		row.Lookup = adapters.Lookup{By: by, Value: value}
	}
	if damage := damaged(strings.TrimPrefix(id, prefix+":")); damage != "" {
		return refuse(adapters.CodeBadRef, "the id %s", damage)
	}
	return nil
}

// quotedName is a name as it is printed: one of a row that is no name may be anything.
func quotedName(name string) string {
	const most = 100
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "…"
	}
	return fmt.Sprintf("%q", name)
}

// checkUTF8 says where a row is no text.
func (t *inputText) checkUTF8(p part) *adapters.Error {
	if utf8.ValidString(p.text) {
		return nil
	}
	i := 0
	for i < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.text[i:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	encoding := "UTF-8; save the file in that encoding"
	if t.wide {
		encoding = "UTF-16: it is half of a surrogate pair"
	}
	return refuse(adapters.CodeBadValue, "byte %d is not %s", p.at+t.width([]byte(p.text[:i])), encoding)
}
