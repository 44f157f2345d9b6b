package bench

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// answers are the fixed bodies of one vendor.
type answers struct {
	record      []byte // to whatever writes
	definitions []byte // to a GET: what the adapter reads once, to learn the keys of names
}

func (a answers) to(method string) []byte {
	if method == http.MethodGet {
		return a.definitions
	}
	return a.record
}

// with is an answer of specs/VENDOR/testdata, as compact as servers write it,
// with another value at a path of keys with dots between.
func with(tb testing.TB, file, path string, value any) []byte {
	tb.Helper()
	text, err := os.ReadFile("../../../specs/" + file)
	if err != nil {
		tb.Fatal(err)
	}
	var tree map[string]any
	if err := json.Unmarshal(text, &tree); err != nil {
		tb.Fatal(err)
	}
	node := tree
	keys := strings.Split(path, ".")
	for _, key := range keys[:len(keys)-1] {
		node = node[key].(map[string]any)
	}
	node[keys[len(keys)-1]] = value
	text, err = json.Marshal(tree)
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// inProcess answers with next to no work: what is measured is the client.
type inProcess struct{ answers answers }

var answerHeader = http.Header{"Content-Type": {"application/json; charset=utf-8"}}

func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	body := p.answers.to(req.Method)
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answerHeader, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)), Request: req,
	}, nil
}

// serve answers the same over loopback, after a wait.
func serve(tb testing.TB, answers answers, wait time.Duration) (url string) {
	tb.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		if wait > 0 {
			time.Sleep(wait)
		}
		body := answers.to(req.Method)
		w.Header()["Content-Type"] = answerHeader["Content-Type"]
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}))
	tb.Cleanup(server.Close)
	return server.URL
}
