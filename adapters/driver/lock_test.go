package driver

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// TestLocksAreForgotten: a program that writes a million records must not keep
// a lock for each.
func TestLocksAreForgotten(t *testing.T) {
	var l locks
	for _, id := range []string{"1", "2", "1"} {
		ref := adapters.ContactRef(id)
		if err := l.lock(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := l.lock(ended, ref); err == nil {
			t.Errorf("a lock that is held was given to another")
		}
		l.unlock(ref)
	}
	if len(l.held) > 0 {
		t.Errorf("%d locks are left", len(l.held))
	}
}

// TestLocksGoInOrder: who came first is next, and who gave up is left out.
func TestLocksGoInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l locks
		ref := adapters.ContactRef("1")
		if err := l.lock(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		impatient, giveUp := context.WithCancel(t.Context())
		var order []string
		for _, name := range []string{"impatient", "first", "impatient", "second"} {
			ctx := t.Context()
			if name == "impatient" {
				ctx = impatient
			}
			go func() {
				if err := l.lock(ctx, ref); err != nil {
					return
				}
				order = append(order, name)
				time.Sleep(time.Second)
				l.unlock(ref)
			}()
			synctest.Wait()
		}
		giveUp()
		synctest.Wait()
		if len(order) > 0 {
			t.Errorf("%q has a record that is held", order)
		}
		l.unlock(ref)
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []string{"first", "second"}; !slices.Equal(order, want) {
			t.Errorf("in the order %q, want %q", order, want)
		}
		if len(l.held) > 0 {
			t.Errorf("%d locks are left", len(l.held))
		}
	})
}

// TestLocksAreNotLost: a record that comes to somebody who has just given up goes on
// to the next.
func TestLocksAreNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l locks
		ref := adapters.ContactRef("1")
		if err := l.lock(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		gaveUp, next := make(chan error, 1), make(chan error, 1)
		go func() { gaveUp <- l.lock(ctx, ref) }()
		synctest.Wait()
		go func() { next <- l.lock(t.Context(), ref) }()
		synctest.Wait()
		l.mu.Lock()
		cancel()
		l.next(ref) // before the one who gave up can say so
		l.mu.Unlock()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up has %v", err)
		}
		if err := <-next; err != nil {
			t.Error(err)
		}
		l.unlock(ref)
		if len(l.held) > 0 {
			t.Errorf("%d locks are left", len(l.held))
		}
	})
}

// TestEscapes: a whole surrogate pair is a letter, half of one is none.
func TestEscapes(t *testing.T) {
	for text, good := range map[string]bool{
		`"\ud83d\ude00"`: true, `"\ud83d\ude00\ud83d\ude00"`: true, `"\\ud800"`: true, `"\u00e9"`: true, `"\uD83D\uDE00"`: true,
		`"\ud83d"`: false, `"\ude00"`: false, `"\ud83d\ud83d"`: false, `"\ud83dx\ude00"`: false, `"\u0000"`: false,
	} {
		if err := checkJSON([]byte(text)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}
