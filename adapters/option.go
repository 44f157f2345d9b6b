package adapters

import "maps"

// UpdateOption changes how one UpdateAttributes call works. The set is closed:
// [Verify], [IfEqual], [Before] and [KeepNames].
type UpdateOption interface {
	apply(*UpdateSettings)
}

// UpdateSettings are options as an adapter reads them.
type UpdateSettings struct {
	// Verify: read back after the write.
	Verify bool
	// IfEqual are the attributes that must hold before it, nil for none. A
	// Clear stands for an attribute that must be absent.
	IfEqual Attributes
	// Before decides on what was read before it; nil: nobody does.
	Before func(Attributes) bool
	// KeepNames: what the call names is told under the same names.
	KeepNames bool
}

// Settings reads options.
func Settings(options ...UpdateOption) UpdateSettings {
	var settings UpdateSettings
	for _, option := range options {
		option.apply(&settings)
	}
	return settings
}

type optionFunc func(*UpdateSettings)

func (f optionFunc) apply(settings *UpdateSettings) { f(settings) }

// Verify reads the record after the write and holds it against what was
// written: one or two requests more. Where an attribute is not as it was written,
// or one that nobody named has gone with a map that was replaced, the error is
// ErrConflict with EffectApplied, and names it. The Result is then what was read.
//
// It sees what is so at the moment of reading. What a foreign writer added
// between our read and our replacement of the whole map, nobody can see: see
// [Capabilities] and [Locker].
func Verify() UpdateOption {
	return optionFunc(func(settings *UpdateSettings) { settings.Verify = true })
}

// IfEqual reads the record first, and refuses to write with ErrConflict unless
// these attributes are what the caller expects; Clear() expects an attribute to be
// absent. Writers of this adapter, and of those that share its [Locker], cannot
// come between; others can.
//
// Several IfEqual are as one with all their attributes; of one that is named twice
// the last counts.
func IfEqual(expected Attributes) UpdateOption {
	expected = maps.Clone(expected) // the caller's map is not kept
	return optionFunc(func(settings *UpdateSettings) {
		if settings.IfEqual == nil {
			settings.IfEqual = Attributes{}
		}
		maps.Copy(settings.IfEqual, expected)
	})
}

// Before reads the record first and asks f, under the lock of the record: with
// false the call ends without writing and without an error, and its Result is
// what was read. With true the write is built on that read, where it is built on
// one. So f can keep what was there, for it to be put back, or see that nothing
// is to be done. It is asked once in a call, after IfEqual, and must not call the
// adapter for this record. Of several, the last counts.
func Before(f func(was Attributes) bool) UpdateOption {
	return optionFunc(func(settings *UpdateSettings) { settings.Before = f })
}

// KeepNames tells the attributes that the call names under those names, in the
// Result and to Before. Without it they come under the names that reads give them,
// which may be others: Kustomer's "order_id" is read as "orderIdStr", a label of
// Dixa's as the identifier. The others come as ever, one whose name the call has
// used for another attribute by its key.
func KeepNames() UpdateOption {
	return optionFunc(func(settings *UpdateSettings) { settings.KeepNames = true })
}
