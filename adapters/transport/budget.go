package transport

import (
	"sync"
	"time"
)

const (
	budgetSize  = 100              // retries that an adapter may make beyond what it earns
	budgetEarns = 0.1              // of a retry, by each request that does not fail in passing
	budgetEvery = 10 * time.Second // earns one by itself, for adapters with little to do
)

// budget keeps an outage from multiplying the traffic. The zero value is full.
type budget struct {
	mu    sync.Mutex
	spent float64
	last  time.Time
}

// take takes one retry, if there is one.
func (b *budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.spent > 0 && now.After(b.last) {
		b.spent = max(0, b.spent-float64(now.Sub(b.last))/float64(budgetEvery))
	}
	b.last = now
	if b.spent > budgetSize-1 {
		return false
	}
	b.spent++
	return true
}

// earn notes a request that did not fail in passing.
func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-budgetEarns)
}
