package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// silent gives no answer.
func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, context.Cause(r.Context())
}

// dripping gives an answer whose body never ends: a byte each second.
func dripping(status int) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		got, _ := answer(status, "")
		got.Body = io.NopCloser(drip{r.Context()})
		return got, nil
	}
}

type drip struct{ ctx context.Context }

func (d drip) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	case <-d.ctx.Done():
		return 0, context.Cause(d.ctx)
	}
}

// TestAttemptTimeout: an attempt that takes too long is given up and made again,
// whether the answer does not begin or does not end.
func TestAttemptTimeout(t *testing.T) {
	fine := func(*http.Request) (*http.Response, error) { return answer(200, "fine") }
	for _, test := range []struct {
		name     string
		attempts []func(*http.Request) (*http.Response, error)
		once     bool
		deadline time.Duration // of the caller; 0: none
		sent     int
		took     time.Duration
		body     string // of a success
		code     adapters.Code
		class    error
		doubtful int
	}{
		{"silent once", []func(*http.Request) (*http.Response, error){silent, fine}, false, 0, 2, 5 * time.Second, "fine", "", nil, 1},
		{"silent for ever", []func(*http.Request) (*http.Response, error){silent, silent, silent}, false, 0, 3, 15 * time.Second, "", adapters.CodeTimeout, adapters.ErrUnavailable, 3},
		{"a success without end", []func(*http.Request) (*http.Response, error){dripping(200), fine}, false, 0, 2, 5 * time.Second, "fine", "", nil, 1},
		{"an error without end", []func(*http.Request) (*http.Response, error){dripping(422), fine}, false, 0, 2, 5 * time.Second, "fine", "", nil, 1},
		{"without end for ever", []func(*http.Request) (*http.Response, error){dripping(200), dripping(503), dripping(200)}, false, 0, 3, 15 * time.Second, "", adapters.CodeTimeout, adapters.ErrUnavailable, 3},
		{"a request that is not repeated", []func(*http.Request) (*http.Response, error){dripping(200)}, true, 0, 1, 5 * time.Second, "", adapters.CodeTimeout, adapters.ErrUnavailable, 1},
		{"the caller's deadline comes first", []func(*http.Request) (*http.Response, error){silent}, false, 3 * time.Second, 1, 3 * time.Second, "", adapters.CodeTimeout, nil, 1},
		{"the caller's deadline comes first, in the body", []func(*http.Request) (*http.Response, error){dripping(200)}, false, 3 * time.Second, 1, 3 * time.Second, "", adapters.CodeTimeout, nil, 1},
		{"the caller's deadline comes second", []func(*http.Request) (*http.Response, error){silent, silent}, false, 8 * time.Second, 2, 8 * time.Second, "", adapters.CodeTimeout, nil, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				way := roundTripper(func(r *http.Request) (*http.Response, error) { sent++; return test.attempts[sent-1](r) })
				c := open(way, transport.Options{Timeout: 5 * time.Second, Backoff: 1}, transport.Limit{})
				ctx, trace := transport.Follow(t.Context())
				if test.once {
					ctx = transport.Once(ctx)
				}
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				begun := time.Now()
				got, err := post(t, ctx, c)
				if took := time.Since(begun).Truncate(ms); sent != test.sent || took != test.took {
					t.Errorf("%d requests in %v, want %d in %v", sent, took, test.sent, test.took)
				}
				if trace.Doubtful() != test.doubtful {
					t.Errorf("%d attempts in doubt, want %d", trace.Doubtful(), test.doubtful)
				}
				if test.code == "" {
					if err != nil {
						t.Fatal(err)
					}
					if body, err := io.ReadAll(got.Body); string(body) != test.body || err != nil {
						t.Errorf("%q, %v", body, err)
					}
					return
				}
				failure, _ := transport.Failure(ctx, err, nil)
				if failure.Code != test.code || failure.Class != test.class || test.deadline > 0 != errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v", failure)
				}
			})
		})
	}
}

// TestAnswersAsTheyCame: reading an answer within its attempt changes nothing of
// it, whatever its length and end. The attempt is over with that, or where more is
// to come, when the answer is closed.
func TestAnswersAsTheyCame(t *testing.T) {
	broken := errors.New("connection reset")
	for _, test := range []struct {
		name   string
		status int
		body   io.Reader
		length int64 // what it promises
		want   int   // bytes
		err    error
	}{
		{"empty", 200, strings.NewReader(""), 0, 0, nil},
		{"short", 200, strings.NewReader("fine"), 4, 4, nil},
		{"of a length nobody told", 200, strings.NewReader("fine"), -1, 4, nil},
		{"shorter than promised", 200, io.MultiReader(strings.NewReader("fine"), failingReader{io.ErrUnexpectedEOF}), 400, 4, io.ErrUnexpectedEOF},
		{"broken off", 200, io.MultiReader(strings.NewReader("fine"), failingReader{broken}), -1, 4, broken},
		{"an error, broken off", 404, io.MultiReader(strings.NewReader("fine"), failingReader{broken}), -1, 4, broken},
		{"as long as is read", 200, io.LimitReader(endless{}, 16<<20), 16 << 20, 16 << 20, nil},
		{"longer than an error is read", 200, io.LimitReader(endless{}, 64<<10+7), -1, 64<<10 + 7, nil},
		{"longer", 200, io.LimitReader(endless{}, 16<<20+7), -1, 16<<20 + 7, nil},
		{"a long error", 404, io.LimitReader(endless{}, 64<<10+7), -1, 64<<10 + 7, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			closed := 0
			var attempt context.Context
			way := roundTripper(func(r *http.Request) (*http.Response, error) {
				attempt = r.Context() //nolint:fatcontext // to see when it ends
				return &http.Response{StatusCode: test.status, Header: http.Header{}, ContentLength: test.length, Body: &closing{test.body, &closed}}, nil
			})
			got, err := post(t, t.Context(), open(way, transport.Options{}, transport.Limit{}))
			if err != nil {
				t.Fatal(err)
			}
			bound := 64 << 10
			if test.status == 200 {
				bound = 16 << 20
			}
			if over := attempt.Err() != nil; over != (test.want < bound) {
				t.Errorf("the attempt is over before the answer is looked at: %t", over)
			}
			n, err := io.Copy(io.Discard, got.Body)
			if n != int64(test.want) || !errors.Is(err, test.err) || got.ContentLength != test.length {
				t.Errorf("%d bytes, %v; want %d, %v", n, err, test.want, test.err)
			}
			if err := got.Body.Close(); err != nil || closed != 1 {
				t.Errorf("closed %d times, %v", closed, err)
			}
			if attempt.Err() == nil {
				t.Error("the attempt goes on after the answer was closed")
			}
		})
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestPromisedLength: a length that is only promised costs no memory.
func TestPromisedLength(t *testing.T) {
	way := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: 15 << 20, Body: io.NopCloser(strings.NewReader("short"))}, nil
	})
	c := open(way, transport.Options{}, transport.Limit{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 20 {
		if _, err := post(t, t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 20<<20 {
		t.Errorf("20 answers of five bytes took %d MiB", took>>20)
	}
}

// TestTimeoutOverASocket: the same with real connections, which are all given
// back, though nobody closes an answer.
func TestTimeoutOverASocket(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/dripping":
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte(" "))
				_ = http.NewResponseController(w).Flush()
			}
		case "/silent":
			<-r.Context().Done()
		}
	}))
	defer server.Close()
	base, _ := url.Parse(server.URL)
	connections := &http.Transport{}
	defer connections.CloseIdleConnections()
	var attempts []int
	observer := &transport.Observer{Finished: func(_ context.Context, _ transport.Request, o transport.Outcome) {
		attempts = append(attempts, o.Attempts)
	}}
	c, _ := transport.NewClient(
		transport.Options{Client: &http.Client{Transport: connections}, Timeout: 20 * ms, Attempts: 2, Backoff: 1, Observers: []*transport.Observer{observer}},
		transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken("secret-token")})
	for _, path := range []string{"/silent", "/dripping"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+path, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Do(req)
		if failure, _ := transport.Failure(t.Context(), err, nil); failure.Code != adapters.CodeTimeout || failure.Class != adapters.ErrUnavailable {
			t.Errorf("%s: %v", path, err)
		}
	}
	if !slices.Equal(attempts, []int{2, 2}) {
		t.Errorf("%d attempts", attempts)
	}
}
