package adapters

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
// values, none of the vendor's words and no credential. What it can be matched by
// in a ticket or be acted upon stands at its end, and is there however long the
// reasons are.
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
	line := printable(b.String(), maxReasons)
	if e.RetryAfter > 0 {
		line += fmt.Sprintf(", retry after %v", e.RetryAfter)
	}
	if e.RequestID != "" {
		line += ", request " + printable(e.RequestID, maxWord)
	}
	if e.Effect != EffectNone {
		line += " [" + effectText[e.Effect] + "]"
	}
	return line
}

// shown is the record as it may be printed: an id that was refused, or never
// looked at, can be anything, an e-mail address for example.
func (e *Error) shown() Ref {
	if e.Code == CodeBadRef || e.Code == CodeUnsupportedKind {
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
		parts = append(parts, "attribute "+strconv.Quote(shorten(e.Name, maxWord)))
	}
	if e.Class != nil {
		class := e.Class.Error()
		if e.Status != 0 {
			class += fmt.Sprintf(" (status %d)", e.Status)
		}
		parts = append(parts, class)
	}
	if e.Err != nil {
		why := e.Err.Error()
		if e.Class != nil {
			why = strings.TrimPrefix(why, e.Class.Error()+": ") // it wraps the class
		}
		parts = append(parts, why)
	} else if e.Code != "" {
		parts = append(parts, string(e.Code))
	}
	return strings.Join(parts, ": ")
}

// Names, ids and keys come from outside: a line and a field of a log are bounded,
// in bytes.
const (
	maxReasons = 1800
	maxWord    = 200
)

// printable keeps a line one line, and what it shows what it is: bounded, without
// control characters and those that turn the direction of the text.
func printable(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
	return shorten(s, most)
}

func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Is matches the class.
func (e *Error) Is(target error) bool { return e.Class != nil && e.Class == target }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// LogValue is what a log shows: as Error, nothing of the vendor's words.
// retry_after is in seconds; codes are those of Details, where there are such.
func (e *Error) LogValue() slog.Value {
	class := "canceled"
	if e.Class != nil {
		class = e.Class.Error()
	}
	attributes := []slog.Attr{
		slog.String("vendor", e.Vendor),
		slog.String("account", e.Account),
		slog.String("op", e.Op),
		slog.String("kind", string(e.Ref.Kind)),
		slog.String("id", printable(e.shown().ID, maxWord)),
		slog.String("name", printable(e.Name, maxWord)),
		slog.String("code", string(e.Code)),
		slog.String("class", class),
		slog.String("effect", e.Effect.String()),
		slog.Int("status", e.Status),
		slog.Float64("retry_after", e.RetryAfter.Seconds()),
		slog.String("request_id", printable(e.RequestID, maxWord)),
		slog.String("message", e.Error()),
	}
	if codes := e.codes(); len(codes) > 0 {
		attributes = append(attributes, slog.Any("codes", codes))
	}
	return slog.GroupValue(attributes...)
}

// codes are those of the details, each once, in the order of the details.
func (e *Error) codes() []Code {
	var codes []Code
	for _, detail := range e.Details {
		if !slices.Contains(codes, detail.Code) {
			codes = append(codes, detail.Code)
		}
	}
	return codes
}
