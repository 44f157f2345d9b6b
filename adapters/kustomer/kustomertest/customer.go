package kustomertest

import (
	"encoding/json"
	"net/http"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// customerFields are what the body of a PATCH may have.
var customerFields = []string{
	"avatarUrl", "birthdayAt", "company", "createdAt", "custom", "defaultLang", "emails", "externalId", "externalIds",
	"facebookIds", "gender", "importedAt", "instagramIds", "lastActivityAt", "lastCustomerActivityAt", "lastSeenAt",
	"locale", "locations", "name", "phones", "rev", "sentiment", "sharedEmails", "sharedExternalIds", "sharedPhones",
	"sharedSocials", "signedUpAt", "socials", "tags", "timeZone", "urls", "username", "whatsapps",
}

func (s *Server) getCustomer(r *fake.Request) fake.Answer {
	id, customer, refusal := s.findCustomer(r.Params["id"])
	if refusal != nil {
		return *refusal
	}
	return reply(http.StatusOK, s.renderCustomer(id, customer))
}

func (s *Server) updateCustomer(r *fake.Request) fake.Answer {
	if refusal := tooLarge(r); refusal != nil {
		return *refusal
	}
	id, customer, refusal := s.findCustomer(r.Params["id"])
	if refusal != nil {
		return *refusal
	}
	sent, refusal := s.readChange(r, "customer", customerFields, customer.Rev)
	if refusal != nil {
		return *refusal
	}
	// Kustomer warns that leaving out the company unlinks the customer. Whether it does is not known; the fake takes
	// the vendor at its word, so that a client has to be safe.
	customer.Company = nil
	if raw, ok := sent.fields["company"]; ok && !isNull(raw) {
		company, valid := readID(raw)
		if !valid {
			return refuse(badValue("company", "/properties/company/type"))
		}
		customer.Company = &company
	}
	delete(sent.fields, "company")
	merge(customer.Custom, sent.custom)
	merge(customer.Attributes, sent.fields)
	customer.Rev++
	s.state.Customers[id] = customer
	return replyChanged(s.renderCustomer(id, customer))
}

// findCustomer returns the customer that answers for id, and its own id.
func (s *Server) findCustomer(id string) (string, Customer, *fake.Answer) {
	if refusal := badID(id); refusal != nil {
		return "", Customer{}, refusal
	}
	if merged := s.state.Customers[id]; merged.MergedInto != "" {
		id = merged.MergedInto
	}
	customer, ok := s.state.Customers[id]
	if !ok {
		return "", Customer{}, new(refuse(notFound("id")))
	}
	return id, customer, nil
}

// readID reads the id of another record from a body.
func readID(raw json.RawMessage) (string, bool) {
	var id string
	err := json.Unmarshal(raw, &id)
	return id, err == nil && isID(id)
}

func (s *Server) renderCustomer(id string, c Customer) any {
	self := "/v1/customers/" + id
	relationships := map[string]any{"messages": map[string]any{"links": link(self + "/messages")}}
	if c.Company != nil {
		relationships["company"] = relation("company", "/v1/companies/", *c.Company)
	}
	return envelope("customer", id, self, s.attributes("customer", c.Attributes, c.Custom, c.Rev), relationships)
}
