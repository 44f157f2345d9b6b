package fake

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// RoundTripper calls handler directly, without a socket, and otherwise behaves as a connection does: it ends with the
// request's context, a handler that gives up (http.ErrAbortHandler) is a broken connection, and a body shorter than
// its Content-Length ends in io.ErrUnexpectedEOF. Tests in virtual time (testing/synctest) need it.
func RoundTripper(handler http.Handler) http.RoundTripper { return inProcess{handler} }

type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	incoming, err := receive(r)
	if err != nil {
		return nil, err
	}
	ctx := r.Context()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	answer := &recorder{header: http.Header{}}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				panic(v) // a bug of the handler: let it be seen
			}
		}()
		p.handler.ServeHTTP(answer, incoming)
		answer.complete = true
	}()
	select {
	case <-ended:
		return answer.response(r)
	case <-ctx.Done():
		return nil, context.Cause(ctx) // the handler may still run; nobody reads its answer
	}
}

// receive is the request as a server sees it. It reads and closes the body, as a RoundTripper has to.
func receive(r *http.Request) (*http.Request, error) {
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
	incoming := r.Clone(r.Context())
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

// recorder is the handler's side of an answer.
type recorder struct {
	header   http.Header
	sent     http.Header // as it was when the status went out
	status   int
	body     bytes.Buffer
	complete bool // the handler returned; otherwise it gave up
}

func (a *recorder) Header() http.Header { return a.header }

func (a *recorder) WriteHeader(status int) {
	if a.status == 0 {
		a.status, a.sent = status, a.header.Clone()
	}
}

func (a *recorder) Write(data []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(data)
}

// Flush does nothing: nothing is held back.
func (a *recorder) Flush() {}

// response is the client's side of the answer.
func (a *recorder) response(r *http.Request) (*http.Response, error) {
	if a.complete {
		a.WriteHeader(http.StatusOK) // unless there was one
	}
	if a.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	for name, values := range a.sent {
		if len(values) == 0 {
			delete(a.sent, name) // does not show on the wire
		}
	}
	response := &http.Response{
		Status:     strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode: a.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  a.sent,
		Body:    http.NoBody,
		Request: r,
	}
	promised, err := strconv.ParseInt(a.sent.Get("Content-Length"), 10, 64)
	if err != nil {
		promised = int64(a.body.Len())
	}
	if !bodyAllowed(a.status) {
		return response, nil
	}
	response.ContentLength = promised
	if r.Method == http.MethodHead {
		return response, nil
	}
	var body io.Reader = &a.body
	if !a.complete || int64(a.body.Len()) < promised {
		body = io.MultiReader(body, brokenOff{})
	}
	response.Body = io.NopCloser(body)
	return response, nil
}

// brokenOff is the end of a connection that promised more.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
