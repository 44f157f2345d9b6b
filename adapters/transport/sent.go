package transport

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// neverSent tells that a request did not leave: we kept it, or no connection came
// about. Connections that do not tell [connecting] show it by their errors, where
// those say so.
func neverSent(err error) bool {
	var op *net.OpError // of a proxy, "proxyconnect" stands around "dial"
	var none *unconnectedError
	return errors.As(err, &none) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") ||
		untrusted(err) || errors.Is(err, http.ErrSchemeMismatch) || isUnsent(err)
}

// unsentError is a failure of our own that kept a request from being sent.
type unsentError struct{ err error }

func (e *unsentError) Error() string { return e.err.Error() }
func (e *unsentError) Unwrap() error { return e.err }

func isUnsent(err error) bool {
	var unsent *unsentError
	return errors.As(err, &unsent)
}

// unconnectedError is the failure of an attempt that never had a connection: its
// context ended while dialling, TLS was refused, a proxy did not connect. Not all
// of these can be told from their errors.
type unconnectedError struct{ err error }

func (e *unconnectedError) Error() string { return e.err.Error() }
func (e *unconnectedError) Unwrap() error { return e.err }

// Timeout is what url.Error asks of the error right below it.
func (e *unconnectedError) Timeout() bool {
	var network net.Error
	return errors.As(e.err, &network) && network.Timeout()
}

// connecting watches whether an attempt comes to a connection.
type connecting struct {
	begun, done atomic.Bool // package http may tell from a goroutine of its own
	trace       httptrace.ClientTrace
}

// watchConnecting returns a context under which package http tells of connections.
// A RoundTripper of another kind need not; then nothing is known.
func watchConnecting(ctx context.Context) (context.Context, *connecting) {
	c := &connecting{}
	c.trace.GetConn = func(string) { c.begun.Store(true) }
	c.trace.GotConn = func(httptrace.GotConnInfo) { c.done.Store(true) }
	return httptrace.WithClientTrace(ctx, &c.trace), c
}

// failure is the error of the attempt, and whether it is known to be unconnected.
func (c *connecting) failure(err error) error {
	if c != nil && c.begun.Load() && !c.done.Load() {
		return &unconnectedError{err}
	}
	return err
}
