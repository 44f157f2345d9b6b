package transport

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
)

type keepKey struct{}

// Keep returns a context under which the body of a successful answer is copied
// into the returned buffer while it is read: for drivers that hand on what the
// typed client does not type. It is for one request at a time; the buffer holds
// no more than the client reads.
func Keep(ctx context.Context) (context.Context, *bytes.Buffer) {
	body := &bytes.Buffer{}
	return context.WithValue(ctx, keepKey{}, body), body
}

// keep stands above the chain, so that only the answer that counts is copied.
type keep struct{ next http.RoundTripper }

func (k *keep) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := k.next.RoundTrip(req)
	if err == nil && answer.StatusCode >= 300 && answer.StatusCode <= 399 {
		// A client fails where it cannot read this, before it is asked not to follow.
		if _, bad := url.Parse(answer.Header.Get("Location")); bad != nil {
			answer.Header.Del("Location")
		}
	}
	body, ok := req.Context().Value(keepKey{}).(*bytes.Buffer)
	if err != nil || !ok || answer.StatusCode < 200 || answer.StatusCode > 299 {
		return answer, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(answer.Body, body), answer.Body}
	return answer, nil
}
