package fake

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
)

func TestInProcessLooksLikeASocket(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.RequestURI+" "+r.URL.Path+" "+r.URL.Host+" "+r.Header.Get("X-A")+" "+string(body))
		w.Header()["X-Empty"] = nil
		w.Header().Set("Content-Type", "text/plain")
		if r.URL.Path == "/silent" {
			return
		}
		w.WriteHeader(201)
		w.Header().Set("X-Late", "too late")
		_, _ = io.WriteString(w, "made")
	})
	server := httptest.NewServer(handler)
	defer server.Close()
	for _, path := range []string{"/a%2Fb?q=1", "/silent"} {
		answers := map[string]string{}
		for name, client := range map[string]*http.Client{"socket": server.Client(), "in-process": {Transport: RoundTripper(handler)}} {
			request, _ := http.NewRequest("POST", server.URL+path, strings.NewReader("body"))
			request.Header.Set("X-A", "b")
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			response.Header.Del("Date")
			response.Header.Del("Content-Length")
			var header bytes.Buffer
			_ = response.Header.Write(&header)
			answers[name] = response.Status + " " + response.Proto + "\n" + header.String() + string(body)
		}
		if answers["socket"] != answers["in-process"] {
			t.Errorf("socket:\n%s\nin-process:\n%s", answers["socket"], answers["in-process"])
		}
	}
}

func TestInProcessBrokenConnections(t *testing.T) {
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		early   bool // no answer at all
	}{
		{"given up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		{"given up within the body", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "ab")
			panic(http.ErrAbortHandler)
		}, false},
		{"less than promised", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			_, _ = io.WriteString(w, "ab")
		}, false},
	} {
		request, _ := http.NewRequest("GET", "http://tiny.example.com/", nil)
		response, err := RoundTripper(c.handler).RoundTrip(request)
		if c.early {
			if !errors.Is(err, io.ErrUnexpectedEOF) || err.Error() != "unexpected EOF" {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if body, err := io.ReadAll(response.Body); string(body) != "ab" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q %v", c.name, body, err)
		}
	}
}

// closing notes that it was closed.
type closing struct {
	io.Reader
	closed *bool
}

func (c closing) Close() error { *c.closed = true; return nil }

func TestInProcessRequestBody(t *testing.T) {
	called := false
	transport := RoundTripper(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	closed := false
	request, _ := http.NewRequest("POST", "http://tiny.example.com/", closing{iotest.ErrReader(io.ErrUnexpectedEOF), &closed})
	if _, err := transport.RoundTrip(request); !errors.Is(err, io.ErrUnexpectedEOF) || !closed || called {
		t.Errorf("%v, closed %v, called %v", err, closed, called)
	}
}

func TestInProcessHonoursTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		called := 0
		transport := RoundTripper(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			called++
			<-r.Context().Done()
		}))
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		request, _ := http.NewRequestWithContext(ctx, "GET", "http://tiny.example.com/", nil)
		go func() {
			synctest.Wait()
			cancel(cause)
		}()
		for range 2 { // waiting, and ended before it began
			if _, err := transport.RoundTrip(request); !errors.Is(err, cause) {
				t.Errorf("%v", err)
			}
		}
		synctest.Wait()
		if called != 1 {
			t.Errorf("called %d times", called)
		}
	})
}
