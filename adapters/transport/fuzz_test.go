package transport_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// classes are all there are.
var classes = []error{
	adapters.ErrInvalid, adapters.ErrUnsupported, adapters.ErrUnauthenticated, adapters.ErrForbidden, adapters.ErrNotFound,
	adapters.ErrConflict, adapters.ErrRateLimited, adapters.ErrUnavailable, adapters.ErrMalformed,
}

// told is an answer as the generated clients give it.
type told struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (a *told) Error() string                          { return "status " + string(a.body) }
func (a *told) Unwrap() error                          { return a.err }
func (a *told) HTTPAnswer() (int, http.Header, []byte) { return a.status, a.header, a.body }

// FuzzFailure: whatever a call ends with, it is an error of the contract, and
// tells nothing of what the other side sent.
func FuzzFailure(f *testing.F) {
	for status := range 6 {
		f.Add(status*100, "r-1", "7", `{"error":"x"}`, "unexpected EOF", uint8(status), false)
	}
	f.Add(422, "\x1b[31m\u202er-1", "-1", "\xff\xfe<html>\r\n\x00", "malformed MIME header line: x", uint8(2), false)
	f.Add(200, strings.Repeat("é", 80), "Fri, 31 Dec 9999 23:59:59 GMT", `{"id":98765432109876543210}`, "debug=x", uint8(1), false)
	f.Add(499, "", "99999999999999999999", strings.Repeat("\u2066é", 500), "", uint8(3), true)
	f.Add(-1, "\r\nX: y", "soon", "null", "x", uint8(7), true)
	f.Fuzz(func(t *testing.T, status int, request, after, body, cause string, kind uint8, ended bool) {
		const token = "t0k3n-S3CR3T"
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if ended {
			cancel()
		}
		answer := &told{status: status, body: []byte(body + token), header: http.Header{
			"X-Request-Id": {request}, "Retry-After": {after}, "Set-Cookie": {token}, "Www-Authenticate": {token}, "Location": {"https://elsewhere.invalid/" + token},
		}}
		broken := errors.New(cause + token)
		var into struct {
			ID int64     `json:"id"`
			At time.Time `json:"at"`
		}
		var err error
		switch kind % 8 {
		case 0: // an answer that is no success, or one whose body broke off
			answer.err, err = broken, answer
		case 1:
			answer.err, err = fmt.Errorf("reading the answer: %w", broken), &url.Error{Op: "Get", URL: "https://desk.example/email=" + token, Err: answer}
		case 2:
			answer.err, err = json.Unmarshal([]byte(`{"at":"`+token+`"}`), &into), answer
		case 3:
			answer.err, err = json.Unmarshal(answer.body, &into), answer
		case 4:
			err = &url.Error{Op: "Get", URL: "https://desk.example/email=" + token, Err: broken}
		case 5:
			err = &url.Error{Op: "Get", URL: "https://desk.example/email=" + token, Err: fmt.Errorf("%w: not here", classes[(status%9+9)%9])}
		case 6:
			err = &net.OpError{Op: "read", Net: "tcp", Err: broken}
		case 7:
			err = fmt.Errorf("%w: %w", broken, []error{io.ErrUnexpectedEOF, syscall.ECONNREFUSED, context.DeadlineExceeded, &net.DNSError{Name: "desk.example", Err: token}}[(status%4+4)%4])
		}
		failure, doubtful := transport.Failure(ctx, err, func(_ int, header http.Header, body []byte) transport.Explanation {
			return transport.Explanation{Detail: string(body) + header.Get("Location")}
		})

		line := failure.Error()
		if len(line) > 3000 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%d bytes: %+q", len(line), line)
		}
		for what, text := range map[string]string{"detail": failure.Detail, "request id": failure.RequestID} {
			if len(text) > 1200 || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%s: %d bytes: %+q", what, len(text), text)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", failure)
		for where, text := range map[string]string{"Error()": line, "%+v": fmt.Sprintf("%+v", failure), "the reason": fmt.Sprint(failure.Err), "the log": log.String(), "the request id": failure.RequestID} {
			if strings.Contains(text, token) {
				t.Errorf("%s tells what the other side sent: %s", where, text)
			}
		}
		if failure.Code == "" || failure.RetryAfter < 0 {
			t.Errorf("code %q, retry after %v", failure.Code, failure.RetryAfter)
		}
		switch {
		case failure.Class == nil:
			if !ended || !errors.Is(failure, context.Canceled) {
				t.Errorf("no class, and the context has not ended: %v", line)
			}
		case !slices.Contains(classes, failure.Class):
			t.Errorf("the class is none of ours: %v", failure.Class)
		}
		if isAnswer := kind%8 < 4; isAnswer && (status < 200 || status > 299) && failure.Status != status {
			t.Errorf("status %d became %d", status, failure.Status)
		} else if isAnswer && status >= 200 && status <= 299 && !doubtful {
			t.Errorf("a success that is not understood may have been written: %v", line)
		}
	})
}

// FuzzRetryAfter: seconds and dates are read, and nothing else makes us wait, or
// waits a negative time.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"7", "0", "007", "-1", "+7", " 7", "7s", "1.5", "1e3", "2147483647", "2147483648", "9223372036854775808", "99999999999999999999", "soon", "", "٧", "20000000000000000000A",
		"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 UTC", "7, 8",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		failure, _ := transport.Failure(t.Context(), &told{status: 429, header: http.Header{"Retry-After": {value}}}, explain)
		wait := failure.RetryAfter
		date, err := http.ParseTime(value)
		switch {
		case wait < 0:
			t.Errorf("%q is %v", value, wait)
		case value != "" && strings.Trim(strings.TrimSpace(value), "0123456789") == "":
			digits := strings.TrimLeft(strings.TrimSpace(value), "0")
			asked, _ := time.ParseDuration(cmp.Or(digits, "0") + "s")
			if long := len(digits) > 9 || asked > 24*time.Hour; !long && wait != asked || long && wait < 24*time.Hour {
				t.Errorf("%q is %v", value, wait)
			}
		case err == nil:
			if left := min(time.Until(date), 24*time.Hour); left > time.Second && wait < left-time.Second || left < -time.Second && wait != 0 {
				t.Errorf("%q is %v, want about %v", value, wait, left)
			}
		case wait != 0:
			t.Errorf("%q is %v, want none", value, wait)
		}
	})
}
