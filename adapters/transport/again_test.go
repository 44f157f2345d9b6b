package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestTransient: what may pass is told by the status, else by class and code.
func TestTransient(t *testing.T) {
	for _, test := range []struct {
		name string
		err  adapters.Error
		want bool
	}{
		{"a status that passes", adapters.Error{Class: adapters.ErrRateLimited, Status: 429}, true},
		{"one that does not", adapters.Error{Class: adapters.ErrInvalid, Status: 400}, false},
		{"a crash", adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeServerError, Status: 500}, false},
		{"a broken connection", adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeConnection}, true},
		{"no answer in time", adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeTimeout}, true},
		{"a database that gave up", adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeTimeout, Status: 422}, true},
		{"a name that is not known", adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeNameLookup}, false},
		{"a code of another class", adapters.Error{Class: adapters.ErrInvalid, Code: adapters.CodeTimeout}, false},
		{"nothing known", adapters.Error{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := transport.Transient(&test.err); got != test.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// TestEachStatus: which answers are tried again, and of which the vendor's table
// is asked.
func TestEachStatus(t *testing.T) {
	again := []int{408, 429, 502, 503, 504}
	asked := []int{400, 401, 404, 409, 422, 499}
	for _, status := range []int{200, 204, 301, 399, 400, 401, 404, 408, 409, 422, 429, 499, 500, 501, 502, 503, 504, 505, 599} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{answer: func(n int) (*http.Response, error) {
					if n == 1 {
						return answer(status, "the vendor's words")
					}
					return answer(200, "")
				}}
				var of []int
				got, err := post(t, t.Context(), client(s, transport.Options{}, func(status int, body []byte) bool {
					of = append(of, status)
					if string(body) != "the vendor's words" {
						t.Errorf("the table is shown %q", body)
					}
					return false
				}))
				if err != nil {
					t.Fatal(err)
				}
				if tried, want := len(s.bodies) > 1, slices.Contains(again, status); tried != want || !want && got.StatusCode != status {
					t.Errorf("%d requests, the last answered with %d", len(s.bodies), got.StatusCode)
				}
				if words, _ := io.ReadAll(got.Body); len(s.bodies) == 1 && string(words) != "the vendor's words" {
					t.Errorf("the body is %q", words)
				}
				if want := slices.Contains(asked, status); (len(of) == 1) != want || want && of[0] != status {
					t.Errorf("the table was asked of %v", of)
				}
			})
		})
	}
}

// TestEndedBefore: under a context that has ended nothing is sent, and the body is
// closed.
func TestEndedBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &server{answer: func(int) (*http.Response, error) { return answer(200, "") }}
	closed := 0
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://desk.example/x", &closing{strings.NewReader("body"), &closed})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client(s, transport.Options{Limiter: &transport.Limiter{Off: true}}, nil).Transport.RoundTrip(request)
	if !errors.Is(err, context.Canceled) || len(s.bodies) != 0 || closed == 0 {
		t.Errorf("%v after %d requests, the body was closed %d times", err, len(s.bodies), closed)
	}
}

// TestBodyIsGone: a request whose body cannot be had again keeps the answer it got.
func TestBodyIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{answer: func(int) (*http.Response, error) { return answer(503, "last") }}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example/x", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		request.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
		got, err := client(s, transport.Options{}, nil).Do(request)
		if err != nil || got.StatusCode != 503 || len(s.bodies) != 1 {
			t.Fatalf("%v, %v after %d requests; want the 503 after one", got, err, len(s.bodies))
		}
		if words, _ := io.ReadAll(got.Body); string(words) != "last" {
			t.Errorf("the body is %q", words)
		}
	})
}

// TestLongAnswersThatFailed: what is larger than is looked at is let go, too.
func TestLongAnswersThatFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long := string(bytes.Repeat([]byte("x"), 100<<10))
		s := &server{answer: func(n int) (*http.Response, error) {
			if n < 3 {
				return answer(503, long)
			}
			return answer(200, "fine")
		}}
		got, err := post(t, t.Context(), client(s, transport.Options{}, nil))
		if err != nil || got.StatusCode != 200 {
			t.Fatalf("%v, %v", got, err)
		}
		_ = got.Body.Close()
		if s.opened != 3 || s.closed != 3 {
			t.Errorf("%d of %d answers were closed", s.closed, s.opened)
		}
	})
}

// TestEndedElsewhere: a connection that gives up by a context of its own is not
// tried again; it is not known what it waited for.
func TestEndedElsewhere(t *testing.T) {
	for _, end := range []error{context.Canceled, context.DeadlineExceeded, fmt.Errorf("its own: %w", context.DeadlineExceeded)} {
		s := &server{answer: func(int) (*http.Response, error) { return nil, end }}
		if _, err := post(t, t.Context(), client(s, transport.Options{Backoff: time.Nanosecond}, nil)); !errors.Is(err, end) || len(s.bodies) != 1 {
			t.Errorf("%v after %d requests, want %v after 1", err, len(s.bodies), end)
		}
	}
}

// TestTimeoutsOfTheConnection: they say of themselves that they are the end of a
// context, and may pass all the same.
func TestTimeoutsOfTheConnection(t *testing.T) {
	for _, end := range []error{
		&net.OpError{Op: "dial", Net: "tcp", Err: timeoutError{}},
		fmt.Errorf("its own: %w", timeoutError{}),
	} {
		s := &server{answer: func(n int) (*http.Response, error) {
			if n < 3 {
				return nil, end
			}
			return answer(200, "")
		}}
		if _, err := post(t, t.Context(), client(s, transport.Options{Backoff: time.Nanosecond}, nil)); err != nil || len(s.bodies) != 3 {
			t.Errorf("%v after %d requests, want none after 3", err, len(s.bodies))
		}
	}
}

// timeoutError is like the errors of package net.
type timeoutError struct{}

func (timeoutError) Error() string        { return "i/o timeout" }
func (timeoutError) Timeout() bool        { return true }
func (timeoutError) Temporary() bool      { return true }
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// TestUnreadableRedirect: a redirect to nowhere comes back as the answer, once.
func TestUnreadableRedirect(t *testing.T) {
	s := &server{answer: func(int) (*http.Response, error) { return answer(302, "", "Location", "https://desk.example/%zz") }}
	got, err := post(t, t.Context(), client(s, transport.Options{Backoff: time.Nanosecond}, nil))
	if err != nil || got.StatusCode != 302 || len(s.bodies) != 1 {
		t.Errorf("%v, %v after %d requests", got, err, len(s.bodies))
	}
}

// TestBodyCannotBeHadAgain: then the first failure is told.
func TestBodyCannotBeHadAgain(t *testing.T) {
	reset := errors.New("connection reset")
	s := &server{answer: func(int) (*http.Response, error) { return nil, &net.OpError{Op: "read", Err: reset} }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example/x", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	request.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("it is gone") }
	if _, err := client(s, transport.Options{Backoff: time.Nanosecond}, nil).Do(request); !errors.Is(err, reset) || len(s.bodies) != 1 {
		t.Errorf("%v after %d requests", err, len(s.bodies))
	}
}
