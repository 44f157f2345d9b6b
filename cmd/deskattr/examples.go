package main

import "github.com/deskattr/deskattr/adapters"

// example is one update that the demo makes, in the default state of a fake.
type example struct {
	vendor  string
	version string // of the fake server, where it has one
	kind    adapters.Kind
	id      string
	changes []string // as set takes them
	touched []string // what they change, by the names it is read under
}

var examples = []example{
	{
		vendor: "chatwoot", version: "4.16.2", kind: adapters.Conversation, id: "7",
		changes: []string{"order_id=A-1043", "refund_status=requested", "gift:=null"},
		touched: []string{"order_id", "refund_status", "gift"},
	},
	{
		vendor: "chatwoot", version: "4.17.0", kind: adapters.Conversation, id: "7",
		changes: []string{"order_id=A-1043", "refund_status=requested"},
		touched: []string{"order_id", "refund_status"},
	},
	{
		vendor: "chatwoot", version: "4.17.0", kind: adapters.Contact, id: "1",
		changes: []string{"plan=business", "orders_count:=13", "last_order_on:=null"},
		touched: []string{"plan", "orders_count", "last_order_on"},
	},
	{
		vendor: "kustomer", kind: adapters.Conversation, id: "64a1f0c2d3e4b5a697880001",
		changes: []string{"order_id=A-1043", "gift:=true", "tracking:=null"},
		touched: []string{"orderIdStr", "giftBool", "trackingUrl"},
	},
	{
		vendor: "kustomer", kind: adapters.Contact, id: "64a1f0c2d3e4b5a697880011",
		changes: []string{"plan=business", "vip:=null"},
		touched: []string{"planStr", "vipBool"},
	},
	{
		vendor: "dixa", kind: adapters.Conversation, id: "42",
		changes: []string{"tracking_url=https://example.com/track/7", `refund_status:=["requested"]`, "topic:=null"},
		touched: []string{"tracking_url", "refund_status", "topic"},
	},
	{
		vendor: "dixa", kind: adapters.Contact, id: "0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f01",
		changes: []string{`plan:=["basic"]`, "vip:=null"},
		touched: []string{"plan", "vip"},
	},
}
