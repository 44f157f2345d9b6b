package adapters_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/memory"
)

// The same code works with every adapter; here it is the one in memory.
func Example() {
	desk := memory.New()
	ref := adapters.ConversationRef("42")
	desk.Put(ref, map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`), "vip": json.RawMessage(`true`)})

	result, err := desk.UpdateAttributes(context.Background(), ref, adapters.Attributes{
		"order_id": adapters.String("012345"),
		"total":    adapters.Number("19.90"),
		"plan":     adapters.Clear(),
	})
	fmt.Println(err, result.Attributes["order_id"], result.Attributes["total"], result.Attributes["vip"], len(result.Attributes))
	// Output: <nil> 012345 19.90 true 3
}

// A failure tells what kind it is, what it did to the record, and which
// attribute is to blame.
func ExampleError() {
	desk := memory.New()
	_, err := desk.UpdateAttributes(context.Background(), adapters.ContactRef("7"), adapters.Attributes{"": adapters.Bool(true)})

	var failure *adapters.Error
	if errors.As(err, &failure) {
		fmt.Println(errors.Is(err, adapters.ErrInvalid), failure.Code, failure.Effect)
	}
	fmt.Println(err)
	// Output:
	// true bad_name none
	// memory: set contact 7: invalid: the name is empty
}

// Decode with UseNumber, so that no number loses a digit on the way.
func ExampleFrom() {
	decoder := json.NewDecoder(strings.NewReader(`{"id": 9007199254740993, "tags": ["a", "b"], "old": null}`))
	decoder.UseNumber()
	var row map[string]any
	if err := decoder.Decode(&row); err != nil {
		panic(err)
	}
	attributes, err := adapters.From(row, adapters.NilClears)
	fmt.Println(attributes["id"], attributes["tags"], attributes["old"], err)
	// Output: 9007199254740993 ["a","b"] (clear) <nil>
}

// A write that only counts if nobody was faster, and is read back.
func ExampleIfEqual() {
	desk := memory.New()
	ref := adapters.ConversationRef("42")
	desk.Put(ref, nil)
	take := func(owner string) error {
		_, err := desk.UpdateAttributes(context.Background(), ref, adapters.Attributes{"owner": adapters.String(owner)},
			adapters.IfEqual(adapters.Attributes{"owner": adapters.Clear()}), // nobody's so far
			adapters.Verify())
		return err
	}
	fmt.Println(take("ada"))
	err := take("bob")
	fmt.Println(errors.Is(err, adapters.ErrConflict))
	fmt.Println(err)
	// Output:
	// <nil>
	// true
	// memory: set conversation 42: attribute "owner": conflict: it is not what IfEqual expects
}
