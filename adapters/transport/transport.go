// Package transport is the HTTP chain under every adapter, and the step from
// what came back to the contract's error. It is public so that the adapter of
// another vendor stands on the same ground.
//
// # The chain
//
// A request passes these links, outermost first. The order matters:
//
//  1. the caller's own links (Options.Links): tracing, a recorder. They see the
//     call as the adapter made it, and never the token.
//  2. watch: tells Options.Logger and Options.Observers.
//  3. retry: sends again what may be sent again, waiting in between.
//  4. limit: waits until the vendor's limit has room, and learns from answers.
//     It is below retry, so that each attempt waits.
//  5. auth: refuses every host but the vendor's own, adds the token, Accept and
//     User-Agent, and ends an attempt that takes too long. Below it, the token is
//     on the request.
//  6. the connection (Options.Client's transport): proxies, TLS, pooling.
//
// # Retry
//
// Answers with status 408, 429, 502, 503 or 504, what the vendor's own table
// calls transient, and broken connections are tried again, at most Attempts
// times in all. The wait is drawn at random between nothing and Backoff, doubled
// with each attempt; a Retry-After (seconds or date) is obeyed up to a minute. A
// wait that does not fit into the context's deadline is not begun: the last
// answer comes back at once. Names that cannot be looked up and certificates
// that are not trusted are not tried again. A request under [Once] is sent once. A
// POST that may have come to something is not sent again, but under [Repeatable].
//
// An adapter has a budget of 100 retries; ten requests that do not fail in
// passing earn one more, and so do ten seconds. Once it is spent, failures come
// back at once: an outage is met by a tenth more requests, not by three times as
// many. A 429 costs nothing, because the limiter holds back what comes after it.
//
// # Limits
//
// Requests wait for their turn in a [Limiter], which knows the vendor's
// documented limit and learns from what the server says.
package transport

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Options configure the chain. The zero value is good for production.
type Options struct {
	// Client is used for its Transport, Timeout and Jar. It is copied, never
	// changed. nil: one with bounded waits and TLS 1.2 at least, whose
	// connections all adapters of the program share.
	Client *http.Client

	// Links wrap the chain, the first one outermost. They never see the token.
	Links []func(next http.RoundTripper) http.RoundTripper

	// Attempts is how often a request is sent at most; 0 means 3.
	Attempts int

	// Backoff bounds the first wait between two attempts; 0 means 250ms. Each
	// further bound is twice the last, and none is longer than 8s.
	Backoff time.Duration

	// Timeout bounds one attempt, the reading of its answer included; 0 means a
	// minute. What Token and the limiter take is not counted. A call that is tried
	// again takes longer: its bound is its context.
	Timeout time.Duration

	// Limiter holds requests back; nil: one for this adapter alone, which takes
	// the vendor's polite share. Adapters of one program that the vendor counts
	// together should share one.
	Limiter *Limiter

	// Logger is told of attempts, waits and outcomes, all at debug level, without
	// token, values, e-mail addresses and telephone numbers; nil: nobody is.
	Logger *slog.Logger

	// Observers are told the same, in this order, for traces and metrics.
	Observers []*Observer

	// AllowHTTP permits plain http to hosts other than loopback: the token and
	// the data then travel in clear.
	AllowHTTP bool
}

// Vendor is what the chain must know of a vendor and an account.
type Vendor struct {
	Name    string   // for logs and observers
	Account string   // the label from the vendor's Config, for the same
	Base    *url.URL // the token goes to this scheme and host only
	Header  string   // the header that carries the token
	Prefix  string   // before the token, for example "Bearer "

	// Token gives the token; it is asked before each attempt, and once more
	// after a 401 in case it has changed.
	Token func(context.Context) (string, error)

	// Limit is what the vendor allows; the zero value: nothing is known.
	Limit Limit

	// Transient tells of a 4xx that the vendor means as "later"; nil: none.
	Transient func(status int, body []byte) bool
}

// NewClient returns the client of one adapter: the chain, with redirects coming
// back as answers. The Retry is the chain's own, for a core that builds whole
// writes anew.
func NewClient(options Options, vendor Vendor) (*http.Client, *Retry) {
	client := http.Client{}
	if options.Client != nil {
		client = *options.Client
	}
	chain := client.Transport
	if chain == nil {
		chain = connection()
	}
	watch := newWatch(options, vendor)
	retry := NewRetry(options)
	retry.watch = watch
	chain = &auth{next: chain, vendor: vendor, header: http.CanonicalHeaderKey(vendor.Header), timeout: options.timeout()}
	limiter := options.Limiter
	if limiter == nil {
		limiter = &Limiter{}
	}
	if !limiter.Off {
		chain = &limit{next: chain, limiter: limiter, vendor: vendor, name: vendor.Name + " " + vendor.Limit.Key, watch: watch}
		retry.paced = true
	}
	chain = &retrying{next: chain, retry: retry, transient: vendor.Transient, watch: watch}
	if watch != nil {
		chain = &watching{next: chain, watch: watch}
	}
	for i := len(options.Links) - 1; i >= 0; i-- {
		chain = options.Links[i](chain)
	}
	client.Transport = &keep{next: chain}
	// Following a redirect would turn a write into a GET that "succeeds".
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client, retry
}

func (o Options) timeout() time.Duration {
	if o.Timeout <= 0 {
		return time.Minute
	}
	return o.Timeout
}

// connection is the bottom of the chain, shared so that all adapters of a
// program share one pool. The pool keeps as many connections to a host as were in
// use at once, up to 512, until they were idle for a minute and a half.
var connection = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{ // not http.DefaultTransport, which programs replace
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    512, // and no bound over all hosts: one tenant would take another's
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
})
