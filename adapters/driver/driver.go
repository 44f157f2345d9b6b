// Package driver is the core of every adapter. A vendor implements [Driver],
// which holds only what is true of that vendor; [New] keeps the whole contract
// of package adapters around it: validation, names, the lock of a record,
// errors and effects.
//
// It is public: the adapter of a vendor that is not in this module is a Driver
// over package transport, and is proven with package adapterstest.
package driver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// Driver is what one vendor is. Its methods must be safe for concurrent use;
// those said to be pure must depend on nothing but their arguments.
//
// Read, Write and Definitions return the errors of the vendor's client as they
// come. The core turns them into the contract's, with Explain's help. An error
// that wraps one of the classes of package adapters gets that class.
type Driver interface {
	// Vendor is the vendor's name in lower case.
	Vendor() string

	// Capabilities says what the vendor can do; false: it has no such kind. It is
	// asked often, and what it returns is not changed: the lists may be shared.
	Capabilities(adapters.Kind) (adapters.Capabilities, bool)

	// Ref returns the one form of a reference that names the record, or why
	// there is none. It must refuse every id that could reach another route.
	// Pure; the kind is one of the vendor's.
	Ref(adapters.Ref) (adapters.Ref, error)

	// Key turns a name into the vendor's key. Pure. The definitions are nil at
	// first; an error that wraps ErrUnknownName makes the core load them, then
	// refresh them once. The key returned beside a last such error, if any, is
	// used all the same: it is what a vendor makes of a name nobody defined.
	Key(kind adapters.Kind, name string, v adapters.Value, definitions []adapters.Definition) (string, error)

	// Encode gives the JSON that is sent for a value, or refuses it. Pure. The
	// value is valid, not a Clear, and of a kind that Capabilities lists.
	Encode(kind adapters.Kind, key string, v adapters.Value) (json.RawMessage, error)

	// Decode gives the value of what the vendor sent, and false where that
	// means that the attribute is absent. Pure; the raw value is neither changed
	// nor kept.
	Decode(kind adapters.Kind, key string, raw json.RawMessage) (adapters.Value, bool)

	// Read reads a record.
	Read(ctx context.Context, ref adapters.Ref) (Record, error)

	// Write sets and clears, and keeps everything else. It is called under the
	// record's lock. Doing it twice must leave the same state; the core does so
	// after a request under transport.Once failed in passing. An error that is an
	// *adapters.Error names attributes by their keys; the core sets the effect.
	Write(ctx context.Context, ref adapters.Ref, change Change) (Record, error)

	// Definitions lists the definitions of a kind. Not nil.
	Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error)

	// Explain adds the vendor's words and table to an answer that is not a
	// success. Pure.
	Explain(status int, header http.Header, body []byte) transport.Explanation
}

// Finder is a Driver of a vendor that looks records up.
type Finder interface {
	// Find returns what matches, as the vendor spells its ids; none is no error.
	// The lookup is one that Capabilities lists, its value is not empty.
	Find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error)
}

// Record is what an answer tells of a record.
type Record struct {
	Values   map[string]json.RawMessage // by the vendor's key
	Names    map[string]string          // key to name, where the answer tells it
	Complete bool                       // every attribute of the record is in Values
	Replaced bool                       // of an answer to a write: it sent the record's whole map
	Private  any                        // the driver's own, handed back in Change.Before
}

// Change is what a write is to do, by the vendor's keys. A key is in one of
// both, and at least one is not empty.
type Change struct {
	Set   map[string]json.RawMessage
	Clear []string

	// Before is the record as the core read it just before this write, nil where
	// it had no reason to. A driver that needs what it read takes it from here.
	Before *Record

	// Check holds a record that the driver read anew, because Before was too old,
	// against what the caller expects; nil: nobody expects anything. Its error is for
	// Write to return, before anything was written.
	Check func(Record) error

	names []named // by name
}

// named is an attribute's name, as the caller gave it, and its key.
type named struct{ name, key string }

func (c Change) empty() bool { return len(c.Set)+len(c.Clear) == 0 }

// has tells whether the change names a key.
func (c Change) has(key string) bool {
	_, set := c.Set[key]
	return set || slices.Contains(c.Clear, key)
}

// keys are all keys of the change, in order.
func (c Change) keys() []string {
	keys := slices.Clone(c.Clear)
	for key := range c.Set {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// name is what the caller calls a key, "" where the key is not in the change.
func (c Change) name(key string) string {
	for _, n := range c.names {
		if n.key == key {
			return n.name
		}
	}
	return ""
}

// WithNulls is the change as one map, for vendors where a null clears. It may be
// Set itself, and is not to be changed.
func (c Change) WithNulls() map[string]json.RawMessage {
	if len(c.Clear) == 0 && c.Set != nil {
		return c.Set
	}
	all := make(map[string]json.RawMessage, len(c.Set)+len(c.Clear))
	maps.Copy(all, c.Set)
	for _, key := range c.Clear {
		all[key] = json.RawMessage("null")
	}
	return all
}

// ErrUnknownName means that a name needs the definitions, or is not in them.
var ErrUnknownName = errors.New("unknown attribute")

// Refuse returns the error with which a Driver refuses a reference, a name or a
// value. The text must hold no attribute value.
func Refuse(class error, code adapters.Code, format string, args ...any) error {
	return &adapters.Error{Class: class, Code: code, Effect: adapters.EffectNone, Err: fmt.Errorf(format, args...)}
}

// NumericID is the id of a reference where ids are positive whole numbers, and a
// refusal of any other: "007" and "+7" would be second names of one record.
func NumericID(ref adapters.Ref) (int64, error) {
	id, err := strconv.ParseInt(ref.ID, 10, 64)
	if err != nil || ref.ID[0] < '1' || ref.ID[0] > '9' { // neither a sign nor a zero
		return 0, Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is not a positive whole number without leading zeros")
	}
	return id, nil
}
