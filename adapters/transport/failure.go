package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/deskattr/deskattr/adapters"
)

// Answer is an error that holds an HTTP answer. The StatusError of every client
// in gen/ is one.
type Answer interface {
	error
	HTTPAnswer() (status int, header http.Header, body []byte)
}

// Explanation is what a vendor's own words and table add to a status.
type Explanation struct {
	Class    error         // only where the vendor's table has a row; nil: the status decides
	Code     adapters.Code // empty: the status decides
	Detail   string        // the vendor's words
	Reason   string        // our words, where those that the code has are not enough
	Doubtful bool          // it may have been written although the status refuses it
}

// Failure turns what a call ended with into the contract's error: class, code,
// status, request id, Retry-After and the vendor's words. The caller adds who,
// what and the effect; doubtful tells that the attempt may have been written
// although its status refuses it, or says it was although it is not understood.
// Without explain the status alone decides.
func Failure(ctx context.Context, err error, explain func(status int, header http.Header, body []byte) Explanation) (failure *adapters.Error, doubtful bool) {
	var ready *adapters.Error
	if errors.As(err, &ready) {
		copied := *ready
		return &copied, false
	}
	var answer Answer
	if errors.As(err, &answer) {
		status, header, body := answer.HTTPAnswer()
		if status < 200 || status > 299 {
			var words Explanation
			if explain != nil {
				words = explain(status, header, body)
			}
			return fromStatus(status, header, words)
		}
		if ctx.Err() == nil {
			return &adapters.Error{
				Class: adapters.ErrMalformed, Code: adapters.CodeMalformedAnswer,
				Status: status, RequestID: requestID(header), Err: undecoded(errors.Unwrap(answer)),
			}, true
		}
	}
	if ctx.Err() != nil {
		code := adapters.CodeCanceled
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			code = adapters.CodeTimeout
		}
		return &adapters.Error{Code: code, Err: ctx.Err()}, answer != nil
	}
	if errors.Is(err, adapters.ErrMalformed) {
		return &adapters.Error{Class: adapters.ErrMalformed, Code: adapters.CodeMalformedAnswer, Err: bare(err)}, true
	}
	for _, row := range classCodes {
		if errors.Is(err, row.class) {
			return &adapters.Error{Class: row.class, Code: row.code, Err: bare(err)}, false
		}
	}
	return fromConnection(err), false
}

// undecoded says why an answer could not be decoded, without what it holds: the
// errors of package json quote numbers and letters of it, those of a type's own
// decoder whole texts, and those of package http a line of a trailer.
func undecoded(err error) error {
	var wrong *json.UnmarshalTypeError
	var broken *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		kind, _, _ := strings.Cut(wrong.Value, " ") // "number 9876543210"
		return fmt.Errorf("the field %q holds a %s, which the document does not say", wrong.Field, kind)
	case errors.As(err, &broken):
		return fmt.Errorf("it is not JSON, near byte %d", broken.Offset)
	}
	return &unquotedError{text: "it broke off, is too large, or is not what the document says", cause: err}
}

// bare is an error without the URL that package http writes before it: there may
// be an e-mail address in it.
func bare(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

// classCodes give the code of an error that only names its class.
var classCodes = []struct {
	class error
	code  adapters.Code
}{
	{adapters.ErrInvalid, adapters.CodeRejected},
	{adapters.ErrUnsupported, adapters.CodeUnsupportedValue},
	{adapters.ErrUnauthenticated, adapters.CodeBadToken},
	{adapters.ErrForbidden, adapters.CodeNotPermitted},
	{adapters.ErrNotFound, adapters.CodeRecordNotFound},
	{adapters.ErrConflict, adapters.CodeStale},
	{adapters.ErrRateLimited, adapters.CodeRateLimited},
	{adapters.ErrUnavailable, adapters.CodeServerError},
}

// fromStatus takes the class from the table that all vendors share, unless the
// vendor's own has a row for this answer.
func fromStatus(status int, header http.Header, explanation Explanation) (*adapters.Error, bool) {
	code, class := byStatus(status)
	e := &adapters.Error{
		Class: class, Code: code,
		Status: status, RequestID: requestID(header), RetryAfter: parseRetryAfter(header, time.Now()),
		Detail: shorten(explanation.Detail),
	}
	if explanation.Class != nil {
		e.Class = explanation.Class
	}
	if explanation.Code != "" {
		e.Code = explanation.Code
	}
	if words := cmp.Or(explanation.Reason, advice[e.Code]); words != "" {
		e.Err = errors.New(words)
	}
	return e, explanation.Doubtful
}

func byStatus(status int) (adapters.Code, error) {
	switch status {
	case http.StatusUnauthorized:
		return adapters.CodeBadToken, adapters.ErrUnauthenticated
	case http.StatusPaymentRequired:
		return adapters.CodePlan, adapters.ErrForbidden
	case http.StatusForbidden:
		return adapters.CodeNotPermitted, adapters.ErrForbidden
	case http.StatusNotFound, http.StatusGone:
		return adapters.CodeRecordNotFound, adapters.ErrNotFound
	case http.StatusRequestTimeout:
		return adapters.CodeTimeout, adapters.ErrUnavailable
	case http.StatusConflict:
		return adapters.CodeStale, adapters.ErrConflict
	case http.StatusTooManyRequests:
		return adapters.CodeRateLimited, adapters.ErrRateLimited
	}
	switch {
	case status < 400:
		return adapters.CodeRedirected, adapters.ErrMalformed
	case status < 500:
		return adapters.CodeRejected, adapters.ErrInvalid
	}
	return adapters.CodeServerError, adapters.ErrUnavailable
}

// advice is what each code of an answer means for the caller, in our words.
var advice = map[adapters.Code]string{
	adapters.CodeRedirected:     "the server points elsewhere; check the base URL",
	adapters.CodeBadToken:       "the vendor does not accept the token; check it",
	adapters.CodePlan:           "the account's plan does not include this",
	adapters.CodeNotPermitted:   "the token may not do this; give its owner the right",
	adapters.CodeRecordNotFound: "no such record for this token; check the id and the account",
	adapters.CodeTimeout:        "the vendor gave up waiting; try later",
	adapters.CodeStale:          "the record was changed by somebody else; read it and try again",
	adapters.CodeRateLimited:    "the vendor wants fewer requests; wait and try again",
	adapters.CodeRejected:       "the vendor refused the data",
	adapters.CodeTooLong:        "the vendor refused a text as too long",
	adapters.CodeServerError:    "the vendor's server failed; try later",
}

func fromConnection(err error) *adapters.Error {
	e := &adapters.Error{Class: adapters.ErrUnavailable, Code: adapters.CodeConnection}
	var token *tokenError
	var lookup *net.DNSError
	var network net.Error
	var op *net.OpError
	var unconnected *unconnectedError
	text := "the connection broke before an answer came"
	switch {
	case errors.As(err, &token):
		e.Class, e.Code, text = adapters.ErrUnauthenticated, adapters.CodeToken, token.Error()
	case errors.As(err, &lookup):
		e.Code, text = adapters.CodeNameLookup, fmt.Sprintf("host %s cannot be looked up; check the base URL", lookup.Name)
	case untrusted(err):
		e.Code, text = adapters.CodeUntrusted, "the server's certificate is not trusted"
	case errors.As(err, &network) && network.Timeout():
		e.Code, text = adapters.CodeTimeout, "no answer in time"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		text = "the proxy cannot be reached, or does not connect"
	case errors.Is(err, syscall.ECONNREFUSED):
		text = "nobody listens at the base URL: connection refused"
	case errors.As(err, &unconnected):
		text = "no connection to the server came about; check the base URL, the proxy and what TLS it wants"
	}
	e.Err = &unquotedError{text: text, cause: err}
	return e
}

// unquotedError says in our words what broke. The cause is for errors.As; its text may
// quote what the other side sent, so it is not shown.
type unquotedError struct {
	text  string
	cause error
}

func (e *unquotedError) Error() string { return e.text }
func (e *unquotedError) Unwrap() error { return e.cause }

func untrusted(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname)
}

// requestID is what the vendor's support asks for.
func requestID(header http.Header) string {
	id := header.Get("X-Request-Id")
	return printable(id[:min(len(id), 100)])
}

// maxDetail is how much of the vendor's words is kept, in bytes.
const maxDetail = 1000

func shorten(words string) string {
	if len(words) > maxDetail {
		words = words[:maxDetail] + "…"
	}
	return printable(words)
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
