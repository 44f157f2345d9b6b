package adapterstest

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/deskattr/deskattr/adapters"
)

// verifyCases are about reading back.
var verifyCases = []Case{
	{19, "verify", "what is read back is the result", false, func(t TB, b *bench) {
		s := b.text()
		result, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(s), adapters.Verify())
		if err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		read, err := b.Adapter.Attributes(b.ctx, b.Ref)
		if err != nil || !result.Complete || len(read) != len(result.Attributes) || !result.Attributes[s.readName()].Equal(s.Values[0]) {
			t.Errorf("complete %v with %d attributes, reading gives %d (%v)", result.Complete, len(result.Attributes), len(read), err)
		}
	}},
	{19, "verify", "what was cleared is absent", false, func(t TB, b *bench) {
		s := b.text()
		b.update(t, set(s))
		if _, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: adapters.Clear()}, adapters.Verify()); err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		b.absent(t, s)
	}},
	{19, "verify", "what was not kept is reported", true, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		b.update(t, set(other))
		b.wire.after(func(int) { b.Store(map[string]json.RawMessage{s.Key: foreign, other.Key: foreign}) })
		result, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()}, adapters.Verify())
		fails(t, err, adapters.ErrConflict, adapters.EffectApplied)
		want := []string{s.Name, other.Name}
		slices.Sort(want)
		if got := namesOf(t, err); !slices.Equal(got, want) || failureOf(t, err).Code != adapters.CodeNotKept {
			t.Errorf("%v names %q, want %q", err, got, want)
		}
		if value := result.Attributes[s.readName()]; value.Kind() == adapters.ValueInvalid || value.Equal(s.Values[0]) {
			t.Errorf("the Result holds what was written, not what was read: %v", value)
		}
	}},
	{19, "verify", "what others write elsewhere is not reported", true, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		b.wire.after(func(int) { b.Store(map[string]json.RawMessage{other.Key: foreign}) })
		if _, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(s), adapters.Verify()); err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		if raw := b.Stored()[other.Key]; string(raw) != string(foreign) {
			t.Errorf("%s, which somebody else wrote after us, is %s", other.Key, raw)
		}
		b.holds(t, s, 0)
	}},
	{19, "verify", "reading back that fails says that it was written", true, func(t TB, b *bench) {
		s := b.text()
		b.update(t, set(b.Texts[0])) // what an adapter has to learn of its server it knows now
		written := false
		b.wire.after(func(int) { written = true })
		b.wire.on(func(r Request) *reply {
			if written && r.Method == http.MethodGet {
				return &reply{status: http.StatusServiceUnavailable}
			}
			return nil
		})
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(s), adapters.Verify())
		fails(t, err, adapters.ErrUnavailable, adapters.EffectApplied)
		b.wire.on(nil)
		b.holds(t, s, 0)
	}},
}

// ifEqualCases are about writing only over what the caller expects.
var ifEqualCases = []Case{
	{20, "if-equal", "writes over what is expected", false, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		b.update(t, set(s))
		expected := adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()}
		if _, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: s.Values[1], other.Name: other.Values[0]}, adapters.IfEqual(expected)); err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		b.holds(t, s, 1)
		b.holds(t, other, 0)
	}},
	{20, "if-equal", "refuses to write over anything else", false, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		b.update(t, adapters.Attributes{s.Name: s.Values[1], other.Name: other.Values[0]})
		before := b.Stored()
		written := len(b.wire.written())
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.Texts[1]), adapters.IfEqual(adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()}))
		fails(t, err, adapters.ErrConflict, adapters.EffectNone)
		want := []string{s.Name, other.Name}
		slices.Sort(want)
		if got := namesOf(t, err); !slices.Equal(got, want) || failureOf(t, err).Code != adapters.CodeNotEqual {
			t.Errorf("%v names %q, want %q", err, got, want)
		}
		if now := len(b.wire.written()); now != written {
			t.Errorf("%d writing requests were sent", now-written)
		}
		b.kept(t, before)
	}},
	{20, "if-equal", "an attribute that is absent is not an empty one", false, func(t TB, b *bench) {
		s := b.text()
		b.update(t, adapters.Attributes{s.Name: adapters.Clear()})
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.Texts[0]), adapters.IfEqual(set(s)))
		fails(t, err, adapters.ErrConflict, adapters.EffectNone)
	}},
	{20, "if-equal", "what it expects must be a value", false, func(t TB, b *bench) {
		s := b.text()
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(s), adapters.IfEqual(adapters.Attributes{s.Name: {}}))
		fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
		b.nothingWritten(t)
	}},
	{20, "if-equal", "a record that does not exist is not found", false, func(t TB, b *bench) {
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Absent, set(b.text()), adapters.IfEqual(adapters.Attributes{b.Texts[0].Name: adapters.Clear()}))
		fails(t, err, adapters.ErrNotFound, adapters.EffectNone)
	}},
}
