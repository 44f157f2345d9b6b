package dixatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// attribute is the value of one definition as records and answers show it.
type attribute struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"` // what the definition calls its label
	Identifier string          `json:"identifier"`
	Value      json.RawMessage `json:"value"`
}

// render lists values in the order of their definitions. It is never nil: null would not fit the document.
func (v *vendor) render(values map[string]json.RawMessage) []attribute {
	list := []attribute{}
	for _, d := range v.state.Definitions {
		if value, ok := values[d.ID]; ok {
			list = append(list, attribute{d.ID, d.Label, d.Identifier, value})
		}
	}
	return list
}

func (v *vendor) listDefinitions(*fake.Request) fake.Answer {
	list := slices.Clone(v.state.Definitions)
	for i := range list {
		if list[i].CreatedAt == "" {
			list[i].CreatedAt = recordTime + "[GMT]"
		}
	}
	if list == nil {
		list = []Definition{}
	}
	return fake.JSON(http.StatusOK, map[string]any{"data": list})
}

// value is what a PATCH gives an attribute: a text, a path, or neither to clear it.
type value struct {
	raw  json.RawMessage
	text *string
	path []string
}

// UnmarshalJSON takes the three shapes and refuses the rest.
func (x *value) UnmarshalJSON(data []byte) error {
	x.raw = slices.Clone(data)
	switch data[0] {
	case 'n':
		return nil
	case '"':
		return json.Unmarshal(data, &x.text)
	case '[':
		return json.Unmarshal(data, &x.path)
	}
	return errors.New("neither a string nor an array of strings")
}

func (x value) clears() bool { return x.text == nil && x.path == nil }

// decode reads the body of a PATCH, by definition in lower case; not ok where it has another shape than the schema's.
func decode(body []byte) (change map[string]value, ok bool) {
	var named map[string]value
	if json.Unmarshal(body, &named) != nil || named == nil {
		return nil, false
	}
	change = map[string]value{}
	for _, id := range slices.Sorted(maps.Keys(named)) {
		if !isUUID(id) {
			return nil, false
		}
		change[strings.ToLower(id)] = named[id]
	}
	return change, true
}

// patch does to a record's values what the body of a PATCH says. It returns the values afterwards, the ids of the
// definitions it set or cleared, and the answer. It leaves old as it is.
func (v *vendor) patch(body []byte, entityType string, old map[string]json.RawMessage) (map[string]json.RawMessage, []string, fake.Answer) {
	change, ok := decode(body)
	if !ok {
		return old, nil, badRequest(badBody)
	}
	values := map[string]json.RawMessage{}
	maps.Copy(values, old)
	var changed, refused []string
	for _, id := range slices.Sorted(maps.Keys(change)) {
		given := change[id]
		if err := v.accepts(id, entityType, given); err != nil {
			refused = append(refused, fmt.Sprintf("%s %v", id, err))
			continue
		}
		switch {
		case !given.clears():
			values[id] = given.raw
		case v.state.Nulls == NullsIgnored:
			continue
		case v.state.Nulls == NullsEmpty:
			values[id] = v.empty(id)
		default:
			delete(values, id)
		}
		changed = append(changed, id)
	}
	if len(refused) > 0 {
		if !v.state.PartialPatch {
			values, changed = old, nil
		}
		return values, changed, badRequest(badValue + ": " + strings.Join(refused, ", "))
	}
	shown := values
	if !v.state.PatchAnswersAll {
		shown = maps.Clone(values)
		maps.DeleteFunc(shown, func(id string, _ json.RawMessage) bool { return !slices.Contains(changed, id) })
	}
	return values, changed, fake.JSON(http.StatusOK, map[string]any{"data": v.render(shown)})
}

// accepts reports why the value cannot be given to the attribute, or nil.
func (v *vendor) accepts(id, entityType string, given value) error {
	at := slices.IndexFunc(v.state.Definitions, func(d Definition) bool { return d.ID == id })
	if at < 0 {
		return errors.New("is not defined")
	}
	d := v.state.Definitions[at]
	isText := d.InputDefinition.Type == "Text"
	switch {
	case d.EntityType != entityType:
		return fmt.Errorf("is an attribute of a %s", d.EntityType)
	case d.IsArchived:
		return errors.New("is archived")
	case d.IsDeactivated:
		return errors.New("is deactivated")
	case given.clears() && v.state.Nulls == NullsRefused:
		return errors.New("cannot be null")
	case given.clears():
		return nil
	case isText && given.text == nil, !isText && given.path == nil:
		return fmt.Errorf("is a %s", d.InputDefinition.Type)
	case isText && *given.text == "", !isText && len(given.path) == 0:
		return errors.New("cannot be empty")
	case !isText && !v.offers(d.InputDefinition.Options, given.path):
		return errors.New("has no such option")
	}
	return nil
}

// empty is what an attribute holds that was emptied, not removed.
func (v *vendor) empty(id string) json.RawMessage {
	for _, d := range v.state.Definitions {
		if d.ID == id && d.InputDefinition.Type == "Select" {
			return json.RawMessage(`[]`)
		}
	}
	return json.RawMessage(`""`)
}

// offers reports whether path leads from one of the options down to an option of the tree, a leaf or not.
func (v *vendor) offers(options []SelectOption, path []string) bool {
	for _, o := range options {
		if o.Value != path[0] || o.IsDeactivated {
			continue
		}
		if len(path) == 1 {
			return !v.state.LeavesOnly || len(o.NestedOptions) == 0
		}
		return v.offers(o.NestedOptions, path[1:])
	}
	return false
}
