package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestNoConnection: where no connection came about, nothing was written, however
// that failed; where there was one, nobody knows.
func TestNoConnection(t *testing.T) {
	answers := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "{}")
	}
	// secure is a server that speaks TLS as it is told, and a client that trusts it.
	secure := func(t *testing.T, versions *tls.Config) (string, *http.Transport) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(answers))
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // it tells of each refusal
		server.TLS = versions
		server.StartTLS()
		t.Cleanup(server.Close)
		connection := server.Client().Transport.(*http.Transport).Clone()
		t.Cleanup(connection.CloseIdleConnections)
		return server.URL, connection
	}
	// silent never comes to a connection; begun is told each time one is wanted.
	// Package http goes on dialling after a request has ended.
	silent := func(t *testing.T, begun func()) *http.Transport {
		over := make(chan struct{})
		t.Cleanup(func() { close(over) })
		return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			begun()
			<-over
			return nil, net.ErrClosed
		}}
	}
	type outcome struct{ applied, doubtful, requests int }
	for _, test := range []struct {
		name    string
		open    func(t *testing.T, end context.CancelFunc) (base string, connection http.RoundTripper)
		timeout time.Duration
		want    outcome
		says    string
	}{
		{name: "TLS refused", open: func(t *testing.T, _ context.CancelFunc) (string, http.RoundTripper) {
			base, connection := secure(t, &tls.Config{MinVersion: tls.VersionTLS13})
			connection.TLSClientConfig.MaxVersion = tls.VersionTLS12
			return base, connection
		}, want: outcome{0, 0, 3}, says: "no connection"},
		{name: "no TLS at all", open: func(t *testing.T, _ context.CancelFunc) (string, http.RoundTripper) {
			plain := httptest.NewServer(http.HandlerFunc(answers))
			t.Cleanup(plain.Close)
			_, connection := secure(t, nil)
			return strings.Replace(plain.URL, "http:", "https:", 1), connection
		}, want: outcome{0, 0, 3}, says: "no connection"},
		{name: "a proxy that does not connect", open: func(t *testing.T, _ context.CancelFunc) (string, http.RoundTripper) {
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
			t.Cleanup(proxy.Close)
			at, _ := url.Parse(proxy.URL)
			return "https://desk.example", &http.Transport{Proxy: http.ProxyURL(at)}
		}, want: outcome{0, 0, 3}, says: "no connection"},
		{name: "the context ends while dialling", open: func(t *testing.T, end context.CancelFunc) (string, http.RoundTripper) {
			return "https://desk.example", silent(t, end)
		}, want: outcome{0, 0, 1}, says: "canceled"},
		{name: "dialling takes too long", open: func(t *testing.T, _ context.CancelFunc) (string, http.RoundTripper) {
			return "https://desk.example", silent(t, func() {})
		}, timeout: time.Millisecond, want: outcome{0, 0, 3}, says: "no answer in time"},
		{name: "a name nobody knows", open: func(*testing.T, context.CancelFunc) (string, http.RoundTripper) {
			return "https://desk.example", &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.DNSError{Err: "no such host", Name: "desk.example"}
			}}
		}, want: outcome{0, 0, 1}, says: "looked up"},
		{name: "broken after it was sent", open: func(t *testing.T, _ context.CancelFunc) (string, http.RoundTripper) {
			server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				panic(http.ErrAbortHandler)
			}))
			t.Cleanup(server.Close)
			return server.URL, &http.Transport{}
		}, want: outcome{0, 3, 3}, says: "the connection broke"},
		{name: "a good one", open: func(t *testing.T, _ context.CancelFunc) (string, http.RoundTripper) {
			base, connection := secure(t, nil)
			return base, connection
		}, want: outcome{1, 0, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, end := context.WithCancel(t.Context())
			defer end()
			base, connection := test.open(t, end)
			at, err := url.Parse(base)
			if err != nil {
				t.Fatal(err)
			}
			c, _ := transport.NewClient(
				transport.Options{Client: &http.Client{Transport: connection}, Backoff: 1, Timeout: test.timeout},
				transport.Vendor{Name: "desk", Base: at, Header: "Authorization", Token: adapters.StaticToken("t0k3n")})
			defer c.CloseIdleConnections()
			ctx, trace := transport.Follow(transport.Repeatable(ctx))
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, base+"/x", strings.NewReader("body"))
			answer, err := c.Do(req)
			if err == nil {
				_ = answer.Body.Close()
			}
			if got := (outcome{trace.Applied(), trace.Doubtful(), trace.Requests()}); got != test.want {
				t.Errorf("%+v, want %+v: %v", got, test.want, err)
			}
			if (err == nil) != (test.says == "") {
				t.Fatal(err)
			}
			if err == nil {
				return
			}
			var inner *url.Error
			if !errors.As(err, &inner) || inner.Err.Error() == "" {
				t.Errorf("%v does not say why, for those who use the client themselves", err)
			}
			if failure, _ := transport.Failure(ctx, err, nil); !strings.Contains(failure.Error(), test.says) {
				t.Errorf("%q does not say %q", failure, test.says)
			}
		})
	}
}
