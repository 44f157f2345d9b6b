package chatwoottest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

func (s *Server) withContact(handle func(call) fake.Answer) fake.Handler {
	return s.inAccount(func(c call) fake.Answer {
		c.id = castID(c.Params["id"])
		if _, found := s.state.Contacts[c.id]; !found {
			return s.notFound()
		}
		return handle(c)
	})
}

func (s *Server) getContact(c call) fake.Answer {
	contact := contactView(c.id, s.state.Contacts[c.id])
	contact["contact_inboxes"] = []any{}
	return s.json(http.StatusOK, map[string]any{"payload": contact})
}

// contactView is a contact as every answer shows it. created_at is its only time.
func contactView(id string, contact Contact) map[string]any {
	number, _ := strconv.ParseInt(id, 10, 64)
	additional := contact.AdditionalAttributes
	if additional == nil {
		additional = map[string]json.RawMessage{}
	}
	return map[string]any{
		"id":                    number,
		"name":                  contact.Name,
		"email":                 presence(contact.Email),
		"phone_number":          presence(contact.PhoneNumber),
		"identifier":            presence(contact.Identifier),
		"blocked":               contact.Blocked,
		"thumbnail":             "",
		"availability_status":   "offline",
		"custom_attributes":     shown(contact.CustomAttributes),
		"additional_attributes": shown(additional),
		"created_at":            born,
	}
}

func presence(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// sender is the contact of every conversation: the one with the lowest id, or a nameless one where there is none.
func (s *Server) sender() map[string]any {
	lowest := "1"
	if len(s.state.Contacts) > 0 {
		lowest = slices.MinFunc(slices.Collect(maps.Keys(s.state.Contacts)), compareKeys) // shorter numbers are smaller
	}
	return contactView(lowest, s.state.Contacts[lowest])
}

// updateContact merges both maps, sets the other fields it knows and ignores the rest. A map that is no object
// changes nothing.
func (s *Server) updateContact(c call) fake.Answer {
	contact := s.state.Contacts[c.id]
	custom := load(contact.CustomAttributes)
	if custom == nil {
		return s.crash()
	}
	additional := newObject()
	if contact.AdditionalAttributes != nil {
		additional = load(contact.AdditionalAttributes)
	}
	contact.assign(c.params)
	if complaints := s.complaints(c.id, contact); complaints != nil {
		return s.invalid(complaints)
	}
	if sent, ok := c.params.values["custom_attributes"].(*object); ok {
		merge(custom, sent)
	}
	if sent, ok := c.params.values["additional_attributes"].(*object); ok {
		merge(additional, sent)
	}
	if hasNUL(custom) || hasNUL(additional) || hasNUL(contact.Name+contact.Email+contact.Identifier) {
		return s.crash()
	}
	contact.CustomAttributes, _ = save(contact.CustomAttributes, custom)
	contact.AdditionalAttributes, _ = save(contact.AdditionalAttributes, additional)
	s.state.Contacts[c.id] = contact
	return s.getContact(c)
}

func (s *Server) destroyContactAttributes(c call) fake.Answer {
	contact := s.state.Contacts[c.id]
	next := load(contact.CustomAttributes)
	if next == nil {
		return s.crash()
	}
	without(next, c.params.values["custom_attributes"])
	contact.CustomAttributes, _ = save(contact.CustomAttributes, next)
	s.state.Contacts[c.id] = contact
	return s.getContact(c)
}
