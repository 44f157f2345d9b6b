package transport_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// roundTripper answers in process, so that time can be virtual.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// server answers the n-th request, from 1, and keeps what it was sent.
type server struct {
	answer func(n int) (*http.Response, error)
	bodies []string
	times  []time.Time
	opened int // bodies of answers
	closed int
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	s.bodies = append(s.bodies, string(body))
	s.times = append(s.times, time.Now())
	answer, err := s.answer(len(s.bodies))
	if answer != nil {
		s.opened++
		answer.Body = &closing{answer.Body, &s.closed}
	}
	return answer, err
}

type closing struct {
	io.Reader
	closed *int
}

func (c *closing) Close() error { *c.closed++; return nil }

func answer(status int, body string, header ...string) (*http.Response, error) {
	a := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i+1 < len(header); i += 2 {
		a.Header.Set(header[i], header[i+1])
	}
	return a, nil
}

func client(s http.RoundTripper, options transport.Options, transient func(int, []byte) bool) *http.Client {
	options.Client = &http.Client{Transport: s}
	base, _ := url.Parse("https://desk.example")
	c, _ := transport.NewClient(options, transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken("secret-token"), Transient: transient})
	return c
}

func post(t *testing.T, ctx context.Context, c *http.Client) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(transport.Repeatable(ctx), http.MethodPost, "https://desk.example/x", bytes.NewReader([]byte("body")))
	if err != nil {
		t.Fatal(err)
	}
	return c.Do(req)
}

func TestRetry(t *testing.T) {
	broken := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	for _, test := range []struct {
		name     string
		answers  []func() (*http.Response, error)
		requests int
		status   int // of the last; 0 for an error
	}{
		{"a success", []func() (*http.Response, error){func() (*http.Response, error) { return answer(200, "") }}, 1, 200},
		{"503 then success", []func() (*http.Response, error){
			func() (*http.Response, error) { return answer(503, "") }, func() (*http.Response, error) { return answer(200, "") }}, 2, 200},
		{"408, 429, 502", []func() (*http.Response, error){
			func() (*http.Response, error) { return answer(408, "") }, func() (*http.Response, error) { return answer(429, "") },
			func() (*http.Response, error) { return answer(502, "last") }}, 3, 502},
		{"504 for ever", []func() (*http.Response, error){func() (*http.Response, error) { return answer(504, "last") }}, 3, 504},
		{"500 is not passing", []func() (*http.Response, error){func() (*http.Response, error) { return answer(500, "last") }}, 1, 500},
		{"422 is not passing", []func() (*http.Response, error){func() (*http.Response, error) { return answer(422, "last") }}, 1, 422},
		{"422 that the vendor means as later", []func() (*http.Response, error){
			func() (*http.Response, error) { return answer(422, "later") }, func() (*http.Response, error) { return answer(200, "") }}, 2, 200},
		{"a broken connection", []func() (*http.Response, error){
			func() (*http.Response, error) { return nil, broken }, func() (*http.Response, error) { return answer(200, "") }}, 2, 200},
		{"broken for ever", []func() (*http.Response, error){func() (*http.Response, error) { return nil, broken }}, 3, 0},
		{"a name that does not exist", []func() (*http.Response, error){
			func() (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Name: "desk.example"}}
			}}, 1, 0},
		{"a certificate that is not trusted", []func() (*http.Response, error){func() (*http.Response, error) { return nil, x509.UnknownAuthorityError{} }}, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{answer: func(n int) (*http.Response, error) { return test.answers[min(n, len(test.answers))-1]() }}
				got, err := post(t, t.Context(), client(s, transport.Options{}, func(status int, body []byte) bool { return status == 422 && string(body) == "later" }))
				if len(s.bodies) != test.requests {
					t.Errorf("%d requests, want %d", len(s.bodies), test.requests)
				}
				for _, body := range s.bodies {
					if body != "body" {
						t.Errorf("a request had the body %q", body)
					}
				}
				if test.status == 0 {
					if err == nil {
						t.Errorf("no error")
					}
					return
				}
				if err != nil || got.StatusCode != test.status {
					t.Fatalf("%v, %v; want status %d", got, err, test.status)
				}
				if body, _ := io.ReadAll(got.Body); test.status != 200 && string(body) != "last" {
					t.Errorf("the last answer lost its body: %q", body)
				}
				_ = got.Body.Close()
				if s.closed != s.opened {
					t.Errorf("%d bodies of %d answers were closed", s.closed, s.opened)
				}
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	for _, test := range []struct {
		name     string
		after    func() string
		min, max time.Duration // of the wait
	}{
		{"seconds", func() string { return "7" }, 7 * time.Second, 7 * time.Second},
		{"a date", func() string { return time.Now().Add(9 * time.Second).UTC().Format(http.TimeFormat) }, 8 * time.Second, 9 * time.Second},
		{"longer than a minute", func() string { return "3600" }, time.Minute, time.Minute},
		{"longer than can be counted", func() string { return "99999999999999999999" }, time.Minute, time.Minute},
		{"too many digits, and a letter", func() string { return "20000000000000000000A" }, 0, 250 * time.Millisecond},
		{"seconds with a sign", func() string { return "+7" }, 0, 250 * time.Millisecond},
		{"a date gone by", func() string { return "Mon, 01 Jan 1990 00:00:00 GMT" }, 0, 250 * time.Millisecond},
		{"nonsense", func() string { return "soon" }, 0, 250 * time.Millisecond},
		{"less than nothing", func() string { return "-5" }, 0, 250 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{answer: func(n int) (*http.Response, error) {
					if n == 1 {
						return answer(429, "", "Retry-After", test.after())
					}
					return answer(200, "")
				}}
				if _, err := post(t, t.Context(), client(s, transport.Options{Limiter: &transport.Limiter{Off: true}}, nil)); err != nil {
					t.Fatal(err)
				}
				if wait := s.times[1].Sub(s.times[0]); wait < test.min || wait > test.max {
					t.Errorf("waited %v, want between %v and %v", wait, test.min, test.max)
				}
			})
		})
	}
}

func TestRetryHasNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s := &server{answer: func(int) (*http.Response, error) { return answer(429, "last", "Retry-After", "30") }}
		begun := time.Now()
		got, err := post(t, ctx, client(s, transport.Options{}, nil))
		if err != nil || got.StatusCode != 429 {
			t.Fatalf("%v, %v; want the 429", got, err)
		}
		if body, _ := io.ReadAll(got.Body); string(body) != "last" || len(s.bodies) != 1 || time.Since(begun) != 0 {
			t.Errorf("%q after %d requests and %v; want the answer at once", body, len(s.bodies), time.Since(begun))
		}
	})
}

func TestRetryIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &server{answer: func(int) (*http.Response, error) {
			time.AfterFunc(2*time.Second, cancel)
			return answer(503, "", "Retry-After", "30")
		}}
		begun := time.Now()
		_, err := post(t, ctx, client(s, transport.Options{}, nil))
		if waited := time.Since(begun); waited != 2*time.Second || len(s.bodies) != 1 || !errors.Is(err, context.Canceled) || s.closed != 1 {
			t.Errorf("%d requests, returned %v after %v, want 1 and 2s", len(s.bodies), err, waited)
		}
	})
}

func TestBackoffGrowsAndIsBounded(t *testing.T) {
	broken := &net.OpError{Op: "read", Err: errors.New("connection reset")}
	for name, answer := range map[string]func(int) (*http.Response, error){
		"answers":             func(int) (*http.Response, error) { return answer(503, "") },
		"broken connections":  func(int) (*http.Response, error) { return nil, broken },
		"dates that are none": func(int) (*http.Response, error) { return answer(503, "", "Retry-After", "soon") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{answer: answer}
				_, _ = post(t, t.Context(), client(s, transport.Options{Attempts: 40, Backoff: time.Second}, nil))
				if len(s.times) != 40 {
					t.Fatalf("%d attempts, want 40", len(s.times))
				}
				for i := range len(s.times) - 1 {
					bound := min(8*time.Second, time.Second<<min(i, 10))
					if wait := s.times[i+1].Sub(s.times[i]); wait > bound {
						t.Errorf("wait %d was %v, more than %v", i+1, wait, bound)
					}
				}
				if total := s.times[len(s.times)-1].Sub(s.times[0]); total < 20*time.Second {
					t.Errorf("39 random waits of up to 8s make %v: they do not grow", total)
				}
			})
		})
	}
}

func TestOnceIsSentOnce(t *testing.T) {
	s := &server{answer: func(int) (*http.Response, error) { return answer(503, "") }}
	if _, err := post(t, transport.Once(t.Context()), client(s, transport.Options{Backoff: 1}, nil)); err != nil || len(s.bodies) != 1 {
		t.Errorf("%d requests, %v; want one", len(s.bodies), err)
	}
}

func TestBodyThatCannotBeHadAgain(t *testing.T) {
	s := &server{answer: func(int) (*http.Response, error) { return answer(503, "last") }}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example/x", io.MultiReader(strings.NewReader("body")))
	got, err := client(s, transport.Options{Backoff: 1}, nil).Do(req)
	if err != nil || got.StatusCode != 503 || len(s.bodies) != 1 {
		t.Errorf("%v, %v after %d requests; want the 503 after one", got, err, len(s.bodies))
	}
}
