package driver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// TestBefore: what was read is shown once, under the lock, and decides.
func TestBefore(t *testing.T) {
	set := adapters.Attributes{"plan": adapters.String("pro")}
	for _, test := range []struct {
		name    string
		decides bool
		options []adapters.UpdateOption
		prepare func(*desk)
		shown   int
		sent    string
		fails   error
		plan    string // of the result
	}{
		{"goes on", true, nil, nil, 1, "GET PUT", nil, "pro"},
		{"ends", false, nil, nil, 1, "GET", nil, "free"},
		{"ends, though it was to be verified", false, []adapters.UpdateOption{adapters.Verify()}, nil, 1, "GET", nil, "free"},
		{"goes on and is verified", true, []adapters.UpdateOption{adapters.Verify()}, nil, 1, "GET PUT GET", nil, "pro"},
		{"is not asked where the record is not as expected", true, []adapters.UpdateOption{adapters.IfEqual(adapters.Attributes{"plan": adapters.String("x")})},
			nil, 0, "GET", adapters.ErrConflict, ""},
		{"is asked where it is", true, []adapters.UpdateOption{adapters.IfEqual(adapters.Attributes{"plan": adapters.String("free")})}, nil, 1, "GET PUT", nil, "pro"},
		{"is not asked where nothing could be read", true, nil, func(d *desk) { fail(d.before, 1, http.StatusForbidden) }, 0, "GET", adapters.ErrForbidden, ""},
		{"is asked once, though the write was sent twice", true, nil, func(d *desk) { fail(d.before, 2, http.StatusServiceUnavailable) }, 1, "GET PUT GET PUT", nil, "pro"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t, `{"plan":"free","kept":1}`)
			if test.prepare != nil {
				test.prepare(d)
			}
			a := d.open(t, driver.Options{})
			shown := 0
			result, err := a.UpdateAttributes(t.Context(), record, set, append(test.options, adapters.Before(func(was adapters.Attributes) bool {
				shown++
				if len(was) != 2 || was["plan"].Text() != "free" {
					t.Errorf("shown is %v", was)
				}
				return test.decides
			}))...)
			if !errors.Is(err, test.fails) || shown != test.shown || d.sent() != test.sent || result.Attributes["plan"].Text() != test.plan {
				t.Errorf("%v, %v, asked %d times, sent %s; want %v, plan %q, %d, %s", err, result, shown, d.sent(), test.fails, test.plan, test.shown, test.sent)
			}
		})
	}
}

// TestKeepNames: what the call names comes back, and is shown before, under the
// names of the call; the rest under those that reads give.
func TestKeepNames(t *testing.T) {
	for _, test := range []struct {
		name    string
		options []adapters.UpdateOption
		want    string // the names of the result, and of what was there
	}{
		{"without", nil, "[other tier]"},
		{"with", []adapters.UpdateOption{adapters.KeepNames()}, "[other plan]"},
		{"with, and an expectation", []adapters.UpdateOption{adapters.KeepNames(), adapters.IfEqual(adapters.Attributes{"key": adapters.String("kept")})}, "[key plan]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDesk(t, `{"plan":"free","key":"kept"}`)
			a := d.open(t, driver.Options{Aliases: map[adapters.Kind]map[string]string{record.Kind: {"tier": "plan", "other": "key"}}})
			names := func(all adapters.Attributes) string { return fmt.Sprint(slices.Sorted(maps.Keys(all))) }
			var was string
			result, err := a.UpdateAttributes(t.Context(), record, adapters.Attributes{"plan": adapters.String("pro")},
				append(test.options, adapters.Before(func(all adapters.Attributes) bool { was = names(all); return true }))...)
			if err != nil || names(result.Attributes) != test.want || was != test.want {
				t.Errorf("%v, names %s, before it %s; want %s", err, names(result.Attributes), was, test.want)
			}
		})
	}
}

// TestKeepNamesOfAnother: an attribute that reads give a name which the call has used
// for another comes by its key.
func TestKeepNamesOfAnother(t *testing.T) {
	d := &toy{
		values:      map[string]json.RawMessage{"key-1": json.RawMessage(`"one"`), "key-3": json.RawMessage(`"three"`)},
		definitions: []adapters.Definition{{Key: "key-3", Name: "plan"}},
	}
	look := adapters.Before(func(adapters.Attributes) bool { return false })
	result, err := open(t, d, driver.Options{}).UpdateAttributes(t.Context(), contact, adapters.Attributes{"plan": adapters.String("x")}, adapters.KeepNames(), look)
	if is := result.Attributes; err != nil || len(is) != 2 || is["plan"].Text() != "three" || is["key-1"].Text() != "one" {
		t.Errorf("%v, %v", is, err)
	}
}

// TestEndedBeforeTheWrite: a call whose context has ended does not reach a driver
// that does not look at it.
func TestEndedBeforeTheWrite(t *testing.T) {
	writes := 0
	d := &toy{write: func(context.Context) error { writes++; return nil }}
	a, err := driver.New(d, driver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // the lock is free, and the context has ended: either may be seen first
		_, err = a.UpdateAttributes(ctx, adapters.ContactRef("a"), adapters.Attributes{"key-1": adapters.String("x")})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
	if writes != 0 {
		t.Errorf("%d writes", writes)
	}
}
