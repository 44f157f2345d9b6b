package adapters

import "context"

// Finder looks records up. The adapters of this module have it; what each can do
// stands in Lookups of its [Capabilities].
type Finder interface {
	// Find returns the record that matches. None is ErrNotFound. Several are
	// ErrConflict with the code ambiguous_record, and all of them are returned
	// beside the error. What a vendor cannot look up by is ErrUnsupported.
	//
	// Vendors look up in an index that may lag behind writes.
	Find(ctx context.Context, kind Kind, by Lookup) ([]Ref, error)
}

// Lookup is what a record is looked up by.
type Lookup struct {
	By    LookupField
	Value string
}

// LookupField is a field that records can be looked up by.
type LookupField string

// The fields. All of them compare the whole value; case does not count in an
// e-mail address.
const (
	ByEmail      LookupField = "email"
	ByPhone      LookupField = "phone"    // as E.164: +4512345678
	ByExternalID LookupField = "external" // the id that another system gave the record
)
