package driver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// update makes a change under the record's lock. It reads before the write where
// somebody needs that, and after it to verify.
func (a *Adapter) update(ctx context.Context, ref adapters.Ref, change, expected Change, settings adapters.UpdateSettings) (*Record, error) {
	capabilities, _ := a.driver.Capabilities(ref.Kind)
	// Where a server may replace the whole map, only what was read before tells
	// what a write took along.
	if !expected.empty() || settings.Verify && capabilities.Merge == adapters.MergeEmulated {
		before, err := a.driver.Read(ctx, ref)
		if err != nil {
			return nil, err
		}
		if err := a.equal(ref.Kind, before, expected); err != nil {
			return nil, err
		}
		change.Before = &before
	}
	record, err := a.write(ctx, ref, change, expected)
	if err != nil {
		return nil, err
	}
	if settings.Verify {
		return a.verify(ctx, ref, change, record)
	}
	return &record, nil
}

// write lets the driver write, and again as long as a request built on a read
// failed in passing: what others wrote since is read, not undone.
func (a *Adapter) write(ctx context.Context, ref adapters.Ref, change, expected Change) (Record, error) {
	if err := ctx.Err(); err != nil {
		return Record{}, err
	}
	ctx, trace := transport.Follow(ctx)
	for attempts := 1; ; attempts++ {
		record, err := a.driver.Write(ctx, ref, change)
		if err == nil {
			return record, nil
		}
		failure, doubtful := transport.Failure(ctx, err, a.driver.Explain)
		if doubtful {
			trace.Doubt()
		}
		passing := transport.Transient(failure) || errors.Is(failure, adapters.ErrConflict)
		if !trace.LastOnce() || !passing || !a.options.Policy.Wait(ctx, attempts, failure.RetryAfter) {
			if ctx.Err() != nil && passing { // the wait was ended
				failure, _ = transport.Failure(ctx, ctx.Err(), a.driver.Explain)
			}
			failure.Effect = effect(trace, failure)
			return Record{}, a.named(ref.Kind, failure)
		}
		change.Before = nil // too old to build on: the driver reads anew
		if expected.empty() {
			continue
		}
		now, err := a.driver.Read(ctx, ref)
		if err == nil {
			if err = a.equal(ref.Kind, now, expected); err != nil && a.equal(ref.Kind, now, change) == nil {
				return now, nil // what failed in passing was written after all
			}
		}
		if err != nil {
			failure, _ := transport.Failure(ctx, err, a.driver.Explain)
			failure.Effect = effect(trace, failure)
			return Record{}, failure
		}
		change.Before = &now
	}
}

// named gives the attributes that a driver's error names by their keys the names
// that the caller uses.
func (a *Adapter) named(kind adapters.Kind, failure *adapters.Error) *adapters.Error {
	failure.Name = a.name(kind, Record{}, failure.Name)
	failure.Details = slices.Clone(failure.Details)
	for i, detail := range failure.Details {
		copied := *detail
		copied.Name, copied.Effect = a.name(kind, Record{}, detail.Name), failure.Effect
		failure.Details[i] = &copied
	}
	return failure
}

// effect is what the writing attempts of a failed call add up to.
func effect(trace *transport.Trace, failure *adapters.Error) adapters.Effect {
	switch {
	case trace.Applied() > 0:
		return adapters.EffectPartial
	case trace.Doubtful() > 0:
		return adapters.EffectUnknown
	case trace.Used():
		return adapters.EffectNone
	}
	// A driver with a chain of its own: the class is all there is to go by.
	if failure.Class == nil || errors.Is(failure, adapters.ErrUnavailable) || errors.Is(failure, adapters.ErrMalformed) {
		return adapters.EffectUnknown
	}
	return adapters.EffectNone
}

// equal tells whether a record holds what a change would make of it, or names
// all that differs.
func (a *Adapter) equal(kind adapters.Kind, record Record, want Change) error {
	var bad []*adapters.Error
	for _, key := range a.differing(kind, record, want) {
		bad = append(bad, &adapters.Error{
			Class: adapters.ErrConflict, Code: adapters.CodeNotEqual, Name: want.names[key], Effect: adapters.EffectNone,
			Err: errors.New("it is not what IfEqual expects"),
		})
	}
	return adapters.Join(bad)
}

// differing are the keys of a change that a record does not hold as the change
// has them.
func (a *Adapter) differing(kind adapters.Kind, record Record, want Change) []string {
	var keys []string
	for _, key := range want.keys() {
		is, there := a.driver.Decode(kind, key, bytes.Clone(record.Values[key]))
		wanted, set := a.driver.Decode(kind, key, bytes.Clone(want.Set[key]))
		if there != set || set && !is.Equal(wanted) {
			keys = append(keys, key)
		}
	}
	return keys
}

// verify holds what is read after a write against the write: the answer to the
// write itself is no proof of anything.
func (a *Adapter) verify(ctx context.Context, ref adapters.Ref, change Change, written Record) (*Record, error) {
	after, err := a.driver.Read(ctx, ref)
	if err != nil {
		failure, _ := transport.Failure(ctx, err, a.driver.Explain)
		failure.Effect = adapters.EffectApplied
		failure.Err = fmt.Errorf("reading back: %w", cmp.Or(failure.Err, failure.Class))
		return &written, failure
	}
	var bad []*adapters.Error
	report := func(name, reason string) {
		bad = append(bad, &adapters.Error{
			Class: adapters.ErrConflict, Code: adapters.CodeNotKept, Name: name, Effect: adapters.EffectApplied,
			Err: errors.New(reason),
		})
	}
	for _, key := range a.differing(ref.Kind, after, change) {
		if !a.masked(ctx, ref.Kind, key) {
			report(change.names[key], "after the write it is not what was written: somebody else wrote too, or the vendor did not keep it")
		}
	}
	if written.Replaced && change.Before != nil {
		named := change.WithNulls()
		for _, key := range (Change{Set: change.Before.Values}).keys() {
			_, ours := named[key]
			_, was := a.driver.Decode(ref.Kind, key, bytes.Clone(change.Before.Values[key]))
			if _, is := a.driver.Decode(ref.Kind, key, bytes.Clone(after.Values[key])); was && !is && !ours {
				report(a.name(ref.Kind, *change.Before, key), "it was there before the write and is gone after it: somebody else removed it")
			}
		}
	}
	return &after, adapters.Join(bad)
}

// masked tells whether reading an attribute may give stars: then it proves
// nothing.
func (a *Adapter) masked(ctx context.Context, kind adapters.Kind, key string) bool {
	definitions, _, err := a.catalog.known(ctx, kind)
	if err != nil {
		return false
	}
	for _, d := range definitions {
		if d.Key == key {
			return d.Masked
		}
	}
	return false
}
