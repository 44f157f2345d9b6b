package kustomertest

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

const (
	maxText       = 1024 // characters
	maxAttributes = 100  // in one request
)

// ending is the end of an attribute's name, which decides what it holds.
type ending struct {
	suffix   string
	typeWord string // in metadata; only string and number are known, the others are our guess
	fits     func(value any) bool
}

var endings = []ending{
	{"Str", "string", isText},
	{"Txt", "text", isText},
	{"Num", "number", isNumber},
	{"At", "date", isTime},
	{"Bool", "boolean", isBool},
	{"Url", "url", isURL},
	{"Id", "id", isID},
	{"Tree", "tree", isText},
}

// endingOf splits an attribute's name; ok is false where Kustomer refuses it.
func endingOf(name string) (stem string, e ending, ok bool) {
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(name, e.suffix); ok && stem != "" {
			return stem, e, true
		}
	}
	return "", ending{}, false
}

func isNumber(value any) bool { _, ok := value.(float64); return ok }
func isBool(value any) bool   { _, ok := value.(bool); return ok }

func isText(value any) bool {
	text, ok := value.(string)
	return ok && utf8.RuneCountInString(text) <= maxText
}

// rfc3339 is the form of a time; package time alone would take an hour of one digit and a comma.
var rfc3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

func isTime(value any) bool {
	text, _ := value.(string)
	_, err := time.Parse(time.RFC3339, text)
	return err == nil && rfc3339.MatchString(text)
}

func isURL(value any) bool {
	text, _ := value.(string)
	u, err := url.Parse(text)
	return err == nil && u.IsAbs()
}

func isID(value any) bool {
	text, _ := value.(string)
	return objectID.MatchString(text)
}

// readCustom reads the custom attributes of a body. One bad attribute refuses the request, the first by name.
func (s *Server) readCustom(resource string, raw json.RawMessage) (Values, *fake.Answer) {
	var custom Values
	if err := json.Unmarshal(raw, &custom); err != nil || custom == nil {
		return nil, new(refuse(badValue("custom", "/properties/custom/type")))
	}
	if len(custom) > maxAttributes {
		return nil, new(refuse(badValue("custom", "/properties/custom/maxProperties")))
	}
	for _, name := range slices.Sorted(maps.Keys(custom)) {
		if _, _, ok := endingOf(name); !ok {
			return nil, new(refuse(notAllowed(name, "/properties/custom/additionalProperties")))
		}
		if !isNull(custom[name]) && !s.fits(resource, name, custom[name]) {
			return nil, new(refuse(badValue(name, "/properties/custom/"+name)))
		}
	}
	return custom, nil
}

// fits tells whether a value suits the ending of the attribute's name and its definition, if it has one.
func (s *Server) fits(resource, name string, raw json.RawMessage) bool {
	definition, defined := s.state.Metadata[resource][name]
	if definition.DeletedAt != "" {
		definition, defined = Property{}, false
	}
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return false // a number beyond float64
	}
	list, isList := value.([]any)
	if isList != (definition.Multi || definition.Array) {
		return false
	}
	if !isList {
		list = []any{value}
	}
	_, ending, _ := endingOf(name)
	if ending.suffix == "Id" && !defined {
		return false
	}
	return !slices.ContainsFunc(list, func(value any) bool {
		return !ending.fits(value) || !definition.allows(value) || !definition.inTree(value) ||
			ending.suffix == "Id" && !s.exists(definition.Target, value.(string))
	})
}

// allows tells whether a value, which is no list or object, is in the enumeration.
func (p Property) allows(value any) bool {
	return len(p.Enumeration) == 0 || slices.ContainsFunc(p.Enumeration, func(raw json.RawMessage) bool {
		var allowed any
		return json.Unmarshal(raw, &allowed) == nil && allowed == value
	})
}

// node is a node of a tree.
type node struct {
	ID       string `json:"id"`
	Deleted  bool   `json:"deleted"`
	Children []node `json:"children"`
}

// inTree tells whether a value is a node of the tree that may be chosen; any is, where there is no tree.
func (p Property) inTree(value any) bool {
	var root node
	if len(p.Tree) == 0 || json.Unmarshal(p.Tree, &root) != nil || root.Children == nil {
		return true
	}
	return slices.ContainsFunc(root.Children, func(n node) bool { return n.has(value, p.LastNodeRequired) })
}

func (n node) has(value any, leafOnly bool) bool {
	if n.Deleted {
		return false
	}
	living := slices.ContainsFunc(n.Children, func(child node) bool { return !child.Deleted })
	return n.ID == value && !(leafOnly && living) ||
		slices.ContainsFunc(n.Children, func(child node) bool { return child.has(value, leafOnly) })
}

// exists tells whether there is such a record. Of kinds that the fake does not have, every record exists.
func (s *Server) exists(kind, id string) (ok bool) {
	switch kind {
	case "conversation":
		_, ok = s.state.Conversations[id]
	case "customer":
		_, ok = s.state.Customers[id]
	default:
		ok = true
	}
	return ok
}

// masks stand for a sensitive value.
var masks = map[Masks]json.RawMessage{
	MaskText:   json.RawMessage(`"*****"`),
	MaskObject: json.RawMessage(`{"isMasked":true,"maskedPresentation":"*****"}`),
}

// shown is what an answer shows of custom attributes.
func (s *Server) shown(resource string, custom Values) Values {
	visible := maps.Clone(custom)
	mask := masks[s.state.Masks]
	for name := range visible {
		if mask == nil {
			break
		}
		if sensitive := s.state.Metadata[resource][name].Sensitive; sensitive != nil && sensitive.Enabled {
			visible[name] = mask
		}
	}
	return visible
}
