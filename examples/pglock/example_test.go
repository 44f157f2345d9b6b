package pglock_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/examples/pglock"

	_ "github.com/lib/pq" // or pgx's stdlib
)

func Example() {
	db, err := sql.Open("postgres", os.Getenv("DATABASE_URL")) // for the locks alone
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(20) // as many writes at once

	desk, err := chatwoot.New(chatwoot.Config{
		URL: "https://app.chatwoot.com", AccountID: 1, Token: adapters.StaticToken(os.Getenv("CHATWOOT_TOKEN")),
		Account: "1", // part of the locks' keys: the same in every process
		Locker:  &pglock.Locker{DB: db},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = desk.UpdateAttributes(context.Background(), adapters.ConversationRef("7"), adapters.Attributes{"order_id": adapters.String("012345")})
	fmt.Println(err)
}
