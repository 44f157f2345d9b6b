package bulk

import (
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// JSONOptions say how JSON Lines are read.
type JSONOptions struct {
	// Kind is the kind of all records: no row need say it, and none may say another.
	Kind adapters.Kind
}

// JSONLines opens a file with a JSON object on each line:
//
//	{"kind":"contact","id":"7","attributes":{"plan":"pro","vip":true,"old":null}}
//
// An id is the vendor's, or email:…, phone:… or external:…; a whole number is
// one too. Null clears. An array of texts is a List, and what is no text, number or
// bool is JSON. Numbers keep every digit. A field that a row does not have, and a
// name that comes twice, are errors of the row.
//
// The file is UTF-8, or UTF-16 with a byte order mark, compressed with gzip or not.
// A line has at most 1 MiB; empty ones are no rows. A RowError has the byte of the
// file at which its line begins, or of what was compressed.
//
// Fields whose names begin with deskattr_ are not read: [Rejects] writes such.
func JSONLines(r io.Reader, o JSONOptions) (*Input, error) {
	text, err := newInputText(r)
	if err != nil {
		return nil, err
	}
	return &Input{format: &jsonReader{JSONOptions: o, text: text}}, nil
}

// jsonReader reads the rows of a file of JSON Lines.
type jsonReader struct {
	JSONOptions
	text *inputText
}

func (j *jsonReader) row() (Row, error) {
	for {
		p, err := j.text.next(nil)
		if err != nil {
			return Row{}, err
		}
		row := Row{Line: p.line, Byte: p.at}
		raw := strings.Trim(p.text, jsonSpace)
		if p.long || len(raw) > maxRow && !strings.HasPrefix(raw, `{"`+reserved) {
			return row, refuse(adapters.CodeTooLong, "the row has more than %d bytes", maxRow)
		}
		if raw == "" {
			continue
		}
		row.Raw = raw
		if err := j.check(p, raw); err != nil {
			return row, err
		}
		if err := j.read(&row); err != nil {
			return row, err
		}
		return row, nil
	}
}

// check tells whether a line is a JSON object that means the same to everybody,
// save for our fields, which nobody reads.
func (j *jsonReader) check(p part, raw string) *adapters.Error {
	begin := strings.Index(p.text, raw)
	var syntax *json.SyntaxError
	if err := json.Unmarshal([]byte(raw), new(json.RawMessage)); errors.As(err, &syntax) {
		return refuse(adapters.CodeBadValue, "it is no JSON: see what is before byte %d", j.place(p, begin+int(syntax.Offset)))
	}
	if raw[0] != '{' {
		return refuse(adapters.CodeBadValue, "it is no JSON object; each line is one, with the fields kind, id and attributes")
	}
	for f := range jsonFields(raw) {
		if strings.HasPrefix(f.name, reserved) {
			continue
		}
		if err := j.text.checkUTF8(part{text: f.text, at: j.place(p, begin+f.at)}); err != nil {
			return err
		}
		if hasHalf(f.text) {
			return refuse(adapters.CodeBadValue, `it has half of a surrogate pair, \ud800 for example, which is no character`)
		}
	}
	return nil
}

// place is where in the input a byte of a line is.
func (j *jsonReader) place(p part, i int) int64 { return p.at + j.text.width([]byte(p.text[:i])) }

// numericID is an id that is written as one.
var numericID = regexp.MustCompile(`^(0|[1-9]\d*)$`)

// read reads the object of a row.
func (j *jsonReader) read(row *Row) *adapters.Error {
	var kind, name string
	seen := map[string]bool{}
	for f := range jsonFields(row.Raw) {
		if strings.HasPrefix(f.name, reserved) {
			continue
		}
		if seen[f.name] {
			return refuse(adapters.CodeBadValue, "the field %s comes twice", quotedName(f.name))
		}
		seen[f.name] = true
		switch f.name {
		case "kind":
			if json.Unmarshal([]byte(f.value), &kind) != nil || kind == "" {
				return refuse(adapters.CodeBadRef, "the kind is no text, or an empty one")
			}
		case "id":
			if name = f.value; !numericID.MatchString(name) && (name[0] != '"' || json.Unmarshal([]byte(name), &name) != nil) {
				return refuse(adapters.CodeBadRef, "the id is no text, nor a whole number")
			}
		case "attributes":
			var err *adapters.Error
			if row.Attributes, err = attributesOf(f.value); err != nil {
				return err
			}
		default:
			return refuse(adapters.CodeBadValue, "there is no field %s; the fields are kind, id and attributes", quotedName(f.name))
		}
	}
	if kind == "" {
		kind = string(j.Kind)
	}
	switch {
	case kind == "" || !seen["id"] || !seen["attributes"]:
		return refuse(adapters.CodeBadValue, "a field is missing; the fields are kind, id and attributes")
	case j.Kind != "" && kind != string(j.Kind):
		return refuse(adapters.CodeBadRef, "the kind is another than all records were said to be of")
	}
	return row.name(adapters.Kind(kind), name)
}

// attributesOf are the attributes of a row.
func attributesOf(raw string) (adapters.Attributes, *adapters.Error) {
	if raw[0] != '{' {
		return nil, refuse(adapters.CodeBadValue, "the field attributes is no object")
	}
	attributes := adapters.Attributes{}
	for f := range jsonFields(raw) {
		if _, twice := attributes[f.name]; twice {
			err := refuse(adapters.CodeDoubledAttribute, "it comes twice")
			err.Name = f.name
			return nil, err
		}
		attributes[f.name] = jsonValue(f.value)
	}
	return attributes, nil
}
