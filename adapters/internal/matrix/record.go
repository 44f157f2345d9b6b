package matrix

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// Attempt is one request as it was on the wire, and what came of it.
type Attempt struct {
	Method, Path string
	Query, Body  string

	Status int // 0: no answer
	Answer []byte

	unsent bool // no connection came about
	whole  bool // the answer was there to its end
	late   bool // its context ended first
	open   bool // nobody has closed the answer
}

// good tells a success that says something.
func (a *Attempt) good() bool {
	var empty map[string]json.RawMessage
	return a.Status >= 200 && a.Status <= 299 && a.whole && json.Valid(a.Answer) &&
		!(json.Unmarshal(a.Answer, &empty) == nil && len(empty) == 0) // {} and null tell nothing
}

func (a *Attempt) same(b *Attempt) bool {
	return a.Method == b.Method && a.Path == b.Path && a.Query == b.Query && a.Body == b.Body
}

func (a *Attempt) String() string {
	came := fmt.Sprint(a.Status)
	switch {
	case a.unsent:
		came = "never sent"
	case a.Status == 0:
		came = "no answer"
	case !a.whole:
		came += " broken off"
	case a.Status < 300 && !a.good():
		came += " not understood"
	}
	return fmt.Sprintf("%s %s %s: %s", a.Method, a.Path[strings.LastIndexByte(a.Path, '/')+1:], a.Body, came)
}

// recorder stands at the bottom of the chain.
type recorder struct {
	next     *http.Transport
	attempts []*Attempt
	before   func(attempt int) // each, from 0, is sent
	answered func(attempt int) // the head of its answer is here
}

// RoundTrip implements http.RoundTripper.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	number := len(r.attempts)
	a := &Attempt{Method: request.Method, Path: request.URL.Path, Query: request.URL.RawQuery}
	r.attempts = append(r.attempts, a)
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		_ = request.Body.Close()
		if err != nil {
			return nil, err
		}
		a.Body = string(body)
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(body))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	if r.before != nil {
		r.before(number)
	}
	var wanted, had atomic.Bool // a connection: a deadline may end the search for one
	answer, err := r.next.RoundTrip(request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { wanted.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { had.Store(true) },
	})))
	if err != nil {
		a.unsent = wanted.Load() && !had.Load()
		a.late = request.Context().Err() != nil
		return nil, err
	}
	a.Status, a.open = answer.StatusCode, true
	if r.answered != nil {
		r.answered(number)
	}
	answer.Body = &body{answer.Body, request.Context(), a, false}
	return answer, nil
}

// body notes what of an answer is read. What the reader leaves is read when it
// closes: the wire decides whether an answer was whole, not its reader.
type body struct {
	io.ReadCloser
	ctx     context.Context // of the attempt, which the body belongs to
	attempt *Attempt
	over    bool
}

func (b *body) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if !b.over {
		b.attempt.Answer = append(b.attempt.Answer, into[:n]...)
		b.attempt.whole = err == io.EOF
		b.over = err != nil
		if b.over && err != io.EOF && b.ctx.Err() != nil {
			b.attempt.late, b.attempt.Status = true, 0 // what was not there in time is no answer
		}
	}
	return n, err
}

func (b *body) Close() error {
	if !b.over {
		_, _ = io.Copy(io.Discard, b)
	}
	b.attempt.open = false
	return b.ReadCloser.Close()
}
