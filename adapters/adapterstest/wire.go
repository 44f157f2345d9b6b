package adapterstest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Request is a request as the adapter sent it.
type Request struct {
	Method, URL string
	Path        string // escaped, as on the wire
	Header      http.Header
	Body        []byte

	answer []byte // the server's, where it got the request
}

// reply is what the wire does in place of the server, or after it.
type reply struct {
	status  int
	header  http.Header
	body    io.Reader
	err     error // no answer at all
	commit  bool  // the server gets the request first, and its answer is lost
	waiting bool  // no answer before the context ends

	change    func(*http.Response) // the server answers, and its answer is changed
	elsewhere string               // the URL of a server of the suite's that answers in its place
}

// wire is the connection between an adapter and its server: it notes what goes
// over it and plays faults.
type wire struct {
	t      TB
	next   http.RoundTripper
	writes func(Request) bool

	mu       sync.Mutex
	requests []*Request
	fault    func(Request) *reply
	seen     func(count int) // after the n-th writing request was dealt with
	count    int

	unpacked atomic.Int64 // bytes of bodies from elsewhere that were read, as they are without gzip
}

// patience ends the wait of an adapter that does not look at its context. No
// other reaches it.
const patience = 2 * time.Second

func newWire(t TB) *wire {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return &wire{t: t, next: transport}
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	request := &Request{Method: r.Method, URL: r.URL.String(), Path: r.URL.EscapedPath(), Header: r.Header.Clone()}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
		request.Body = body
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.mu.Lock()
	w.requests = append(w.requests, request)
	fault := w.fault
	w.mu.Unlock()

	if w.isWrite(*request) {
		defer w.dealtWith()
	}
	var played *reply
	if fault != nil {
		played = fault(*request)
	}
	if played == nil {
		return w.pass(r, request)
	}
	if played.change != nil {
		answer, err := w.pass(r, request)
		if err == nil {
			played.change(answer)
		}
		return answer, err
	}
	if played.elsewhere != "" {
		return w.reroute(r, played.elsewhere)
	}
	if played.commit {
		answer, err := w.next.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		_ = answer.Body.Close()
	}
	if played.waiting {
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(patience):
			w.t.Errorf("%s %s: the adapter waits on, though the context ended", r.Method, request.Path)
			return nil, errors.New("no answer")
		}
	}
	if played.err != nil {
		return nil, played.err
	}
	if played.body == nil {
		played.body = http.NoBody
	}
	if played.header == nil {
		played.header = http.Header{}
	}
	return &http.Response{
		StatusCode: played.status, Header: played.header, Body: io.NopCloser(played.body), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1,
	}, nil
}

// pass lets the server answer, and notes the answer.
func (w *wire) pass(r *http.Request, request *Request) (*http.Response, error) {
	answer, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	request.answer = body
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// reroute sends a request elsewhere, and counts what is read of the answer.
func (w *wire) reroute(r *http.Request, to string) (*http.Response, error) {
	target, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL, r.Host = target, ""
	answer, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &counting{answer.Body, &w.unpacked}
	return answer, nil
}

// counting counts what is read.
type counting struct {
	io.ReadCloser
	count *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.count.Add(int64(n))
	return n, err
}

// isWrite tells whether a request would write.
func (w *wire) isWrite(r Request) bool {
	if r.Method == http.MethodGet {
		return false
	}
	return w.writes == nil || w.writes(r)
}

// onWrite plays the fault for every request that would write; it may return nil
// to let one pass. The count is of such requests, from 1.
func (w *wire) onWrite(fault func(count int) *reply) {
	count := 0
	w.on(func(r Request) *reply {
		if !w.isWrite(r) {
			return nil
		}
		w.mu.Lock()
		count++
		n := count
		w.mu.Unlock()
		return fault(n)
	})
}

// after is called after the server, or the fault in its place, had the n-th
// writing request, from 1, and before the adapter has the answer.
func (w *wire) after(seen func(count int)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = seen
}

func (w *wire) dealtWith() {
	w.mu.Lock()
	w.count++
	count, seen := w.count, w.seen
	w.mu.Unlock()
	if seen != nil {
		seen(count)
	}
}

// on plays the fault for every request.
func (w *wire) on(fault func(Request) *reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

// sent are the requests so far.
func (w *wire) sent() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	var sent []Request
	for _, request := range w.requests {
		sent = append(sent, *request)
	}
	return sent
}

// written are those of them that would write.
func (w *wire) written() []Request {
	var written []Request
	for _, r := range w.sent() {
		if w.isWrite(r) {
			written = append(written, r)
		}
	}
	return written
}

// used tells whether the adapter talks HTTP.
func (w *wire) used() bool { return len(w.sent()) > 0 }
