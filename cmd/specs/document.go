package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// object is a decoded document, or a map in one. All maps in it are objects, all
// lists []any, and all else is a string, bool, int, float64 or nil.
type object = map[string]any

// Bounds of a document. The largest of our vendors' has 35 thousand values without
// its prose, 28 deep. A value takes up to some hundred bytes once it is decoded.
const (
	maxBytes  = 16 << 20
	maxValues = 1_000_000
	maxDepth  = 200
)

// decode reads a document, JSON or YAML. JSON has a decoder of its own, as the
// YAML package refuses characters written as two \u escapes.
func decode(text []byte) (object, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(text) > maxBytes {
		return nil, fmt.Errorf("it has more than %d MiB", maxBytes>>20)
	}
	if !utf8.Valid(text) {
		return nil, errors.New("it is not a text in UTF-8")
	}
	var root any
	var err error
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		root, err = decodeJSON(text)
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) { // YAML may begin so too
			if flow, wrong := decodeYAML(text); wrong == nil {
				root, err = flow, nil
			}
		}
	} else {
		root, err = decodeYAML(text)
	}
	if err != nil {
		return nil, err
	}
	document, ok := root.(object)
	if !ok {
		return nil, errors.New("it is not an OpenAPI document: not a map of names to values")
	}
	return document, nil
}

// place is where a value stands in a document. It is a string only when somebody
// asks for one, as most places are never named.
type place struct {
	up  *place
	key string
}

func (p *place) in(key string) *place { return &place{p, key} }

// String is the place as a JSON pointer, fit to be shown.
func (p *place) String() string {
	if p == nil {
		return "/"
	}
	around := ""
	if p.up != nil {
		around = p.up.String()
	}
	if len(around) > 600 {
		return strings.TrimSuffix(around, "/…") + "/…"
	}
	return around + "/" + shown(escaped.Replace(p.key), 100)
}

var escaped = strings.NewReplacer("~", "~0", "/", "~1")

// shown is a text of somebody else's on one line, without what a terminal would
// obey, and no longer than that.
func shown(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// counter counts the values of a document as they are decoded.
type counter struct{ values int }

func (c *counter) add(depth int, at *place) error {
	if c.values++; c.values > maxValues {
		return fmt.Errorf("it has more than %d values", maxValues)
	}
	if depth > maxDepth {
		return fmt.Errorf("it is nested more than %d deep, at %s", maxDepth, shown(at.String(), 100))
	}
	return nil
}

func decodeJSON(text []byte) (any, error) {
	d := jsonDecoder{Decoder: json.NewDecoder(bytes.NewReader(text))}
	d.UseNumber()
	root, err := d.value(0, nil)
	if err != nil {
		return nil, fmt.Errorf("not JSON that can be read, near byte %d: %w", d.InputOffset(), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not JSON that can be read: something follows the document at byte %d", d.InputOffset())
	}
	return root, nil
}

type jsonDecoder struct {
	*json.Decoder
	counter
}

// value reads a value token by token: Decode would take the last of two keys of
// one name, and any number of values.
func (d *jsonDecoder) value(depth int, at *place) (any, error) {
	token, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	if err := d.add(depth, at); err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Number:
		return number(token.String())
	case json.Delim:
		if token == '[' {
			list := []any{}
			for d.More() {
				value, err := d.value(depth+1, at.in(strconv.Itoa(len(list))))
				if err != nil {
					return nil, err
				}
				list = append(list, value)
			}
			_, err := d.Token()
			return list, err
		}
		members := object{}
		for d.More() {
			token, err := d.Token()
			if err != nil {
				return nil, err
			}
			key, _ := token.(string)
			if _, ok := members[key]; ok {
				return nil, fmt.Errorf("%s: two keys %.60q", at, key)
			}
			if members[key], err = d.value(depth+1, at.in(key)); err != nil {
				return nil, err
			}
		}
		_, err := d.Token()
		return members, err
	default:
		return token, nil
	}
}

// number is an int where it can be one, as in YAML.
func number(text string) (any, error) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("%.40s is no number that can be kept", text)
	}
	return f, nil
}

func decodeYAML(text []byte) (any, error) {
	// The YAML package makes some hundred bytes of each node before anybody can
	// count them, so that the marks without which there is no second node on a
	// level are counted first.
	marks := 0
	for _, mark := range []string{"\n", ",", "[", "{", "- ", "? "} {
		marks += bytes.Count(text, []byte(mark))
	}
	if marks > maxValues {
		return nil, fmt.Errorf("it is YAML with more than %d lines and commas", maxValues)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root, second yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("it is empty")
		}
		return nil, fmt.Errorf("not YAML that can be read: %s", shown(err.Error(), 200))
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, errors.New("not YAML that can be read: it is several documents in one, or something follows it")
	}
	d := yamlDecoder{open: map[*yaml.Node]bool{}}
	return d.value(root.Content[0], 0, nil)
}

type yamlDecoder struct {
	counter
	open map[*yaml.Node]bool // anchors whose values are being read
}

// value makes values of nodes. Aliases are copies, and count as such.
func (d *yamlDecoder) value(node *yaml.Node, depth int, at *place) (any, error) {
	if err := d.add(depth, at); err != nil {
		return nil, err
	}
	switch node.Kind {
	case yaml.AliasNode:
		if d.open[node.Alias] {
			return nil, fmt.Errorf("line %d: the alias %.40q stands within its own anchor", node.Line, node.Value)
		}
		d.open[node.Alias] = true
		defer delete(d.open, node.Alias)
		return d.value(node.Alias, depth+1, at)
	case yaml.SequenceNode:
		list := []any{}
		for i, item := range node.Content {
			value, err := d.value(item, depth+1, at.in(strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.MappingNode:
		members := object{}
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i]
			if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
				return nil, fmt.Errorf("line %d: a key must be a name: no list, map, alias or <<", key.Line)
			}
			if _, ok := members[key.Value]; ok {
				return nil, fmt.Errorf("line %d: %s: two keys %.60q", key.Line, at, key.Value)
			}
			value, err := d.value(node.Content[i+1], depth+1, at.in(key.Value))
			if err != nil {
				return nil, err
			}
			members[key.Value] = value
		}
		return members, nil
	default:
		return scalar(node)
	}
}

// scalar is the value of a plain node. What is neither a number, a bool nor null
// is text, times too.
func scalar(node *yaml.Node) (any, error) {
	var value any
	switch node.ShortTag() {
	case "!!null":
		return nil, nil
	case "!!bool", "!!int", "!!float":
		if err := node.Decode(&value); err != nil {
			return nil, fmt.Errorf("line %d: %.60q: %w", node.Line, node.Value, err)
		}
	default:
		return node.Value, nil
	}
	switch n := value.(type) {
	case bool, int:
		return n, nil
	case uint64:
		return float64(n), nil
	case float64:
		if !math.IsInf(n, 0) && !math.IsNaN(n) {
			return n, nil
		}
	}
	return nil, fmt.Errorf("line %d: %.40s is no number that can be kept", node.Line, node.Value)
}
