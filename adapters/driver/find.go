package driver

import (
	"context"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

var _ adapters.Finder = (*Adapter)(nil)

// Find implements [adapters.Finder].
func (a *Adapter) Find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	refs, err := a.find(ctx, kind, by)
	if err != nil {
		return refs, a.failed(ctx, "find", adapters.Ref{Kind: kind}, err)
	}
	return refs, nil
}

func (a *Adapter) find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	if err := a.kind(kind); err != nil {
		return nil, err
	}
	capabilities, _ := a.driver.Capabilities(kind)
	finder, ok := a.driver.(Finder)
	if !ok || !slices.Contains(capabilities.Lookups, by.By) {
		// What was asked for is not printed: it may be a value in the wrong place.
		return nil, Refuse(adapters.ErrUnsupported, adapters.CodeUnsupportedLookup, "%s looks up a %s by %s only", a.driver.Vendor(), kind, fields(capabilities.Lookups))
	}
	// Of blanks a vendor may make an empty text, which finds everybody or is a failure of another kind.
	if err := checkText(by.Value); err != nil || strings.TrimSpace(by.Value) == "" {
		return nil, Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the %s to look up by is empty or no text", by.By)
	}
	found, err := finder.Find(ctx, kind, by)
	if err != nil {
		return nil, err
	}
	var refs []adapters.Ref
	for _, ref := range found {
		canonical, err := a.driver.Ref(ref)
		if err != nil || ref.Kind != kind {
			return nil, Refuse(adapters.ErrMalformed, adapters.CodeMalformedAnswer, "the vendor names a record that is no %s of its own", kind)
		}
		if !slices.Contains(refs, canonical) {
			refs = append(refs, canonical)
		}
	}
	switch len(refs) {
	case 0:
		return nil, Refuse(adapters.ErrNotFound, adapters.CodeRecordNotFound, "no %s has this %s", kind, by.By)
	case 1:
		return refs, nil
	}
	return refs, Refuse(adapters.ErrConflict, adapters.CodeAmbiguousRecord, "%d records have this %s; use the id of one", len(refs), by.By)
}

// fields are what can be looked up by, in words.
func fields(lookups []adapters.LookupField) string {
	if len(lookups) == 0 {
		return "its id"
	}
	var words []string
	for _, field := range lookups {
		words = append(words, string(field))
	}
	return strings.Join(words, ", ")
}
