package kustomer_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
)

func Example() {
	desk, err := kustomer.New(kustomer.Config{
		URL:   kustomer.EU,
		Token: adapters.StaticToken(os.Getenv("KUSTOMER_TOKEN")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = desk.UpdateAttributes(context.Background(), adapters.ContactRef("5f0000000000000000000007"), adapters.Attributes{
		"order_id": adapters.String("12345"),
		"coupon":   adapters.Clear(),
	})
	if errors.Is(err, adapters.ErrNotFound) {
		fmt.Println("there is no such customer")
	}
}
