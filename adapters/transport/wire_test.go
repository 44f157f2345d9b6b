package transport_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// wire is a vendor in process that keeps what was sent, and when. It answers 200
// unless told otherwise, after its latency.
type wire struct {
	latency time.Duration
	reply   func(n int, r *http.Request) *http.Response // to the n-th request, from 1; nil: 200

	mu    sync.Mutex
	begun time.Time
	sent  []sent
}

type sent struct {
	at           time.Duration // since the first look at the clock
	method, path string
	token        string
}

func newWire() *wire { return &wire{begun: time.Now()} }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.sent = append(w.sent, sent{time.Since(w.begun), r.Method, r.URL.Path, r.Header.Get("Authorization")})
	n := len(w.sent)
	w.mu.Unlock()
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	var got *http.Response
	if w.reply != nil {
		got = w.reply(n, r)
	}
	if got == nil {
		got, _ = answer(200, "{}")
	}
	if w.latency > 0 {
		select {
		case <-time.After(w.latency):
		case <-r.Context().Done():
			return nil, context.Cause(r.Context())
		}
	}
	return got, nil
}

// times are when the requests were sent, to a microsecond.
func (w *wire) times() (times []time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sent {
		times = append(times, s.at.Round(time.Microsecond))
	}
	return times
}

// paths are the requests in order, as method and path.
func (w *wire) paths() (paths []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.sent {
		paths = append(paths, s.method+" "+s.path)
	}
	return paths
}

// expect holds the times of the requests against the wanted ones.
func (w *wire) expect(t *testing.T, want ...time.Duration) {
	t.Helper()
	if got := w.times(); !slices.Equal(got, want) {
		t.Errorf("sent at %v, want %v", got, want)
	}
}

// again forgets what was sent; the time begins anew.
func (w *wire) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent, w.begun = nil, time.Now()
}

func header(fields ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(fields); i += 2 {
		h.Set(fields[i], fields[i+1])
	}
	return h
}

// open gives the chain of an adapter at a vendor with the limit.
func open(w http.RoundTripper, options transport.Options, limit transport.Limit) *http.Client {
	c, _ := openVendor(w, options, transport.Vendor{Limit: limit})
	return c
}

func openVendor(w http.RoundTripper, options transport.Options, vendor transport.Vendor) (*http.Client, *transport.Retry) {
	options.Client = &http.Client{Transport: w}
	if vendor.Base == nil {
		vendor.Base, _ = url.Parse("https://desk.example")
	}
	if vendor.Token == nil {
		vendor.Token = adapters.StaticToken("secret-token")
	}
	vendor.Header = "Authorization"
	return transport.NewClient(options, vendor)
}

// call sends one request with a body and reads the answer.
func call(ctx context.Context, c *http.Client, method, path string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, "https://desk.example"+path, strings.NewReader("body"))
	if err != nil {
		return 0, err
	}
	got, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, got.Body)
	_ = got.Body.Close()
	return got.StatusCode, err
}

// callers call at once, in order: each has come to where it waits, or to its end,
// before the next begins.
type callers struct {
	all sync.WaitGroup
}

func (c *callers) call(ctx context.Context, client *http.Client, method, path string) (ended <-chan error) {
	end := make(chan error, 1)
	c.all.Go(func() {
		_, err := call(ctx, client, method, path)
		end <- err
	})
	synctest.Wait()
	return end
}

// burst makes n calls at once and waits for all of them.
func burst(t *testing.T, client *http.Client, n int) {
	t.Helper()
	var c callers
	for i := range n {
		c.call(t.Context(), client, http.MethodGet, fmt.Sprintf("/%d", i))
	}
	c.all.Wait()
}
