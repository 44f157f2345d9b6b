package fake

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
)

// RoundTripper calls handler directly, without a socket, and otherwise behaves as a connection does: it ends with the
// request's context, what is flushed arrives before the rest, a handler that gives up (http.ErrAbortHandler) is a broken
// connection, and a body shorter than its Content-Length ends in io.ErrUnexpectedEOF. Tests in virtual time
// (testing/synctest) need it.
func RoundTripper(handler http.Handler) http.RoundTripper { return inProcess{handler} }

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	served, hangUp := context.WithCancel(ctx)
	incoming, err := receive(served, r)
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		hangUp()
		return nil, err
	}
	answer := newRecorder(ctx, hangUp)
	go func() {
		defer answer.end()
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				panic(v) // a bug of the handler: let it be seen
			}
		}()
		p.handler.ServeHTTP(answer, incoming)
		answer.complete = true
	}()
	select {
	case <-answer.begun:
		return answer.response(r)
	case <-ctx.Done():
		return nil, context.Cause(ctx) // the handler may still run; nobody reads its answer
	}
}

// receive is the request as a server sees it. It reads and closes the body, as a RoundTripper has to.
func receive(ctx context.Context, r *http.Request) (*http.Request, error) {
	var body []byte
	if r.Body != nil {
		defer r.Body.Close()
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	target := r.URL.RequestURI()
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return nil, err
	}
	incoming := r.Clone(ctx)
	incoming.URL, incoming.RequestURI = u, target
	incoming.Body, incoming.GetBody, incoming.ContentLength = io.NopCloser(bytes.NewReader(body)), nil, int64(len(body))
	incoming.RemoteAddr = "127.0.0.1:0"
	if incoming.Header == nil {
		incoming.Header = http.Header{}
	}
	if incoming.Host == "" {
		incoming.Host = r.URL.Host
	}
	return incoming, nil
}
