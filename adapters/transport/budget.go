package transport

import (
	"sync"
	"time"
)

// The budget is counted in time, in which it earns by itself: so whole numbers
// are enough, and ten requests earn one retry and not a hair less.
const (
	budgetRetry = 10 * time.Second  // what a retry costs: an adapter with little to do earns one in that time
	budgetEarns = budgetRetry / 10  // what a request earns that does not fail in passing
	budgetSize  = 100 * budgetRetry // what an adapter may spend beyond what it earns
)

// budget keeps an outage from multiplying the traffic. The zero value is full.
type budget struct {
	mu    sync.Mutex
	spent time.Duration
	last  time.Time // when time was last counted
}

// take takes one retry, if there is one.
func (b *budget) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-max(0, now.Sub(b.last)))
	b.last = later(b.last, now)
	if b.spent > budgetSize-budgetRetry {
		return false
	}
	b.spent += budgetRetry
	return true
}

// earn notes a request that did not fail in passing.
func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.spent = max(0, b.spent-budgetEarns)
}
