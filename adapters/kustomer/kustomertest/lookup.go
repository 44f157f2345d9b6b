package kustomertest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

func (s *Server) getCustomerByEmail(r *fake.Request) fake.Answer {
	return s.lookUpCustomer(r, "email", "emails")
}

func (s *Server) getCustomerByPhone(r *fake.Request) fake.Answer {
	return s.lookUpCustomer(r, "phone", "phones")
}

func (s *Server) getCustomerByExternalID(r *fake.Request) fake.Answer {
	return s.lookUpCustomer(r, "externalId", "externalIds")
}

// lookUpCustomer answers with the customer that has the value: of several the first by id, of one that was merged the
// one that survived.
func (s *Server) lookUpCustomer(r *fake.Request, field, list string) fake.Answer {
	for _, id := range slices.Sorted(maps.Keys(s.state.Customers)) {
		if !has(s.state.Customers[id].Attributes, field, list, r.Params[field]) {
			continue
		}
		id, customer, refusal := s.findCustomer(id)
		if refusal != nil {
			return *refusal
		}
		return reply(http.StatusOK, s.renderCustomer(id, customer))
	}
	return refuse(notFound(field))
}

func (s *Server) getConversationByExternalID(r *fake.Request) fake.Answer {
	for _, id := range slices.Sorted(maps.Keys(s.state.Conversations)) {
		if has(s.state.Conversations[id].Attributes, "externalId", "", r.Params["externalId"]) {
			return reply(http.StatusOK, s.renderConversation(id, s.state.Conversations[id]))
		}
	}
	return refuse(notFound("externalId"))
}

// has tells whether a record has the value, letter by letter, as its field or as the field of an item of its list.
func has(attributes Values, field, list, value string) bool {
	var own string
	if json.Unmarshal(attributes[field], &own) == nil && own == value {
		return true
	}
	var items []Values
	_ = json.Unmarshal(attributes[list], &items) // no list: nothing is in it
	return slices.ContainsFunc(items, func(item Values) bool {
		var text string
		return json.Unmarshal(item[field], &text) == nil && text == value
	})
}
