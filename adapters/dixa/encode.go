package dixa

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// Key implements [driver.Driver].
func (d *vendor) Key(_ adapters.Kind, name string, _ adapters.Value, definitions []adapters.Definition) (string, error) {
	if id := strings.ToLower(name); uuid.MatchString(id) {
		return id, nil
	}
	matches := keys(definitions, func(d *adapters.Definition) bool { return d.Name == name })
	if len(matches) == 0 {
		matches = keys(definitions, func(d *adapters.Definition) bool { return d.Label == name })
	}
	switch len(matches) {
	case 0:
		return "", driver.Unknown(name, known(definitions))
	case 1:
		return matches[0], nil
	}
	slices.Sort(matches)
	return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeAmbiguousAttribute, "it may be any of %s; use the id", strings.Join(matches, ", "))
}

// keys are those of the definitions in use that match.
func keys(definitions []adapters.Definition, match func(*adapters.Definition) bool) []string {
	var keys []string
	for i := range definitions {
		if d := &definitions[i]; !d.Archived && match(d) {
			keys = append(keys, d.Key)
		}
	}
	return keys
}

// known are the identifiers of the definitions in use.
func known(definitions []adapters.Definition) []string {
	var names []string
	for _, definition := range definitions {
		if !definition.Archived {
			names = append(names, definition.Name)
		}
	}
	return names
}

// Encode implements [driver.Driver].
func (d *vendor) Encode(_ adapters.Kind, _ string, v adapters.Value) (json.RawMessage, error) {
	if v.Kind() == adapters.ValueLink && v.Text() == "" {
		return nil, driver.Refuse(adapters.ErrUnsupported, adapters.CodeEmptyText, "dixa cannot hold an empty link; clear the attribute instead")
	}
	if items := v.List(); v.Kind() == adapters.ValueList && (len(items) == 0 || slices.Contains(items, "")) {
		return nil, driver.Refuse(adapters.ErrUnsupported, adapters.CodeEmptyText, "the path is empty or has an empty part; clear the attribute instead")
	}
	return v.MarshalJSON()
}

// Decode implements [driver.Driver]: what is empty was never set, or cleared.
func (d *vendor) Decode(_ adapters.Kind, _ string, raw json.RawMessage) (adapters.Value, bool) {
	v, ok := driver.Plain(raw)
	if v.Kind() == adapters.ValueString && v.Text() == "" || v.Kind() == adapters.ValueList && len(v.List()) == 0 {
		return adapters.Value{}, false
	}
	return v, ok
}
