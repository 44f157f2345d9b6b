package fake

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"syscall"
)

// recorder is an answer on its way without a socket: the handler writes it, the client reads it.
type recorder struct {
	ctx    context.Context    // of the client
	hangUp context.CancelFunc // tells the handler that the client is gone
	header http.Header

	begun   chan struct{} // closed when the client is to have the head
	arrived chan struct{} // holds one: there is more to read, or the end

	mu       sync.Mutex
	started  bool        // begun is closed
	ended    bool        // the handler is done
	complete bool        // and returned; otherwise it gave up
	broken   error       // how the connection ends where it gave up
	sent     http.Header // as it was when the status went out
	status   int
	body     bytes.Buffer // what the client has not read yet
	missing  int64        // of what Content-Length promised; negative: it promised nothing
}

func newRecorder(ctx context.Context, hangUp context.CancelFunc) *recorder {
	return &recorder{
		ctx: ctx, hangUp: hangUp, header: http.Header{}, broken: io.ErrUnexpectedEOF,
		begun: make(chan struct{}), arrived: make(chan struct{}, 1),
	}
}

func (a *recorder) Header() http.Header { return a.header }

func (a *recorder) WriteHeader(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writeHeader(status)
}

func (a *recorder) writeHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status, a.sent, a.missing = status, a.header.Clone(), -1
	if promised, err := strconv.ParseInt(a.sent.Get("Content-Length"), 10, 64); err == nil {
		a.missing = promised
	}
	for name, values := range a.sent {
		if len(values) == 0 || name == "Transfer-Encoding" {
			delete(a.sent, name) // does not show on the wire
		}
	}
}

func (a *recorder) Write(data []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writeHeader(http.StatusOK)
	if a.missing > 0 {
		a.missing = max(0, a.missing-int64(len(data)))
	}
	return a.body.Write(data)
}

// Flush lets the client have what was written.
func (a *recorder) Flush() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.writeHeader(http.StatusOK)
	a.arrive()
}

// reset makes the end of the connection one that the other side's system told of.
func (a *recorder) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.broken = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
}

// end is the handler's last word.
func (a *recorder) end() {
	a.hangUp()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.complete {
		a.writeHeader(http.StatusOK) // unless there was one
	}
	a.ended = true
	a.arrive()
}

// arrive is called with the lock held.
func (a *recorder) arrive() {
	if !a.started {
		a.started = true
		close(a.begun)
	}
	select {
	case a.arrived <- struct{}{}:
	default:
	}
}

// response is the client's side of the answer.
func (a *recorder) response(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.status == 0 {
		return nil, a.failure()
	}
	response := &http.Response{
		Status:     strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode: a.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  a.sent,
		Body:    http.NoBody,
		Request: r,
	}
	if !bodyAllowed(a.status) {
		return response, nil
	}
	response.ContentLength = -1
	if promised, err := strconv.ParseInt(a.sent.Get("Content-Length"), 10, 64); err == nil {
		response.ContentLength = promised
	} else if a.ended {
		response.ContentLength = int64(a.body.Len()) // as net/http counts what fits its buffer
	}
	if r.Method != http.MethodHead {
		response.Body = a
	}
	return response, nil
}

// Read is the client's.
func (a *recorder) Read(into []byte) (int, error) {
	for {
		if n, err := a.read(into); n > 0 || err != nil || len(into) == 0 {
			return n, err
		}
		select {
		case <-a.arrived:
		case <-a.ctx.Done():
			return 0, context.Cause(a.ctx)
		}
	}
}

func (a *recorder) read(into []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.body.Len() > 0 {
		return a.body.Read(into)
	}
	switch {
	case !a.ended:
		return 0, nil
	case !a.complete:
		return 0, a.failure()
	case a.missing > 0:
		return 0, io.ErrUnexpectedEOF
	}
	return 0, io.EOF
}

// failure is why a handler that gave up did so, as the client sees it. If the client ended the request, that is what it
// sees, whoever noticed first.
func (a *recorder) failure() error {
	if a.ctx.Err() != nil {
		return context.Cause(a.ctx)
	}
	return a.broken
}

// Close is the client's, too: it needs no more.
func (a *recorder) Close() error {
	a.hangUp()
	return nil
}
