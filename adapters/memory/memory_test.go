package memory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/memory"
)

func TestConformance(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		t.Run(string(kind), func(t *testing.T) {
			adapterstest.Run(t, adapterstest.Harness{Open: func(adapterstest.TB, *http.Client) adapterstest.World { return world(kind) }})
		})
	}
}

func world(kind adapters.Kind) adapterstest.World {
	desk := memory.New()
	ref := adapters.Ref{Kind: kind, ID: "7"}
	desk.Put(ref, map[string]json.RawMessage{"kept": json.RawMessage(`{"id":9007199254740993,"text":"a<b>&c"}`)})
	desk.Define(kind, adapters.Definition{Key: "order_id", Kind: kind, Type: adapters.TypeText},
		adapters.Definition{Key: "plan", Kind: kind, Type: adapters.TypeChoice, Choices: []adapters.Choice{{Value: "pro"}, {Value: "free"}}})
	day := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	w := adapterstest.World{
		Adapter: desk, Ref: ref, Absent: adapters.Ref{Kind: kind, ID: "8"}, BadIDs: []string{"007", "0"},
		Kept: "kept",
		Samples: map[adapters.ValueKind]adapterstest.Sample{
			adapters.ValueString: sample("order_id", adapters.String("012345"), adapters.String("<é>")),
			adapters.ValueNumber: sample("total", adapters.Number("19.90"), adapters.Number("9007199254740993")),
			adapters.ValueBool:   sample("vip", adapters.Bool(true), adapters.Bool(false)),
			adapters.ValueList:   sample("tags", adapters.List("a", "b"), adapters.List()),
			adapters.ValueJSON:   sample("address", adapters.JSON(json.RawMessage(`{"zip":1}`)), adapters.JSON(json.RawMessage(`[1,null]`))),
			adapters.ValueTime: {Name: "due", Key: "due", Values: [2]adapters.Value{adapters.Time(day), adapters.Time(day.Add(time.Millisecond))},
				Reads: [2]adapters.Value{adapters.String("2026-01-31T09:30:00.000Z"), adapters.String("2026-01-31T09:30:00.001Z")}},
			adapters.ValueLink: {Name: "page", Key: "page", Values: [2]adapters.Value{adapters.Link("https://a.example"), adapters.Link("https://b.example")},
				Reads: [2]adapters.Value{adapters.String("https://a.example"), adapters.String("https://b.example")}},
		},
		Again: func(s adapterstest.Settings) adapters.Adapter {
			aliases := map[adapters.Kind]map[string]string{kind: s.Aliases}
			other, err := desk.With(driver.Options{Strict: s.Strict, Locker: s.Locker, Aliases: aliases})
			if err != nil {
				panic(err)
			}
			return other
		},
		Undefined: "nobody_defined_this",
		Defined:   []adapterstest.Sample{sample("order_id", adapters.String("012345"), adapters.String("7")), sample("plan", adapters.String("pro"), adapters.String("free"))},
		Misfits: []adapterstest.Misfit{
			{Name: "order_id", Value: adapters.Int(7), Code: adapters.CodeWrongType}, {Name: "plan", Value: adapters.String("gold"), Code: adapters.CodeNotAChoice},
		},
		Stored: func() map[string]json.RawMessage { return desk.Stored(ref) },
		Store: func(values map[string]json.RawMessage) {
			all := desk.Stored(ref)
			maps.Copy(all, values)
			desk.Put(ref, all)
		},
	}
	for i := range 8 {
		w.Texts = append(w.Texts, sample(fmt.Sprintf("text_%d", i), adapters.String("a"), adapters.String("b")))
	}
	return w
}

func sample(name string, values ...adapters.Value) adapterstest.Sample {
	return adapterstest.Sample{Name: name, Key: name, Values: [2]adapters.Value(values)}
}

func TestFail(t *testing.T) {
	desk := memory.New()
	ref := adapters.ContactRef("1")
	desk.Put(ref, nil)
	desk.Fail(adapters.ErrUnavailable)
	_, err := desk.UpdateAttributes(t.Context(), ref, adapters.Attributes{"a": adapters.Int(1)})
	if !errors.Is(err, adapters.ErrUnavailable) {
		t.Errorf("the failure that was asked for: %v", err)
	}
	if _, err := desk.UpdateAttributes(t.Context(), ref, adapters.Attributes{"a": adapters.Int(1)}); err != nil {
		t.Errorf("the call after it: %v", err)
	}
}

func ExampleNew() {
	desk := memory.New()
	desk.Put(adapters.ConversationRef("7"), map[string]json.RawMessage{"vip": json.RawMessage(`true`)})
	// desk is an adapters.Adapter: hand it to the code under test.
	fmt.Println(desk.Vendor(), len(desk.Stored(adapters.ConversationRef("7"))))
	// Output: memory 1
}

// A strict adapter holds what is set against the definitions, before it is set.
func ExampleOpen() {
	desk, err := memory.Open(driver.Options{
		Strict:  true,
		Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"tier": "plan"}},
	})
	if err != nil {
		panic(err)
	}
	ref := adapters.ContactRef("7")
	desk.Put(ref, nil)
	desk.Define(adapters.Contact,
		adapters.Definition{Key: "plan", Type: adapters.TypeChoice, Choices: []adapters.Choice{{Value: "1", Label: "basic"}, {Value: "2", Label: "pro"}}},
		adapters.Definition{Key: "vip", Type: adapters.TypeBool},
	)

	result, err := desk.UpdateAttributes(context.Background(), ref, adapters.Attributes{"tier": adapters.String("pro")})
	fmt.Println(result.Attributes["tier"], err) // the choice was named by its label
	_, err = desk.UpdateAttributes(context.Background(), ref, adapters.Attributes{"tier": adapters.String("gold"), "vpi": adapters.Bool(true)})
	fmt.Println(err)
	// Output:
	// 2 <nil>
	// memory: set contact 7: attribute "tier": invalid: it is none of the choices: 1, 2; attribute "vpi": invalid: unknown attribute: no definition has this name; did you mean "vip"?
}

// TestOpen: the options are those of the core, and its errors.
func TestOpen(t *testing.T) {
	if _, err := memory.Open(driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"": "a"}}}); err == nil {
		t.Error("an empty alias is taken")
	}
	_, err := memory.New().Find(t.Context(), adapters.Contact, adapters.Lookup{By: adapters.ByEmail, Value: "a@b.c"})
	if !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("finding: %v", err)
	}
}

// TestWith: another adapter of the same records, whose options are checked, too.
func TestWith(t *testing.T) {
	desk := memory.New()
	ref := adapters.ContactRef("1")
	desk.Put(ref, nil)
	other, err := desk.With(driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"tier": "plan"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.UpdateAttributes(t.Context(), ref, adapters.Attributes{"tier": adapters.String("pro")}); err != nil || string(desk.Stored(ref)["plan"]) != `"pro"` {
		t.Errorf("stored %s, %v", desk.Stored(ref), err)
	}
	if _, err := desk.With(driver.Options{Aliases: map[adapters.Kind]map[string]string{"company": {"a": "b"}}}); err == nil {
		t.Error("an alias of an unknown kind is taken")
	}
	desk.Fail(adapters.ErrForbidden)
	if _, err := other.Definitions(t.Context(), adapters.Contact); !errors.Is(err, adapters.ErrForbidden) {
		t.Errorf("the failure that was asked for: %v", err)
	}
}
