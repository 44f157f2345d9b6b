package transport

import (
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"net/http"
	"sync"
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

	// Off holds nothing back, not even after a 429: for tests with a fake, say, that
	// make more calls than the vendor would allow.
	Off bool

	mu      sync.Mutex
	buckets map[string]*bucket
	sweep   int // when so many are there, idle ones are thrown away
}

// manyBuckets is how many are kept anyhow. A program may write to any number of
// records.
const manyBuckets = 1024

// bucket is that of the key, made when it is first asked for. Who is done with it
// calls its leave.
func (l *Limiter) bucket(key string, limit Limit, share, rate float64) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		if len(l.buckets) >= max(l.sweep, manyBuckets) {
			now := time.Now()
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return b.idle(now) })
			l.sweep = 2 * len(l.buckets) // looking through them pays only when there are many new ones
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
	name    string // what the vendor counts together, but for the token
	watch   *watch
}

func (l *limit) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	key, err := l.key(ctx)
	if err != nil {
		closeBody(req)
		return nil, &unsentError{err}
	}
	share := l.limiter.Share
	if share <= 0 {
		share = l.vendor.Limit.Share
	}
	account := l.limiter.bucket(key, l.vendor.Limit, share, l.limiter.Rate)
	defer account.leave()
	change := changes(req)
	turns, ofRecord := prepaidOf(ctx).due(req.URL.Path, change)
	var record *bucket
	if limit := l.vendor.Limit.Record; limit != nil && (change || ofRecord > 0) {
		record = l.limiter.bucket(key+" "+req.URL.Path, *limit, 1, 0)
		defer record.leave()
		err = l.wait(ctx, record, ofRecord)
	}
	if err == nil {
		if err = l.wait(ctx, account, turns); err != nil && record != nil {
			record.giveBack(ofRecord)
		}
	}
	if err != nil {
		closeBody(req)
		return nil, &unsentError{err}
	}
	sent := time.Now()
	answer, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	said, status := readLimits(answer.Header, sent), answer.StatusCode
	if record != nil && change {
		ofRecord := 0
		if status == http.StatusTooManyRequests && said.remaining > 0 {
			status, ofRecord = 0, status // there is room for others: it was this record
		}
		record.learn(sent, ofRecord, limits{remaining: -1}, answer.Header)
	}
	account.learn(sent, status, said, answer.Header)
	return answer, nil
}

// changes tells a request to change one record from one to make a new one.
func changes(req *http.Request) bool {
	return req.Method == http.MethodPatch || req.Method == http.MethodPut || req.Method == http.MethodDelete
}

// key names what the vendor counts together. Where it counts by token, that is
// asked for once more than it is sent.
func (l *limit) key(ctx context.Context) (string, error) {
	if !l.vendor.Limit.ByToken {
		return l.name, nil
	}
	token, err := l.vendor.Token(ctx)
	if err != nil {
		return "", &tokenError{text: "the Token function failed", cause: err}
	}
	sum := sha256.Sum256([]byte(token))
	return l.name + " " + string(sum[:]), nil
}

// wait waits in a bucket, as long as that fits into the deadline.
func (l *limit) wait(ctx context.Context, b *bucket, turns int) error {
	turn, wait := b.join(ctx, l, turns)
	if wait == 0 {
		return nil
	}
	if turn == nil {
		return noRoom(wait)
	}
	l.watch.waiting(ctx, "the vendor's limit", wait)
	begun := l.watch.now()
	select {
	case <-turn.ready:
	case <-ctx.Done():
	}
	l.watch.limited(ctx, begun)
	if ctx.Err() != nil {
		b.quit(turn)
		return ctx.Err()
	}
	if turn.refused > 0 {
		return noRoom(turn.refused)
	}
	return nil
}

func noRoom(wait time.Duration) error {
	return &adapters.Error{
		Class: adapters.ErrRateLimited, Code: adapters.CodeRateLimited, RetryAfter: wait, Effect: adapters.EffectNone,
		Err: errors.New("the vendor's limit leaves no room before the deadline; wait, or send fewer requests"),
	}
}
