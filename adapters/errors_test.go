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
		{"no vendor yet", adapters.Error{Name: "a", Class: adapters.ErrInvalid, Effect: adapters.EffectNone}, `attribute "a": invalid`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
	long := adapters.Error{Effect: adapters.EffectNone, Err: errors.New(strings.Repeat("é", 5000))}
	if got := long.Error(); len(got) > 2100 {
		t.Errorf("the line has %d bytes", len(got))
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
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", &adapters.Error{
		Vendor: "dixa", Op: "get", Ref: adapters.ContactRef("jane@example.com"), Code: adapters.CodeBadRef, Class: adapters.ErrInvalid, Detail: "secret words",
	})
	if text := log.String(); strings.Contains(text, "secret") || strings.Contains(text, "jane") || !strings.Contains(text, "err.code=bad_ref") {
		t.Errorf("the log has %s", text)
	}
}
