package transport

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

const module = "github.com/deskattr/deskattr"

// userAgent names the version of the module that the program was built with.
var userAgent = sync.OnceValue(func() string {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if m.Path == module && m.Version != "" && m.Version != "(devel)" {
				version = m.Version
			}
		}
	}
	return "deskattr/" + version + " (+https://" + module + ")"
})

// auth adds the token to requests to the vendor's own host, and to no others. It
// bounds the time of each.
type auth struct {
	next    http.RoundTripper
	vendor  Vendor
	header  string // the vendor's, in the form of http.Header
	timeout time.Duration
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	// A redirect, a link in an answer or a mistaken editor may point elsewhere.
	if req.URL.Scheme != a.vendor.Base.Scheme || req.URL.Host != a.vendor.Base.Host {
		closeBody(req)
		return nil, &unsentError{fmt.Errorf("%w: the token is for %s, the request for another host", adapters.ErrInvalid, a.vendor.Base.Host)}
	}
	token, err := a.token(req.Context())
	if err != nil {
		closeBody(req)
		return nil, &unsentError{err}
	}
	answer, err := a.send(req, req.Body, token)
	if err != nil || answer.StatusCode != http.StatusUnauthorized || !replayable(req) {
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
	}
	_ = answer.Body.Close()
	return a.send(req, body, renewed)
}

func (a *auth) token(ctx context.Context) (string, error) {
	token, err := a.vendor.Token(ctx)
	if err != nil {
		return "", &tokenError{text: "the Token function failed", cause: err}
	}
	if token == "" {
		return "", &tokenError{text: "the token is empty"}
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return "", &tokenError{text: "the token holds a space, a line break or a letter no header can carry"}
		}
	}
	return token, nil
}

// send sends a copy, because the links above must not see the token.
func (a *auth) send(req *http.Request, body io.ReadCloser, token string) (*http.Response, error) {
	if err := req.Context().Err(); err != nil { // getting the token took so long
		if body != nil {
			_ = body.Close()
		}
		return nil, &unsentError{err}
	}
	ctx, cancel := context.WithTimeoutCause(req.Context(), a.timeout, errSlow)
	under, connecting := ctx, (*connecting)(nil)
	if writes(req) { // of others nobody asks
		under, connecting = watchConnecting(ctx)
	}
	sent := req.WithContext(under)
	sent.Body = body
	sent.Header = make(http.Header, len(req.Header)+3)
	maps.Copy(sent.Header, req.Header)
	values := [...]string{a.vendor.Prefix + token, userAgent(), "application/json"} // one allocation for three
	sent.Header[a.header] = values[0:1:1]
	sent.Header["User-Agent"] = values[1:2:2]
	if req.Header.Get("Accept") == "" {
		sent.Header["Accept"] = values[2:3:3] // Chatwoot sends HTML errors without it
	}
	answer, err := a.next.RoundTrip(sent)
	if err == nil {
		if err = read(ctx, answer, cancel); err == nil {
			return answer, nil
		}
	}
	slow := context.Cause(ctx) == errSlow && req.Context().Err() == nil
	cancel()
	if slow {
		err = errSlow
	}
	return nil, connecting.failure(err)
}

// errSlow ends an attempt that takes longer than Options.Timeout. It is a
// net.Error, as other ways of taking too long are.
var errSlow error = slowError{}

type slowError struct{}

func (slowError) Error() string   { return "no answer in time" }
func (slowError) Timeout() bool   { return true }
func (slowError) Temporary() bool { return true }

// tokenError is a failure of the Token function. Its own words are for errors.As:
// they may hold a login URL.
type tokenError struct {
	text  string
	cause error // nil: the text says all
}

func (e *tokenError) Error() string { return "no token: " + e.text }
func (e *tokenError) Unwrap() error { return e.cause }

// closeBody keeps the promise of a RoundTripper to close the request's body.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
