package dixatest

import (
	"encoding/json"
	"fmt"
	"time"
)

// Ids of the default state.
const (
	alice = "0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f01"
	bob   = "0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f02"
	agent = "a9e27000-0000-4000-8000-000000000001"

	orderID      = "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"
	topic        = "e14708a6-eed9-495c-9d88-c72331e9e247"
	trackingURL  = "de110000-0000-4000-8000-000000000001"
	refundStatus = "de110000-0000-4000-8000-000000000002"
	orderNumber  = "de110000-0000-4000-8000-000000000003"
	giftWrap     = "de110000-0000-4000-8000-000000000004"
	customerID   = "de110000-0000-4000-8000-000000000005"
	plan         = "de110000-0000-4000-8000-000000000006"
	vip          = "de110000-0000-4000-8000-000000000007"
	nobody       = "00000000-0000-4000-8000-000000000000" // requester of a conversation without one
)

// defaultState is described in the package's documentation.
func defaultState() State {
	start := time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC)
	values := func(list ...string) map[string]json.RawMessage { // id, JSON, id, JSON ...
		m := map[string]json.RawMessage{}
		for i := 0; i < len(list); i += 2 {
			m[list[i]] = json.RawMessage(list[i+1])
		}
		return m
	}
	return State{
		Token:         "token",
		LimitedTokens: []string{"limited"},
		Conversations: map[string]Conversation{
			"42": {RequesterID: alice, CustomAttributes: values(orderID, `"A-1001"`, topic, `["delivery","late"]`)},
			"43": {
				Type: "ChatConversation", RequesterID: bob,
				Assignment:       &Assignment{AgentID: agent, AssignedAt: recordTime},
				CustomAttributes: values(),
			},
		},
		EndUsers: map[string]EndUser{
			alice: {
				DisplayName: "Alice Example", Email: "alice@example.com", PhoneNumber: "+4512345601", ExternalID: "shop-1",
				CustomAttributes: values(customerID, `"C-2001"`, plan, `["premium"]`, vip, `["yes"]`),
			},
			bob: {
				DisplayName: "Bob Example", Email: "bob@example.com", PhoneNumber: "+4512345602", ExternalID: "shop-2",
				AdditionalEmails: []string{"bob@home.example"}, AdditionalPhoneNumbers: []string{"+4512345603"},
				CustomAttributes: values(),
			},
		},
		Definitions: defaultDefinitions(),
		ActivityLog: []ActivityLogEntry{
			newEntry(0, 42, "ConversationCreatedByCustomer", start),
			newEntry(1, 43, "ConversationCreatedByCustomer", start.Add(time.Minute)),
		},
	}
}

func defaultDefinitions() []Definition {
	options := 0 // so far; their ids are counted
	option := func(label, value string, nested ...SelectOption) SelectOption {
		options++
		return SelectOption{ID: fmt.Sprintf("09710000-0000-4000-8000-%012x", options), Label: label, Value: value, NestedOptions: nested}
	}
	choose := func(list ...SelectOption) InputDefinition {
		return InputDefinition{Type: "Select", Options: ordered(list)}
	}
	text := func(placeholder string) InputDefinition {
		return InputDefinition{Type: "Text", Placeholder: placeholder}
	}
	define := func(id, entityType, identifier, label string, input InputDefinition) Definition {
		return Definition{
			ID: id, EntityType: entityType, Identifier: identifier, Label: label, InputDefinition: input,
			CreatedAt: recordTime + "[GMT]",
		}
	}
	storeCredit := option("Store credit", "store_credit")
	storeCredit.IsDeactivated = true
	archived := define(orderNumber, "Conversation", "order_number", "Order number", text(""))
	archived.IsArchived = true
	deactivated := define(giftWrap, "Conversation", "gift_wrap", "Gift wrap", choose(option("Yes", "yes"), option("No", "no")))
	deactivated.IsDeactivated = true
	return []Definition{
		define(orderID, "Conversation", "order_id", "Order ID", text("A-1001")),
		define(topic, "Conversation", "topic", "Topic", choose(
			option("Delivery", "delivery", option("Late", "late"), option("Damaged", "damaged")),
			option("Returns", "returns", option("Refund", "refund"), option("Exchange", "exchange"), storeCredit),
			option("String 1", "str1", option("String 2", "str2")),
		)),
		define(trackingURL, "Conversation", "tracking_url", "Tracking URL", text("https://example.com/track/1")),
		define(refundStatus, "Conversation", "refund_status", "Refund status", choose(
			option("Requested", "requested"), option("Paid", "paid"),
		)),
		archived,
		deactivated,
		define(customerID, "Contact", "customer_id", "Customer ID", text("C-2001")),
		define(plan, "Contact", "plan", "Plan", choose(option("Free", "free"), option("Basic", "basic"), option("Premium", "premium"))),
		define(vip, "Contact", "vip", "VIP", choose(option("Yes", "yes"), option("No", "no"))),
	}
}

// ordered numbers the options of each level as they come.
func ordered(list []SelectOption) []SelectOption {
	for i := range list {
		list[i].OrderIndex = int32(i)
		ordered(list[i].NestedOptions)
	}
	return list
}
