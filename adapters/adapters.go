package adapters

import (
	"context"
	"slices"
	"strings"
)

// Updater changes custom attributes.
type Updater interface {
	// UpdateAttributes sets, changes and clears attributes of one record and
	// leaves every other attribute as it is: the contract of this package, in
	// full. Changes is neither kept nor changed. Without changes it returns at
	// once and sends nothing.
	//
	// A failure is an *[Error]; its Effect says what happened to the record.
	UpdateAttributes(ctx context.Context, ref Ref, changes Attributes, opts ...UpdateOption) (Result, error)
}

// Reader reads custom attributes.
type Reader interface {
	// Attributes returns all attributes of one record, by the names the caller
	// uses (an alias, else Dixa's identifier, else the vendor's key): written back
	// under them, nothing changes. One whose key an alias of another has taken is
	// left out. A map that is not nil, possibly empty.
	Attributes(ctx context.Context, ref Ref) (Attributes, error)
}

// Catalog lists what attributes an account has.
type Catalog interface {
	// Definitions returns the definitions of the attributes of this kind of
	// record, archived ones too, always as the vendor has them now.
	Definitions(ctx context.Context, kind Kind) ([]Definition, error)
}

// Adapter is one vendor's account. It never grows: what only some vendors can
// do comes as a further interface of one method, found by type assertion.
//
// An Adapter is safe for concurrent use, and keeps its own writes from losing
// each other only within itself: make one for an account and share it.
type Adapter interface {
	Updater
	Reader
	Catalog

	// Vendor is the vendor's name in lower case, for example "dixa".
	Vendor() string

	// Capabilities says what this vendor can do for records of a kind, and
	// false for a kind it does not have.
	Capabilities(kind Kind) (Capabilities, bool)
}

// Kind is a kind of record.
type Kind string

// The kinds of record. A vendor's own word may differ: a contact is a customer
// at Kustomer and an end user at Dixa.
const (
	Conversation Kind = "conversation"
	Contact      Kind = "contact"
)

// Ref names one record: its kind and the id the vendor gave it. Each vendor's
// package says what its ids look like; anything else is refused, so that an id
// never reaches another route and one record never has two names.
type Ref struct {
	Kind Kind
	ID   string
}

// ConversationRef names a conversation.
func ConversationRef(id string) Ref { return Ref{Kind: Conversation, ID: id} }

// ContactRef names a contact.
func ContactRef(id string) Ref { return Ref{Kind: Contact, ID: id} }

// String is the kind and the id, for people.
func (r Ref) String() string { return strings.TrimSpace(string(r.Kind) + " " + r.ID) }

// Attributes are custom attributes by name.
type Attributes map[string]Value

// Result is what a write left behind.
type Result struct {
	// Attributes as the vendor reports them in its answer to the write, under the
	// names that reads give them (an alias, else Dixa's identifier, else the vendor's
	// key); [KeepNames] has those that the call names under its own.
	Attributes Attributes

	// Complete tells whether every attribute of the record is in Attributes.
	// When false, those that are not there may still be set.
	Complete bool
}

// Merge says who keeps the attributes a write does not name.
type Merge string

// The two ways to merge.
const (
	// MergeNative: the vendor's server keeps them.
	MergeNative Merge = "native"
	// MergeEmulated: the server replaces the whole map; the adapter reads,
	// merges and replaces, under a lock.
	MergeEmulated Merge = "emulated"
)

// Capabilities says what a vendor can do for one kind of record. They are
// constant: the worst case of the servers the adapter works with.
type Capabilities struct {
	// Values are the kinds of value an attribute can be set to. Each other one
	// is refused with ErrUnsupported. ValueClear is always possible and not
	// listed.
	Values []ValueKind

	// EmptyText tells whether String("") can be stored.
	EmptyText bool

	// Merge is the worst case: emulated, where any supported server needs it.
	Merge Merge

	// Lookups are what records can be looked up by; see [Finder].
	Lookups []LookupField

	// ForeignWritersSafe tells whether a write by this adapter and one by
	// another process or person at the same moment both survive when they name
	// different attributes. When false, either may be lost, and nobody is told.
	ForeignWritersSafe bool
}

// Holds tells whether an attribute can be set to this kind of value.
func (c Capabilities) Holds(kind ValueKind) bool { return slices.Contains(c.Values, kind) }

// StaticToken returns a function, as the vendors' Configs ask for, that always
// gives this token.
func StaticToken(token string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return token, nil }
}
