package driver_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// TestVerify: what is read after the write is held against the write. The desk
// replaces: it reads (1), puts (2) and is read back (3); where it merges, it is
// patched (1) and read back (2).
func TestVerify(t *testing.T) {
	type values = map[string]string
	change := adapters.Attributes{"plan": adapters.String("gold"), "old": adapters.Clear()}
	for name, test := range map[string]struct {
		native  bool
		foreign values // what others write before we read back; "" removes
		between values // what others write between our read and our replacement
		names   string // of the attributes that are reported
		result  string // what is read, as JSON
	}{
		"kept":                       {result: `{"kept":"1","plan":"gold"}`},
		"kept by a server's merge":   {native: true, result: `{"kept":"1","plan":"gold"}`},
		"set and not kept":           {foreign: values{"plan": `"tin"`}, names: "plan", result: `{"kept":"1","plan":"tin"}`},
		"set and gone":               {native: true, foreign: values{"plan": ""}, names: "plan", result: `{"kept":"1"}`},
		"cleared and still there":    {foreign: values{"old": `"x"`}, names: "old", result: `{"kept":"1","old":"x","plan":"gold"}`},
		"cleared, and a null is":     {foreign: values{"old": `null`}, result: `{"kept":"1","plan":"gold"}`},
		"both":                       {foreign: values{"old": `"x"`, "plan": `1`}, names: "old plan", result: `{"kept":"1","old":"x","plan":1}`},
		"an unnamed one changed":     {foreign: values{"kept": `"2"`}, result: `{"kept":"2","plan":"gold"}`},
		"an unnamed one gone":        {foreign: values{"kept": ""}, names: "kept", result: `{"plan":"gold"}`},
		"gone while we replaced":     {between: values{"kept": ""}, result: `{"kept":"1","plan":"gold"}`}, // and back with our map
		"gone where a server merges": {native: true, foreign: values{"kept": ""}, result: `{"plan":"gold"}`},
		"all at once, by name":       {foreign: values{"kept": "", "plan": "", "old": `1`}, names: "kept old plan", result: `{"old":1}`},
	} {
		for way, options := range map[string]struct {
			adapter driver.Options
			call    []adapters.UpdateOption
		}{
			"by option":  {call: []adapters.UpdateOption{adapters.Verify()}},
			"by Options": {adapter: driver.Options{Verify: true}},
		} {
			t.Run(name+", "+way, func(t *testing.T) {
				d := newDesk(t, `{"kept":"1","old":"x"}`)
				d.native = test.native
				back := 3
				if test.native {
					back = 2
				}
				on(d.before, back, func() { d.put(test.foreign) })
				on(d.after, 1, func() { d.put(test.between) })
				result, err := d.open(t, options.adapter).UpdateAttributes(t.Context(), record, change, options.call...)
				got, _ := json.Marshal(result.Attributes)
				if string(got) != test.result || !result.Complete {
					t.Errorf("the result is %s, complete %v; want what was read, %s", got, result.Complete, test.result)
				}
				if test.names == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotKept, adapters.EffectApplied)
				if names := reported(failure); names != test.names || strings.Contains(err.Error(), "gold") || strings.Contains(err.Error(), "tin") {
					t.Errorf("%v: reported are %q, want %q, and no value", err, names, test.names)
				}
				for _, detail := range failure.Details {
					if detail.Effect != adapters.EffectApplied || detail.Vendor != "desk" || detail.Ref != record {
						t.Errorf("a detail is %+v", *detail)
					}
				}
			})
		}
	}
}

// reported are the names in an error, in their order.
func reported(failure *adapters.Error) string {
	names := []string{failure.Name}
	if len(failure.Details) > 0 {
		names = nil
		for _, detail := range failure.Details {
			names = append(names, detail.Name)
		}
	}
	return strings.Join(names, " ")
}

// TestVerifyComparesMeaning: a server that stores the same in other words has kept
// it.
func TestVerifyComparesMeaning(t *testing.T) {
	at := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		key   string
		value adapters.Value
		is    string
		kept  bool
	}{
		"a number":             {"n", adapters.Number("1.10"), `1.1`, true},
		"a number, exponent":   {"n", adapters.Number("1100"), `1.1e3`, true},
		"another number":       {"n", adapters.Number("9007199254740993"), `9007199254740992`, false},
		"a time":               {"due_at", adapters.Time(at), `"2026-01-31T10:30:00+01:00"`, true},
		"another time":         {"due_at", adapters.Time(at), `"2026-01-31T09:30:00+01:00"`, false},
		"an object":            {"o", adapters.JSON([]byte(`{"a":1.0,"b":[true]}`)), `{"b":[true],"a":1}`, true},
		"another object":       {"o", adapters.JSON([]byte(`{"a":1}`)), `{"a":1,"b":null}`, false},
		"a list":               {"l", adapters.List("a", "b"), `[ "a", "b" ]`, true},
		"a list turned around": {"l", adapters.List("a", "b"), `["b","a"]`, false},
		"a text, escaped":      {"t", adapters.String("é<"), `"\u00e9\u003c"`, true},
		"a text, trimmed":      {"t", adapters.String("a "), `"a"`, false},
		"a number as text":     {"n", adapters.Number("1"), `"1"`, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, `{}`)
			on(d.before, 3, func() { d.put(map[string]string{test.key: test.is}) })
			_, err := d.open(t, driver.Options{Verify: true}).UpdateAttributes(t.Context(), record, adapters.Attributes{test.key: test.value})
			if (err == nil) != test.kept {
				t.Errorf("%v, kept: %v", err, test.kept)
			}
		})
	}
}

// TestVerifyCannotRead: the write is done, whatever comes after it.
func TestVerifyCannotRead(t *testing.T) {
	change := adapters.Attributes{"plan": adapters.String("gold")}
	t.Run("the server fails", func(t *testing.T) {
		d := newDesk(t, `{}`)
		fail(d.before, 3, http.StatusInternalServerError)
		result, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, change, adapters.Verify())
		refused(t, err, adapters.ErrUnavailable, adapters.CodeServerError, adapters.EffectApplied)
		if text := err.Error(); !strings.Contains(text, "reading back") || !strings.Contains(text, "it was written") {
			t.Errorf("%s does not say that it was written", text)
		}
		if d.stored() != `{"plan":"gold"}` || result.Attributes["plan"].Text() != "gold" {
			t.Errorf("stored %s, result %v: want the answer to the write", d.stored(), result.Attributes)
		}
	})
	t.Run("the context ends", func(t *testing.T) {
		d := newDesk(t, `{}`)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		end(d.before, 3, cancel)
		_, err := d.open(t, driver.Options{}).UpdateAttributes(ctx, record, change, adapters.Verify())
		refused(t, err, nil, adapters.CodeCanceled, adapters.EffectApplied)
		if !errors.Is(err, context.Canceled) || d.stored() != `{"plan":"gold"}` {
			t.Errorf("%v, stored %s", err, d.stored())
		}
	})
	t.Run("the write fails", func(t *testing.T) {
		d := newDesk(t, `{}`)
		fail(d.before, 2, http.StatusForbidden)
		_, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, change, adapters.Verify())
		refused(t, err, adapters.ErrForbidden, adapters.CodeNotPermitted, adapters.EffectNone)
		if d.sent() != "GET PUT" {
			t.Errorf("sent %s: what was not written is not read back", d.sent())
		}
	})
	t.Run("the read before fails", func(t *testing.T) {
		d := newDesk(t, `{}`)
		fail(d.before, 1, http.StatusServiceUnavailable)
		_, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, change, adapters.Verify())
		refused(t, err, adapters.ErrUnavailable, adapters.CodeServerError, adapters.EffectNone)
		if d.sent() != "GET" {
			t.Errorf("sent %s", d.sent())
		}
	})
}

// TestVerifyMasked: stars in place of the value prove nothing.
func TestVerifyMasked(t *testing.T) {
	change := adapters.Attributes{"ssn": adapters.String("123"), "plan": adapters.String("gold")}
	open := func(t *testing.T) *desk {
		d := newDesk(t, `{}`)
		d.definitions = []adapters.Definition{{Key: "plan"}, {Key: "ssn", Masked: true}}
		on(d.before, 3, func() { d.put(map[string]string{"ssn": `"***"`}) })
		return d
	}
	d := open(t)
	if _, err := d.open(t, driver.Options{Verify: true}).UpdateAttributes(t.Context(), record, change); err != nil {
		t.Errorf("a masked attribute is reported: %v", err)
	}
	d = open(t)
	on(d.before, 3, func() { d.put(map[string]string{"ssn": `"***"`, "plan": `"*"`}) })
	_, err := d.open(t, driver.Options{Verify: true}).UpdateAttributes(t.Context(), record, change)
	if failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotKept, adapters.EffectApplied); reported(failure) != "plan" {
		t.Errorf("reported are %s, want plan alone", reported(failure))
	}
	d = open(t)
	d.definitions = nil // not for this token
	_, err = d.open(t, driver.Options{Verify: true}).UpdateAttributes(t.Context(), record, change)
	if failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotKept, adapters.EffectApplied); reported(failure) != "ssn" {
		t.Errorf("reported are %s, want ssn: that it is masked is not known", reported(failure))
	}
	d = open(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	a, err := driver.New(&endingDesk{d, cancel}, driver.Options{Verify: true, Retry: quick()})
	if err != nil {
		t.Fatal(err)
	}
	result, err := a.UpdateAttributes(ctx, record, change)
	refused(t, err, nil, adapters.CodeCanceled, adapters.EffectApplied)
	if is := result.Attributes["plan"]; !is.Equal(adapters.String("gold")) {
		t.Errorf("the result has the plan %v, not what was read", is)
	}
}

// endingDesk ends the context when its definitions are asked for.
type endingDesk struct {
	*desk
	end func()
}

func (d *endingDesk) Definitions(ctx context.Context, _ adapters.Kind) ([]adapters.Definition, error) {
	d.end()
	return nil, ctx.Err()
}

// TestVerifyAfterAFailure: a replacement that failed in passing is built on a new
// read, not on the one that Verify needed.
func TestVerifyAfterAFailure(t *testing.T) {
	d := newDesk(t, `{"kept":1}`)
	fail(d.before, 2, http.StatusServiceUnavailable)
	on(d.before, 3, func() { d.put(map[string]string{"new": "1"}) })
	_, err := d.open(t, driver.Options{Verify: true}).UpdateAttributes(t.Context(), record, adapters.Attributes{"n": adapters.Int(1)})
	if err != nil || d.stored() != `{"kept":1,"n":1,"new":1}` || d.sent() != "GET PUT GET PUT GET" {
		t.Errorf("%v, sent %s, stored %s", err, d.sent(), d.stored())
	}
}

// TestVerifyAndIfEqual: that the record was read before does not make what others
// remove from a server's merge a loss of ours.
func TestVerifyAndIfEqual(t *testing.T) {
	d := newDesk(t, `{"kept":1}`)
	d.native = true
	on(d.before, 3, func() { d.put(map[string]string{"kept": ""}) })
	_, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, adapters.Attributes{"n": adapters.Int(1)},
		adapters.Verify(), adapters.IfEqual(adapters.Attributes{"n": adapters.Clear()}))
	if err != nil || d.sent() != "GET PATCH GET" {
		t.Errorf("%v, sent %s", err, d.sent())
	}
}

// TestVerifyNames: a report carries the names that the caller gave, or would be
// given.
func TestVerifyNames(t *testing.T) {
	d := newDesk(t, `{"k1":"1","k2":"2"}`)
	d.definitions = []adapters.Definition{{Key: "k3", Label: "the plan"}}
	on(d.before, 4, func() { d.put(map[string]string{"k1": "", "k3": `1`}) }) // the definitions are the first
	a := d.open(t, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"tier": "k1"}}})
	_, err := a.UpdateAttributes(t.Context(), record, adapters.Attributes{"the plan": adapters.String("gold")}, adapters.Verify())
	if failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotKept, adapters.EffectApplied); reported(failure) != "the plan tier" {
		t.Errorf("reported are %q", reported(failure))
	}
}
