package dixatest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// reports is a TB that collects what a test would be told.
type reports struct {
	testing.TB
	mu    sync.Mutex
	lines []string
}

func (r *reports) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *reports) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// bench is a server and a client that knows nothing but HTTP. What is reported and not
// taken fails the test.
type bench struct {
	*Server
	t       *testing.T
	reports *reports
	client  *http.Client
	token   string
}

// both runs a test over a socket and in-process.
func both(t *testing.T, test func(*bench)) {
	t.Run("socket", func(t *testing.T) { test(newBench(t)) })
	t.Run("in-process", func(t *testing.T) {
		b := newBench(t, InProcess())
		b.client = b.Server.Client()
		test(b)
	})
}

func newBench(t *testing.T, opts ...Option) *bench {
	t.Helper()
	r := &reports{TB: t}
	b := &bench{Server: New(r, opts...), t: t, reports: r, client: http.DefaultClient, token: "token"}
	t.Cleanup(func() {
		for _, line := range r.take() {
			t.Errorf("unexpected report: %s", line)
		}
	})
	return b
}

// do sends a request and returns status and body. A failure to do so is reported as status 0.
func (b *bench) do(method, path, body string) (int, string) {
	b.t.Helper()
	request, err := http.NewRequest(method, b.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body == "" {
		request.Body = nil
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		request.Header.Set("Authorization", b.token)
	}
	response, err := b.client.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	if kind := response.Header.Get("Content-Type"); len(text) > 0 && kind != "application/json" {
		b.t.Errorf("%s %s: Content-Type %q", method, path, kind)
	}
	return response.StatusCode, string(text)
}

func (b *bench) expect(method, path, body string, status int, want string) {
	b.t.Helper()
	if gotStatus, got := b.do(method, path, body); gotStatus != status || got != want {
		b.t.Errorf("%s %s %s\n got %d %s\nwant %d %s", method, path, body, gotStatus, got, status, want)
	}
}

// misfits asserts that the last requests were reported (or not) as not fitting the document.
func (b *bench) misfits(want bool) {
	b.t.Helper()
	if lines := b.reports.take(); (len(lines) > 0) != want {
		b.t.Errorf("reports: %q", lines)
	}
}

// message is the body of an error.
func message(text string) string {
	body, _ := json.Marshal(map[string]string{"message": text})
	return string(body)
}

// data is the body of a list of attributes.
func data(attributes ...string) string { return `{"data":[` + strings.Join(attributes, ",") + `]}` }

const (
	orderIs    = `{"id":"2f5515b6-7e98-4f4d-9010-bfd2a27d4f35","name":"Order ID","identifier":"order_id","value":%s}`
	topicIs    = `{"id":"e14708a6-eed9-495c-9d88-c72331e9e247","name":"Topic","identifier":"topic","value":%s}`
	customerIs = `{"id":"de110000-0000-4000-8000-000000000005","name":"Customer ID","identifier":"customer_id","value":%s}`
	planIs     = `{"id":"de110000-0000-4000-8000-000000000006","name":"Plan","identifier":"plan","value":%s}`
	vipIs      = `{"id":"de110000-0000-4000-8000-000000000007","name":"VIP","identifier":"vip","value":%s}`

	conversation42 = "/v1/conversations/42"
	patch42        = "/v1/conversations/42/custom-attributes"
	patchAlice     = "/v1/endusers/" + alice + "/custom-attributes"

	gone = "The requested resource could not be found"
)

func attr(form, value string) string { return fmt.Sprintf(form, value) }
