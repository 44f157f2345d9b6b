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
//  2. retry: sends again what may be sent again, waiting in between.
//  3. auth: refuses every host but the vendor's own, adds the token, Accept and
//     User-Agent. Below it, the token is on the request.
//  4. the connection (Options.Client's transport): proxies, TLS, pooling.
//
// # Retry
//
// Answers with status 408, 429, 502, 503 or 504, what the vendor's own table
// calls transient, and broken connections are tried again, at most Attempts
// times in all. The wait is drawn at random between nothing and Backoff, doubled
// with each attempt; a Retry-After (seconds or date) is obeyed up to a minute. A
// wait that does not fit into the context's deadline is not begun: the last
// answer comes back at once. Names that cannot be looked up and certificates
// that are not trusted are not tried again. A request under [Once] is sent once.
package transport

import (
	"context"
	"crypto/tls"
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

	// AllowHTTP permits plain http to hosts other than loopback: the token and
	// the data then travel in clear.
	AllowHTTP bool
}

// Vendor is what the chain must know of a vendor.
type Vendor struct {
	Base   *url.URL // the token goes to this scheme and host only
	Header string   // the header that carries the token
	Prefix string   // before the token, for example "Bearer "

	// Token gives the token; it is asked before each request, and once more
	// after a 401 in case it has changed.
	Token func(context.Context) (string, error)

	// Transient tells of a 4xx that the vendor means as "later"; nil: none.
	Transient func(status int, body []byte) bool
}

// NewClient returns the client of one adapter: the chain, with redirects coming
// back as answers.
func NewClient(options Options, vendor Vendor) *http.Client {
	client := http.Client{}
	if options.Client != nil {
		client = *options.Client
	}
	chain := client.Transport
	if chain == nil {
		chain = connection()
	}
	chain = &auth{next: chain, vendor: vendor}
	chain = &retry{next: chain, policy: options.Policy(), transient: vendor.Transient}
	for i := len(options.Links) - 1; i >= 0; i-- {
		chain = options.Links[i](chain)
	}
	client.Transport = &keep{next: chain}
	// Following a redirect would turn a write into a GET that "succeeds".
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// connection is the bottom of the chain, shared so that all adapters of a
// program share one pool.
var connection = sync.OnceValue(func() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.MaxIdleConnsPerHost = 64
	t.MaxResponseHeaderBytes = 64 << 10
	t.ResponseHeaderTimeout = time.Minute // a vendor that is silent this long will not answer
	return t
})
