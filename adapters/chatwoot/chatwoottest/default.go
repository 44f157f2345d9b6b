package chatwoottest

import "encoding/json"

// defaultState is described in the package's documentation.
func defaultState() State {
	return State{
		Conversations: map[string]Conversation{"7": {CustomAttributes: map[string]json.RawMessage{
			"order_id":    json.RawMessage(`"A-1042"`),
			"order_total": json.RawMessage(`129.9`),
			"gift":        json.RawMessage(`false`),
			"tags":        json.RawMessage(`["express","return"]`),
		}}},
		Contacts: map[string]Contact{"1": {Name: "Robin Example", CustomAttributes: map[string]json.RawMessage{
			"plan":          json.RawMessage(`"pro"`),
			"vip":           json.RawMessage(`true`),
			"orders_count":  json.RawMessage(`12`),
			"last_order_on": json.RawMessage(`"2026-07-01"`),
		}}},
		Definitions: []Definition{
			{AttributeKey: "order_id", AttributeDisplayName: "Order"},
			{AttributeKey: "order_total", AttributeDisplayName: "Order total", AttributeDisplayType: "currency"},
			{AttributeKey: "gift", AttributeDisplayName: "Gift", AttributeDisplayType: "checkbox"},
			{AttributeKey: "tags", AttributeDisplayName: "Tags"},
			{AttributeKey: "refund_status", AttributeDisplayName: "Refund", AttributeDisplayType: "list",
				AttributeValues: []string{"none", "requested", "paid"}},
			{AttributeKey: "plan", AttributeDisplayName: "Plan", AttributeDisplayType: "list",
				AttributeModel: "contact_attribute", AttributeValues: []string{"free", "pro", "business"}},
			{AttributeKey: "vip", AttributeDisplayName: "VIP", AttributeDisplayType: "checkbox", AttributeModel: "contact_attribute"},
			{AttributeKey: "orders_count", AttributeDisplayName: "Orders", AttributeDisplayType: "number", AttributeModel: "contact_attribute"},
			{AttributeKey: "last_order_on", AttributeDisplayName: "Last order", AttributeDisplayType: "date", AttributeModel: "contact_attribute"},
		},
	}
}
