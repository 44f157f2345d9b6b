package kustomertest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// maxBody is 100 KB as most servers on Node.js count it. Kustomer's documentation does not say in what KB.
const maxBody = 100 << 10

const organization = "64a1f0c2d3e4b5a697880041"

// change is the body of a PATCH, after all checks that both kinds of record share.
type change struct {
	custom Values
	fields Values // all but custom and rev
}

// readChange reads the body of a PATCH of a record that has revision rev. known are the fields the record takes.
func (s *Server) readChange(r *fake.Request, resource string, known []string, rev int64) (change, *fake.Answer) {
	var fields Values
	if err := fake.Decode(r.Body, &fields); err != nil || fields == nil {
		return change{}, new(refuse(badValue("", "the body is not one JSON object")))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(known, name) {
			return change{}, new(refuse(notAllowed(name, "/additionalProperties")))
		}
	}
	c := change{fields: fields}
	if raw, ok := fields["custom"]; ok {
		custom, refusal := s.readCustom(resource, raw)
		if refusal != nil {
			return change{}, refusal
		}
		c.custom = custom
	}
	if raw, ok := fields["rev"]; ok {
		based, err := strconv.ParseFloat(string(raw), 64)
		if err != nil {
			return change{}, new(refuse(badValue("rev", "/properties/rev/type")))
		}
		if based != float64(rev) {
			return change{}, new(refuse(problem{Status: http.StatusConflict, Source: from("rev"), Code: "conflict", Title: "Conflict"}))
		}
	}
	delete(fields, "custom")
	delete(fields, "rev")
	return c, nil
}

// tooLarge is the answer to a body that Kustomer does not read.
func tooLarge(r *fake.Request) *fake.Answer {
	if len(r.Body) <= maxBody {
		return nil
	}
	return new(refuse(problem{Status: http.StatusRequestEntityTooLarge, Code: "toolarge", Title: "Payload Too Large"}))
}

// badID is the answer to an id that cannot be one.
func badID(id string) *fake.Answer {
	if isID(id) {
		return nil
	}
	return new(refuse(badValue("id", "")))
}

// merge sets what changes name in into, and removes what they name with null.
func merge(into, changes Values) {
	for name, value := range changes {
		if isNull(value) {
			delete(into, name)
		} else {
			into[name] = value
		}
	}
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }

// attributes is what an answer shows of a record beside its relationships.
func (s *Server) attributes(resource string, fields, custom Values, rev int64) map[string]any {
	attributes := map[string]any{"rev": rev}
	for name, value := range fields {
		attributes[name] = value
	}
	if len(custom) > 0 {
		attributes["custom"] = s.shown(resource, custom)
	}
	return attributes
}

// envelope is the body of an answer about one record, with its organization among the relationships.
func envelope(kind, id, self string, attributes, relationships map[string]any) map[string]any {
	relationships["org"] = relation("org", "/v1/orgs/", organization)
	return map[string]any{"data": map[string]any{
		"type": kind, "id": id, "attributes": attributes, "relationships": relationships, "links": link(self),
	}}
}

func relation(kind, path, id string) map[string]any {
	return map[string]any{"links": link(path + id), "data": map[string]string{"type": kind, "id": id}}
}

func link(self string) map[string]string { return map[string]string{"self": self} }
