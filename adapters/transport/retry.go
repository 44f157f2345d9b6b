package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// maxRetryAfter bounds how long a vendor can make us wait. A minute clears
// Chatwoot's and Kustomer's windows.
const maxRetryAfter = time.Minute

// maxBackoff bounds our own waits.
const maxBackoff = 8 * time.Second

// Retry decides whether and when an adapter tries again. It is safe for
// concurrent use.
type Retry struct {
	attempts int           // in all, at least 1
	backoff  time.Duration // bound of the first wait
	budget   budget
	paced    bool   // a limiter holds requests back
	watch    *watch // may be nil
}

// NewRetry returns what the options ask for, with a budget of its own.
func NewRetry(options Options) *Retry {
	r := &Retry{attempts: options.Attempts, backoff: options.Backoff}
	if r.attempts <= 0 {
		r.attempts = 3
	}
	if r.backoff <= 0 {
		r.backoff = 250 * time.Millisecond
	}
	r.backoff = min(r.backoff, maxBackoff)
	return r
}

// Wait waits before the attempt that comes after this many, as long as the
// vendor asked, else a random time. The status is that of the answer that
// failed, 0 without one. It returns false, without waiting, when there are no
// attempts left, the budget is spent, or the wait does not fit into the
// context's deadline; and false when the context ends.
func (r *Retry) Wait(ctx context.Context, attempts, status int, retryAfter time.Duration) bool {
	if attempts >= r.attempts || ctx.Err() != nil {
		return false
	}
	wait := min(retryAfter, maxRetryAfter)
	if wait <= 0 {
		bound := r.backoff << min(max(attempts-1, 0), 10)
		wait = rand.N(min(bound, maxBackoff) + 1)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	if free := status == http.StatusTooManyRequests && r.paced; !free && !r.budget.take(time.Now()) {
		return false
	}
	r.watch.waiting(ctx, "another attempt", wait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		r.watch.retried(ctx, attempts, status, wait)
		return true
	case <-ctx.Done():
		return false
	}
}

// Transient tells whether a failure may pass: what [Retry] is for.
func Transient(e *adapters.Error) bool {
	return transientStatus(e.Status) || errors.Is(e, adapters.ErrUnavailable) && (e.Code == adapters.CodeConnection || e.Code == adapters.CodeTimeout)
}

func transientStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retrying sends again what may be sent again, and notes each attempt in the
// context's [Trace].
type retrying struct {
	next      http.RoundTripper
	retry     *Retry
	transient func(status int, body []byte) bool
	watch     *watch
}

func (r *retrying) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	trace := traceOf(ctx)
	trace.use()
	if ctx.Err() != nil {
		closeBody(req)
		return nil, ctx.Err() // nothing was sent, and nothing may look as if
	}
	attempt := req
	var last *http.Response
	for attempts := 1; ; attempts++ {
		start := r.watch.now()
		answer, err := r.next.RoundTrip(attempt)
		if last != nil && ctx.Err() == nil && isUnsent(err) {
			return last, nil // the limit leaves no room before the deadline: what the vendor said is worth more
		}
		trace.note(req, answer, err)
		r.watch.attempted(ctx, attempts, answer, err, start)
		if !r.again(answer, err) {
			if answer != nil {
				r.retry.budget.earn()
			}
			return answer, err
		}
		if isOnce(ctx) || !replayable(req) || !mayRepeat(req, answer, err) {
			return answer, err
		}
		last = hold(answer)
		if !r.retry.Wait(ctx, attempts, statusOf(answer), retryAfter(answer)) {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return last, err // no attempts are left, no budget, or no time for the wait
		}
		next, failed := again(req)
		if failed != nil {
			return last, err
		}
		prepaidOf(ctx).again()
		attempt = next
	}
}

// replayable tells whether the body can be had once more.
func replayable(req *http.Request) bool {
	return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
}

// again is the request once more, for a further attempt.
func again(req *http.Request) (*http.Request, error) {
	attempt := req.WithContext(req.Context())
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		attempt.Body = body
	}
	return attempt, nil
}

// hold reads what is kept of an answer that failed and lets go of its
// connection, which is then free during the wait.
func hold(answer *http.Response) *http.Response {
	if answer == nil {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(answer.Body, maxErrorBody)) // what came before it broke
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer
}

// again tells whether this outcome may be better next time.
func (r *retrying) again(answer *http.Response, err error) bool {
	if err != nil {
		return brokenConnection(err)
	}
	if transientStatus(answer.StatusCode) {
		return true
	}
	if r.transient == nil || answer.StatusCode < 400 || answer.StatusCode > 499 {
		return false
	}
	// Look into the body and put it back as it was.
	start, readErr := io.ReadAll(io.LimitReader(answer.Body, maxErrorBody))
	rest := answer.Body
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), rest), rest}
	return readErr == nil && r.transient(answer.StatusCode, start)
}

// brokenConnection tells a failure that may pass from one that will not: a name
// that does not exist, a certificate that is not trusted, our own refusals.
func brokenConnection(err error) bool {
	var lookup *net.DNSError
	var network net.Error
	switch {
	case isUnsent(err), errors.Is(err, context.Canceled), errors.As(err, &lookup), untrusted(err):
		return false
	case errors.Is(err, context.DeadlineExceeded):
		// The time-outs of package net, of dialling say, take themselves for it.
		return errors.As(err, &network) && network.Timeout() && network != context.DeadlineExceeded
	}
	return true
}

func statusOf(answer *http.Response) int {
	if answer == nil {
		return 0
	}
	return answer.StatusCode
}
