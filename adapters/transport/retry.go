package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// maxRetryAfter bounds how long a vendor can make us wait. A minute clears
// Chatwoot's and Kustomer's windows.
const maxRetryAfter = time.Minute

// maxBackoff bounds our own waits.
const maxBackoff = 8 * time.Second

// maxErrorBody is how much of an answer that is not a success is looked at.
const maxErrorBody = 64 << 10

// Policy decides whether and when to try again.
type Policy struct {
	Attempts int           // in all, at least 1
	Backoff  time.Duration // bound of the first wait
}

// Policy is the policy that the options ask for.
func (o Options) Policy() Policy {
	p := Policy{Attempts: o.Attempts, Backoff: o.Backoff}
	if p.Attempts <= 0 {
		p.Attempts = 3
	}
	if p.Backoff <= 0 {
		p.Backoff = 250 * time.Millisecond
	}
	return p
}

// Wait waits before the attempt that comes after this many, as long as the
// vendor asked, else a random time. It returns false, without waiting, when
// there are no attempts left or the wait does not fit into the context's
// deadline, and false when the context ends.
func (p Policy) Wait(ctx context.Context, attempts int, retryAfter time.Duration) bool {
	if attempts >= p.Attempts || ctx.Err() != nil {
		return false
	}
	wait := min(retryAfter, maxRetryAfter)
	if wait <= 0 {
		bound := p.Backoff << min(attempts-1, 10)
		wait = rand.N(min(bound, maxBackoff) + 1)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Transient tells whether a failure may pass: what [Policy] is for.
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

// retry sends again what may be sent again, and notes each attempt in the
// context's [Trace].
type retry struct {
	next      http.RoundTripper
	policy    Policy
	transient func(status int, body []byte) bool
}

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	trace := traceOf(ctx)
	trace.use()
	if ctx.Err() != nil {
		closeBody(req)
		return nil, ctx.Err() // nothing was sent, and nothing may look as if
	}
	body := req.Body
	for attempts := 1; ; attempts++ {
		attempt := req
		if attempts > 1 {
			attempt = req.Clone(ctx)
			attempt.Body = body
		}
		answer, err := r.next.RoundTrip(attempt)
		trace.note(req, answer, err)
		if !r.again(answer, err) || isOnce(ctx) {
			return answer, err
		}
		if req.Body != nil && req.Body != http.NoBody {
			if req.GetBody == nil {
				return answer, err
			}
			var bodyErr error
			if body, bodyErr = req.GetBody(); bodyErr != nil {
				return answer, err
			}
		}
		if !r.policy.Wait(ctx, attempts, retryAfter(answer)) {
			if body != nil {
				_ = body.Close()
			}
			if ctx.Err() == nil {
				return answer, err // no attempts are left, or no time for the wait
			}
			if answer != nil {
				drain(answer)
			}
			return nil, ctx.Err()
		}
		if answer != nil {
			drain(answer)
		}
	}
}

// again tells whether this outcome may be better next time.
func (r *retry) again(answer *http.Response, err error) bool {
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
	var token *tokenError
	var lookup *net.DNSError
	switch {
	case errors.As(err, &token), errors.Is(err, adapters.ErrInvalid),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &lookup), untrusted(err):
		return false
	}
	return true
}

// retryAfter is what the vendor asks to wait, 0 if it does not.
func retryAfter(answer *http.Response) time.Duration {
	if answer == nil {
		return 0
	}
	return parseRetryAfter(answer.Header)
}

// parseRetryAfter reads both forms of RFC 9110, section 10.2.3.
func parseRetryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(date))
	}
	return 0
}
