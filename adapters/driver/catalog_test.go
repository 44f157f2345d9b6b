package driver_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

var planOnly = []adapters.Definition{{Key: "key-1", Name: "plan", Type: adapters.TypeChoice, Choices: []adapters.Choice{{Value: "a", Choices: []adapters.Choice{{Value: "a1"}}}}, Raw: []byte(`{}`)}}

// TestOneRefreshInACall: however many names are missed, in the changes and in
// IfEqual.
func TestOneRefreshInACall(t *testing.T) {
	for _, strict := range []bool{false, true} {
		d := &toy{definitions: planOnly}
		a := open(t, d, driver.Options{Strict: strict})
		if _, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"plan": adapters.String("a")}); err != nil || d.loads != 1 {
			t.Fatalf("%v after %d loads", err, d.loads)
		}
		changes := adapters.Attributes{"x": adapters.String("1"), "y": adapters.String("1"), "plan": adapters.String("a")}
		_, err := a.UpdateAttributes(t.Context(), contact, changes, adapters.IfEqual(adapters.Attributes{"z": adapters.Clear()}))
		if failure := refused(t, err, adapters.ErrInvalid, adapters.CodeUnknownAttribute, adapters.EffectNone); reported(failure) != "x y" || d.loads != 2 {
			t.Errorf("reported are %s after %d loads, want x y after one more", reported(failure), d.loads)
		}
		d.definitions = slices.Concat(planOnly, []adapters.Definition{{Key: "key-2", Name: "new"}})
		_, err = a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"new": adapters.String("1")}, adapters.IfEqual(adapters.Attributes{"z": adapters.Clear()}))
		if refused(t, err, adapters.ErrInvalid, adapters.CodeUnknownAttribute, adapters.EffectNone).Name != "z" || d.loads != 3 {
			t.Errorf("%v after %d loads, want one more for both", err, d.loads)
		}
	}
}

// TestOldDefinitions: where new ones cannot be had, old ones serve; who asks for
// the definitions themselves is told.
func TestOldDefinitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &toy{definitions: planOnly}
		a := open(t, d, driver.Options{DefinitionLifetime: time.Minute, Strict: true})
		if err := setPlan(a, t.Context(), "key-1"); err == nil {
			t.Fatal("gold is no choice")
		}
		set := func() error {
			_, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"plan": adapters.String("a")})
			return err
		}
		d.loading = func(context.Context) error { return adapters.ErrForbidden }
		time.Sleep(2 * time.Minute)
		if err := set(); err != nil || d.loads != 2 {
			t.Errorf("with old definitions: %v after %d loads", err, d.loads)
		}
		if err := set(); err != nil || d.loads != 2 {
			t.Errorf("just after that: %v after %d loads; who waited is not to wait once more", err, d.loads)
		}
		time.Sleep(time.Minute)
		if err := set(); err != nil || d.loads != 3 {
			t.Errorf("a while after that: %v after %d loads", err, d.loads)
		}
		time.Sleep(time.Minute)
		_, err := a.Definitions(t.Context(), adapters.Contact)
		refused(t, err, adapters.ErrForbidden, adapters.CodeNotPermitted, adapters.EffectNone)
		err = setPlan(a, t.Context(), "new")
		if failure := refused(t, err, adapters.ErrForbidden, adapters.CodeNotPermitted, adapters.EffectNone); !strings.Contains(failure.Error(), "reading the definitions") {
			t.Errorf("a name that is not among the old ones: %v", err)
		}
		time.Sleep(time.Minute)
		// The end of the context is the error, not what old definitions say.
		ctx, cancel := context.WithCancel(t.Context())
		d.loading = func(ctx context.Context) error { cancel(); return ctx.Err() }
		refused(t, setPlan(a, ctx, "plan"), nil, adapters.CodeCanceled, adapters.EffectNone)
		d.loading = nil
		loads := d.loads
		if err := set(); err != nil || d.loads != loads+1 {
			t.Errorf("when they can be had again: %v after %d loads more", err, d.loads-loads)
		}
	})
}

// TestDefinitionsAreNew: Definitions asks each time, also twice at one instant,
// and what it gives is the caller's own.
func TestDefinitionsAreNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &toy{definitions: planOnly}
		a := open(t, d, driver.Options{Strict: true})
		got, err := a.Definitions(t.Context(), adapters.Contact)
		if err != nil || len(got) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		got[0].Key, got[0].Choices[0].Value, got[0].Choices[0].Choices[0].Value, got[0].Raw[0] = "x", "x", "x", 'x'
		if _, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"plan": adapters.String("a1")}); err != nil || d.loads != 1 {
			t.Errorf("the definitions of all calls were changed by one caller: %v after %d loads", err, d.loads)
		}
		d.definitions = nil
		if got, err := a.Definitions(t.Context(), adapters.Contact); err != nil || got == nil || len(got) > 0 || d.loads != 2 {
			t.Errorf("%v, %v after %d loads, want none, newly read", got, err, d.loads)
		}
	})
}

// TestWaitingForDefinitions: who waits for another's load takes what that brings,
// stops when the context ends, and does not fail with the other.
func TestWaitingForDefinitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &toy{definitions: planOnly}
		d.loading = func(ctx context.Context) error {
			select {
			case <-time.After(10 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		a := open(t, d, driver.Options{})
		first, giveUp := context.WithTimeout(t.Context(), 5*time.Second)
		defer giveUp()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var group sync.WaitGroup
		try := func(ctx context.Context, good bool, seconds int) {
			group.Go(func() {
				begun := time.Now()
				err := setPlan(a, ctx, "plan")
				if (err == nil) != good || !good && !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Duration(seconds)*time.Second {
					t.Errorf("%v after %v, want %v after %ds", err, time.Since(begun), good, seconds)
				}
			})
			synctest.Wait()
		}
		try(first, false, 5)
		try(short, false, 1)
		try(t.Context(), true, 15) // 5 for the first, 10 for its own
		try(t.Context(), true, 15)
		group.Wait()
		if d.loads != 2 {
			t.Errorf("%d loads, want the one that was given up and one for both others", d.loads)
		}

		// Names that are missing at the same time share a refresh that began after
		// they were asked for. A name that is known does not wait for it.
		loads := d.loads
		for range 10 {
			group.Go(func() {
				err := setPlan(a, t.Context(), "new")
				if !errors.Is(err, driver.ErrUnknownName) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		begun := time.Now()
		if err := setPlan(a, t.Context(), "plan"); err != nil || time.Since(begun) > 0 {
			t.Errorf("a known name during a refresh: %v after %v", err, time.Since(begun))
		}
		group.Wait()
		if more := d.loads - loads; more > 2 {
			t.Errorf("%d loads, want no more than one under way and one after it", more)
		}
	})
}
