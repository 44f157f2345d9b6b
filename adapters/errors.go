package adapters

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// The classes of failure, matched with errors.Is. The set is closed. A failure
// whose context ended has no class: errors.Is(err, context.Canceled) or
// context.DeadlineExceeded holds instead.
var (
	// ErrInvalid means that the call or the data is wrong; sending it again
	// cannot help.
	ErrInvalid = errors.New("invalid")
	// ErrUnsupported means that this vendor cannot hold the value or does not
	// have the kind of record.
	ErrUnsupported = errors.New("unsupported")
	// ErrUnauthenticated means that the vendor does not accept the token.
	ErrUnauthenticated = errors.New("not authenticated")
	// ErrForbidden means that the token is good and may not do this.
	ErrForbidden = errors.New("not allowed")
	// ErrNotFound means that the record does not exist, or not for this token.
	ErrNotFound = errors.New("not found")
	// ErrConflict means that somebody else changed the record meanwhile.
	ErrConflict = errors.New("conflict")
	// ErrRateLimited means that the vendor wants fewer requests; RetryAfter
	// tells how long to wait, where the vendor told.
	ErrRateLimited = errors.New("rate limited")
	// ErrUnavailable means that the vendor could not be reached or failed by
	// its own fault; later it may work.
	ErrUnavailable = errors.New("unavailable")
	// ErrMalformed means that the answer cannot be understood.
	ErrMalformed = errors.New("malformed answer")
)

// Effect says what a failed call did to the record.
type Effect string

const (
	// EffectUnknown: it may or may not have been written. The zero value.
	EffectUnknown Effect = ""
	// EffectNone: nothing was written.
	EffectNone Effect = "none"
	// EffectPartial: some of it was written.
	EffectPartial Effect = "partial"
	// EffectApplied: all of it was written; what failed came after.
	EffectApplied Effect = "applied"
)

// String returns the effect in a word; "unknown" for the zero value.
func (e Effect) String() string {
	if e == EffectUnknown {
		return "unknown"
	}
	return string(e)
}

// Error is the one type of failure of every adapter.
type Error struct {
	Vendor  string // "chatwoot"
	Account string // the label from the vendor's Config, may be empty
	Op      string // "set", "get", "fields" or "find"
	Ref     Ref    // the record, where there is one
	Name    string // the attribute, where one is to blame

	Code  Code  // what is wrong, a stable word
	Class error // one of the Err… classes, or nil for a context that ended

	// Effect says what happened to the record. Reads and refusals before the
	// first request: EffectNone.
	Effect Effect

	Status     int           // HTTP status, 0 without an answer
	RequestID  string        // the vendor's id of the request, for its support
	RetryAfter time.Duration // as the vendor asked, 0 if it did not

	// Detail is the vendor's own words, shortened. They may hold attribute
	// values or personal data: Error does not print them, nor does the log.
	Detail string

	// Details are all bad attributes, by name, when there are several. The
	// fields above are those of the first.
	Details []*Error

	// Err is the reason in our own words, or the cause underneath. Its text
	// holds no attribute value, no personal data and no credential.
	Err error
}

// Error is one line: who, what, where, why. It names attributes but shows no
// values, none of the vendor's words and no credential.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Vendor != "" {
		b.WriteString(e.Vendor)
		if e.Account != "" {
			fmt.Fprintf(&b, " (%s)", e.Account)
		}
		b.WriteString(": ")
	}
	if e.Op != "" {
		b.WriteString(e.Op)
		if e.Ref.Kind != "" {
			b.WriteString(" " + e.shown().String())
		}
		b.WriteString(": ")
	}
	for i, bad := range e.reasons() {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(bad.reason())
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %v", e.RetryAfter)
	}
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	if e.Effect != EffectNone {
		b.WriteString(" [" + effectText[e.Effect] + "]")
	}
	return printable(b.String())
}

// shown is the record as it may be printed: an id that was refused can be
// anything, an e-mail address for example.
func (e *Error) shown() Ref {
	if e.Code == CodeBadRef {
		return Ref{Kind: e.Ref.Kind}
	}
	return e.Ref
}

var effectText = map[Effect]string{
	EffectUnknown: "it is not known whether it was written; the same call may be made again",
	EffectPartial: "a part was written; the same call may be made again",
	EffectApplied: "it was written",
}

// reasons are the bad attributes, or the failure itself.
func (e *Error) reasons() []*Error {
	if len(e.Details) > 0 {
		return e.Details
	}
	return []*Error{e}
}

// reason is the part of the line that says why.
func (e *Error) reason() string {
	var parts []string
	if e.Name != "" {
		parts = append(parts, "attribute "+strconv.Quote(e.Name))
	}
	if e.Class != nil {
		class := e.Class.Error()
		if e.Status != 0 {
			class += fmt.Sprintf(" (status %d)", e.Status)
		}
		parts = append(parts, class)
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	} else if e.Code != "" {
		parts = append(parts, string(e.Code))
	}
	return strings.Join(parts, ": ")
}

// maxErrorText bounds Error's line: names and ids come from outside.
const maxErrorText = 2000

// printable keeps a line one line: bounded, without control characters.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
	if len(s) > maxErrorText {
		s = strings.ToValidUTF8(s[:maxErrorText], "") + "…"
	}
	return s
}

// Is matches the class.
func (e *Error) Is(target error) bool { return e.Class != nil && e.Class == target }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// LogValue is what a log shows: as Error, nothing of the vendor's words.
func (e *Error) LogValue() slog.Value {
	class := "canceled"
	if e.Class != nil {
		class = e.Class.Error()
	}
	return slog.GroupValue(
		slog.String("vendor", e.Vendor),
		slog.String("account", e.Account),
		slog.String("op", e.Op),
		slog.String("kind", string(e.Ref.Kind)),
		slog.String("id", e.shown().ID),
		slog.String("name", e.Name),
		slog.String("code", string(e.Code)),
		slog.String("class", class),
		slog.String("effect", e.Effect.String()),
		slog.Int("status", e.Status),
		slog.String("request_id", e.RequestID),
		slog.String("message", e.Error()),
	)
}
