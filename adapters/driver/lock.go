package driver

import (
	"context"
	"sync"

	"github.com/deskattr/deskattr/adapters"
)

// locks holds one lock for each record that is being written. Vendors that
// merge do so without a lock of their own: Chatwoot loses about half of forty
// merges sent at once.
type locks struct {
	mu      sync.Mutex
	records map[adapters.Ref]recordLock
}

type recordLock struct {
	held  chan struct{}
	users int // holding or waiting; the last one takes the lock away
}

// lock waits for the record, or for the end of the context.
func (l *locks) lock(ctx context.Context, ref adapters.Ref) (unlock func(), err error) {
	l.mu.Lock()
	if l.records == nil {
		l.records = map[adapters.Ref]recordLock{}
	}
	record, ok := l.records[ref]
	if !ok {
		record.held = make(chan struct{}, 1)
	}
	record.users++
	l.records[ref] = record
	l.mu.Unlock()

	select {
	case record.held <- struct{}{}:
		return func() { <-record.held; l.leave(ref) }, nil
	case <-ctx.Done():
		l.leave(ref)
		return nil, ctx.Err()
	}
}

func (l *locks) leave(ref adapters.Ref) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record := l.records[ref]
	if record.users--; record.users == 0 {
		delete(l.records, ref)
		return
	}
	l.records[ref] = record
}
