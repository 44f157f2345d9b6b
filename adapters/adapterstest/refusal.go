package adapterstest

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// refusalCases are about calls that must not reach the server.
var refusalCases = []Case{
	{3, "set", "nothing to change is no request", false, func(t TB, b *bench) {
		before := b.Stored()
		for _, changes := range []adapters.Attributes{nil, {}} {
			if _, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, changes); err != nil {
				t.Errorf("UpdateAttributes without changes: %v", err)
			}
		}
		if sent := b.wire.sent(); len(sent) > 0 {
			t.Errorf("%d requests were sent, the first %s %s", len(sent), sent[0].Method, sent[0].Path)
		}
		b.kept(t, before)
	}},
	{3, "set", "an invalid ref comes first", false, func(t TB, b *bench) {
		_, err := b.Adapter.UpdateAttributes(b.ctx, adapters.Ref{Kind: b.Ref.Kind, ID: ".."}, nil)
		fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
	}},
	{4, "set", "refuses what is no value", false, func(t TB, b *bench) {
		s := b.text()
		for what, value := range map[string]adapters.Value{
			"the zero Value":     {},
			"not UTF-8":          adapters.String("a\xffb"),
			"U+0000":             adapters.String("a\x00b"),
			"not a number":       adapters.Number("twelve"),
			"NaN":                adapters.Float(math.NaN()),
			"an infinity":        adapters.Float(math.Inf(1)),
			"not JSON":           adapters.JSON(json.RawMessage(`{"a":`)),
			"two JSON values":    adapters.JSON(json.RawMessage(`1 2`)),
			"null":               adapters.JSON(json.RawMessage(` null`)),
			"a key twice":        adapters.JSON(json.RawMessage(`{"a":1,"a":2}`)),
			"U+0000 in JSON":     adapters.JSON(json.RawMessage(`["\u0000"]`)),
			"half a pair":        adapters.JSON(json.RawMessage(`["\ud800x"]`)),
			"the other half":     adapters.JSON(json.RawMessage(`["\udc00"]`)),
			"U+0000 in a list":   adapters.List("a", "\x00"),
			"a year before 1":    adapters.Time(time.Date(0, 12, 31, 0, 0, 0, 0, time.UTC)),
			"a year of 5 digits": adapters.Time(time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)),
		} {
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: value})
			if err == nil {
				t.Errorf("%s is taken", what)
				continue
			}
			refuses(t, err, s.Name)
		}
		b.nothingWritten(t)
	}},
	{4, "names", "refuses what is no name", false, func(t TB, b *bench) {
		for _, name := range []string{"", "a\x00b", "a\xffb"} {
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{name: b.text().Values[0]})
			refuses(t, err, name)
		}
		b.nothingWritten(t)
	}},
	{4, "set", "one bad attribute stops all, and all bad ones are named", false, func(t TB, b *bench) {
		good, bad, worse := b.text(), b.Texts[0], b.Texts[1]
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{
			good.Name: good.Values[0], bad.Name: {}, worse.Name: adapters.String("\x00"),
		})
		fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
		var names []string
		for _, detail := range failureOf(t, err).Details {
			names = append(names, detail.Name)
		}
		want := []string{bad.Name, worse.Name}
		slices.Sort(want)
		if !slices.Equal(names, want) {
			t.Errorf("the error names %q, want %q", names, want)
		}
		for _, name := range want {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%q does not name %s", err, name)
			}
		}
		b.nothingWritten(t)
	}},
	{4, "names", "refuses two names for one attribute", false, func(t TB, b *bench) {
		if len(b.Doubled) == 0 {
			return // a name is the key: there are no two
		}
		changes := adapters.Attributes{}
		for _, name := range b.Doubled {
			changes[name] = b.text().Values[0]
		}
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, changes)
		fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
		b.nothingWritten(t)
	}},
	{15, "failures", "ids reach no other route", false, func(t TB, b *bench) {
		ids := append([]string{
			"", ".", "..", "../1", "a/b", "%2e%2e", "..%2f1", "\x00", "\x1b[2J", "\u202e", "\xff", "-1", "+1", "1.0", "１",
			"search", "email=a@b.example", "externalId=1", strings.Repeat("9", 40),
		}, b.BadIDs...)
		for _, odd := range []string{"?x=1", "#x", ";x", "/", "/..", "/8", `\8`, "%2f8", "%00", " ", "\n", "\r\nX: y", "\x00", "\u202e"} {
			ids = append(ids, b.Ref.ID+odd)
		}
		ids = append(ids, " "+b.Ref.ID, "\n"+b.Ref.ID, "/"+b.Ref.ID, "../"+b.Ref.ID)
		for _, id := range ids {
			ref := adapters.Ref{Kind: b.Ref.Kind, ID: id}
			_, err := b.Adapter.UpdateAttributes(b.ctx, ref, set(b.text()))
			fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
			_, err = b.Adapter.Attributes(b.ctx, ref)
			fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
		}
		if sent := b.wire.sent(); len(sent) > 0 {
			t.Errorf("%d requests were sent, the first %s %s", len(sent), sent[0].Method, sent[0].URL)
		}
	}},
}

// nothingWritten checks that no request left that writes.
func (b *bench) nothingWritten(t TB) {
	t.Helper()
	if written := b.wire.written(); len(written) > 0 {
		t.Errorf("%d writing requests were sent, the first %s %s", len(written), written[0].Method, written[0].Path)
	}
}

// fails checks that an error is the contract's, of a class and an effect.
func fails(t TB, err error, class error, effect adapters.Effect) {
	t.Helper()
	failure := failureOf(t, err)
	if !errors.Is(err, class) {
		t.Errorf("the class is %v, want %v: %v", failure.Class, class, err)
	}
	if failure.Effect != effect {
		t.Errorf("the effect is %v, want %v: %v", failure.Effect, effect, err)
	}
}

// refuses checks that an error refuses this attribute.
func refuses(t TB, err error, name string) {
	t.Helper()
	failure := failureOf(t, err)
	if !errors.Is(err, adapters.ErrInvalid) && !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("the class is %v, want ErrInvalid or ErrUnsupported: %v", failure.Class, err)
	}
	if failure.Effect != adapters.EffectNone || failure.Name != name {
		t.Errorf("the effect is %v and the attribute %q, want %v and %q: %v", failure.Effect, failure.Name, adapters.EffectNone, name, err)
	}
}

// failureOf checks that an error is one *adapters.Error, wrapped once, that says
// who and what.
func failureOf(t TB, err error) *adapters.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error")
	}
	failure, ok := err.(*adapters.Error) //nolint:errorlint // the error itself, not one inside
	if !ok {
		t.Fatalf("the error is a %T, want an *adapters.Error: %v", err, err)
	}
	var inner *adapters.Error
	if errors.As(failure.Err, &inner) {
		t.Errorf("the error is wrapped twice: %v", err)
	}
	if failure.Vendor == "" || failure.Op == "" || failure.Code == "" {
		t.Errorf("the error lacks vendor, op or code: %+v", *failure)
	}
	if strings.ContainsAny(err.Error(), "\n\r\x00") {
		t.Errorf("the error is not one line: %q", err)
	}
	return failure
}
