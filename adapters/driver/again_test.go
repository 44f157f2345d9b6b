package driver_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// twoSteps is a desk whose writes are two requests: the first sets what is set,
// the second replaces the whole map.
type twoSteps struct{ *desk }

func (d twoSteps) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	record, err := d.call(ctx, http.MethodPatch, ref, change.Set)
	if err != nil {
		return record, err
	}
	change.Before = &record
	return d.desk.Write(ctx, ref, change)
}

// TestHalfOfItWasOurs: what the first of two requests wrote is not taken for
// somebody else's, though of the second nobody knows.
func TestHalfOfItWasOurs(t *testing.T) {
	d := newDesk(t, `{"plan":"free","gone":1}`)
	fail(d.before, 3, http.StatusServiceUnavailable)
	a := openAs(t, twoSteps{d})
	changes := adapters.Attributes{"plan": adapters.String("pro"), "gone": adapters.Clear()}
	_, err := a.UpdateAttributes(t.Context(), record, changes, adapters.IfEqual(adapters.Attributes{"plan": adapters.String("free")}))
	if err != nil || d.stored() != `{"plan":"pro"}` || d.sent() != "GET PATCH PUT GET PATCH PUT" {
		t.Errorf("%v, stored %s, sent %s", err, d.stored(), d.sent())
	}
}

// TestNobodyExpects: without IfEqual a write that may have been done is built
// anew by the driver, which reads for itself.
func TestNobodyExpects(t *testing.T) {
	d := newDesk(t, `{"plan":"free"}`)
	fail(d.after, 2, http.StatusServiceUnavailable)
	result, err := d.open(t, driver.Options{}).UpdateAttributes(t.Context(), record, adapters.Attributes{"plan": adapters.String("pro")})
	if err != nil || d.stored() != `{"plan":"pro"}` || d.sent() != "GET PUT GET PUT" || len(result.Attributes) != 1 {
		t.Errorf("%v, stored %s, sent %s", err, d.stored(), d.sent())
	}
}

func openAs(t *testing.T, d driver.Driver) *driver.Adapter {
	t.Helper()
	a, err := driver.New(d, driver.Options{Retry: quick()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestDriversErrorIsNotChanged: a driver may give one error again and again, to
// adapters with other names for the same key.
func TestDriversErrorIsNotChanged(t *testing.T) {
	refusal := &adapters.Error{Class: adapters.ErrInvalid, Code: adapters.CodeTooLong, Name: "key-1", Details: []*adapters.Error{
		{Class: adapters.ErrInvalid, Code: adapters.CodeTooLong, Name: "key-1"}, {Class: adapters.ErrInvalid, Code: adapters.CodeTooLong, Name: "key-2"},
	}}
	d := &toy{write: func(context.Context) error { return refusal }}
	for _, names := range []string{"tier", "key-1"} {
		aliases := map[adapters.Kind]map[string]string{}
		if names != "key-1" {
			aliases[adapters.Contact] = map[string]string{names: "key-1"}
		}
		a, err := driver.New(d, driver.Options{Aliases: aliases})
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.UpdateAttributes(t.Context(), adapters.ContactRef("a"), adapters.Attributes{"key-1": adapters.String("x")})
		failure := refused(t, err, adapters.ErrInvalid, adapters.CodeTooLong, adapters.EffectNone)
		if failure.Name != names || reported(failure) != names+" key-2" {
			t.Errorf("named are %q, %q; want %s and key-2", failure.Name, reported(failure), names)
		}
		if refusal.Name != "key-1" || refusal.Details[0].Name != "key-1" {
			t.Errorf("the driver's error was changed: %+v", refusal)
		}
	}
}

// TestOneWriterAtATime: who comes while one waits for another is third, though
// the first has gone.
func TestOneWriterAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		writing, most := atomic.Int32{}, atomic.Int32{}
		d := &toy{write: func(context.Context) error {
			if now := writing.Add(1); now > most.Load() {
				most.Store(now)
			}
			time.Sleep(time.Second) // of the bubble's clock
			writing.Add(-1)
			return nil
		}}
		a := openAs(t, d)
		begun := time.Now()
		var writers sync.WaitGroup
		for _, after := range []time.Duration{0, time.Second / 2, 3 * time.Second / 2} {
			writers.Go(func() {
				time.Sleep(after)
				if _, err := a.UpdateAttributes(t.Context(), adapters.ContactRef("a"), adapters.Attributes{"key-1": adapters.String("x")}); err != nil {
					t.Error(err)
				}
			})
		}
		writers.Wait()
		if took := time.Since(begun); most.Load() != 1 || took != 3*time.Second {
			t.Errorf("%d writers at once, %v in all", most.Load(), took)
		}
	})
}
