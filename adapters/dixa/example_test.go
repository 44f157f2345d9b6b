package dixa_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
)

func Example() {
	desk, err := dixa.New(dixa.Config{
		Token: adapters.StaticToken(os.Getenv("DIXA_TOKEN")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = desk.UpdateAttributes(context.Background(), adapters.ConversationRef("42"), adapters.Attributes{
		"order_id": adapters.String("12345"),
		"topic":    adapters.List("delivery", "late"),
	})
	if errors.Is(err, adapters.ErrNotFound) {
		fmt.Println("there is no conversation 42")
	}
}
