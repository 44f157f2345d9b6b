// Package fake is what the vendors' fake servers have in common: everything except the vendor.
//
// A vendor package supplies a [Config]: its OpenAPI document, a handler for each operation it plays, and its state.
// This package receives the requests, records them, holds requests and answers against the document, and breaks
// connections on demand. The vendor's package holds a document and never the generated client, so that client and
// fake cannot share a mistake.
//
// One request after the other:
//
//	record -> route -> fault -> Before -> request against the document -> handler -> answer against the document -> send
//
// What does not fit the document is reported through [TB], and the request is answered as the vendor would answer it
// all the same. Paths below /_fake/ belong to the fake itself: see control.go.
//
// The package does not import testing: the command serves the same fakes.
package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxBody bounds what one request may send: 4 MiB.
const maxBody = 4 << 20

// TB is what a fake needs of a test. testing.TB satisfies it; a program passes its own.
// Errorf is called with the server's lock held.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Config is one vendor. Document, NoRoute, State and SetState are required.
// Every function is called with the server's lock held: it may touch the state freely, and must neither block nor
// call the Server's methods.
type Config struct {
	Vendor     string                 // for messages
	Document   string                 // OpenAPI 3.0 document; its servers are ignored
	Prefixes   []string               // what may stand before the document's paths ("/v1", "/beta"); none: nothing
	Operations map[string]Handler     // by operationId; an operation that is not here is answered with 501
	Before     func(*Request) *Answer // authentication and the like, ahead of validation and NoRoute; nil: go on
	NoRoute    Handler                // the vendor's answer to a path or method the document does not have
	State      func() any             // the whole state, encodable as JSON
	SetState   func([]byte) error     // replaces the whole state, or changes nothing and says why; see Decode
	Deviations []Deviation            // where the real server tolerates or does what the document forbids
}

// Handler does what the vendor does for one operation. Because the lock is held, it is atomic.
type Handler func(*Request) Answer

// Server is a running fake.
type Server struct {
	URL string // of the listener, without a slash at the end; "" until Listen

	t        TB
	config   Config
	document *document

	mu       sync.Mutex // guards what follows and the vendor's state
	requests received
	faults   []*armed
	listener *http.Server
	closed   bool

	ended       chan struct{} // closed by Close
	connections atomic.Int64
}

// Start is New and Listen; failing to start ends the test.
func Start(t TB, config Config, addr string) *Server {
	t.Helper()
	s, err := New(t, config)
	if err == nil {
		err = s.Listen(addr)
	}
	if err != nil {
		t.Fatalf("%v", err)
	}
	return s
}

// New makes a fake without a socket, reached through Handler. That is the form for tests in virtual time: a
// goroutine waiting on a socket keeps testing/synctest from advancing the clock. It is closed with the test.
func New(t TB, config Config) (*Server, error) {
	if config.NoRoute == nil || config.State == nil || config.SetState == nil {
		return nil, fmt.Errorf("%s fake: NoRoute, State and SetState are required", config.Vendor)
	}
	document, err := load(config.Document)
	if err != nil {
		return nil, fmt.Errorf("%s fake: %w", config.Vendor, err)
	}
	for id := range config.Operations {
		if !document.operations[id] {
			return nil, fmt.Errorf("%s fake: the document has no operation %q", config.Vendor, id)
		}
	}
	for _, d := range config.Deviations {
		if !document.operations[d.Operation] {
			return nil, fmt.Errorf("%s fake: deviation: the document has no operation %q", config.Vendor, d.Operation)
		}
	}
	s := &Server{t: t, config: config, document: document, ended: make(chan struct{})}
	t.Cleanup(s.Close)
	return s, nil
}

// Listen serves the fake on addr, "" being any free port of 127.0.0.1. Only loopback is accepted: a fake shows its
// tokens and obeys whoever reaches it.
func (s *Server) Listen(addr string) error {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s fake: %w", s.config.Vendor, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s fake: %q is not a loopback address", s.config.Vendor, addr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.listener != nil {
		return fmt.Errorf("%s fake: listens already or is closed", s.config.Vendor)
	}
	socket, err := new(net.ListenConfig).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return fmt.Errorf("%s fake: %w", s.config.Vendor, err)
	}
	s.URL = "http://" + socket.Addr().String()
	s.serveOn(socket)
	return nil
}

// serveOn is called with the lock held.
func (s *Server) serveOn(socket net.Listener) {
	s.listener = &http.Server{Handler: s.Handler(), ConnState: s.count}
	go func() { _ = s.listener.Serve(socket) }() // always an error: Close ended it
}

func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.connections.Add(1)
	case http.StateClosed, http.StateHijacked: // what is hijacked is closed: a reset
		s.connections.Add(-1)
	}
}

// Connections is how many connections clients hold open to the listener, idle ones included. The fake learns of a
// client's closing a moment later.
func (s *Server) Connections() int { return int(s.connections.Load()) }

// Close cuts every connection, waiting ones too, and stops listening. After it nothing is reported any more: a test
// that has ended must not be told of errors. Closing twice is harmless.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		close(s.ended)
	}
	s.closed = true
	listener := s.listener
	s.mu.Unlock()
	if listener != nil {
		_ = listener.Close()
	}
}

// Handler is the fake without its socket; see RoundTripper.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// Requests returns copies of the newest 10,000 requests to the vendor, in the order they arrived.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests.copies()
}

// Locked runs f with the lock held, for a vendor package's typed access to its state.
func (s *Server) Locked(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	tooLarge := errors.As(err, new(*http.MaxBytesError))
	if err != nil && !tooLarge {
		panic(http.ErrAbortHandler) // the client broke off: nothing arrived
	}
	d := &delivery{w: w, method: r.Method, gone: r.Context().Done(), closed: s.ended}
	if strings.HasPrefix(r.URL.Path, controlPrefix) {
		d.send(s.control(r, body, tooLarge))
		return
	}
	var request *Request
	request, d.strike = s.receive(r, body, tooLarge)
	if d.fault.Type == FaultDown {
		d.wait(d.latency)
		d.cut()
	}
	answer := s.answer(request, &d.strike)
	d.wait(d.latency)
	if d.withholds() {
		d.withhold()
	}
	d.send(answer)
}

// receive records the request and takes the faults that await it.
func (s *Server) receive(r *http.Request, body []byte, tooLarge bool) (*Request, strike) {
	request := &Request{
		Time:   time.Now(),
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body,
		tooLarge: tooLarge,
	}
	if request.route, request.Params = s.document.find(s.config.Prefixes, r); request.route != nil {
		request.Operation = request.route.Operation.OperationID
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests.add(request)
	return request, s.take(request)
}

// answer settles the whole request in one hold of the lock.
func (s *Server) answer(request *Request, hit *strike) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		panic(http.ErrAbortHandler)
	}
	var answer Answer
	switch {
	case hit.fault.Status != 0:
		answer = hit.fault.answer()
	case hit.fault.Type == FaultDuplicate:
		s.vendorAnswer(request)
		request = new(*request)
		s.requests.add(request)
		answer = s.vendorAnswer(request)
	default:
		answer = s.vendorAnswer(request)
	}
	answer, pointless := hit.fault.disturb(answer)
	if pointless != "" {
		s.report(request, "fault: %s", pointless)
	}
	if !hit.withholds() {
		request.Status = answer.Status
	}
	return answer
}

func (s *Server) vendorAnswer(request *Request) Answer {
	if request.tooLarge {
		s.report(request, "the request's body is larger than %d bytes", maxBody)
		return Text(http.StatusRequestEntityTooLarge, "request body too large")
	}
	if s.config.Before != nil {
		if answer := s.config.Before(request); answer != nil {
			s.checkAnswer(request, *answer)
			return *answer
		}
	}
	if request.route == nil {
		s.report(request, "the document has no such path or method")
		return s.config.NoRoute(request)
	}
	s.checkRequest(request)
	handler, ok := s.config.Operations[request.Operation]
	if !ok {
		return Text(http.StatusNotImplemented, fmt.Sprintf("the %s fake does not play %s", s.config.Vendor, request.Operation))
	}
	answer := handler(request)
	s.checkAnswer(request, answer)
	return answer
}

// report tells the test, in one line.
func (s *Server) report(r *Request, format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("%s fake: %s %s: %s", s.config.Vendor, r.Method, r.Path, oneLine(fmt.Sprintf(format, args...)))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
