package adapterstest

import (
	"context"
	"errors"
	"sync"

	"github.com/deskattr/deskattr/adapters"
)

// lockerCases are about a Locker that several adapters share.
var lockerCases = []Case{
	{8, "concurrent", "a Locker is held while writing", false, func(t TB, b *bench) {
		locker := &locker{}
		desk := b.again(t, Settings{Locker: locker})
		held := true
		b.wire.after(func(int) { held = held && locker.isHeld() })
		s := b.text()
		if _, err := desk.UpdateAttributes(b.ctx, b.Ref, set(s)); err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		if !held || locker.isHeld() || locker.taken != 1 {
			t.Errorf("while writing it was held: %v; after the call: %v; it was taken %d times", held, locker.isHeld(), locker.taken)
		}
		_, err := desk.UpdateAttributes(b.ctx, b.Absent, set(s))
		fails(t, err, adapters.ErrNotFound, adapters.EffectNone)
		if locker.isHeld() {
			t.Errorf("it is held after a call that failed")
		}
	}},
	{8, "concurrent", "adapters with one Locker lose nothing", false, func(t TB, b *bench) {
		locker := &locker{}
		desks := []adapters.Adapter{b.again(t, Settings{Locker: locker}), b.again(t, Settings{Locker: locker})}
		var group sync.WaitGroup
		errs := make([]error, len(b.Texts))
		for i, s := range b.Texts {
			group.Go(func() { _, errs[i] = desks[i%2].UpdateAttributes(b.ctx, b.Ref, set(s)) })
		}
		group.Wait()
		for i, s := range b.Texts {
			if errs[i] != nil {
				t.Errorf("writer of %s: %v", s.Name, errs[i])
			}
			b.holds(t, s, 0)
		}
	}},
	{8, "concurrent", "a Locker that fails stops the call", false, func(t TB, b *bench) {
		desk := b.again(t, Settings{Locker: &locker{fails: errors.New("no lock today")}})
		_, err := desk.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
		fails(t, err, adapters.ErrUnavailable, adapters.EffectNone)
		if failure := failureOf(t, err); failure.Code != adapters.CodeLock {
			t.Errorf("%v: code %s", err, failure.Code)
		}
		b.nothingWritten(t)
	}},
}

// locker is a Locker of this process. It has one lock for all keys: a world has
// one record that is written to.
type locker struct {
	fails error

	mu    sync.Mutex // of what follows
	held  bool
	taken int
	lock  sync.Mutex
}

func (l *locker) Lock(context.Context, string) (func(), error) {
	if l.fails != nil {
		return nil, l.fails
	}
	l.lock.Lock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held, l.taken = true, l.taken+1
	return func() {
		l.mu.Lock()
		l.held = false
		l.mu.Unlock()
		l.lock.Unlock()
	}, nil
}

func (l *locker) isHeld() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.held
}
