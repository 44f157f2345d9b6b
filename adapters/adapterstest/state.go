package adapterstest

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/deskattr/deskattr/adapters"
)

// stateCases are about what is at the server after a call.
var stateCases = []Case{
	{1, "set", "keeps what nobody named", false, func(t TB, b *bench) {
		before := b.Stored()
		s, other := b.text(), b.Texts[0]
		for _, changes := range []adapters.Attributes{
			{s.Name: s.Values[0]}, {s.Name: s.Values[1]}, {s.Name: adapters.Clear(), other.Name: other.Values[0]}, {other.Name: adapters.Clear()},
		} {
			b.update(t, changes)
			b.kept(t, before, s.Key, other.Key)
		}
	}},
	{1, "set", "sets", false, func(t TB, b *bench) {
		s := b.text()
		b.update(t, set(s))
		b.holds(t, s, 0)
	}},
	{1, "change", "changes what is there", false, func(t TB, b *bench) {
		s := b.text()
		b.update(t, set(s))
		b.update(t, adapters.Attributes{s.Name: s.Values[1]})
		b.holds(t, s, 1)
	}},
	{1, "set", "sets several at once", false, func(t TB, b *bench) {
		changes := adapters.Attributes{}
		for _, s := range b.Samples {
			changes[s.Name] = s.Values[0]
		}
		b.update(t, changes)
		for _, kind := range slices.Sorted(maps.Keys(b.Samples)) {
			b.holds(t, b.Samples[kind], 0)
		}
	}},
	{1, "set", "reports what it wrote", false, func(t TB, b *bench) {
		s := b.text()
		result := b.update(t, set(s))
		if got, ok := result.Attributes[s.readName()]; (ok || result.Complete) && !got.Equal(s.Values[0]) {
			t.Errorf("Result has %s = %v, want %v", s.readName(), got, s.Values[0])
		}
		if read, err := b.Adapter.Attributes(b.ctx, b.Ref); result.Complete && (err != nil || len(read) != len(result.Attributes)) {
			t.Errorf("Result claims to be complete with %d attributes; reading gives %d (%v)", len(result.Attributes), len(read), err)
		}
	}},
	{1, "set", "refuses a record that does not exist", false, func(t TB, b *bench) {
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Absent, set(b.text()))
		fails(t, err, adapters.ErrNotFound, adapters.EffectNone)
	}},
	{1, "read", "reads all, and nothing of what does not exist", false, func(t TB, b *bench) {
		attributes, err := b.Adapter.Attributes(b.ctx, b.Ref)
		if err != nil {
			t.Fatalf("Attributes: %v", err)
		}
		if len(attributes) == 0 {
			t.Errorf("Attributes gives none; the record has %d", len(b.Stored()))
		}
		_, err = b.Adapter.Attributes(b.ctx, b.Absent)
		fails(t, err, adapters.ErrNotFound, adapters.EffectNone)
	}},
	{2, "clear", "clears", false, func(t TB, b *bench) {
		s := b.text()
		b.update(t, set(s))
		b.update(t, adapters.Attributes{s.Name: adapters.Clear()})
		b.absent(t, s)
	}},
	{2, "clear", "clears what is absent", false, func(t TB, b *bench) {
		s := b.text()
		b.update(t, adapters.Attributes{s.Name: adapters.Clear()})
		b.update(t, adapters.Attributes{s.Name: adapters.Clear()})
		b.absent(t, s)
	}},
	{2, "clear", "sets one and clears another in one call", false, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		b.update(t, set(other))
		b.update(t, adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()})
		b.holds(t, s, 0)
		b.absent(t, other)
	}},
	{2, "clear", "an empty text is no removal", false, func(t TB, b *bench) {
		s := b.text()
		_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: adapters.String("")})
		if !b.capabilities(t).EmptyText {
			fails(t, err, adapters.ErrUnsupported, adapters.EffectNone)
			return
		}
		if err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		if raw := b.Stored()[s.Key]; string(raw) != `""` {
			t.Errorf("the server holds %s = %s, want an empty text", s.Key, raw)
		}
	}},
	{5, "set", "stores digits exactly or refuses them", false, func(t TB, b *bench) {
		s, ok := b.Samples[adapters.ValueNumber]
		if !ok {
			return // no numbers at this vendor
		}
		for _, literal := range []json.Number{"9007199254740993", "12345678901234567890.123456789", "0.1", "1e3", "-0", "1e400"} {
			want := adapters.Number(literal)
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: want})
			if err != nil {
				refuses(t, err, s.Name)
				continue
			}
			if got := adapters.Number(json.Number(b.Stored()[s.Key])); !got.Equal(want) || literal == "-0" && string(b.Stored()[s.Key])[0] != '-' {
				t.Errorf("%s is stored as %s", literal, b.Stored()[s.Key])
			}
		}
	}},
	{5, "change", "carries numbers on digit by digit", true, func(t TB, b *bench) {
		before := numbers(b.Stored()[b.Kept])
		b.update(t, set(b.text()))
		if after := numbers(b.Stored()[b.Kept]); len(after) > 0 && !slices.Equal(after, before) {
			t.Errorf("%s had the numbers %v and has %v", b.Kept, before, after)
		}
		for _, carried := range b.carried(t) {
			if got, want := numbers(carried.sent), numbers(carried.received); !slices.Equal(got, want) {
				t.Errorf("%s is carried on with the numbers %v, was received with %v", b.Kept, got, want)
			}
		}
	}},
	{5, "change", "carries text on byte by byte", true, func(t TB, b *bench) {
		b.update(t, set(b.text()))
		for _, carried := range b.carried(t) {
			if got, want := texts(carried.sent), texts(carried.received); !slices.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%s is carried on with the texts %s, was received with %s", b.Kept, got, want)
			}
		}
	}},
	{6, "set", "leaves the caller's map alone", false, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		changes := adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()}
		b.update(t, changes)
		if len(changes) != 2 || !changes[s.Name].Equal(s.Values[0]) || changes[other.Name].Kind() != adapters.ValueClear {
			t.Errorf("the caller's map was changed: %v", slices.Sorted(maps.Keys(changes)))
		}
	}},
	{7, "change", "twice is as once", false, func(t TB, b *bench) {
		s, other := b.text(), b.Texts[0]
		b.update(t, adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()})
		once := b.Stored()
		b.update(t, adapters.Attributes{s.Name: s.Values[0], other.Name: adapters.Clear()})
		b.kept(t, once)
	}},
	{8, "concurrent", "writers of one adapter lose nothing", false, func(t TB, b *bench) {
		var group sync.WaitGroup
		errs := make([]error, len(b.Texts))
		for i, s := range b.Texts {
			group.Go(func() {
				_, errs[i] = b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(s))
			})
		}
		group.Wait()
		for i, s := range b.Texts {
			if errs[i] != nil {
				t.Errorf("writer of %s: %v", s.Name, errs[i])
			}
			b.holds(t, s, 0)
		}
	}},
	{9, "concurrent", "reads and writes at the same time", false, func(t TB, b *bench) {
		var group sync.WaitGroup
		for i := range 8 {
			s := b.Texts[i%len(b.Texts)]
			group.Go(func() {
				if _, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(s)); err != nil {
					t.Errorf("UpdateAttributes: %v", err)
				}
				if _, err := b.Adapter.Attributes(b.ctx, b.Ref); err != nil {
					t.Errorf("Attributes: %v", err)
				}
				if _, err := b.Adapter.Definitions(b.ctx, b.Ref.Kind); err != nil {
					t.Errorf("Definitions: %v", err)
				}
			})
		}
		group.Wait()
	}},
}

// carriage is the attribute Kept as an adapter that replaces a whole map
// received and sent it.
type carriage struct{ received, sent json.RawMessage }

// carried are the carriages of the writing requests: there are such only where
// the adapter merges for the server.
func (b *bench) carried(t TB) []carriage {
	t.Helper()
	var carried []carriage
	var received json.RawMessage
	for _, exchange := range b.wire.sent() {
		if sent := find(exchange.Body, b.Kept); sent != nil && b.wire.isWrite(exchange) {
			carried = append(carried, carriage{received, sent})
		}
		if answer := find(exchange.answer, b.Kept); answer != nil {
			received = answer
		}
	}
	return carried
}

// find looks for a key anywhere in a JSON object.
func find(raw json.RawMessage, key string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil {
		return nil
	}
	if found, ok := object[key]; ok {
		return found
	}
	for _, inner := range object {
		if found := find(inner, key); found != nil {
			return found
		}
	}
	return nil
}

// numbers are the literals of the numbers in a JSON value, in order.
func numbers(raw json.RawMessage) []string {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var literals []string
	for {
		token, err := decoder.Token()
		if err != nil {
			return literals
		}
		if number, ok := token.(json.Number); ok {
			literals = append(literals, number.String())
		}
	}
}

// texts are the texts in a JSON value as they are written, escapes and all.
func texts(raw json.RawMessage) [][]byte {
	var found [][]byte
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		start := i
		for i++; i < len(raw) && raw[i] != '"'; i++ {
			if raw[i] == '\\' {
				i++
			}
		}
		found = append(found, raw[start:min(i+1, len(raw))])
	}
	return found
}
