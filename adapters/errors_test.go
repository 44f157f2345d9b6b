package adapters_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

func TestErrorLine(t *testing.T) {
	for _, test := range []struct {
		name string
		err  adapters.Error
		want string
	}{
		{
			"an answer",
			adapters.Error{
				Vendor: "dixa", Account: "acme", Op: "set", Ref: adapters.ConversationRef("42"), Class: adapters.ErrNotFound, Effect: adapters.EffectNone,
				Status: 404, RequestID: "r-1", RetryAfter: time.Second, Detail: "secret words", Err: errors.New("no such record"),
			},
			"dixa (acme): set conversation 42: not found (status 404): no such record, retry after 1s, request r-1",
		},
		{
			"an attribute, and nobody knows",
			adapters.Error{Vendor: "memory", Op: "set", Ref: adapters.ContactRef("7"), Name: "order_id", Class: adapters.ErrUnavailable, Code: adapters.CodeServerError},
			`memory: set contact 7: attribute "order_id": unavailable: server_error [it is not known whether it was written; the same call may be made again]`,
		},
		{
			"an id that was refused",
			adapters.Error{Vendor: "memory", Op: "get", Ref: adapters.ContactRef("jane@example.com"), Class: adapters.ErrInvalid, Code: adapters.CodeBadRef, Effect: adapters.EffectNone},
			"memory: get contact: invalid: bad_ref",
		},
		{
			"control characters",
			adapters.Error{Vendor: "memory", Op: "set", Class: adapters.ErrInvalid, Effect: adapters.EffectNone, Err: errors.New("a\x1b[31m\nb")},
			"memory: set: invalid: a\uFFFD[31m\uFFFDb",
		},
		{
			"an id that nobody looked at",
			adapters.Error{Vendor: "memory", Op: "get", Ref: adapters.Ref{Kind: "company", ID: "jane@example.com"}, Class: adapters.ErrUnsupported, Code: adapters.CodeUnsupportedKind, Effect: adapters.EffectNone},
			"memory: get company: unsupported: unsupported_kind",
		},
		{
			"a reason that wraps its class",
			adapters.Error{Vendor: "memory", Op: "get", Ref: adapters.ContactRef("7"), Class: adapters.ErrMalformed, Effect: adapters.EffectNone, Err: fmt.Errorf("%w: it holds no record", adapters.ErrMalformed)},
			"memory: get contact 7: malformed answer: it holds no record",
		},
		{"no vendor yet", adapters.Error{Name: "a", Class: adapters.ErrInvalid, Effect: adapters.EffectNone}, `attribute "a": invalid`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestErrorLineIsSafe: whatever the parts are made of, the line is one, is bounded,
// shows no character for another, and has its end.
func TestErrorLineIsSafe(t *testing.T) {
	long := strings.Repeat("é", 5000)
	var many []*adapters.Error
	for range 500 {
		many = append(many, &adapters.Error{Name: "order_id", Class: adapters.ErrInvalid, Err: errors.New("too long")})
	}
	for _, test := range []struct {
		name string
		err  adapters.Error
	}{
		{"a long reason", adapters.Error{Err: errors.New(long)}},
		{"a long name", adapters.Error{Name: long, Class: adapters.ErrInvalid, Err: errors.New("the reason")}},
		{"a long name of control characters", adapters.Error{Name: strings.Repeat("\x01", 5000), Class: adapters.ErrInvalid, Err: errors.New("the reason")}},
		{"a long request id", adapters.Error{Err: errors.New("the reason"), RequestID: long}},
		{"many attributes", adapters.Error{Details: many}},
		{"a name that turns the line", adapters.Error{Name: "a\u202Eb\u2066c\u200F", Class: adapters.ErrInvalid}},
		{"a reason that turns the line", adapters.Error{Err: errors.New("a\u202Eb\u2066c\u2028d\u2029e\u061C\uFEFF")}},
		{"colours and control characters", adapters.Error{Err: errors.New("a\x1b[31mb\x07\x9b\x7f\r\nc"), RequestID: "\x1b]0;x\x07"}},
		{"not UTF-8", adapters.Error{Account: "\xff", Err: errors.New("a\xc3(\xf0\x9f"), RequestID: "\xff\xfe"}},
		{"not UTF-8 where it is cut", adapters.Error{Err: errors.New("a" + long)}},
		{"a record of no known kind", adapters.Error{Ref: adapters.Ref{Kind: adapters.Kind(long)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.err.Vendor, test.err.Op, test.err.RetryAfter = "dixa", "set", time.Minute
			if test.err.RequestID == "" {
				test.err.RequestID = "r-1"
			}
			line := test.err.Error()
			if len(line) > 2500 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%d bytes, valid UTF-8: %v: %+q", len(line), utf8.ValidString(line), line)
			}
			for _, part := range []string{": set", ", retry after 1m0s, request ", "[it is not known whether it was written; "} {
				if !strings.Contains(line, part) {
					t.Errorf("it does not say %q: %q", part, line)
				}
			}
			if strings.HasPrefix(test.name, "a long name") && !strings.Contains(line, "the reason") {
				t.Errorf("the name leaves no room for the reason: %q", line)
			}
		})
	}
}

func TestErrorMatches(t *testing.T) {
	err := fmt.Errorf("row 3: %w", &adapters.Error{Class: adapters.ErrConflict, Err: context.Canceled})
	if !errors.Is(err, adapters.ErrConflict) || errors.Is(err, adapters.ErrInvalid) || !errors.Is(err, context.Canceled) {
		t.Errorf("the class or the cause does not match: %v", err)
	}
	if errors.Is(&adapters.Error{}, nil) {
		t.Errorf("an error without class is nil")
	}
}

func TestJoin(t *testing.T) {
	a := &adapters.Error{Name: "a", Class: adapters.ErrUnsupported, Effect: adapters.EffectNone}
	b := &adapters.Error{Name: "b", Class: adapters.ErrInvalid, Effect: adapters.EffectNone}
	if err := adapters.Join(nil); err != nil {
		t.Errorf("Join of none: %v", err)
	}
	err := adapters.Join([]*adapters.Error{a, b})
	if !errors.Is(err, adapters.ErrUnsupported) || err.Error() != `attribute "a": unsupported; attribute "b": invalid` {
		t.Errorf("Join: %v", err)
	}
}

// TestJoinSorts: by name, and a copy.
func TestJoinSorts(t *testing.T) {
	bad := func(name string) *adapters.Error { return &adapters.Error{Name: name, Class: adapters.ErrInvalid} }
	given := []*adapters.Error{bad("b"), bad("a")}
	var joined *adapters.Error
	if err := adapters.Join(given); !errors.As(err, &joined) || joined.Name != "a" || len(joined.Details) != 2 || joined.Details[1].Name != "b" {
		t.Errorf("%+v, want both by name", joined)
	}
	if given[0].Name != "b" {
		t.Error("the caller's list was sorted")
	}
}

func TestErrorLog(t *testing.T) {
	logged := func(err *adapters.Error) string {
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err)
		return log.String()
	}
	detail := func(name string, code adapters.Code) *adapters.Error {
		return &adapters.Error{Name: name, Code: code, Class: adapters.ErrInvalid, Detail: "secret words"}
	}
	for _, test := range []struct {
		name  string
		err   adapters.Error
		holds []string
		lacks []string
	}{
		{
			"a refused id",
			adapters.Error{Vendor: "dixa", Op: "get", Ref: adapters.ContactRef("jane@example.com"), Code: adapters.CodeBadRef, Class: adapters.ErrInvalid, Detail: "secret words"},
			[]string{`"vendor":"dixa"`, `"op":"get"`, `"kind":"contact"`, `"id":""`, `"code":"bad_ref"`, `"class":"invalid"`, `"retry_after":0`},
			[]string{"secret", "jane", "codes"},
		},
		{
			"when to try again",
			adapters.Error{Ref: adapters.ContactRef("7"), Class: adapters.ErrRateLimited, Code: adapters.CodeRateLimited, Status: 429, RetryAfter: 1500 * time.Millisecond, RequestID: "r-1"},
			[]string{`"retry_after":1.5`, `"status":429`, `"request_id":"r-1"`, `"id":"7"`}, nil,
		},
		{
			"several attributes",
			adapters.Error{Name: "a", Code: adapters.CodeTooLong, Class: adapters.ErrInvalid, Details: []*adapters.Error{
				detail("a", adapters.CodeTooLong), detail("b", adapters.CodeBadValue), detail("c", adapters.CodeTooLong),
			}},
			[]string{`"codes":["too_long","bad_value"]`, `"code":"too_long"`, `"name":"a"`}, []string{"secret"},
		},
		{"a context that ended", adapters.Error{Code: adapters.CodeCanceled, Err: context.Canceled}, []string{`"class":"canceled"`}, nil},
		{
			"what is not printable, and long",
			adapters.Error{Name: "a\u202Eb" + strings.Repeat("x", 5000), RequestID: "r\x1b[31m" + strings.Repeat("x", 5000), Ref: adapters.ContactRef("7\u2066" + strings.Repeat("x", 5000))},
			nil, []string{"\u202E", "\u2066", `\u001b`, strings.Repeat("x", 2500)},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := logged(&test.err)
			for _, part := range test.holds {
				if !strings.Contains(log, part) {
					t.Errorf("the log does not say %s: %s", part, log)
				}
			}
			for _, part := range test.lacks {
				if strings.Contains(log, part) {
					t.Errorf("the log says %q: %s", part, log)
				}
			}
		})
	}
}
