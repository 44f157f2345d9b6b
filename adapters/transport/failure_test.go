package transport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// status is an answer as the generated clients give it.
type status struct {
	code   int
	header http.Header
	err    error
}

func (s *status) Error() string { return "status" }
func (s *status) Unwrap() error { return s.err }
func (s *status) HTTPAnswer() (int, http.Header, []byte) {
	return s.code, s.header, []byte("the vendor's words")
}

func explain(code int, _ http.Header, body []byte) transport.Explanation {
	e := transport.Explanation{Detail: string(body), Doubtful: code == 400}
	if code == 499 {
		e.Class, e.Code, e.Reason = adapters.ErrUnavailable, adapters.CodeTimeout, "the database gave up"
	}
	return e
}

func TestFailure(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, test := range []struct {
		name     string
		ctx      context.Context
		err      error
		class    error
		code     adapters.Code
		doubtful bool
	}{
		{"404", nil, &status{code: 404}, adapters.ErrNotFound, adapters.CodeRecordNotFound, false},
		{"404 though the context ended since", cancelled, &status{code: 404}, adapters.ErrNotFound, adapters.CodeRecordNotFound, false},
		{"402", nil, &status{code: 402}, adapters.ErrForbidden, adapters.CodePlan, false},
		{"a status of the vendor's table", nil, &status{code: 499}, adapters.ErrUnavailable, adapters.CodeTimeout, false},
		{"a doubtful status", nil, &status{code: 400}, adapters.ErrInvalid, adapters.CodeRejected, true},
		{"a redirect", nil, &status{code: 302}, adapters.ErrMalformed, adapters.CodeRedirected, false},
		{"a success not understood", nil, fmt.Errorf("x: %w", &status{code: 200, err: io.ErrUnexpectedEOF}), adapters.ErrMalformed, adapters.CodeMalformedAnswer, true},
		{"a success broken off by the context", cancelled, &status{code: 200, err: context.Canceled}, nil, adapters.CodeCanceled, true},
		{"the context", cancelled, io.ErrUnexpectedEOF, nil, adapters.CodeCanceled, false},
		{"a class", nil, fmt.Errorf("%w: x", adapters.ErrConflict), adapters.ErrConflict, adapters.CodeStale, false},
		{"a class of a request for an address", nil, &url.Error{Op: "Get", URL: "https://desk.example/email=secret", Err: fmt.Errorf("%w: x", adapters.ErrInvalid)}, adapters.ErrInvalid, adapters.CodeRejected, false},
		{"a malformed answer to one", nil, &url.Error{Op: "Get", URL: "https://desk.example/email=secret", Err: fmt.Errorf("%w: x", adapters.ErrMalformed)}, adapters.ErrMalformed, adapters.CodeMalformedAnswer, true},
		{"a malformed answer, as a driver says", nil, fmt.Errorf("%w: x", adapters.ErrMalformed), adapters.ErrMalformed, adapters.CodeMalformedAnswer, true},
		{"refused", nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, adapters.ErrUnavailable, adapters.CodeConnection, false},
		{"no such host", nil, &net.DNSError{Name: "desk.example"}, adapters.ErrUnavailable, adapters.CodeNameLookup, false},
		{"a timeout of the network", nil, &net.OpError{Op: "read", Err: timeout{}}, adapters.ErrUnavailable, adapters.CodeTimeout, false},
		{"anything else", nil, errors.New("malformed HTTP response \"secret\""), adapters.ErrUnavailable, adapters.CodeConnection, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := test.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			got, doubtful := transport.Failure(ctx, test.err, explain)
			if got.Class != test.class || got.Code != test.code || doubtful != test.doubtful {
				t.Errorf("class %v, code %v, doubtful %v; want %v, %v, %v", got.Class, got.Code, doubtful, test.class, test.code, test.doubtful)
			}
			if text := got.Error(); strings.Contains(text, "secret") || strings.Contains(text, "vendor's words") {
				t.Errorf("the error tells what the other side sent: %s", text)
			}
			if test.ctx != nil && test.class == nil && !errors.Is(got, context.Canceled) {
				t.Errorf("%v does not wrap the context's error", got)
			}
		})
	}
}

type timeout struct{}

func (timeout) Error() string   { return "timeout" }
func (timeout) Timeout() bool   { return true }
func (timeout) Temporary() bool { return true }

func TestFailureOfAnAnswer(t *testing.T) {
	header := http.Header{"X-Request-Id": {"r-1\n" + strings.Repeat("x", 500)}, "Retry-After": {"7"}}
	got, _ := transport.Failure(t.Context(), &status{code: 429, header: header}, explain)
	if got.Status != 429 || got.RetryAfter != 7*time.Second || got.Detail != "the vendor's words" || len(got.RequestID) != 100 || strings.Contains(got.RequestID, "\n") {
		t.Errorf("status %d, retry after %v, detail %q, request %q", got.Status, got.RetryAfter, got.Detail, got.RequestID)
	}
	for code, want := range map[int]string{499: "the database gave up", 404: "check the id"} {
		if got, _ := transport.Failure(t.Context(), &status{code: code}, explain); !strings.Contains(got.Error(), want) {
			t.Errorf("status %d: %v does not say %q", code, got, want)
		}
	}
	ready := &adapters.Error{Class: adapters.ErrInvalid}
	if got, _ := transport.Failure(t.Context(), ready, explain); got == ready || got.Class != adapters.ErrInvalid {
		t.Errorf("an error that is ready must be copied: %v", got)
	}
}

func TestTrace(t *testing.T) {
	type outcome struct{ applied, doubtful int }
	for _, test := range []struct {
		name    string
		method  string
		ctx     func(context.Context) context.Context
		answers func(n int) (*http.Response, error)
		want    outcome
	}{
		{"applied", "POST", nil, func(int) (*http.Response, error) { return answer(200, "") }, outcome{1, 0}},
		{"refused", "POST", nil, func(int) (*http.Response, error) { return answer(422, "") }, outcome{0, 0}},
		{"redirected", "POST", nil, func(int) (*http.Response, error) { return answer(302, "") }, outcome{0, 0}},
		{"failed thrice", "PUT", nil, func(int) (*http.Response, error) { return answer(503, "") }, outcome{0, 3}},
		{"refused after a doubt", "PUT", nil, func(n int) (*http.Response, error) { return answer(503-102*(n-1), "") }, outcome{0, 1}},
		{"limited, then applied", "POST", nil, func(n int) (*http.Response, error) { return answer(429-229*(n-1), "") }, outcome{1, 0}},
		{"never sent", "POST", nil, func(int) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}, outcome{0, 0}},
		{"broken", "PUT", nil, func(int) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, outcome{0, 3}},
		{"failed, and may have made something", "POST", nil, func(int) (*http.Response, error) { return answer(503, "") }, outcome{0, 1}},
		{"broken, and may have made something", "POST", nil, func(int) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, outcome{0, 1}},
		{"repeatable", "POST", transport.Repeatable, func(int) (*http.Response, error) { return answer(503, "") }, outcome{0, 3}},
		{"repeatable, broken", "POST", transport.Repeatable, func(int) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, outcome{0, 3}},
		{"no proxy", "POST", nil, func(n int) (*http.Response, error) {
			if n > 2 {
				return answer(200, "")
			}
			return nil, &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}
		}, outcome{1, 0}},
		{"no TLS there", "POST", nil, func(int) (*http.Response, error) { return nil, fmt.Errorf("its own: %w", http.ErrSchemeMismatch) }, outcome{0, 0}},
		{"a read", "GET", nil, func(int) (*http.Response, error) { return answer(500, "") }, outcome{0, 0}},
		{"harmless", "POST", transport.Harmless, func(int) (*http.Response, error) { return answer(500, "") }, outcome{0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, trace := transport.Follow(t.Context())
				if test.ctx != nil {
					ctx = test.ctx(ctx)
				}
				s := &server{answer: test.answers}
				req, _ := http.NewRequestWithContext(ctx, test.method, "https://desk.example/x", strings.NewReader("body"))
				_, _ = client(s, transport.Options{Backoff: 1}, nil).Do(req)
				if got := (outcome{trace.Applied(), trace.Doubtful()}); got != test.want || !trace.Used() {
					t.Errorf("%+v, want %+v", got, test.want)
				}
			})
		})
	}
}

func TestDoubt(t *testing.T) {
	ctx, trace := transport.Follow(t.Context())
	s := &server{answer: func(int) (*http.Response, error) { return answer(200, "") }}
	_, _ = post(t, ctx, client(s, transport.Options{}, nil))
	trace.Doubt()
	trace.Doubt()
	if trace.Applied() != 0 || trace.Doubtful() != 1 {
		t.Errorf("%d applied, %d doubtful; want 0 and 1", trace.Applied(), trace.Doubtful())
	}
	// A doubt about a read is none about the write before it.
	ctx, trace = transport.Follow(t.Context())
	s = &server{answer: func(n int) (*http.Response, error) { return answer(422-222*(n-1), "") }}
	_, _ = post(t, ctx, client(s, transport.Options{}, nil))
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://desk.example/x", nil)
	_, _ = client(s, transport.Options{}, nil).Do(req)
	trace.Doubt()
	if trace.Applied() != 0 || trace.Doubtful() != 0 {
		t.Errorf("%d applied, %d doubtful after a refusal and a read; want none", trace.Applied(), trace.Doubtful())
	}
}

// TestUndecoded: what an answer holds is not in the error, whatever the package
// that reads or decodes it quotes.
func TestUndecoded(t *testing.T) {
	decoding := func(body string) error {
		var into struct {
			ID int64     `json:"id"`
			At time.Time `json:"at"`
		}
		return json.Unmarshal([]byte(body), &into)
	}
	for name, cause := range map[string]error{
		"a number":            decoding(`{"id":98765432109876543210}`),
		"a text":              decoding(`{"id":"ada@example.com"}`),
		"no JSON":             decoding(`ada@example.com`),
		"cut off":             decoding(`{"id":1`),
		"no time":             decoding(`{"at":"ada 987"}`),
		"a line of a trailer": fmt.Errorf("reading the answer: %w", errors.New("malformed MIME header line: ada 987")),
	} {
		failure, doubtful := transport.Failure(t.Context(), &status{code: 200, err: cause}, explain)
		if text := failure.Error(); !doubtful || !errors.Is(failure, adapters.ErrMalformed) || strings.Contains(text, "987") || strings.Contains(text, "ada") || strings.Contains(text, "'a'") {
			t.Errorf("%s: %s, doubtful %v", name, text, doubtful)
		}
		if name == "no time" && !errors.Is(failure, cause) {
			t.Errorf("%s: the cause cannot be had", name)
		}
	}
}
