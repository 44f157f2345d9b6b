package transport

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// Limit is what a vendor allows, as it documents it.
type Limit struct {
	// Requests in each Per; 0: the vendor documents none, and only what its
	// answers say counts.
	Requests int
	Per      time.Duration

	// Burst is how many requests may come at once; 0 means a fiftieth of Requests.
	Burst int

	// Share is the part of it that one program takes by itself, below 1 where
	// people and other programs count too; 0 means all of it.
	Share float64

	// Key names what the vendor counts by, within the vendor: its host, say.
	// ByToken: the vendor counts each token for itself.
	Key     string
	ByToken bool

	// Windows tells that the vendor counts in windows of Per that begin with the
	// clock, so that a 429 is over when the next one begins.
	Windows bool

	// Record is what is allowed for changing one record (PATCH, PUT, DELETE of one
	// path); nil: no less.
	Record *Limit
}

// Limiter keeps requests within what the vendors allow. A value is shared by the
// adapters that are given it: those that a vendor counts together wait for each
// other, in turns, so that one with a long queue does not keep out the rest. The
// zero value is ready. It is safe for concurrent use; its fields are not to be
// changed once it is in use.
//
// A vendor's documented limit is where it begins. An answer's x-ratelimit- or
// RateLimit fields replace that; a 429 ends all sending until Retry-After, the
// end of the vendor's window, or a second has passed, and halves the rate, which
// then grows back.
type Limiter struct {
	// Share is the part of each limit to take, up to 1; 0 means the vendor's
	// polite share: half where others are counted too, all of it otherwise.
	Share float64

	// Rate is the number of requests a second to send at most, whatever the
	// vendor allows; 0: what it allows, times Share.
	Rate float64

	// Off holds nothing back, not even after a 429.
	Off bool

	mu      sync.Mutex
	buckets map[string]*bucket
}

// manyBuckets is when those that nobody waits in are thrown away: a program may
// write to any number of records.
const manyBuckets = 1024

// bucket is that of the key, made when it is first asked for. Who is done with it
// calls its leave.
func (l *Limiter) bucket(key string, limit Limit, share, rate float64) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= manyBuckets {
			now := time.Now()
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return b.idle(now) })
		}
		if l.buckets == nil {
			l.buckets = map[string]*bucket{}
		}
		b = newBucket(limit, share, rate)
		l.buckets[key] = b
	}
	b.enter()
	return b
}

// limit makes each attempt wait for its turn.
type limit struct {
	next    http.RoundTripper
	limiter *Limiter
	vendor  Vendor
	watch   *watch
	account atomic.Pointer[counted]
}

// counted is the bucket of what the vendor counts together, and for which token.
type counted struct {
	token  string
	bucket *bucket
}

func (l *limit) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	account, err := l.counted(ctx)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	var record *bucket
	if limit := l.vendor.Limit.Record; limit != nil && changes(req) {
		record = l.limiter.bucket(l.vendor.Name+" "+l.vendor.Limit.Key+" "+req.URL.Path, *limit, 1, 0)
		defer record.leave()
		err = l.wait(ctx, record, 1)
	}
	ahead := prepaidOf(ctx)
	if n := ahead.due(); err == nil && n > 0 {
		if err = l.wait(ctx, account, n); err == nil {
			ahead.pay()
		}
	}
	if err != nil {
		closeBody(req)
		return nil, err
	}
	sent := time.Now()
	answer, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	said := readLimits(answer.Header, sent)
	if record != nil && answer.StatusCode == http.StatusTooManyRequests && said.remaining > 0 {
		said.reset = 0                                                      // of the account's window
		record.learn(sent, http.StatusTooManyRequests, said, answer.Header) // there is room for others: it was this record
	} else {
		account.learn(sent, answer.StatusCode, said, answer.Header)
	}
	return answer, nil
}

// changes tells a request to change one record from one to make a new one.
func changes(req *http.Request) bool {
	return req.Method == http.MethodPatch || req.Method == http.MethodPut || req.Method == http.MethodDelete
}

// counted is the bucket of the account, or of the token where the vendor counts
// by token; then the token is asked for once more than it is sent.
func (l *limit) counted(ctx context.Context) (*bucket, error) {
	key, token := l.vendor.Name+" "+l.vendor.Limit.Key, ""
	if l.vendor.Limit.ByToken {
		var err error
		if token, err = l.vendor.Token(ctx); err != nil {
			return nil, &unsentError{&tokenError{err}}
		}
	}
	now := l.account.Load()
	if now != nil && now.token == token {
		return now.bucket, nil
	}
	if token != "" {
		key = fmt.Sprintf("%s %x", key, sha256.Sum256([]byte(token)))
	}
	share := l.limiter.Share
	if share <= 0 {
		share = l.vendor.Limit.Share
	}
	is := &counted{token, l.limiter.bucket(key, l.vendor.Limit, share, l.limiter.Rate)}
	if !l.account.CompareAndSwap(now, is) {
		is.bucket.leave()
	} else if now != nil {
		now.bucket.leave()
	}
	return is.bucket, nil
}

// wait waits in a bucket, as long as that fits into the deadline.
func (l *limit) wait(ctx context.Context, b *bucket, n int) error {
	turn, wait := b.join(ctx, l, n)
	if wait == 0 {
		return nil
	}
	if turn == nil {
		return &unsentError{&adapters.Error{
			Class: adapters.ErrRateLimited, Code: adapters.CodeRateLimited, RetryAfter: wait, Effect: adapters.EffectNone,
			Err: errors.New("the vendor's limit leaves no room before the deadline; wait, or send fewer requests"),
		}}
	}
	l.watch.limited(ctx, wait)
	select {
	case <-turn.ready:
		return nil
	case <-ctx.Done():
		b.quit(turn)
		return &unsentError{ctx.Err()}
	}
}

type prepaidKey struct{}

// prepaid are turns that were waited for ahead of time.
type prepaid struct {
	mu   sync.Mutex
	size int // turns to wait for with the first request
	left int // of them, once they were waited for
	paid bool
}

// Together makes the first request under the context wait until there is room
// for n, so that the others need not wait: for a read and the write that is built
// on it, between which nobody else should have time to write.
func Together(ctx context.Context, n int) context.Context {
	if prepaidOf(ctx).covers(n) {
		return ctx
	}
	return context.WithValue(ctx, prepaidKey{}, &prepaid{size: n})
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

// due is how many turns a request has to wait for, and 0 where one is left.
func (p *prepaid) due() int {
	if p == nil {
		return 1
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.left > 0:
		p.left--
		return 0
	case p.paid:
		return 1
	}
	return p.size
}

// pay notes that they were waited for, and the first is used.
func (p *prepaid) pay() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.paid {
		p.paid, p.left = true, p.size-1
	}
}
