package transport

import (
	"context"
	"sync"
)

type prepaidKey struct{}

// prepaid are turns that are waited for ahead of time.
type prepaid struct {
	mu     sync.Mutex
	size   int    // turns to wait for with the first request
	paid   bool   // that one came
	left   int    // of its turns, for those that follow
	repeat int    // attempts that are repeated: each waits for itself, so that those that follow keep theirs
	record string // the path whose change was waited for
}

// Together makes the first request under the context wait until there is room
// for n, so that the others need not wait: for a read and the write that is built
// on it, between which nobody else should have time to write.
func Together(ctx context.Context, n int) context.Context {
	if prepaidOf(ctx).covers(n) {
		return ctx
	}
	return context.WithValue(ctx, prepaidKey{}, &prepaid{size: min(max(n, 1), maxBurst)})
}

func prepaidOf(ctx context.Context) *prepaid {
	p, _ := ctx.Value(prepaidKey{}).(*prepaid)
	return p
}

// covers tells whether n turns are there or will be.
func (p *prepaid) covers(n int) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.paid && p.size >= n || p.left >= n
}

// again notes that a request is sent once more.
func (p *prepaid) again() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repeat++
}

// due is how many turns a request has to wait for: the account's, and those for
// changing the record at its path.
func (p *prepaid) due(path string, change bool) (account, record int) {
	if change {
		record = 1
	}
	if p == nil {
		return 1, record
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.paid {
		p.paid, p.left = true, p.size-1
		if !change && p.size > 1 {
			p.record = path
			record = 1
		}
		return p.size, record
	}
	if change && p.record == path {
		p.record = ""
		record = 0
	}
	switch {
	case p.repeat > 0:
		p.repeat--
		return 1, record
	case p.left > 0:
		p.left--
		return 0, record
	}
	return 1, record
}
