package driver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// Options configure the core. The vendors' Configs fill them.
type Options struct {
	// Account is a label for errors and logs.
	Account string

	// Aliases give names to attributes: by kind, from the caller's name to one
	// that the vendor's own rule understands, for example its key. An alias hides
	// a key of the same name: to reach that one too, give it an alias.
	Aliases map[adapters.Kind]map[string]string

	// DefinitionLifetime is how long definitions are taken as known; 0 means
	// five minutes. A name that is not among them is looked up anew all the same.
	DefinitionLifetime time.Duration

	// Strict refuses names that no definition has, and values that do not fit
	// the definition, before anything is written.
	Strict bool

	// Verify reads back after each write, as [adapters.Verify] does for one.
	Verify bool

	// Locker keeps other processes from writing at the same time; may be nil.
	Locker adapters.Locker

	// Retry says how often a write that was built on a read is built and sent
	// anew: the one that transport.NewClient gave; nil: that of the zero Options.
	Retry *transport.Retry
}

// Adapter is the contract of package adapters around one Driver.
type Adapter struct {
	driver  Driver
	options Options
	names   map[adapters.Kind]map[string]string // aliases the other way round: key to name
	pending map[adapters.Kind]map[string]string // those whose key the definitions tell: target to name
	catalog catalog
	locks   locks
}

var _ adapters.Adapter = (*Adapter)(nil)

// New puts the core around a driver. It sends nothing.
func New(driver Driver, options Options) (*Adapter, error) {
	if options.DefinitionLifetime <= 0 {
		options.DefinitionLifetime = 5 * time.Minute
	}
	if options.Retry == nil {
		options.Retry = transport.NewRetry(transport.Options{})
	}
	a := &Adapter{driver: driver, options: options, names: map[adapters.Kind]map[string]string{}, pending: map[adapters.Kind]map[string]string{}}
	a.catalog = catalog{load: driver.Definitions, lifetime: options.DefinitionLifetime}
	var bad []error // all that is wrong, at once
	for _, kind := range slices.Sorted(maps.Keys(options.Aliases)) {
		aliases := options.Aliases[kind]
		if _, ok := driver.Capabilities(kind); !ok {
			bad = append(bad, fmt.Errorf("aliases: %s has no records of kind %q", driver.Vendor(), kind))
			continue
		}
		a.names[kind], a.pending[kind] = map[string]string{}, map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(aliases)) {
			target := aliases[name]
			if name == "" || target == "" {
				bad = append(bad, fmt.Errorf("aliases: an empty name or target (%q means %q)", name, target))
				continue
			}
			names := a.pending[kind]
			if key, err := driver.Key(kind, target, adapters.Clear(), nil); err == nil {
				target, names = key, a.names[kind] // as answers will have it
			}
			if other, ok := names[target]; ok {
				bad = append(bad, fmt.Errorf("aliases: %q and %q both mean %q", other, name, target))
			}
			names[target] = name
		}
	}
	if len(bad) > 0 {
		return nil, errors.Join(bad...)
	}
	return a, nil
}

// Vendor implements [adapters.Adapter].
func (a *Adapter) Vendor() string { return a.driver.Vendor() }

// Capabilities implements [adapters.Adapter].
func (a *Adapter) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	capabilities, ok := a.driver.Capabilities(kind)
	capabilities.Values, capabilities.Lookups = slices.Clone(capabilities.Values), slices.Clone(capabilities.Lookups)
	return capabilities, ok
}

// UpdateAttributes implements [adapters.Updater].
func (a *Adapter) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	canonical, err := a.ref(ref)
	if err != nil {
		return adapters.Result{}, a.failed(ctx, "set", ref, err)
	}
	if len(changes) == 0 {
		return adapters.Result{}, nil
	}
	settings := adapters.Settings(options...)
	settings.Verify = settings.Verify || a.options.Verify
	resolver := &resolver{adapter: a, kind: canonical.Kind, strict: a.options.Strict}
	change, err := a.change(ctx, resolver, changes, false)
	if err != nil {
		return adapters.Result{}, a.failed(ctx, "set", canonical, err)
	}
	expected, err := a.change(ctx, resolver, settings.IfEqual, true)
	if err != nil {
		return adapters.Result{}, a.failed(ctx, "set", canonical, err)
	}
	unlock, err := a.lock(ctx, canonical)
	if err != nil {
		return adapters.Result{}, a.failed(ctx, "set", canonical, err)
	}
	defer unlock()
	record, err := a.update(ctx, canonical, change, expected, settings)
	result := adapters.Result{}
	if record != nil {
		result = a.result(ctx, canonical.Kind, *record, kept(settings, change, expected))
	}
	if err != nil {
		return result, a.failed(ctx, "set", canonical, err)
	}
	return result, nil
}

// lock waits for the record, here and, with a Locker, everywhere.
func (a *Adapter) lock(ctx context.Context, ref adapters.Ref) (unlock func(), err error) {
	if err := a.locks.lock(ctx, ref); err != nil {
		return nil, err
	}
	here := func() { a.locks.unlock(ref) }
	if a.options.Locker == nil {
		return here, nil
	}
	defer func() {
		if unlock == nil { // also where the Locker panics
			here()
		}
	}()
	key := fmt.Sprintf("%s/%s/%s/%s", a.driver.Vendor(), url.PathEscape(a.options.Account), ref.Kind, ref.ID)
	everywhere, err := a.options.Locker.Lock(ctx, key)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, Refuse(adapters.ErrUnavailable, adapters.CodeLock, "the Locker: %w", err)
	}
	return func() { defer here(); everywhere() }, nil
}

// Attributes implements [adapters.Reader].
func (a *Adapter) Attributes(ctx context.Context, ref adapters.Ref) (adapters.Attributes, error) {
	canonical, err := a.ref(ref)
	if err != nil {
		return nil, a.failed(ctx, "get", ref, err)
	}
	record, failure := a.read(ctx, canonical)
	if failure != nil {
		return nil, a.failed(ctx, "get", canonical, failure)
	}
	if len(record.Names) > 0 {
		// One may have become the name of another attribute, when this one was archived.
		a.catalog.glance(ctx, canonical.Kind) // unreadable: the names are taken as they were told
		if ctx.Err() != nil {
			return nil, a.failed(ctx, "get", canonical, ctx.Err())
		}
	}
	return a.result(ctx, canonical.Kind, record, nil).Attributes, nil
}

// Definitions implements [adapters.Catalog].
func (a *Adapter) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	if err := a.kind(kind); err != nil {
		return nil, a.failed(ctx, "fields", adapters.Ref{Kind: kind}, err)
	}
	definitions, err := a.catalog.newest(ctx, kind)
	if err != nil {
		return nil, a.failed(ctx, "fields", adapters.Ref{Kind: kind}, err)
	}
	return copies(definitions), nil
}

func (a *Adapter) kind(kind adapters.Kind) error {
	if _, ok := a.driver.Capabilities(kind); !ok {
		return Refuse(adapters.ErrUnsupported, adapters.CodeUnsupportedKind, "%s has no records of kind %q", a.driver.Vendor(), kind)
	}
	return nil
}

func (a *Adapter) ref(ref adapters.Ref) (adapters.Ref, error) {
	if err := a.kind(ref.Kind); err != nil {
		return ref, err
	}
	return a.driver.Ref(ref)
}

// failed is the one place where an error becomes the contract's: who, what and
// on which record. Nothing was written, unless write found out otherwise.
func (a *Adapter) failed(ctx context.Context, op string, ref adapters.Ref, err error) error {
	var written *adapters.Error
	known := errors.As(err, &written)
	failure, _ := transport.Failure(ctx, err, a.driver.Explain)
	if !known || op != "set" {
		failure.Effect = adapters.EffectNone
	}
	failure.Vendor, failure.Account, failure.Op, failure.Ref = a.driver.Vendor(), a.options.Account, op, ref
	failure.Details = slices.Clone(failure.Details) // the driver may give the same error again
	for i, detail := range failure.Details {
		copied := *detail
		copied.Vendor, copied.Account, copied.Op, copied.Ref = failure.Vendor, failure.Account, op, ref
		failure.Details[i] = &copied
	}
	return failure
}
