// Package memory is an adapter that keeps its records in memory: for the tests
// of programs that use package adapters, and as the reference that package
// adapterstest is held against. Use [New], or [Open] for an adapter with aliases,
// Strict, Verify or a Locker.
//
// # Records
//
// Conversations and contacts, as given to [Adapter.Put]. An id is a positive
// whole number without leading zeros.
//
// # Names
//
// An alias, else the key as it is. Definitions are what [Adapter.Define] was given;
// only Strict looks at them.
//
// # Values
//
// Every kind, exactly as given. A Time, a Link and a List of texts come back as
// what they are in JSON: a String, a String, a List.
//
// # Clearing
//
// Removes the key. A JSON null that was put reads as absent.
//
// # Merge
//
// Native, under one lock. [Adapter.Put] replaces all.
//
// # Errors
//
// ErrNotFound for a record that was never put; what [Adapter.Fail] was given.
// There is nothing to look records up by: Find is ErrUnsupported.
//
// # Limits
//
// None.
//
// # Escape hatch
//
// [Adapter.Put] and [Adapter.Stored].
//
// # Document
//
// None.
package memory

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
)

// Adapter keeps records in memory. It is safe for concurrent use.
type Adapter struct {
	*driver.Adapter
	store *store
}

var _ adapters.Adapter = (*Adapter)(nil)

// New returns an Adapter without records.
func New() *Adapter {
	adapter, err := Open(driver.Options{})
	if err != nil {
		panic(err) // only aliases can be wrong, and there are none
	}
	return adapter
}

// Open returns an Adapter without records that works as the options say. The error
// is about the aliases.
func Open(options driver.Options) (*Adapter, error) {
	store := &store{records: map[adapters.Ref]map[string]json.RawMessage{}}
	core, err := driver.New(store, options)
	if err != nil {
		return nil, err
	}
	return &Adapter{Adapter: core, store: store}, nil
}

// With returns another adapter of the same records, with these options.
func (a *Adapter) With(options driver.Options) (*Adapter, error) {
	core, err := driver.New(a.store, options)
	if err != nil {
		return nil, err
	}
	return &Adapter{Adapter: core, store: a.store}, nil
}

// Put creates or replaces a record. The values are JSON by key.
func (a *Adapter) Put(ref adapters.Ref, values map[string]json.RawMessage) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	a.store.records[ref] = clone(values)
}

// Stored returns a copy of a record's values, nil if there is no such record.
func (a *Adapter) Stored(ref adapters.Ref) map[string]json.RawMessage {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	return clone(a.store.records[ref])
}

// Define replaces the definitions of a kind.
func (a *Adapter) Define(kind adapters.Kind, definitions ...adapters.Definition) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	if a.store.definitions == nil {
		a.store.definitions = map[adapters.Kind][]adapters.Definition{}
	}
	a.store.definitions[kind] = slices.Clone(definitions)
}

// Fail lets the next read, write or look at the definitions fail with this error.
func (a *Adapter) Fail(err error) {
	a.store.mu.Lock()
	defer a.store.mu.Unlock()
	a.store.next = err
}

func clone(values map[string]json.RawMessage) map[string]json.RawMessage {
	copied := maps.Clone(values)
	for key := range copied {
		copied[key] = slices.Clone(copied[key])
	}
	return copied
}

// store is the driver.
type store struct {
	mu          sync.Mutex
	records     map[adapters.Ref]map[string]json.RawMessage
	definitions map[adapters.Kind][]adapters.Definition
	next        error
}

// Vendor implements [driver.Driver].
func (s *store) Vendor() string { return "memory" }

// Capabilities implements [driver.Driver].
func (s *store) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	return adapters.Capabilities{
		Values: []adapters.ValueKind{
			adapters.ValueString, adapters.ValueNumber, adapters.ValueBool, adapters.ValueTime,
			adapters.ValueLink, adapters.ValueList, adapters.ValueJSON,
		},
		EmptyText: true, Merge: adapters.MergeNative, ForeignWritersSafe: true,
	}, kind == adapters.Conversation || kind == adapters.Contact
}

// Ref implements [driver.Driver].
func (s *store) Ref(ref adapters.Ref) (adapters.Ref, error) {
	_, err := driver.NumericID(ref)
	return ref, err
}

// Key implements [driver.Driver].
func (s *store) Key(_ adapters.Kind, name string, _ adapters.Value, _ []adapters.Definition) (string, error) {
	return name, nil
}

// Encode implements [driver.Driver].
func (s *store) Encode(_ adapters.Kind, _ string, v adapters.Value) (json.RawMessage, error) {
	return v.MarshalJSON()
}

// Decode implements [driver.Driver].
func (s *store) Decode(_ adapters.Kind, _ string, raw json.RawMessage) (adapters.Value, bool) {
	return driver.Plain(raw)
}

// Read implements [driver.Driver].
func (s *store) Read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.take(ctx); err != nil {
		return driver.Record{}, err
	}
	return s.record(ref)
}

// Write implements [driver.Driver].
func (s *store) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.take(ctx); err != nil {
		return driver.Record{}, err
	}
	values, ok := s.records[ref]
	if ok && values == nil {
		values = map[string]json.RawMessage{}
		s.records[ref] = values
	}
	if ok {
		maps.Copy(values, change.Set)
		for _, key := range change.Clear {
			delete(values, key)
		}
	}
	return s.record(ref)
}

// record is a copy of one record; the lock is held.
func (s *store) record(ref adapters.Ref) (driver.Record, error) {
	values, ok := s.records[ref]
	if !ok {
		return driver.Record{}, driver.Refuse(adapters.ErrNotFound, adapters.CodeRecordNotFound, "no such record was put")
	}
	return driver.Record{Values: clone(values), Complete: true}, nil
}

// take gives the failure that was asked for, once; the lock is held.
func (s *store) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.next
	s.next = nil
	return err
}

// Definitions implements [driver.Driver].
func (s *store) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(s.definitions[kind]), nil
}

// Explain implements [driver.Driver]: there are no answers.
func (s *store) Explain(int, http.Header, []byte) transport.Explanation {
	return transport.Explanation{}
}
