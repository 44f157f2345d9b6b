package chatwoottest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// born is when everything in the state was created: 2026-01-05 09:30:00 UTC.
const born = 1767605400

// withConversation finds the conversation by its display_id.
func (s *Server) withConversation(handle func(call) fake.Answer) fake.Handler {
	return s.inAccount(func(c call) fake.Answer {
		c.id = castID(c.Params["conversation_id"])
		if _, found := s.state.Conversations[c.id]; !found {
			return s.notFound()
		}
		return handle(c)
	})
}

func (s *Server) getConversation(c call) fake.Answer {
	s.ledger.look(c.id, c.writer())
	id, _ := strconv.ParseInt(c.id, 10, 64)
	updated := float64(born)
	if at, ok := s.changed[c.id]; ok {
		updated = float64(at.UnixMicro()) / 1e6
	}
	return s.json(http.StatusOK, map[string]any{
		"id":                        id,
		"account_id":                s.state.AccountID,
		"uuid":                      fmt.Sprintf("00000000-0000-4000-8000-%012x", id&(1<<48-1)),
		"inbox_id":                  1,
		"status":                    "open",
		"priority":                  nil,
		"custom_attributes":         shown(s.state.Conversations[c.id].CustomAttributes),
		"additional_attributes":     struct{}{},
		"labels":                    []string{},
		"can_reply":                 true,
		"muted":                     false,
		"unread_count":              0,
		"messages":                  []any{},
		"last_non_activity_message": nil,
		"created_at":                born,
		"updated_at":                json.RawMessage(rubyFloat(updated)),
		"timestamp":                 born,
		"last_activity_at":          born,
		"agent_last_seen_at":        0, // unset times are 0, never null
		"assignee_last_seen_at":     0,
		"contact_last_seen_at":      0,
		"first_reply_created_at":    0,
		"waiting_since":             0,
		"snoozed_until":             nil,
		"sla_policy_id":             nil,
		"meta":                      map[string]any{"sender": s.sender(), "channel": "Channel::Api", "hmac_verified": false},
	})
}

// shown is a column as a read shows it: null for SQL NULL.
func shown(stored map[string]json.RawMessage) json.RawMessage {
	if o := load(stored); o != nil {
		return render(o)
	}
	return json.RawMessage("null")
}

// updateConversationAttributes replaces, or merges where the release can and the request asks for it.
func (s *Server) updateConversationAttributes(c call) fake.Answer {
	next, _ := c.params.values["custom_attributes"].(*object) // strong parameters drop anything but an object
	merges := s.merges() && !s.ignoresMerge && truthy(c.params.values["merge"])
	if merges {
		sent := next
		if next = load(s.state.Conversations[c.id].CustomAttributes); next != nil && sent != nil {
			merge(next, sent)
		}
	}
	return s.saveConversation(c, next, !merges)
}

func (s *Server) destroyConversationAttributes(c call) fake.Answer {
	next := load(s.state.Conversations[c.id].CustomAttributes)
	if next != nil {
		without(next, c.params.values["custom_attributes"])
	}
	return s.saveConversation(c, next, false)
}

// saveConversation validates the whole map, kept values too, and echoes it.
func (s *Server) saveConversation(c call, next *object, replaces bool) fake.Answer {
	if next == nil {
		return s.crash() // from nil: merging into it, removing from it, or asking it whether it is empty
	}
	if complaints := oversized(next); complaints != nil {
		return s.invalid(complaints)
	}
	if hasNUL(next) {
		return s.crash()
	}
	stored := s.state.Conversations[c.id].CustomAttributes
	saved, changed := save(stored, next)
	s.ledger.write(c.id, c.writer(), stored, saved, replaces)
	if changed {
		s.state.Conversations[c.id] = Conversation{CustomAttributes: saved}
		s.changed[c.id] = time.Now()
	}
	return s.json(http.StatusOK, map[string]any{"custom_attributes": render(next)})
}
