package driver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// TestIfEqual: the record is read first, and what is not as expected refuses the
// write.
func TestIfEqual(t *testing.T) {
	const stored = `{"n":1.10,"null":null,"o":{"a":1,"b":2},"plan":"gold"}`
	for name, test := range map[string]struct {
		expected adapters.Attributes
		names    string // of those that differ
	}{
		"equal":                    {adapters.Attributes{"plan": adapters.String("gold")}, ""},
		"equal in other digits":    {adapters.Attributes{"n": adapters.Number("1.1")}, ""},
		"equal in another order":   {adapters.Attributes{"o": adapters.JSON([]byte(`{"b":2,"a":1}`))}, ""},
		"equal, with space around": {adapters.Attributes{"plan": adapters.JSON([]byte(" \"gold\"\n"))}, ""},
		"absent":                   {adapters.Attributes{"vip": adapters.Clear()}, ""},
		"absent, and a null is":    {adapters.Attributes{"null": adapters.Clear()}, ""},
		"several":                  {adapters.Attributes{"plan": adapters.String("gold"), "vip": adapters.Clear(), "n": adapters.Number("1.1")}, ""},
		"no condition":             {nil, ""},
		"by an alias":              {adapters.Attributes{"tier": adapters.String("gold")}, ""},
		"different":                {adapters.Attributes{"plan": adapters.String("tin")}, "plan"},
		"another kind of value":    {adapters.Attributes{"n": adapters.String("1.1")}, "n"},
		"set, not absent":          {adapters.Attributes{"plan": adapters.Clear()}, "plan"},
		"absent, not set":          {adapters.Attributes{"vip": adapters.String("yes")}, "vip"},
		"one of several":           {adapters.Attributes{"plan": adapters.String("gold"), "vip": adapters.String("yes")}, "vip"},
		"several of several":       {adapters.Attributes{"plan": adapters.String("x"), "a": adapters.String("x"), "n": adapters.Number("1.1")}, "a plan"},
		"different by an alias":    {adapters.Attributes{"tier": adapters.String("tin")}, "tier"},
		"the alias is absent, not": {adapters.Attributes{"tier": adapters.Clear()}, "tier"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, stored)
			a := d.open(t, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"tier": "plan"}}})
			changes := adapters.Attributes{"new": adapters.String("secret")}
			_, err := a.UpdateAttributes(t.Context(), record, changes, adapters.IfEqual(test.expected))
			if test.names == "" {
				if err != nil || !strings.Contains(d.stored(), "new") || d.sent() != "GET PUT" {
					t.Errorf("%v, sent %s, stored %s; want it read once and written", err, d.sent(), d.stored())
				}
				return
			}
			failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotEqual, adapters.EffectNone)
			if reported(failure) != test.names || d.sent() != "GET" || d.stored() != stored {
				t.Errorf("%v: names %q, want %q; sent %s, stored %s", err, reported(failure), test.names, d.sent(), d.stored())
			}
			for _, value := range []string{"gold", "tin", "yes", "1.1", "secret"} {
				if strings.Contains(err.Error(), value) {
					t.Errorf("%v shows a value", err)
				}
			}
		})
	}
}

// TestIfEqualIsHeldBeforehand: an expectation that cannot be met by anything is
// refused like a change that cannot be made, and says where it stands.
func TestIfEqualIsHeldBeforehand(t *testing.T) {
	for name, test := range map[string]struct {
		expected adapters.Attributes
		class    error
		code     adapters.Code
	}{
		"no such name":   {adapters.Attributes{"the plan": adapters.Clear()}, adapters.ErrInvalid, adapters.CodeUnknownAttribute},
		"the zero Value": {adapters.Attributes{"plan": {}}, adapters.ErrInvalid, adapters.CodeBadValue},
		"no such value":  {adapters.Attributes{"plan": adapters.Bool(true)}, adapters.ErrUnsupported, adapters.CodeUnsupportedValue},
		"two names":      {adapters.Attributes{"plan": adapters.Clear(), "tier": adapters.Clear()}, adapters.ErrInvalid, adapters.CodeDoubledAttribute},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, `{}`)
			d.definitions = []adapters.Definition{}
			a := d.open(t, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"tier": "plan"}}})
			_, err := a.UpdateAttributes(t.Context(), record, adapters.Attributes{"a": adapters.String("b")}, adapters.IfEqual(test.expected))
			refused(t, err, test.class, test.code, adapters.EffectNone)
			if !strings.Contains(err.Error(), "in IfEqual") || strings.Contains(d.sent(), "GET") || strings.Contains(d.sent(), "PUT") {
				t.Errorf("%v after %s", err, d.sent())
			}
		})
	}
	d := newDesk(t, `{}`)
	a := d.open(t, driver.Options{Strict: true, Verify: true})
	if _, err := a.UpdateAttributes(t.Context(), record, nil, adapters.IfEqual(adapters.Attributes{"a": adapters.String("b")})); err != nil || d.sent() != "" {
		t.Errorf("nothing to change: %v, sent %s", err, d.sent())
	}
}

// TestIfEqualKeepsNoMap: the caller's map may change as soon as the option is
// made, and several options are one.
func TestIfEqualKeepsNoMap(t *testing.T) {
	expected := adapters.Attributes{"plan": adapters.String("gold")}
	option := adapters.IfEqual(expected)
	expected["plan"] = adapters.String("tin")
	d := newDesk(t, `{"plan":"gold"}`)
	change := adapters.Attributes{"n": adapters.Int(1)}
	if _, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, change, option); err != nil {
		t.Error(err)
	}
	if _, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, change, option, adapters.IfEqual(adapters.Attributes{"n": adapters.Int(2)})); err == nil {
		t.Error("the second option is not looked at")
	}
	if _, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, change, adapters.IfEqual(expected), option); err != nil {
		t.Errorf("the last of one name counts: %v", err)
	}
	if expected["plan"].Text() != "tin" {
		t.Error("the caller's map was changed")
	}
}

// TestIfEqualAgain: a write that failed in passing is built anew only where the
// record is still as expected. Requests: read (1), write (2), read (3), write (4).
func TestIfEqualAgain(t *testing.T) {
	type values = map[string]string
	for name, test := range map[string]struct {
		status   int  // of the first write
		arrived  bool // it was carried out all the same
		foreign  values
		expected string // of "plan"
		change   adapters.Attributes
		effect   adapters.Effect // of the failure; "-" for none
		names    string
		sent     string
		stored   string
	}{
		"still as expected": {
			status: 503, change: adapters.Attributes{"plan": adapters.String("gold")}, effect: "-",
			sent: "GET PUT GET PUT", stored: `{"kept":1,"plan":"gold"}`,
		},
		"a foreign write to another": {
			status: 503, change: adapters.Attributes{"plan": adapters.String("gold")}, foreign: values{"new": "1"}, effect: "-",
			sent: "GET PUT GET PUT", stored: `{"kept":1,"new":1,"plan":"gold"}`,
		},
		"it was written after all": {
			status: 503, arrived: true, change: adapters.Attributes{"plan": adapters.String("gold")}, effect: "-",
			sent: "GET PUT GET", stored: `{"kept":1,"plan":"gold"}`,
		},
		"written, and overwritten": {
			status: 503, arrived: true, change: adapters.Attributes{"plan": adapters.String("gold")}, foreign: values{"plan": `"tin"`},
			effect: adapters.EffectUnknown, names: "plan", sent: "GET PUT GET", stored: `{"kept":1,"plan":"tin"}`,
		},
		"written, and part of it overwritten": {
			status: 503, arrived: true, change: adapters.Attributes{"plan": adapters.String("gold"), "n": adapters.Int(1)}, foreign: values{"n": "2"},
			effect: "-", sent: "GET PUT GET PUT", stored: `{"kept":1,"n":1,"plan":"gold"}`,
		},
		"refused, and as expected": {
			status: 409, change: adapters.Attributes{"plan": adapters.String("gold")}, effect: "-",
			sent: "GET PUT GET PUT", stored: `{"kept":1,"plan":"gold"}`,
		},
		"refused, and changed": {
			status: 409, change: adapters.Attributes{"n": adapters.Int(1)}, foreign: values{"plan": `"tin"`},
			effect: adapters.EffectNone, names: "plan", sent: "GET PUT GET", stored: `{"kept":1,"plan":"tin"}`,
		},
		"refused, and somebody else wrote the same": {
			status: 409, change: adapters.Attributes{"plan": adapters.String("gold")}, foreign: values{"plan": `"gold"`},
			effect: adapters.EffectNone, names: "plan", sent: "GET PUT GET", stored: `{"kept":1,"plan":"gold"}`,
		},
		"two differ": {
			status: 503, change: adapters.Attributes{"n": adapters.Int(1)}, foreign: values{"plan": `"tin"`, "kept": "2"},
			effect: adapters.EffectUnknown, names: "kept plan", sent: "GET PUT GET", stored: `{"kept":2,"plan":"tin"}`,
		},
		"not in passing": {
			status: 403, change: adapters.Attributes{"n": adapters.Int(1)}, effect: adapters.EffectNone,
			sent: "GET PUT", stored: `{"kept":1,"plan":"old"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, `{"kept":1,"plan":"old"}`)
			fail(d.before, 2, test.status)
			if test.arrived {
				delete(d.before, 2)
				fail(d.after, 2, test.status)
			}
			on(d.before, 3, func() { d.put(test.foreign) })
			_, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, test.change,
				adapters.IfEqual(adapters.Attributes{"plan": adapters.String("old"), "kept": adapters.Int(1)}))
			switch {
			case test.effect == "-":
				if err != nil {
					t.Error(err)
				}
			case test.names == "":
				refused(t, err, adapters.ErrForbidden, adapters.CodeNotPermitted, test.effect)
			default:
				failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotEqual, test.effect)
				if reported(failure) != test.names {
					t.Errorf("reported are %q, want %q", reported(failure), test.names)
				}
				for _, detail := range failure.Details {
					if detail.Effect != test.effect {
						t.Errorf("the effect of a detail is %s, want %s", detail.Effect, test.effect)
					}
				}
			}
			if d.sent() != test.sent || d.stored() != test.stored {
				t.Errorf("sent %s, stored %s; want %s, %s", d.sent(), d.stored(), test.sent, test.stored)
			}
		})
	}
}

// TestIfEqualCannotReadAgain: what the first attempt did stays unknown.
func TestIfEqualCannotReadAgain(t *testing.T) {
	for status, want := range map[int]adapters.Effect{503: adapters.EffectUnknown, 409: adapters.EffectNone} {
		d := newDesk(t, `{}`)
		fail(d.before, 2, status)
		fail(d.before, 3, http.StatusNotFound)
		_, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, adapters.Attributes{"n": adapters.Int(1)},
			adapters.IfEqual(adapters.Attributes{"n": adapters.Clear()}))
		refused(t, err, adapters.ErrNotFound, adapters.CodeRecordNotFound, want)
	}
}

// TestIfEqualAndVerify: a write that turned out to have happened may have replaced
// the map too, so what is gone since is reported.
func TestIfEqualAndVerify(t *testing.T) {
	d := newDesk(t, `{"kept":1}`)
	fail(d.after, 2, 503)
	on(d.before, 4, func() { d.put(map[string]string{"kept": ""}) })
	_, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, adapters.Attributes{"n": adapters.Int(1)},
		adapters.IfEqual(adapters.Attributes{"n": adapters.Clear()}), adapters.Verify())
	failure := refused(t, err, adapters.ErrConflict, adapters.CodeNotKept, adapters.EffectApplied)
	if reported(failure) != "kept" || d.sent() != "GET PUT GET GET" {
		t.Errorf("%v after %s", err, d.sent())
	}
}
