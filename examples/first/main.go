// Command first sets one attribute of one conversation at Dixa: the first program
// of the README. It needs something that answers; in another terminal, at the root
// of deskattr:
//
//	go run ./cmd/deskattr fake dixa --addr 127.0.0.1:8042
package main

import (
	"context"
	"fmt"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
)

func main() { set("http://127.0.0.1:8042/v1") }

func set(url string) {
	desk, err := dixa.New(dixa.Config{URL: url, Token: adapters.StaticToken("token")})
	if err == nil {
		_, err = desk.UpdateAttributes(context.Background(), adapters.ConversationRef("42"), adapters.Attributes{"order_id": adapters.String("012345")})
	}
	fmt.Println("error:", err)
}
