package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/memory"
)

// finder answers every look-up with the same records, and counts.
type finder struct {
	refs  []adapters.Ref
	err   error
	asked []adapters.Lookup
}

func (f *finder) Find(_ context.Context, _ adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	f.asked = append(f.asked, by)
	return f.refs, f.err
}

func TestRecord(t *testing.T) {
	for id, want := range map[string]struct {
		ref    adapters.Ref
		by     adapters.Lookup // none: nothing was looked up
		stderr string
	}{
		"7":                     {ref: adapters.ContactRef("7")},
		"":                      {ref: adapters.ContactRef("")},
		"email":                 {ref: adapters.ContactRef("email")},
		"mail:ada@example.com":  {ref: adapters.ContactRef("mail:ada@example.com")},
		"Email:ada@example.com": {ref: adapters.ContactRef("Email:ada@example.com")},
		"email=ada@example.com": {ref: adapters.ContactRef("email=ada@example.com")},
		"email:ada@example.com": {
			adapters.ContactRef("5"), adapters.Lookup{By: adapters.ByEmail, Value: "ada@example.com"}, "contact 5 has this e-mail address\n",
		},
		"phone:+4512345678": {
			adapters.ContactRef("5"), adapters.Lookup{By: adapters.ByPhone, Value: "+4512345678"}, "contact 5 has this phone number\n",
		},
		"external:shop: 7": {
			adapters.ContactRef("5"), adapters.Lookup{By: adapters.ByExternalID, Value: "shop: 7"}, "contact 5 has this external id\n",
		},
	} {
		f := &finder{refs: []adapters.Ref{adapters.ContactRef("5")}}
		var stderr bytes.Buffer
		ref, err := record(context.Background(), f, adapters.Contact, id, &stderr)
		if err != nil || ref != want.ref || stderr.String() != want.stderr {
			t.Errorf("%s: got %v, error %v and %q, want %v and %q", id, ref, err, &stderr, want.ref, want.stderr)
		}
		var asked []adapters.Lookup
		if want.by.By != "" {
			asked = append(asked, want.by)
		}
		if !slices.Equal(f.asked, asked) {
			t.Errorf("%s: looked up %v, want %v", id, f.asked, asked)
		}
	}
}

// What a look-up fails with, as the command tells it.
func TestRecordFails(t *testing.T) {
	fails := func(class error, code adapters.Code) error {
		return &adapters.Error{Vendor: "dixa", Op: "find", Ref: adapters.Ref{Kind: adapters.Contact}, Class: class, Code: code, Effect: adapters.EffectNone}
	}
	two := []adapters.Ref{adapters.ContactRef("12"), adapters.ContactRef("3")}
	for name, row := range map[string]struct {
		finder adapters.Finder
		status int
		line   string
		ids    []string
	}{
		"none":        {&finder{err: fails(adapters.ErrNotFound, adapters.CodeRecordNotFound)}, 5, "dixa: find contact: not found: record_not_found", nil},
		"several":     {&finder{two, fails(adapters.ErrConflict, adapters.CodeAmbiguousRecord), nil}, 6, "dixa: find contact: conflict: ambiguous_record: 12, 3", []string{"12", "3"}},
		"down":        {&finder{err: fails(adapters.ErrUnavailable, adapters.CodeServerError)}, 8, "dixa: find contact: unavailable: server_error", nil},
		"unsupported": {memory.New(), 3, "memory: find contact: unsupported: memory looks up a contact by its id only", nil},
	} {
		var stderr bytes.Buffer
		_, err := record(context.Background(), row.finder, adapters.Contact, "email:ada@example.com", &stderr)
		if err == nil || exitStatus(context.Background(), err) != row.status || oneLine(err) != row.line {
			t.Errorf("%s: got %v, want %q and status %d", name, err, row.line, row.status)
			continue
		}
		document := describe(err)
		if e := document.Errors[0]; len(document.Errors) != 1 || e.Op != "find" || e.Effect != "none" || !slices.Equal(e.IDs, row.ids) {
			t.Errorf("%s: the document is %+v", name, document)
		}
		text, _ := json.Marshal(document)
		if told := string(text) + stderr.String() + err.Error(); strings.Contains(told, "ada") {
			t.Errorf("%s: it shows what was looked up: %s", name, told)
		}
		if row.ids == nil && bytes.Contains(text, []byte(`"ids"`)) {
			t.Errorf("%s: there are no ids to tell: %s", name, text)
		}
	}
}
