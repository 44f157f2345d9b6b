package chatwoot_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
)

func Example() {
	desk, err := chatwoot.New(chatwoot.Config{
		URL:       "https://app.chatwoot.com",
		AccountID: 1,
		Token:     adapters.StaticToken(os.Getenv("CHATWOOT_TOKEN")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = desk.UpdateAttributes(context.Background(), adapters.ConversationRef("7"), adapters.Attributes{
		"order_id": adapters.String("12345"),
		"coupon":   adapters.Clear(),
	})
	if errors.Is(err, adapters.ErrNotFound) {
		fmt.Println("there is no conversation 7")
	}
}
