package driver_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/memory"
	"github.com/deskattr/deskattr/adapters/transport"
)

// toy is a vendor whose keys come from its definitions.
type toy struct {
	vendor      string          // "toy" if empty
	kinds       []adapters.Kind // contacts if none are named
	mu          sync.Mutex
	values      map[string]json.RawMessage
	definitions []adapters.Definition
	loads       int
	loading     func(ctx context.Context) error // before definitions are given
	invents     bool                            // unknown names become keys
	write       func(ctx context.Context) error // before a write
}

func (d *toy) Vendor() string { return cmp.Or(d.vendor, "toy") }
func (d *toy) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	return adapters.Capabilities{Values: toyValues, Merge: adapters.MergeNative},
		kind == adapters.Contact && d.kinds == nil || slices.Contains(d.kinds, kind)
}
func (d *toy) Ref(ref adapters.Ref) (adapters.Ref, error) {
	return adapters.Ref{Kind: ref.Kind, ID: strings.ToLower(ref.ID)}, nil
}
func (d *toy) Key(_ adapters.Kind, name string, _ adapters.Value, definitions []adapters.Definition) (string, error) {
	if strings.HasPrefix(name, "key-") {
		return name, nil
	}
	var known []string
	for _, definition := range definitions {
		if definition.Name == name {
			return definition.Key, nil
		}
		known = append(known, definition.Name)
	}
	if d.invents {
		return "key-new-" + name, driver.ErrUnknownName
	}
	return "", driver.Unknown(name, known)
}
func (d *toy) Encode(_ adapters.Kind, _ string, v adapters.Value) (json.RawMessage, error) {
	return v.MarshalJSON()
}
func (d *toy) Decode(_ adapters.Kind, _ string, raw json.RawMessage) (adapters.Value, bool) {
	return driver.Plain(raw)
}
func (d *toy) Read(context.Context, adapters.Ref) (driver.Record, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return driver.Record{Values: d.values, Names: map[string]string{"key-1": "plan", "key-2": "plan"}, Complete: true}, nil
}
func (d *toy) Write(ctx context.Context, _ adapters.Ref, change driver.Change) (driver.Record, error) {
	if d.write != nil {
		if err := d.write(ctx); err != nil {
			return driver.Record{}, err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.values = change.Set
	return driver.Record{Values: change.Set}, nil
}
func (d *toy) Definitions(ctx context.Context, _ adapters.Kind) ([]adapters.Definition, error) {
	d.mu.Lock()
	d.loads++
	definitions := d.definitions
	d.mu.Unlock()
	if d.loading != nil {
		if err := d.loading(ctx); err != nil {
			return nil, err
		}
	}
	return definitions, nil
}
func (d *toy) Explain(int, http.Header, []byte) transport.Explanation { return transport.Explanation{} }

var toyValues = []adapters.ValueKind{adapters.ValueString}

var contact = adapters.ContactRef("1")

func open(t *testing.T, d *toy, options driver.Options) *driver.Adapter {
	t.Helper()
	a, err := driver.New(d, options)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func setPlan(a *driver.Adapter, ctx context.Context, name string) error {
	_, err := a.UpdateAttributes(ctx, contact, adapters.Attributes{name: adapters.String("gold")})
	return err
}

// TestCapabilitiesAreACopy: a driver may give the same list each time, so that
// what a caller does to it must stay with the caller.
func TestCapabilitiesAreACopy(t *testing.T) {
	a := open(t, &toy{}, driver.Options{})
	for range 2 {
		capabilities, _ := a.Capabilities(adapters.Contact)
		if !capabilities.Holds(adapters.ValueString) {
			t.Fatal("a caller changed what the adapter can do")
		}
		capabilities.Values[0] = adapters.ValueTime
	}
}

// TestNumbers: what JSON does not call a number is none here.
func TestNumbers(t *testing.T) {
	for text, good := range map[json.Number]bool{
		"0": true, "-0": true, "10": true, "-12.50": true, "0.5": true, "12345678901234567890.5": true, "1e5": true, "-2.5E-3": true,
		"": false, "-": false, "01": false, "-01": false, "00.5": false, "1.": false, ".5": false, "-.5": false, "1.x": false, "1.5.5": false,
		"+1": false, "1-": false, "0x1": false, "1_0": false, " 1": false, "1e": false, //nolint:gocritic // white space is what is tested
		"1e99999999999": false, "NaN": false,
	} {
		_, err := memory.New().UpdateAttributes(t.Context(), contact, adapters.Attributes{"n": adapters.Number(text)})
		if refused := errors.Is(err, adapters.ErrInvalid); refused == good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestTheLaterNameIsBlamed: where two names mean one attribute, it is always the
// same one that is called bad, whatever the order of the map.
func TestTheLaterNameIsBlamed(t *testing.T) {
	a := open(t, &toy{definitions: []adapters.Definition{{Key: "key-1", Name: "plan"}}}, driver.Options{})
	for range 20 {
		_, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"plan": adapters.String("a"), "key-1": adapters.String("b")})
		var failure *adapters.Error
		if !errors.As(err, &failure) || failure.Name != "plan" || failure.Code != adapters.CodeDoubledAttribute {
			t.Fatal(err)
		}
	}
}

func TestNamesComeFromDefinitions(t *testing.T) {
	d := &toy{definitions: []adapters.Definition{{Key: "key-1", Name: "plan"}, {Key: "key-2", Name: "order_id"}}}
	a := open(t, d, driver.Options{})
	if err := setPlan(a, t.Context(), "key-9"); err != nil || d.loads != 0 {
		t.Fatalf("a key: %v after %d loads, want none", err, d.loads)
	}
	for range 3 {
		if err := setPlan(a, t.Context(), "plan"); err != nil || d.loads != 1 || d.values["key-1"] == nil {
			t.Fatalf("a name: %v after %d loads, values %v; want one load", err, d.loads, d.values)
		}
	}
	// A name that came to be since is found by one refresh.
	d.definitions = append(d.definitions, adapters.Definition{Key: "key-3", Name: "vip"})
	if err := setPlan(a, t.Context(), "vip"); err != nil || d.loads != 2 || d.values["key-3"] == nil {
		t.Fatalf("a new name: %v after %d loads, values %v", err, d.loads, d.values)
	}
	err := setPlan(a, t.Context(), "order_di")
	if !errors.Is(err, adapters.ErrInvalid) || !errors.Is(err, driver.ErrUnknownName) || d.loads != 3 || !strings.Contains(err.Error(), `did you mean "order_id"`) {
		t.Errorf("an unknown name: %v after %d loads", err, d.loads)
	}
	var failure *adapters.Error
	if errors.As(err, &failure); failure.Code != adapters.CodeUnknownAttribute || failure.Name != "order_di" || failure.Effect != adapters.EffectNone {
		t.Errorf("an unknown name: %+v", *failure)
	}
}

func TestInventedKeyOnlyAfterARefresh(t *testing.T) {
	d := &toy{invents: true}
	a := open(t, d, driver.Options{})
	if err := setPlan(a, t.Context(), "plan"); err != nil || d.values["key-new-plan"] == nil || d.loads != 1 {
		t.Fatalf("%v after %d loads, values %v", err, d.loads, d.values)
	}
	d.definitions = []adapters.Definition{{Key: "key-1", Name: "plan"}}
	if err := setPlan(a, t.Context(), "plan"); err != nil || d.values["key-1"] == nil {
		t.Errorf("%v, values %v: a definition that came to be was overlooked", err, d.values)
	}
}

func TestDefinitionsGrowOld(t *testing.T) {
	for given, lifetime := range map[time.Duration]time.Duration{time.Minute: time.Minute, 0: 5 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			d := &toy{definitions: []adapters.Definition{{Key: "key-1", Name: "plan"}}}
			a := open(t, d, driver.Options{DefinitionLifetime: given})
			for i, wait := range []time.Duration{0, lifetime - time.Second, 2 * time.Second} {
				time.Sleep(wait)
				if err := setPlan(a, t.Context(), "plan"); err != nil {
					t.Fatal(err)
				}
				if want := 1 + i/2; d.loads != want {
					t.Errorf("a lifetime of %v: %d loads after %d calls, want %d", given, d.loads, i+1, want)
				}
			}
		})
	}
}

func TestOneLoadAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &toy{definitions: []adapters.Definition{{Key: "key-1", Name: "plan"}}}
		d.loading = func(context.Context) error { time.Sleep(time.Second); return nil }
		a := open(t, d, driver.Options{})
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if err := setPlan(a, t.Context(), "plan"); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if d.loads != 1 {
			t.Errorf("%d loads, want one for all ten", d.loads)
		}
	})
}

func TestUnreadableDefinitions(t *testing.T) {
	d := &toy{loading: func(context.Context) error { return adapters.ErrForbidden }}
	err := setPlan(open(t, d, driver.Options{}), t.Context(), "plan")
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Class != adapters.ErrForbidden || failure.Effect != adapters.EffectNone || !strings.Contains(err.Error(), "definitions") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	d.loading = func(ctx context.Context) error { cancel(); return ctx.Err() }
	if err := setPlan(open(t, d, driver.Options{}), ctx, "plan"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled while loading: %v", err)
	}
}

func TestAliases(t *testing.T) {
	d := &toy{definitions: []adapters.Definition{{Key: "key-1", Name: "plan"}}}
	a := open(t, d, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"level": "key-5"}}})
	result, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"level": adapters.String("gold")})
	if err != nil || d.values["key-5"] == nil || !result.Attributes["level"].Equal(adapters.String("gold")) {
		t.Errorf("%v, stored %v, result %v", err, d.values, result.Attributes)
	}
	d.values = map[string]json.RawMessage{"key-1": json.RawMessage(`"a"`)}
	b := open(t, d, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"level": "plan"}}})
	if got, err := b.Attributes(t.Context(), contact); err != nil || got["level"].Text() != "a" {
		t.Errorf("an alias of a readable name reads %v, %v", got, err)
	}
	_, err = a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"level": adapters.String("a"), "key-5": adapters.String("b")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeDoubledAttribute {
		t.Errorf("two names for one key: %v", err)
	}
	for name, aliases := range map[string]map[adapters.Kind]map[string]string{
		"an empty name":   {adapters.Contact: {"": "key-1"}},
		"an empty target": {adapters.Contact: {"a": ""}},
		"two for one":     {adapters.Contact: {"a": "key-1", "b": "key-1"}},
		"no such kind":    {adapters.Conversation: {"a": "key-1"}},
	} {
		if _, err := driver.New(d, driver.Options{Aliases: aliases}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestNamesThatTwoShare(t *testing.T) {
	d := &toy{values: map[string]json.RawMessage{"key-1": json.RawMessage(`"a"`), "key-2": json.RawMessage(`"b"`), "key-3": json.RawMessage(`null`)}}
	got, err := open(t, d, driver.Options{}).Attributes(t.Context(), contact)
	if err != nil || len(got) != 2 || got["key-1"].Text() != "a" || got["key-2"].Text() != "b" {
		t.Errorf("%v, %v; want both under their keys", got, err)
	}
}

// TestLock: writers of one record wait for each other, of two records do not,
// and an id in another form is the same record.
func TestLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inside, most atomic.Int32
		d := &toy{write: func(context.Context) error {
			most.Store(max(most.Load(), inside.Add(1)))
			time.Sleep(time.Second)
			inside.Add(-1)
			return nil
		}}
		a := open(t, d, driver.Options{})
		run := func(ids ...string) time.Duration {
			most.Store(0)
			begun := time.Now()
			var group sync.WaitGroup
			for _, id := range ids {
				group.Go(func() {
					if _, err := a.UpdateAttributes(t.Context(), adapters.ContactRef(id), adapters.Attributes{"key-1": adapters.String("x")}); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			return time.Since(begun)
		}
		if took := run("a", "A", "a"); took != 3*time.Second || most.Load() != 1 {
			t.Errorf("one record: %v with %d inside, want 3s and 1", took, most.Load())
		}
		if took := run("a", "b", "c"); took != time.Second || most.Load() != 3 {
			t.Errorf("three records: %v with %d inside, want 1s and 3", took, most.Load())
		}
	})
}

func TestEffectWithoutOurChain(t *testing.T) {
	for class, want := range map[error]adapters.Effect{
		adapters.ErrNotFound: adapters.EffectNone, adapters.ErrConflict: adapters.EffectNone,
		adapters.ErrUnavailable: adapters.EffectUnknown, adapters.ErrMalformed: adapters.EffectUnknown,
		errors.New("what is this"): adapters.EffectUnknown,
	} {
		d := &toy{write: func(context.Context) error { return class }}
		err := setPlan(open(t, d, driver.Options{}), t.Context(), "key-1")
		var failure *adapters.Error
		if !errors.As(err, &failure) || failure.Effect != want {
			t.Errorf("%v: effect %v, want %v", class, failure.Effect, want)
		}
	}
}

// TestWriteNamesAttributes: a driver's error names attributes by key and knows
// no effect; the caller's names and the effect of the call are the core's.
func TestWriteNamesAttributes(t *testing.T) {
	d := &toy{write: func(context.Context) error {
		bad := func(key string) *adapters.Error {
			return &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeTooLong, Name: key}
		}
		return adapters.Join([]*adapters.Error{bad("key-1"), bad("key-2")})
	}}
	a := open(t, d, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"tier": "key-1"}}})
	_, err := a.UpdateAttributes(t.Context(), adapters.ContactRef("1"), adapters.Attributes{"key-3": adapters.String("x")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Name != "tier" || len(failure.Details) != 2 || failure.Details[0].Name != "tier" || failure.Details[1].Name != "key-2" {
		t.Fatalf("%v", err)
	}
	if failure.Effect != adapters.EffectUnknown || failure.Details[1].Effect != failure.Effect {
		t.Errorf("effects %v and %v", failure.Effect, failure.Details[1].Effect)
	}
}
