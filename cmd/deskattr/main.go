// Command deskattr sets and reads custom attributes on conversations and
// contacts of Chatwoot, Kustomer and Dixa.
//
//	deskattr set dixa conversation 42 order_id=012345 'topic:=["delivery","late"]'
//	deskattr get dixa conversation 42
//
// "deskattr --help" tells where the settings come from and what the exit
// statuses mean; "deskattr demo" shows it all at work, offline.
package main

import (
	"context"
	"os"
)

func main() {
	ctx := cancelledBySignal(context.Background())
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}
