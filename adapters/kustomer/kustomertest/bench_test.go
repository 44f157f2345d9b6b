package kustomertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const (
	conversation1 = "/v1/conversations/64a1f0c2d3e4b5a697880001"
	conversation2 = "/v1/conversations/64a1f0c2d3e4b5a697880002"
	customer1     = "/v1/customers/64a1f0c2d3e4b5a697880011"
	customer2     = "/v1/customers/64a1f0c2d3e4b5a697880012"
	merged        = "/v1/customers/64a1f0c2d3e4b5a697880013"
	company       = "64a1f0c2d3e4b5a697880021"
	unknownID     = "ffffffffffffffffffffffff"
)

// bench is a server, a client of it, and what the server said of the client.
type bench struct {
	*testing.T
	*Server
	client *http.Client

	mu      sync.Mutex
	reports []string
	fatal   []string
}

func (b *bench) Helper()           { b.T.Helper() }
func (b *bench) Cleanup(f func())  { b.T.Cleanup(f) }
func (b *bench) fail(words string) { b.T.Helper(); b.T.Error(words) }

func (b *bench) Errorf(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reports = append(b.reports, fmt.Sprintf(format, args...))
}

func (b *bench) Fatalf(format string, args ...any) {
	b.fatal = append(b.fatal, fmt.Sprintf(format, args...))
}

// start starts a server on a socket. At the test's end every report must have been expected.
func start(t *testing.T, options ...Option) *bench {
	t.Helper()
	transport := &http.Transport{}
	b := &bench{T: t, client: &http.Client{Transport: transport}}
	b.Server = New(b, options...)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		b.expectReports()
		for _, words := range b.fatal {
			t.Errorf("ended the test: %s", words)
		}
	})
	return b
}

// expectReports wants one report since the last call that holds each of the words, in order, and no other.
func (b *bench) expectReports(words ...string) {
	b.T.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.reports) != len(words) {
		b.fail(fmt.Sprintf("reports %q, want %q", b.reports, words))
	} else {
		for i, word := range words {
			if !strings.Contains(b.reports[i], word) {
				b.fail(fmt.Sprintf("report %q, want %q", b.reports[i], word))
			}
		}
	}
	b.reports = nil
}

func (b *bench) request(method, path, body string) *http.Request {
	b.T.Helper()
	request, err := http.NewRequest(method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.T.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return request
}

func (b *bench) do(request *http.Request) (int, http.Header, string) {
	b.T.Helper()
	response, err := b.client.Do(request)
	if err != nil {
		b.T.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.T.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

// expect sends a request and wants this status and, unless it is empty, this body.
func (b *bench) expect(method, path, body string, status int, want string) string {
	b.T.Helper()
	got, _, text := b.do(b.request(method, path, body))
	if got != status || want != "" && text != want {
		b.fail(fmt.Sprintf("%s %s %.200s: %d %s, want %d %s", method, path, body, got, text, status, want))
	}
	return text
}

// answer is what the tests read of a record.
type answer struct {
	Data struct {
		Type, ID   string
		Attributes struct {
			Custom     json.RawMessage
			Name       *string
			Rev        int64
			Properties map[string]json.RawMessage
		}
		Relationships map[string]struct {
			Links map[string]string
			Data  *struct{ Type, ID string }
		}
		Links map[string]string
	}
}

// record sends a request and wants 200, this custom object ("" for none) and this revision.
func (b *bench) record(method, path, body, custom string, rev int64) answer {
	b.T.Helper()
	var a answer
	if err := json.Unmarshal([]byte(b.expect(method, path, body, 200, "")), &a); err != nil {
		b.T.Fatal(err)
	}
	if got := a.Data.Attributes; string(got.Custom) != custom || got.Rev != rev {
		b.fail(fmt.Sprintf("%s %s %s: custom %s, rev %d, want %s, %d", method, path, body, got.Custom, got.Rev, custom, rev))
	}
	return a
}

// problemOf is the body of an error about one parameter.
func problemOf(status int, parameter, code, title, detail string) string {
	text := fmt.Sprintf(`{"errors":[{"status":%d,`, status)
	if parameter != "" {
		text += fmt.Sprintf(`"source":{"parameter":%q},`, parameter)
	}
	text += fmt.Sprintf(`"code":%q,"title":%q`, code, title)
	if detail != "" {
		text += fmt.Sprintf(`,"detail":%q`, detail)
	}
	return text + `}]}`
}
