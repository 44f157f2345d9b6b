package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/deskattr/deskattr/adapters"
)

const userAgent = "deskattr (+https://github.com/deskattr/deskattr)"

// auth adds the token to requests to the vendor's own host, and to no others.
type auth struct {
	next   http.RoundTripper
	vendor Vendor
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	// A redirect, a link in an answer or a mistaken editor may point elsewhere.
	if req.URL.Scheme != a.vendor.Base.Scheme || req.URL.Host != a.vendor.Base.Host {
		closeBody(req)
		return nil, fmt.Errorf("%w: the token is for %s, the request for another host", adapters.ErrInvalid, a.vendor.Base.Host)
	}
	token, err := a.token(req.Context())
	if err != nil {
		closeBody(req)
		return nil, err
	}
	answer, err := a.next.RoundTrip(a.authorized(req, req.Body, token))
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		return answer, err
	}
	// The token may have been renewed: ask once more, and send again if it has.
	renewed, err := a.token(req.Context())
	if err != nil || renewed == token {
		return answer, nil
	}
	body := req.Body
	if req.GetBody != nil {
		if body, err = req.GetBody(); err != nil {
			return answer, nil
		}
	} else if body != nil && body != http.NoBody {
		return answer, nil
	}
	drain(answer)
	return a.next.RoundTrip(a.authorized(req, body, renewed))
}

func (a *auth) token(ctx context.Context) (string, error) {
	token, err := a.vendor.Token(ctx)
	if err != nil {
		return "", &tokenError{err}
	}
	if token == "" {
		return "", &tokenError{errors.New("the token is empty")}
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return "", &tokenError{errors.New("the token holds a space, a line break or a letter no header can carry")}
		}
	}
	return token, nil
}

// authorized is a copy: the links above must not see the token.
func (a *auth) authorized(req *http.Request, body io.ReadCloser, token string) *http.Request {
	req = req.Clone(req.Context())
	req.Body = body
	req.Header.Set(a.vendor.Header, a.vendor.Prefix+token)
	req.Header.Set("User-Agent", userAgent)
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json") // Chatwoot sends HTML errors without it
	}
	return req
}

// tokenError is a failure of the Token function.
type tokenError struct{ err error }

func (e *tokenError) Error() string { return "no token: " + e.err.Error() }
func (e *tokenError) Unwrap() error { return e.err }

// closeBody keeps the promise of a RoundTripper to close the request's body.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// drain reads a little of an answer that is not wanted, so that its connection
// can serve again.
func drain(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, maxErrorBody)
	_ = answer.Body.Close()
}
