package driver

import (
	"context"
	"slices"
	"sync"

	"github.com/deskattr/deskattr/adapters"
)

// locks lets one caller at a time have each record, in the order of their coming.
// Vendors that merge do so without a lock of their own: Chatwoot loses about half
// of forty merges sent at once.
type locks struct {
	mu   sync.Mutex
	held map[adapters.Ref][]chan struct{} // who waits for each record that is held, the first in front
}

// lock waits for the record, or for the end of the context.
func (l *locks) lock(ctx context.Context, ref adapters.Ref) error {
	l.mu.Lock()
	waiting, held := l.held[ref]
	if !held {
		if l.held == nil {
			l.held = map[adapters.Ref][]chan struct{}{}
		}
		l.held[ref] = nil
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	l.held[ref] = append(waiting, turn)
	l.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.quit(ref, turn)
		return ctx.Err()
	}
}

// quit gives up a place, or the record if it has come meanwhile.
func (l *locks) quit(ref adapters.Ref, turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.held[ref], turn); i >= 0 {
		l.held[ref] = slices.Delete(l.held[ref], i, i+1)
		return
	}
	l.next(ref)
}

// unlock gives the record to the next who waits.
func (l *locks) unlock(ref adapters.Ref) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next(ref)
}

func (l *locks) next(ref adapters.Ref) {
	waiting := l.held[ref]
	if len(waiting) == 0 {
		delete(l.held, ref)
		return
	}
	close(waiting[0])
	l.held[ref] = waiting[1:]
}
