package fake

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// virtually runs a test in virtual time: in-process, and over net/http's own server and client on connections that
// are pipes.
func virtually(t *testing.T, test func(*bench)) {
	t.Helper()
	t.Run("in-process", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(inProcessBench(t)) })
	})
	t.Run("pipe", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { test(pipeBench(t)) })
	})
}

func pipeBench(t *testing.T) *bench {
	b := inProcessBench(t)
	pipes := pipes{make(chan net.Conn), make(chan struct{})}
	b.mu.Lock()
	b.serveOn(pipes)
	b.mu.Unlock()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return pipes.dial() }}
	b.client = &http.Client{Transport: transport}
	t.Cleanup(b.Close)
	t.Cleanup(transport.CloseIdleConnections)
	return b
}

// pipes is a listener without a socket.
type pipes struct {
	dialed chan net.Conn
	closed chan struct{}
}

func (p pipes) dial() (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.dialed <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialed:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// watched is what a client sees of an answer, and when.
type watched struct {
	status   int
	header   http.Header
	promised int64
	head     time.Duration   // after the request
	pieces   []string        // of the body
	at       []time.Duration // of each piece, after the head
	end      time.Duration   // after the request
	err      error           // that ended it; nil: it is whole
}

func (w watched) body() (whole string) {
	for _, piece := range w.pieces {
		whole += piece
	}
	return whole
}

// watch sends a request and watches the answer arrive.
func (b *bench) watch(ctx context.Context, method, path, body string) (w watched) {
	b.Helper()
	start := time.Now()
	defer func() { w.end = time.Since(start) }()
	response, err := b.client.Do(b.request(ctx, "secret", method, path, body))
	w.head = time.Since(start)
	if err != nil {
		w.err = err
		return w
	}
	defer response.Body.Close()
	w.status, w.header, w.promised = response.StatusCode, response.Header, response.ContentLength
	buffer := make([]byte, 64<<10)
	for {
		n, err := response.Body.Read(buffer)
		if n > 0 {
			w.pieces = append(w.pieces, string(buffer[:n]))
			w.at = append(w.at, time.Since(start)-w.head)
		}
		if errors.Is(err, io.EOF) {
			return w
		}
		if err != nil {
			w.err = err
			return w
		}
	}
}

func broken(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
