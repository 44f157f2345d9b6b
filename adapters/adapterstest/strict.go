package adapterstest

import (
	"slices"

	"github.com/deskattr/deskattr/adapters"
)

// strictCases are about an adapter that holds attributes against the definitions.
var strictCases = []Case{
	{4, "strict", "strict refuses a name that no definition has", false, func(t TB, b *bench) {
		desk := b.again(t, Settings{Strict: true})
		for _, value := range []adapters.Value{b.text().Values[0], adapters.Clear()} {
			_, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{b.Undefined: value})
			refusesWith(t, err, b.Undefined, adapters.CodeUnknownAttribute)
		}
		b.nothingWritten(t)
	}},
	{4, "strict", "strict refuses what does not fit", false, func(t TB, b *bench) {
		desk := b.again(t, Settings{Strict: true})
		if len(b.Misfits) == 0 {
			t.Fatalf("the world has no Misfits")
		}
		for _, misfit := range b.Misfits {
			_, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{misfit.Name: misfit.Value})
			refusesWith(t, err, misfit.Name, misfit.Code)
		}
		b.nothingWritten(t)
	}},
	{4, "strict", "strict names all that do not fit", false, func(t TB, b *bench) {
		desk := b.again(t, Settings{Strict: true})
		changes := adapters.Attributes{b.Undefined: b.text().Values[0]}
		want := []string{b.Undefined}
		for _, misfit := range b.Misfits {
			if _, ok := changes[misfit.Name]; !ok {
				changes[misfit.Name] = misfit.Value
				want = append(want, misfit.Name)
			}
		}
		for _, s := range b.Defined {
			if _, ok := changes[s.Name]; !ok {
				changes[s.Name] = s.Values[0]
			}
		}
		slices.Sort(want)
		_, err := desk.UpdateAttributes(b.ctx, b.Ref, changes)
		fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
		if got := namesOf(t, err); !slices.Equal(got, want) {
			t.Errorf("the error names %q, want %q", got, want)
		}
		b.nothingWritten(t)
	}},
	{4, "strict", "strict takes what fits", false, func(t TB, b *bench) {
		desk := b.again(t, Settings{Strict: true})
		if len(b.Defined) == 0 {
			t.Fatalf("the world has no Defined")
		}
		for _, s := range b.Defined {
			for which, value := range s.Values {
				if _, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: value}); err != nil {
					t.Fatalf("UpdateAttributes(%s): %v", s.Name, err)
				}
				b.holds(t, s, which)
			}
			if _, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: adapters.Clear()}); err != nil {
				t.Fatalf("clearing %s: %v", s.Name, err)
			}
			b.absent(t, s)
		}
	}},
	{4, "strict", "strict needs the definitions", true, func(t TB, b *bench) {
		desk := b.again(t, Settings{Strict: true})
		b.wire.on(func(r Request) *reply {
			if !b.wire.isWrite(r) {
				return &reply{status: 503}
			}
			return nil
		})
		_, err := desk.UpdateAttributes(b.ctx, b.Ref, set(b.Defined[0]))
		fails(t, err, adapters.ErrUnavailable, adapters.EffectNone)
		b.nothingWritten(t)
	}},
}

// again is a further adapter with other settings.
func (b *bench) again(t TB, settings Settings) adapters.Adapter {
	t.Helper()
	if b.Again == nil {
		t.Fatalf("the world has no Again, which the cases about settings need")
	}
	return b.Again(settings)
}

// refusesWith checks a refusal by its code and the attribute that it names.
func refusesWith(t TB, err error, name string, code adapters.Code) {
	t.Helper()
	if err == nil {
		t.Errorf("%s was taken, want it refused: %s", name, code)
		return
	}
	failure := failureOf(t, err)
	if failure.Name != name || failure.Code != code || failure.Effect != adapters.EffectNone {
		t.Errorf("%v: attribute %q, code %s, effect %s; want %q, %s, none", err, failure.Name, failure.Code, failure.Effect, name, code)
	}
}

// namesOf are the attributes that an error names.
func namesOf(t TB, err error) []string {
	t.Helper()
	failure := failureOf(t, err)
	if len(failure.Details) == 0 {
		return []string{failure.Name}
	}
	var names []string
	for _, detail := range failure.Details {
		names = append(names, detail.Name)
	}
	return names
}
