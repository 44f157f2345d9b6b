package driver_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// finding is a toy that looks contacts up by e-mail.
type finding struct {
	*toy
	found []adapters.Ref
	err   error
	asked []adapters.Lookup
}

func (d *finding) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	capabilities, ok := d.toy.Capabilities(kind)
	if kind == adapters.Contact {
		capabilities.Lookups = []adapters.LookupField{adapters.ByEmail}
	}
	return capabilities, ok
}

func (d *finding) Ref(ref adapters.Ref) (adapters.Ref, error) {
	if strings.Contains(ref.ID, "@") {
		return ref, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is none")
	}
	return d.toy.Ref(ref)
}

func (d *finding) Find(_ context.Context, _ adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	d.asked = append(d.asked, by)
	return d.found, d.err
}

func TestFind(t *testing.T) {
	const email = "ada@example.com"
	by := adapters.Lookup{By: adapters.ByEmail, Value: email}
	refs := func(ids ...string) (refs []adapters.Ref) {
		for _, id := range ids {
			refs = append(refs, adapters.ContactRef(id))
		}
		return refs
	}
	for name, test := range map[string]struct {
		kind  adapters.Kind
		by    adapters.Lookup
		found []adapters.Ref
		err   error
		want  []adapters.Ref
		class error
		code  adapters.Code
		sent  bool
	}{
		"one":                  {by: by, found: refs("a"), want: refs("a"), sent: true},
		"one, twice":           {by: by, found: refs("a", "a"), want: refs("a"), sent: true},
		"one, in two forms":    {by: by, found: refs("A", "a"), want: refs("a"), sent: true},
		"none":                 {by: by, class: adapters.ErrNotFound, code: adapters.CodeRecordNotFound, sent: true},
		"several":              {by: by, found: refs("B", "a", "b"), want: refs("b", "a"), class: adapters.ErrConflict, code: adapters.CodeAmbiguousRecord, sent: true},
		"an id that is none":   {by: by, found: refs("a", email), class: adapters.ErrMalformed, code: adapters.CodeMalformedAnswer, sent: true},
		"of another kind":      {by: by, found: []adapters.Ref{adapters.ConversationRef("a")}, class: adapters.ErrMalformed, code: adapters.CodeMalformedAnswer, sent: true},
		"the vendor fails":     {by: by, err: adapters.ErrForbidden, class: adapters.ErrForbidden, code: adapters.CodeNotPermitted, sent: true},
		"the driver says more": {by: by, err: &adapters.Error{Class: adapters.ErrNotFound, Code: adapters.CodeRecordNotFound}, class: adapters.ErrNotFound, code: adapters.CodeRecordNotFound, sent: true},
		"by something else":    {by: adapters.Lookup{By: adapters.ByPhone, Value: email}, class: adapters.ErrUnsupported, code: adapters.CodeUnsupportedLookup},
		"the two confused":     {by: adapters.Lookup{By: email, Value: "email"}, class: adapters.ErrUnsupported, code: adapters.CodeUnsupportedLookup},
		"of a kind without":    {kind: adapters.Conversation, by: by, class: adapters.ErrUnsupported, code: adapters.CodeUnsupportedLookup},
		"of no kind":           {kind: "ticket", by: by, class: adapters.ErrUnsupported, code: adapters.CodeUnsupportedKind},
		"empty":                {by: adapters.Lookup{By: adapters.ByEmail}, class: adapters.ErrInvalid, code: adapters.CodeBadRef},
		"blank":                {by: adapters.Lookup{By: adapters.ByEmail, Value: " \t"}, class: adapters.ErrInvalid, code: adapters.CodeBadRef},
		"no text":              {by: adapters.Lookup{By: adapters.ByEmail, Value: email + "\x00"}, class: adapters.ErrInvalid, code: adapters.CodeBadRef},
	} {
		t.Run(name, func(t *testing.T) {
			d := &finding{toy: &toy{kinds: []adapters.Kind{adapters.Contact, adapters.Conversation}}, found: test.found, err: test.err}
			a, err := driver.New(d, driver.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if test.kind == "" {
				test.kind = adapters.Contact
			}
			got, err := a.Find(t.Context(), test.kind, test.by)
			if !slices.Equal(got, test.want) {
				t.Errorf("found %v, want %v", got, test.want)
			}
			if sent := len(d.asked) == 1 && d.asked[0] == by; sent != test.sent {
				t.Errorf("the driver was asked for %v", d.asked)
			}
			if test.class == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			failure := refused(t, err, test.class, test.code, adapters.EffectNone)
			if failure.Op != "find" || strings.Contains(err.Error(), "ada") {
				t.Errorf("%v: want the operation, and no value", err)
			}
		})
	}
	// A driver that looks nothing up.
	_, err := open(t, &toy{}, driver.Options{}).Find(t.Context(), adapters.Contact, by)
	refused(t, err, adapters.ErrUnsupported, adapters.CodeUnsupportedLookup, adapters.EffectNone)
	// A context that has ended.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a, _ := driver.New(&finding{toy: &toy{}, err: ctx.Err()}, driver.Options{})
	if _, err := a.Find(ctx, adapters.Contact, by); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
