package adapterstest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// foreign is what somebody else writes in the middle of a call.
var foreign = json.RawMessage(`"of somebody else"`)

// failureCases are about servers and networks that fail.
var failureCases = []Case{
	{11, "failures", "tries again after a 503", true, func(t TB, b *bench) {
		s := b.text()
		b.wire.onWrite(func(count int) *reply {
			if count == 1 {
				return &reply{status: http.StatusServiceUnavailable}
			}
			return nil
		})
		b.update(t, set(s))
		b.holds(t, s, 0)
	}},
	{11, "failures", "tries again after a broken connection", true, func(t TB, b *bench) {
		s := b.text()
		broken := map[bool]int{}
		b.wire.on(func(r Request) *reply {
			if write := b.wire.isWrite(r); broken[write] == 0 {
				broken[write]++
				return &reply{err: io.ErrUnexpectedEOF}
			}
			return nil
		})
		b.update(t, set(s))
		b.holds(t, s, 0)
	}},
	{11, "concurrent", "a lost answer and a foreign writer lose nothing", true, func(t TB, b *bench) {
		s, theirs := b.text(), b.Texts[0]
		b.wire.onWrite(func(count int) *reply {
			if count > 1 {
				return nil
			}
			return &reply{commit: true, err: io.ErrUnexpectedEOF}
		})
		b.wire.after(func(count int) {
			if count == 1 {
				b.Store(map[string]json.RawMessage{theirs.Key: foreign})
			}
		})
		b.update(t, set(s))
		b.holds(t, s, 0)
		if got := b.Stored()[theirs.Key]; string(got) != string(foreign) {
			t.Errorf("what a foreign writer set before the second attempt is %s, want %s", got, foreign)
		}
	}},
	{11, "failures", "gives up after the configured attempts", true, func(t TB, b *bench) {
		b.wire.onWrite(func(int) *reply { return &reply{status: http.StatusServiceUnavailable} })
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
		fails(t, err, adapters.ErrUnavailable, adapters.EffectUnknown)
		if count := len(b.wire.written()); count != 3 {
			t.Errorf("%d writing requests were sent, want 3", count)
		}
	}},
	{11, "failures", "does not try again what was refused", true, func(t TB, b *bench) {
		b.wire.onWrite(func(int) *reply { return &reply{status: http.StatusUnauthorized} })
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
		fails(t, err, adapters.ErrUnauthenticated, adapters.EffectNone)
		if count := len(b.wire.written()); count != 1 {
			t.Errorf("%d writing requests were sent, want 1", count)
		}
	}},
	{12, "failures", "the status decides the class", true, func(t TB, b *bench) {
		for status, class := range map[int]error{
			http.StatusUnauthorized: adapters.ErrUnauthenticated, http.StatusForbidden: adapters.ErrForbidden,
			http.StatusNotFound: adapters.ErrNotFound, http.StatusConflict: adapters.ErrConflict,
			http.StatusTooManyRequests: adapters.ErrRateLimited, http.StatusTeapot: adapters.ErrInvalid,
			http.StatusNotImplemented: adapters.ErrUnavailable,
		} {
			// A body that speaks of something else, and no vendor's shape.
			body := `{"note":"` + http.StatusText(http.StatusNotFound) + `, rate limit, unauthorized"}`
			b.wire.onWrite(func(int) *reply { return &reply{status: status, body: strings.NewReader(body)} })
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
			effect := adapters.EffectNone
			if status >= 500 || b.Doubtful != nil && b.Doubtful(status) {
				effect = adapters.EffectUnknown
			}
			fails(t, err, class, effect)
			if failure := failureOf(t, err); failure.Status != status {
				t.Errorf("the status is %d, want %d", failure.Status, status)
			}
		}
	}},
	{12, "failures", "a 500 is a failure", true, func(t TB, b *bench) {
		b.wire.onWrite(func(int) *reply {
			return &reply{status: http.StatusInternalServerError, body: strings.NewReader(`{"status":500,"error":"Internal Server Error"}`)}
		})
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
		fails(t, err, adapters.ErrUnavailable, adapters.EffectUnknown)
	}},
	{12, "failures", "an error names vendor, record and status", true, func(t TB, b *bench) {
		b.wire.on(func(Request) *reply { return &reply{status: http.StatusForbidden} })
		_, err := b.Adapter.Attributes(b.ctx, b.Ref)
		fails(t, err, adapters.ErrForbidden, adapters.EffectNone)
		if failure := failureOf(t, err); failure.Ref != b.Ref {
			t.Errorf("the error is about %v, want %v", failure.Ref, b.Ref)
		}
		for _, part := range []string{b.Adapter.Vendor(), b.Ref.ID, "403"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not name %s", err, part)
			}
		}
	}},
	{13, "failures", "bodies that say nothing are ordinary errors", true, func(t TB, b *bench) {
		for what, body := range map[string]io.Reader{
			"HTML": strings.NewReader("<html><body>Bad Gateway</body></html>"), "text": strings.NewReader("Retry later\n"),
			"nothing": strings.NewReader(""), "JSON of another kind": strings.NewReader(`[1,null,"x"]`),
			"cut off": strings.NewReader(`{"error":"The`), "without end": endless{}, "broken": failing{},
		} {
			b.wire.onWrite(func(int) *reply { return &reply{status: http.StatusNotImplemented, body: body} })
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
			fails(t, err, adapters.ErrUnavailable, adapters.EffectUnknown)
			if failure := failureOf(t, err); len(failure.Error()) > 4000 || len(failure.Detail) > 4000 {
				t.Errorf("%s: the error has %d bytes and its detail %d", what, len(failure.Error()), len(failure.Detail))
			}
		}
	}},
	{14, "failures", "a success that cannot be understood is malformed", true, func(t TB, b *bench) {
		for what, body := range map[string]func() io.Reader{
			"HTML":        func() io.Reader { return strings.NewReader("<html>Log in</html>") },
			"nothing":     func() io.Reader { return strings.NewReader("") },
			"null":        func() io.Reader { return strings.NewReader("null") },
			"no fields":   func() io.Reader { return strings.NewReader("{}") },
			"a list":      func() io.Reader { return strings.NewReader("[]") },
			"cut off":     func() io.Reader { return strings.NewReader(`{"data":`) },
			"broken":      func() io.Reader { return failing{} },
			"without end": func() io.Reader { return endless{} },
		} {
			b.wire.onWrite(func(int) *reply { return &reply{status: http.StatusOK, body: body()} })
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
			if err == nil {
				t.Errorf("%s is taken for a success", what)
				continue
			}
			fails(t, err, adapters.ErrMalformed, adapters.EffectUnknown)
		}
	}},
	{14, "read", "a read that cannot be understood is malformed", true, func(t TB, b *bench) {
		for _, body := range []string{"<html>Log in</html>", "", "null", "{}"} {
			b.wire.on(func(Request) *reply { return &reply{status: http.StatusOK, body: strings.NewReader(body)} })
			attributes, err := b.Adapter.Attributes(b.ctx, b.Ref)
			if err == nil {
				t.Errorf("%q reads as %d attributes", body, len(attributes))
				continue
			}
			fails(t, err, adapters.ErrMalformed, adapters.EffectNone)
		}
	}},
}

// endless is a body that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// failing is a body whose connection breaks.
type failing struct{}

func (failing) Read(p []byte) (int, error) { return 0, errors.New("connection reset") }
