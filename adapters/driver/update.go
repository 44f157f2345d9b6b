package driver

import (
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
	if !expected.empty() || settings.Before != nil || settings.Verify && capabilities.Merge == adapters.MergeEmulated {
		ctx = transport.Together(ctx, 2) // the read and the write: nothing waits in between
		before, failure := a.read(ctx, ref)
		if failure != nil {
			return nil, failure
		}
		if err := a.equal(ref.Kind, before, expected, Change{}, adapters.EffectNone); err != nil {
			return nil, err
		}
		if settings.Before != nil && !settings.Before(a.result(ctx, ref.Kind, before, kept(settings, change, expected)).Attributes) {
			return &before, nil
		}
		change.Before = &before
	}
	if !expected.empty() {
		change.Check = func(now Record) error {
			return a.equal(ref.Kind, now, expected, Change{}, adapters.EffectNone)
		}
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
	ctx, trace := transport.Follow(transport.Repeatable(ctx))
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
		if !trace.LastOnce() || !passing || !a.options.Retry.Wait(ctx, attempts, failure.Status, failure.RetryAfter) {
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
		ctx = transport.Together(ctx, 2) //nolint:fatcontext // one for each time that the write is built anew
		now, refused := a.read(ctx, ref)
		if refused != nil {
			refused.Effect = effect(trace, failure)
			return Record{}, refused
		}
		ours := change // what an attempt may have written; one that was refused wrote nothing
		if trace.Doubtful()+trace.Applied() == 0 {
			ours = Change{}
		}
		if err := a.equal(ref.Kind, now, expected, ours, effect(trace, failure)); err != nil {
			return Record{}, err
		}
		if !ours.empty() && len(a.differing(ref.Kind, now, change)) == 0 {
			capabilities, _ := a.driver.Capabilities(ref.Kind)
			now.Replaced = capabilities.Merge == adapters.MergeEmulated // it may have been
			return now, nil
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

// equal tells whether a record is as expected, or names all that is not. What it
// holds as this call may itself have written it is taken for expected.
func (a *Adapter) equal(kind adapters.Kind, record Record, expected, ours Change, effect adapters.Effect) error {
	foreign := a.differing(kind, record, ours)
	var bad []*adapters.Error
	for _, key := range a.differing(kind, record, expected) {
		if ours.has(key) && !slices.Contains(foreign, key) {
			continue
		}
		bad = append(bad, &adapters.Error{
			Class: adapters.ErrConflict, Code: adapters.CodeNotEqual, Name: cmp.Or(expected.name(key), a.name(kind, record, key)), Effect: effect,
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
		is, there := a.decode(kind, key, record.Values)
		wanted, set := a.decode(kind, key, want.Set)
		if there != set || set && !is.Equal(wanted) {
			keys = append(keys, key)
		}
	}
	return keys
}

// verify holds what is read after a write against the write: the answer to the
// write itself is no proof of anything.
func (a *Adapter) verify(ctx context.Context, ref adapters.Ref, change Change, written Record) (*Record, error) {
	after, failure := a.read(ctx, ref)
	if failure != nil {
		return &written, unverified(failure)
	}
	var bad []*adapters.Error
	report := func(record Record, key, reason string) {
		bad = append(bad, &adapters.Error{
			Class: adapters.ErrConflict, Code: adapters.CodeNotKept, Name: cmp.Or(change.name(key), a.name(ref.Kind, record, key)), Effect: adapters.EffectApplied,
			Err: errors.New(reason),
		})
	}
	if different := a.differing(ref.Kind, after, change); len(different) > 0 {
		masked := a.masked(ctx, ref.Kind)
		if ctx.Err() != nil { // whether any of them is masked is not known
			failure, _ := transport.Failure(ctx, ctx.Err(), a.driver.Explain)
			return &after, unverified(failure)
		}
		for _, key := range different {
			if !masked[key] {
				report(after, key, "after the write it is not what was written: somebody else wrote too, or the vendor did not keep it")
			}
		}
	}
	if written.Replaced && change.Before != nil {
		before := *change.Before
		for key := range before.Values {
			_, was := a.decode(ref.Kind, key, before.Values)
			if _, is := a.decode(ref.Kind, key, after.Values); was && !is && !change.has(key) {
				report(before, key, "it was there before the write and is gone after it: somebody else removed it")
			}
		}
	}
	return &after, adapters.Join(bad)
}

// unverified is a failure that came after the write.
func unverified(failure *adapters.Error) error {
	failure.Effect = adapters.EffectApplied
	failure.Err = fmt.Errorf("reading back: %w", cmp.Or(failure.Err, failure.Class))
	return failure
}

// masked are the attributes of which reading may give stars: that proves nothing.
// Definitions that cannot be read do not stand in the way of a report.
func (a *Adapter) masked(ctx context.Context, kind adapters.Kind) map[string]bool {
	definitions, _, _ := a.catalog.known(ctx, kind)
	masked := map[string]bool{}
	for _, d := range definitions {
		masked[d.Key] = d.Masked
	}
	return masked
}
