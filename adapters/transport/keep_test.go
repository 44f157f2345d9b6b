package transport_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestKeep: what is kept is what was read of the answer that counts.
func TestKeep(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer func(n int) (*http.Response, error)
		want   string
	}{
		{"a success", func(int) (*http.Response, error) { return answer(200, "body") }, "body"},
		{"a success after a failure", func(n int) (*http.Response, error) {
			if n == 1 {
				return answer(503, "failure")
			}
			return answer(200, "body")
		}, "body"},
		{"a failure", func(int) (*http.Response, error) { return answer(404, "failure") }, ""},
		{"no answer", func(int) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &server{answer: test.answer}
			ctx, kept := transport.Keep(t.Context())
			got, err := post(t, ctx, client(s, transport.Options{Backoff: 1}, nil))
			read := ""
			if err == nil {
				content, _ := io.ReadAll(got.Body)
				_ = got.Body.Close()
				read = string(content)
			}
			if kept.String() != test.want || test.want != "" && read != test.want || s.opened != s.closed {
				t.Errorf("kept %q, read %q, %d of %d bodies closed", kept, read, s.closed, s.opened)
			}
		})
	}
}
