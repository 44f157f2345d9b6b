package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

const lookupHelp = `ID is the vendor's id of the record. It may also be email:ADDRESS, phone:+4512345678 or
external:ID (the id that another system gave the record), where the vendor can look up
by that. Standard error tells which record it is. If there is none, the exit status is 5;
if there are several it is 6, and their ids are listed.`

// lookups are what an ID may begin with, before a colon. No vendor's id has a colon.
var lookups = []struct {
	prefix string
	by     adapters.LookupField
	word   string // for people
}{
	{"email", adapters.ByEmail, "e-mail address"},
	{"phone", adapters.ByPhone, "phone number"},
	{"external", adapters.ByExternalID, "external id"},
}

// record is the record that ID names. What it was looked up by is personal data
// and is not shown, neither here nor in the error.
func record(ctx context.Context, finder adapters.Finder, kind adapters.Kind, id string, stderr io.Writer) (adapters.Ref, error) {
	prefix, value, ok := strings.Cut(id, ":")
	for _, l := range lookups {
		if !ok || l.prefix != prefix {
			continue
		}
		refs, err := finder.Find(ctx, kind, adapters.Lookup{By: l.by, Value: value})
		if len(refs) > 1 && errors.Is(err, adapters.ErrConflict) {
			return adapters.Ref{}, several(err, refs)
		}
		if err != nil {
			return adapters.Ref{}, err
		}
		fmt.Fprintf(stderr, "%s has this %s\n", visible(refs[0].String()), l.word)
		return refs[0], nil
	}
	return adapters.Ref{Kind: kind, ID: id}, nil
}

// several is the failure of a look-up that found more than one record, with the
// ids of all, so that a person can choose.
func several(err error, refs []adapters.Ref) error {
	var ids []string
	for _, ref := range refs {
		ids = append(ids, ref.ID)
	}
	return advised{err, ": " + strings.Join(ids, ", "), ids}
}
