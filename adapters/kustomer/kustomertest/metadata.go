package kustomertest

import (
	"net/http"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// builtIn are the kinds of record that every organization has.
var builtIn = []string{"company", "conversation", "customer", "message"}

func (s *Server) getMetadata(r *fake.Request) fake.Answer {
	resource := r.Params["resource"]
	definitions, ok := s.state.Metadata[resource]
	if !ok && !slices.Contains(builtIn, resource) {
		return refuse(notFound("resource"))
	}
	properties := make(map[string]Property, len(definitions))
	for name, property := range definitions {
		properties[name] = property.complete(name)
	}
	return reply(http.StatusOK, envelope("metadata", resource, "/v1/metadata/"+resource,
		map[string]any{"properties": properties}, map[string]any{}))
}

// complete fills in what Kustomer derives from the name.
func (p Property) complete(name string) Property {
	stem, ending, ok := endingOf(name)
	if !ok {
		return p
	}
	if p.Type == "" {
		p.Type = ending.typeWord
	}
	if p.DisplayName == "" {
		p.DisplayName = title(stem)
	}
	return p
}

// title is a stem as people read it: orderTotal is Order Total.
func title(stem string) string {
	first, size := utf8.DecodeRuneInString(stem)
	words := []rune{unicode.ToUpper(first)}
	for _, r := range stem[size:] {
		if unicode.IsUpper(r) {
			words = append(words, ' ')
		}
		words = append(words, r)
	}
	return string(words)
}
