package dixatest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// recordTime is when every record and every definition without a time of its own was created.
const recordTime = "2026-01-05T09:30:00.000Z"

// conversationType is one arm of the vendor's union: the channel of such a conversation, and the fields that only
// this arm requires.
type conversationType struct {
	channel string
	fields  map[string]any
}

const defaultConversationType = "EmailConversation"

var conversationTypes = map[string]conversationType{
	"AnonymizedConversation":        {"Email", map[string]any{"anonymizedAt": recordTime}},
	"ChatConversation":              {"WidgetChat", nil},
	"ContactFormConversation":       {"ContactForm", map[string]any{"fromEmail": "customer@example.com"}},
	"EmailConversation":             {"Email", map[string]any{"fromEmail": "customer@example.com", "toEmail": "help@example.com", "integrationEmail": "help@example.com"}},
	"FacebookMessengerConversation": {"FacebookMessenger", nil},
	"GenericConversation":           {"Callback", nil}, // the channel of a generic conversation is not documented
	"MessengerConversation":         {"Messenger", nil},
	"PstnPhoneConversation":         {"PstnPhone", nil},
	"SmsConversation":               {"Sms", nil},
	"TwitterConversation":           {"Twitter", map[string]any{"conversationType": "DirectMessage"}},
	"WhatsAppConversation":          {"WhatsApp", nil},
}

// conversationID is the id of the path as the state spells it; not ok where it is no int64.
func conversationID(r *fake.Request) (id string, ok bool) {
	number, err := strconv.ParseInt(r.Params["conversationId"], 10, 64)
	return strconv.FormatInt(number, 10), err == nil
}

func (v *vendor) getConversation(r *fake.Request) fake.Answer {
	id, ok := conversationID(r)
	if !ok {
		return badRequest(badValue)
	}
	conversation, ok := v.state.Conversations[id]
	if !ok {
		return notFound()
	}
	name := conversation.Type
	if name == "" {
		name = defaultConversationType
	}
	kind := conversationTypes[name]
	data := map[string]any{
		"_type":            name,
		"id":               json.Number(id),
		"requesterId":      conversation.RequesterID,
		"channel":          kind.channel,
		"createdAt":        recordTime,
		"direction":        "Inbound",
		"state":            "Open",
		"customAttributes": v.render(conversation.CustomAttributes),
	}
	for field, value := range kind.fields {
		data[field] = value
	}
	if conversation.RequesterID == "" {
		data["requesterId"] = nobody
	}
	if conversation.Assignment != nil && name != "AnonymizedConversation" {
		data["assignment"] = conversation.Assignment
	}
	return fake.JSON(http.StatusOK, map[string]any{"data": data})
}

func (v *vendor) patchConversation(r *fake.Request) fake.Answer {
	id, ok := conversationID(r)
	if !ok {
		return badRequest(badValue)
	}
	conversation, ok := v.state.Conversations[id]
	if !ok {
		return notFound()
	}
	values, changed, answer := v.patch(r.Body, "Conversation", conversation.CustomAttributes)
	conversation.CustomAttributes = values
	v.state.Conversations[id] = conversation
	v.logAttributes(id, changed, values)
	return answer
}

func (v *vendor) claimConversation(r *fake.Request) fake.Answer {
	id, ok := conversationID(r)
	if !ok {
		return badRequest(badValue)
	}
	var claim struct {
		AgentID string `json:"agentId"`
		Force   bool   `json:"force"`
	}
	if err := json.Unmarshal(r.Body, &claim); err != nil || !isUUID(claim.AgentID) {
		return badRequest(badBody)
	}
	agent := strings.ToLower(claim.AgentID)
	conversation, ok := v.state.Conversations[id]
	switch {
	case !ok:
		return notFound()
	case conversation.Assignment != nil && conversation.Assignment.AgentID == agent:
		return fake.Answer{Status: http.StatusNoContent}
	case conversation.Assignment != nil && !claim.Force:
		return failure(http.StatusConflict, "The conversation is already claimed by another agent")
	}
	conversation.Assignment = &Assignment{AgentID: agent, AssignedAt: time.Now().UTC().Format(timeLayout)}
	v.state.Conversations[id] = conversation
	v.log(id, "ConversationClaimed", &User{ID: agent}, nil)
	return fake.Answer{Status: http.StatusNoContent}
}
