package kustomertest

import (
	"net/http"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// conversationFields are what the body of a PATCH may have.
var conversationFields = []string{
	"assignedTeams", "assignedUsers", "custom", "customer", "defaultLang", "deleted", "direction", "ended", "endedAt",
	"endedBy", "endedByType", "endedReason", "externalId", "locked", "name", "priority", "queue", "replyChannel", "rev",
	"satisfaction", "satisfactionLevel", "sentiment", "snooze", "status", "subStatus", "suggestedShortcuts",
	"suggestedTags", "tags",
}

func (s *Server) getConversation(r *fake.Request) fake.Answer {
	id := r.Params["id"]
	conversation, refusal := s.findConversation(id)
	if refusal != nil {
		return *refusal
	}
	return reply(http.StatusOK, s.renderConversation(id, conversation))
}

func (s *Server) updateConversation(r *fake.Request) fake.Answer {
	if refusal := tooLarge(r); refusal != nil {
		return *refusal
	}
	id := r.Params["id"]
	conversation, refusal := s.findConversation(id)
	if refusal != nil {
		return *refusal
	}
	sent, refusal := s.readChange(r, "conversation", conversationFields, conversation.Rev)
	if refusal != nil {
		return *refusal
	}
	if raw, ok := sent.fields["customer"]; ok {
		customer, valid := readID(raw)
		if !valid || len(sent.fields) > 1 || sent.custom != nil {
			return refuse(badValue("customer", "/oneOf"))
		}
		conversation.Customer = customer
		delete(sent.fields, "customer")
	}
	merge(conversation.Custom, sent.custom)
	merge(conversation.Attributes, sent.fields)
	conversation.Rev++
	s.state.Conversations[id] = conversation
	return replyChanged(s.renderConversation(id, conversation))
}

func (s *Server) findConversation(id string) (Conversation, *fake.Answer) {
	if refusal := badID(id); refusal != nil {
		return Conversation{}, refusal
	}
	conversation, ok := s.state.Conversations[id]
	if !ok {
		return Conversation{}, new(refuse(notFound("id")))
	}
	return conversation, nil
}

func (s *Server) renderConversation(id string, c Conversation) any {
	self := "/v1/conversations/" + id
	relationships := map[string]any{"messages": map[string]any{"links": link(self + "/messages")}}
	if c.Customer != "" {
		relationships["customer"] = relation("customer", "/v1/customers/", c.Customer)
	}
	return envelope("conversation", id, self, s.attributes("conversation", c.Attributes, c.Custom, c.Rev), relationships)
}
