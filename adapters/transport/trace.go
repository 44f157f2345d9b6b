package transport

import (
	"context"
	"net/http"
	"sync"
)

type onceKey struct{}
type harmlessKey struct{}
type repeatableKey struct{}
type traceKey struct{}

// Once marks requests under the context as never to be sent again by the chain:
// those that were built on a read and would undo what others wrote since. The
// core of the adapters reads and builds them anew instead.
func Once(ctx context.Context) context.Context { return context.WithValue(ctx, onceKey{}, true) }

func isOnce(ctx context.Context) bool { return ctx.Value(onceKey{}) != nil }

// Harmless marks requests under the context as not writing, though their method
// looks so.
func Harmless(ctx context.Context) context.Context {
	return context.WithValue(ctx, harmlessKey{}, true)
}

// Repeatable marks requests under the context as leaving the same state when they
// are done twice. A POST without it may make something anew, a message say, and is
// not sent again once an attempt may have come to something.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

// mayRepeat tells whether a request may be sent again after this outcome.
func mayRepeat(req *http.Request, answer *http.Response, err error) bool {
	if req.Method != http.MethodPost || !writes(req) || req.Context().Value(repeatableKey{}) != nil {
		return true
	}
	return err != nil && neverSent(err) || err == nil && answer.StatusCode < 500
}

// writes tells whether a request may change something.
func writes(req *http.Request) bool {
	return req.Method != http.MethodGet && req.Method != http.MethodHead && req.Context().Value(harmlessKey{}) == nil
}

// Trace tells what became of the writing attempts made under a context. Each is
// applied (2xx), refused (3xx, 4xx, or never sent) or doubtful (5xx, no answer).
// It is safe for concurrent use.
type Trace struct {
	outer                      *Trace // that the context had before; it is told the same
	mu                         sync.Mutex
	used                       bool
	requests                   int
	applied, doubtful, refused int
	last                       *int // the counter the last writing attempt went to
	lastOnce                   bool
}

// Follow returns a context whose requests are noted in the returned Trace.
func Follow(ctx context.Context) (context.Context, *Trace) {
	trace := &Trace{outer: traceOf(ctx)}
	return context.WithValue(ctx, traceKey{}, trace), trace
}

// traceOf is the Trace that follows the context; nil: nobody does.
func traceOf(ctx context.Context) *Trace {
	trace, _ := ctx.Value(traceKey{}).(*Trace)
	return trace
}

// use notes that a request came to the chain.
func (t *Trace) use() {
	if t == nil {
		return
	}
	t.outer.use()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.used = true
}

// note records the outcome of an attempt.
func (t *Trace) note(req *http.Request, answer *http.Response, err error) {
	if t == nil {
		return
	}
	t.outer.note(req, answer, err)
	t.mu.Lock()
	defer t.mu.Unlock()
	if !isUnsent(err) {
		t.requests++
	}
	t.lastOnce = isOnce(req.Context())
	t.last = nil
	if !writes(req) {
		return
	}
	switch {
	case err != nil && neverSent(err):
		t.last = &t.refused
	case err != nil || answer.StatusCode >= 500 || answer.StatusCode < 200:
		t.last = &t.doubtful
	case answer.StatusCode < 300:
		t.last = &t.applied
	default:
		t.last = &t.refused
	}
	*t.last++
}

// Doubt takes back what was made of the last writing attempt: its answer turned
// out to say less than its status.
func (t *Trace) Doubt() {
	if t.outer != nil {
		t.outer.Doubt()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != nil {
		*t.last--
		t.last = &t.doubtful
		t.doubtful++
	}
}

// Used tells whether any request came through the chain. One that did not is not
// known here.
func (t *Trace) Used() bool { t.mu.Lock(); defer t.mu.Unlock(); return t.used }

// Requests is the number of attempts that were made, of all kinds.
func (t *Trace) Requests() int { t.mu.Lock(); defer t.mu.Unlock(); return t.requests }

// Applied is the number of writing attempts that the vendor confirmed.
func (t *Trace) Applied() int { t.mu.Lock(); defer t.mu.Unlock(); return t.applied }

// Doubtful is the number of writing attempts nobody knows the end of.
func (t *Trace) Doubtful() int { t.mu.Lock(); defer t.mu.Unlock(); return t.doubtful }

// LastOnce tells whether the last attempt was made under [Once].
func (t *Trace) LastOnce() bool { t.mu.Lock(); defer t.mu.Unlock(); return t.lastOnce }
