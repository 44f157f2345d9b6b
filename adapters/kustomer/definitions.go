package kustomer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
)

// Definitions implements [driver.Driver]. It decodes the answer itself: the
// vendor's object is handed on whole, and one definition that is not as the
// document says must not hide all others.
func (d *vendor) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	resource := "conversation"
	if kind == adapters.Contact {
		resource = "customer"
	}
	ctx, body := transport.Keep(ctx)
	_, err := d.api.GetMetadata(ctx, resource)
	var answer struct {
		Data struct {
			Attributes *struct {
				Properties map[string]json.RawMessage
			}
		}
	}
	switch {
	case json.Unmarshal(body.Bytes(), &answer) != nil && err != nil:
		return nil, err
	case answer.Data.Attributes == nil:
		return nil, fmt.Errorf("%w: it holds no definitions; check the base URL", adapters.ErrMalformed)
	}
	properties := answer.Data.Attributes.Properties
	definitions := make([]adapters.Definition, 0, len(properties))
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		definitions = append(definitions, define(kind, key, properties[key]))
	}
	nameStems(definitions)
	return definitions, nil
}

// nameStems gives definitions their keys without the ending as names, where that
// means no other. It is what find goes by, for all of them at once.
func nameStems(definitions []adapters.Definition) {
	meant := map[string]int{}
	for _, d := range definitions {
		if d.Archived {
			continue
		}
		stem, _ := split(d.Key)
		meant[fold(d.Key)]++
		if stem != d.Key {
			meant[fold(stem)]++
		}
	}
	for i := range definitions {
		stem, suffix := split(definitions[i].Key)
		_, further := split(stem)
		if suffix != "" && further == "" && meant[fold(stem)] == 1 && !definitions[i].Archived && fold(stem) != "" {
			definitions[i].Name = stem
		}
	}
}

// fold is what counts of a name: its letters and digits, whatever their case.
func fold(name string) string {
	var folded strings.Builder
	for r, rest := letter(name); r != 0; r, rest = letter(rest) {
		folded.WriteRune(r)
	}
	return folded.String()
}

// property is a definition as the vendor has it. LastNodeRequired is in no page
// of the vendor's: its own chat reads it, and scripts write it.
type property struct {
	Type, DisplayName, Description string
	Multi, Array, LastNodeRequired bool
	Enumeration                    []json.RawMessage
	Tree                           json.RawMessage
	Sensitive                      struct{ Enabled bool }
	DeletedAt                      string
}

// define is what one property of the metadata says. The ending of its key
// decides the type; the vendor's own word follows from it.
func define(kind adapters.Kind, key string, raw json.RawMessage) adapters.Definition {
	var p property
	_ = json.Unmarshal(raw, &p) // a field of another type is left out, the others are read
	d := adapters.Definition{
		Key: key, Label: p.DisplayName, Description: p.Description, Kind: kind,
		VendorType: p.Type, Raw: raw,
		Multi:    p.Multi || p.Array, // which of the two counts is not known
		LeafOnly: p.LastNodeRequired,
		Masked:   p.Sensitive.Enabled,
		Archived: p.DeletedAt != "",
	}
	_, suffix := split(key)
	for _, s := range suffixes {
		if s.suffix == suffix {
			d.Type = s.typ
		}
	}
	switch suffix {
	case "Str", "Txt":
		d.MaxLength = maxText
		d.Choices = enumeration(p.Enumeration)
	case "Num":
		d.Choices = enumeration(p.Enumeration)
	case "Tree":
		d.Choices = tree(p.Tree)
	}
	if d.Choices != nil {
		d.Type = adapters.TypeChoice
	}
	return d
}

// enumeration are the choices of a list: texts, or numbers as they are written.
// One that is anything else makes them all unknown: what is not understood is
// the vendor's to refuse.
func enumeration(items []json.RawMessage) []adapters.Choice {
	var choices []adapters.Choice
	for _, item := range items {
		value, _ := driver.Plain(item)
		if value.Kind() != adapters.ValueString && value.Kind() != adapters.ValueNumber {
			return nil
		}
		choices = append(choices, adapters.Choice{Value: value.String(), Label: value.String()})
	}
	return choices
}

// node is a choice of a tree. The root, which cannot be chosen, has children
// only.
type node struct {
	ID, DisplayName string
	Deleted         bool // the vendor's own chat leaves such out, with all below
	Children        []node
}

// tree are the choices of a tree, unknown where one is not understood.
func tree(raw json.RawMessage) []adapters.Choice {
	var root node
	if json.Unmarshal(raw, &root) != nil {
		return nil
	}
	return below(root)
}

func below(parent node) []adapters.Choice {
	var choices []adapters.Choice
	for _, child := range parent.Children {
		child.Deleted = child.Deleted || parent.Deleted
		choices = append(choices, adapters.Choice{
			Value: child.ID, Label: child.DisplayName, Choices: below(child),
			Retired: child.Deleted || child.ID == "",
		})
	}
	return choices
}
