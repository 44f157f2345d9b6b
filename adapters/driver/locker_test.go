package driver_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// locker is a Locker of one process, that notes what is asked of it.
type locker struct {
	mu     sync.Mutex
	held   map[string]chan struct{}
	keys   []string // asked for
	locked int      // locked and not unlocked
	twice  bool     // a lock was given back twice
	err    error    // given instead of a lock
	asked  func()   // when a lock is asked for
}

func (l *locker) Lock(ctx context.Context, key string) (func(), error) {
	l.mu.Lock()
	l.keys = append(l.keys, key)
	if l.asked != nil {
		l.asked()
	}
	if l.err != nil {
		l.mu.Unlock()
		return nil, l.err
	}
	if l.held == nil {
		l.held = map[string]chan struct{}{}
	}
	if l.held[key] == nil {
		l.held[key] = make(chan struct{}, 1)
	}
	held := l.held[key]
	l.mu.Unlock()
	select {
	case held <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting: %w", ctx.Err())
	}
	l.count(1)
	once := sync.Once{}
	return func() {
		again := true
		once.Do(func() { l.count(-1); <-held; again = false })
		if again {
			l.mu.Lock()
			l.twice = true
			l.mu.Unlock()
		}
	}, nil
}

func (l *locker) count(by int) { l.mu.Lock(); defer l.mu.Unlock(); l.locked += by }

// free checks that all that was locked has been unlocked, once.
func (l *locker) free(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locked != 0 || l.twice {
		t.Errorf("%d locks are held, one given back twice: %v", l.locked, l.twice)
	}
}

var one = adapters.Attributes{"n": adapters.Int(1)}

// TestLockerIsGivenBack: however the call ends, and the record can be written
// again.
func TestLockerIsGivenBack(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(d *desk, l *locker, cancel func())
		options []adapters.UpdateOption
		changes adapters.Attributes
		locks   int // taken
		good    bool
	}{
		"success":               {changes: one, locks: 1, good: true},
		"nothing to change":     {locks: 0, good: true},
		"a refusal of ours":     {changes: adapters.Attributes{"": adapters.Int(1)}},
		"a refusal of theirs":   {prepare: func(d *desk, _ *locker, _ func()) { fail(d.before, 2, http.StatusForbidden) }, changes: one, locks: 1},
		"not as expected":       {changes: one, options: []adapters.UpdateOption{adapters.IfEqual(one)}, locks: 1},
		"not kept":              {prepare: func(d *desk, _ *locker, _ func()) { on(d.before, 3, func() { d.put(map[string]string{"n": "2"}) }) }, changes: one, options: []adapters.UpdateOption{adapters.Verify()}, locks: 1},
		"the context ends":      {prepare: func(d *desk, _ *locker, cancel func()) { end(d.before, 2, cancel) }, changes: one, locks: 1},
		"it ended before":       {prepare: func(_ *desk, _ *locker, cancel func()) { cancel() }, changes: one},
		"the Locker fails":      {prepare: func(_ *desk, l *locker, _ func()) { l.err = errors.New("no quorum") }, changes: one},
		"waiting for it is cut": {prepare: func(_ *desk, l *locker, cancel func()) { l.err, l.asked = errors.New("gave up"), cancel }, changes: one},
	} {
		t.Run(name, func(t *testing.T) {
			d, l := newDesk(t, `{}`), &locker{}
			a := d.open(t, driver.Options{Locker: l})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.prepare != nil {
				test.prepare(d, l, cancel)
			}
			_, err := a.UpdateAttributes(ctx, record, test.changes, test.options...)
			if (err == nil) != test.good {
				t.Errorf("%v, good: %v", err, test.good)
			}
			var failure *adapters.Error
			if ctx.Err() != nil && (!errors.Is(err, context.Canceled) || !errors.As(err, &failure) || failure.Class != nil) {
				t.Errorf("%v is not the context's end", err)
			}
			if test.locks > len(l.keys) {
				t.Errorf("%d locks were taken, want %d", len(l.keys), test.locks)
			}
			l.free(t)
			l.err, l.asked = nil, nil
			clear(d.before)
			if _, err := a.UpdateAttributes(t.Context(), record, one); err != nil {
				t.Errorf("the next call: %v", err)
			}
			l.free(t)
		})
	}
}

// TestLockerFails: nothing was written, and it may work later.
func TestLockerFails(t *testing.T) {
	d, cause := newDesk(t, `{}`), errors.New("no quorum")
	_, err := d.open(t, driver.Options{Locker: &locker{err: cause}}).UpdateAttributes(t.Context(), record, one)
	refused(t, err, adapters.ErrUnavailable, adapters.CodeLock, adapters.EffectNone)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "no quorum") || d.sent() != "" {
		t.Errorf("%v, sent %q", err, d.sent())
	}
}

// TestLockerComesSecond: who waits for our own lock does not hold the others'.
func TestLockerComesSecond(t *testing.T) {
	d, l := newDesk(t, `{}`), &locker{}
	a := d.open(t, driver.Options{Locker: l})
	on(d.before, 1, func() { // we hold both
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.UpdateAttributes(ctx, record, one); !errors.Is(err, context.Canceled) {
			t.Errorf("a second writer: %v", err)
		}
	})
	if _, err := a.UpdateAttributes(t.Context(), record, one); err != nil {
		t.Fatal(err)
	}
	if len(l.keys) != 1 {
		t.Errorf("the Locker was asked for %q, want once", l.keys)
	}
}

// TestLockerKey: one key for one record, and another for each other.
func TestLockerKey(t *testing.T) {
	key := func(d *toy, account string, ref adapters.Ref) string {
		l := &locker{}
		a := open(t, d, driver.Options{Account: account, Locker: l})
		if _, err := a.UpdateAttributes(t.Context(), ref, adapters.Attributes{"key-1": adapters.String("x")}); err != nil || len(l.keys) != 1 {
			t.Fatalf("%v, keys %q", err, l.keys)
		}
		return l.keys[0]
	}
	d := &toy{kinds: []adapters.Kind{adapters.Contact, adapters.Conversation}}
	if a, b := key(d, "shop", adapters.ContactRef("AbC")), key(d, "shop", adapters.ContactRef("abc")); a != b {
		t.Errorf("%q and %q are one record", a, b)
	}
	var keys []string
	for _, other := range []struct {
		vendor, account string
		ref             adapters.Ref
	}{
		{"toy", "", adapters.ContactRef("1")},
		{"toy", "shop", adapters.ContactRef("1")},
		{"toy", "shop", adapters.ContactRef("2")},
		{"toy", "shop", adapters.ConversationRef("1")},
		{"toy2", "shop", adapters.ContactRef("1")},
		{"toy", "shop/contact/1", adapters.ContactRef("1")},
		{"toy", "shop/contact", adapters.ContactRef("1")},
		{"toy", "shop", adapters.ContactRef("contact/1")},
		{"toy", "shop%2Fcontact", adapters.ContactRef("1")},
		{"toy", "contact/1", adapters.ContactRef("1")},
		{"toy", "", adapters.ContactRef("1/contact/1")},
	} {
		k := key(&toy{vendor: other.vendor, kinds: d.kinds}, other.account, other.ref)
		if slices.Contains(keys, k) {
			t.Errorf("%+v has the key of another record, %q", other, k)
		}
		keys = append(keys, k)
	}
}

// TestLockerKeepsTwoAdapters: of two adapters that each replace the whole map,
// neither loses what the other wrote.
func TestLockerKeepsTwoAdapters(t *testing.T) {
	d, l := newDesk(t, `{}`), &locker{}
	two := []*driver.Adapter{d.open(t, driver.Options{Locker: l}), d.open(t, driver.Options{Locker: l})}
	var group sync.WaitGroup
	const writes = 20
	for i := range writes {
		group.Go(func() {
			_, err := two[i%2].UpdateAttributes(t.Context(), adapters.ContactRef([]string{"a", "A"}[i/2%2]), adapters.Attributes{fmt.Sprint("n", i): adapters.Int(1)})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if kept := len(object(t, d.stored())); kept != writes {
		t.Errorf("%d of %d writes are left", kept, writes)
	}
	l.free(t)
}

// panicking is a Locker with a mistake: in locking, and the second time in unlocking.
type panicking struct{ calls int }

func (l *panicking) Lock(context.Context, string) (func(), error) {
	if l.calls++; l.calls == 1 {
		panic("locking")
	}
	return func() {
		if l.calls == 2 {
			panic("unlocking")
		}
	}, nil
}

// TestLockerPanics: a program that survives that finds the record free.
func TestLockerPanics(t *testing.T) {
	d := newDesk(t, `{"n":"1"}`)
	a := d.open(t, driver.Options{Locker: &panicking{}})
	for i, want := range []any{"locking", "unlocking", nil} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("call %d: %v, want %v", i+1, got, want)
				}
			}()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := a.UpdateAttributes(ctx, record, adapters.Attributes{"n": adapters.String("2")}); err != nil {
				t.Error(err)
			}
		}()
	}
}
