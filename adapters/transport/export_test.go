package transport

import (
	"net/http"
	"time"
)

// Buckets is how many are kept.
func (l *Limiter) Buckets() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buckets)
}

// ReadLimits is readLimits.
func ReadLimits(header http.Header, now time.Time) (limit, remaining int, reset, per time.Duration) {
	l := readLimits(header, now)
	return l.limit, l.remaining, l.reset, l.per
}
