package chatwoottest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// State is all the fake knows. What is left out gets a default: account 1, the usual three tokens, release 4.17.0.
type State struct {
	AccountID       int64                   `json:"account_id"`
	Tokens          map[string]string       `json:"tokens"`           // owner by token: administrator, agent, agent_bot, platform_app
	Version         string                  `json:"version"`          // decides the behaviour; x.y.z, with anything after it
	ReportedVersion string                  `json:"reported_version"` // what GET /api says; default: Version
	Conversations   map[string]Conversation `json:"conversations"`    // by display_id
	Contacts        map[string]Contact      `json:"contacts"`         // by id; every conversation is with the lowest
	Definitions     []Definition            `json:"definitions"`
	Limit           int                     `json:"limit,omitempty"` // requests in a minute of the clock; 0: any number
}

// Conversation is a conversation. Nil attributes are SQL NULL in the column; as JSON, null is that, and a field
// left out is an empty map.
type Conversation struct {
	CustomAttributes map[string]json.RawMessage `json:"custom_attributes"`
}

// Contact is a contact. Its attributes may be SQL NULL like a conversation's; empty texts but the name read as null.
type Contact struct {
	Name                 string                     `json:"name"`
	CustomAttributes     map[string]json.RawMessage `json:"custom_attributes"`
	AdditionalAttributes map[string]json.RawMessage `json:"additional_attributes,omitempty"`
	Email                string                     `json:"email,omitempty"`
	PhoneNumber          string                     `json:"phone_number,omitempty"`
	Identifier           string                     `json:"identifier,omitempty"`
	Blocked              bool                       `json:"blocked,omitempty"`
}

// Definition is a custom attribute definition as the API shows it. The zero values of type and model become the
// column's defaults, text and conversation_attribute.
type Definition struct {
	ID                   int64    `json:"id"` // 0: its place in the list
	AttributeKey         string   `json:"attribute_key"`
	AttributeDisplayName string   `json:"attribute_display_name"`
	AttributeDisplayType string   `json:"attribute_display_type"` // text, number, currency, percent, link, date, list, checkbox
	AttributeDescription *string  `json:"attribute_description"`
	AttributeModel       string   `json:"attribute_model"` // conversation_attribute, contact_attribute, company_attribute
	AttributeValues      []string `json:"attribute_values"`
	RegexPattern         *string  `json:"regex_pattern"`
	RegexCue             *string  `json:"regex_cue"`
	DefaultValue         *int64   `json:"default_value"`
	CreatedAt            string   `json:"created_at"`
	UpdatedAt            string   `json:"updated_at"`
}

// UnmarshalJSON tells a field that is left out from null.
func (c *Conversation) UnmarshalJSON(text []byte) error {
	type plain Conversation
	read := plain{CustomAttributes: map[string]json.RawMessage{}}
	err := fake.Decode(text, &read)
	*c = Conversation(read)
	return err
}

// UnmarshalJSON tells a field that is left out from null.
func (c *Contact) UnmarshalJSON(text []byte) error {
	type plain Contact
	read := plain{CustomAttributes: map[string]json.RawMessage{}}
	err := fake.Decode(text, &read)
	*c = Contact(read)
	return err
}

// State returns a copy.
func (s *Server) State() State {
	s.t.Helper()
	var state State
	var err error
	s.Locked(func() { state, err = s.state.clone() })
	if err != nil {
		s.t.Fatalf("chatwoot fake: %v", err)
	}
	return state
}

// SetState replaces everything by a copy. A state that makes no sense ends the test.
func (s *Server) SetState(state State) {
	s.t.Helper()
	var err error
	s.Locked(func() { err = s.replaceState(state) })
	if err != nil {
		s.t.Fatalf("chatwoot fake: %v", err)
	}
}

// SetVersion plays and reports another release from now on, as after an update or a step back.
func (s *Server) SetVersion(version string) {
	s.t.Helper()
	if _, err := release(version); err != nil {
		s.t.Fatalf("chatwoot fake: %v", err)
	}
	s.Locked(func() { s.state.Version, s.state.ReportedVersion = version, version })
}

func (s *Server) putState(text []byte) error {
	var state State
	if err := fake.Decode(text, &state); err != nil {
		return err
	}
	return s.replaceState(state)
}

// replaceState is called with the lock held, or before there is one.
func (s *Server) replaceState(state State) error {
	state, err := state.clone()
	if err != nil {
		return err
	}
	state.complete()
	if err := state.check(); err != nil {
		return err
	}
	for id, conversation := range state.Conversations {
		s.ledger.write(id, "", s.state.Conversations[id].CustomAttributes, conversation.CustomAttributes, false)
	}
	s.state, s.changed, s.minute = state, map[string]time.Time{}, minute{}
	return nil
}

// clone copies by way of JSON, which keeps every digit.
func (state State) clone() (copied State, err error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(state); err != nil {
		return State{}, err
	}
	err = fake.Decode(text.Bytes(), &copied)
	return copied, err
}

// complete fills in what was left out.
func (state *State) complete() {
	if state.AccountID == 0 {
		state.AccountID = 1
	}
	if state.Tokens == nil {
		state.Tokens = map[string]string{"admin": administrator, "agent": agent, "bot": agentBot}
	}
	if state.Version == "" {
		state.Version = "4.17.0"
	}
	if state.ReportedVersion == "" {
		state.ReportedVersion = state.Version
	}
	if state.Conversations == nil {
		state.Conversations = map[string]Conversation{}
	}
	if state.Contacts == nil {
		state.Contacts = map[string]Contact{}
	}
	if state.Definitions == nil {
		state.Definitions = []Definition{}
	}
	for i := range state.Definitions {
		state.Definitions[i].complete(int64(i + 1))
	}
}

// check refuses what no Chatwoot could hold: a mistyped state must not pass for an odd server.
func (state *State) check() error {
	if _, err := release(state.Version); err != nil {
		return err
	}
	if err := checkLimit(state.Limit); err != nil {
		return err
	}
	for token, owner := range state.Tokens {
		if !slices.Contains([]string{administrator, agent, agentBot, platformApp}, owner) {
			return fmt.Errorf("token %q: %q owns no tokens", token, owner)
		}
	}
	for id, conversation := range state.Conversations {
		if err := checkRecord(id, conversation.CustomAttributes); err != nil {
			return fmt.Errorf("conversation %q: %w", id, err)
		}
	}
	for id, contact := range state.Contacts {
		if err := checkRecord(id, contact.CustomAttributes, contact.AdditionalAttributes); err != nil {
			return fmt.Errorf("contact %q: %w", id, err)
		}
	}
	for i := range state.Definitions {
		if err := state.Definitions[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func checkRecord(id string, columns ...map[string]json.RawMessage) error {
	if id == "" || castID(id) != id {
		return fmt.Errorf("the id is not a positive number")
	}
	for _, column := range columns {
		for key, value := range column {
			if _, err := parse(value, false); err != nil {
				return fmt.Errorf("attribute %q: %w", key, err)
			}
		}
	}
	return nil
}

// merges reports whether this release merges into conversations and removes from them.
func (s *Server) merges() bool {
	numbers, _ := release(s.state.Version) // was checked when it was set
	return slices.Compare(numbers, []int{4, 17, 0}) >= 0
}

// release reads a version. Forks put words after the numbers, which change nothing here.
func release(version string) ([]int, error) {
	numbers := make([]int, 3)
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &numbers[0], &numbers[1], &numbers[2]); err != nil {
		return nil, fmt.Errorf("version %q does not start with three numbers", version)
	}
	return numbers, nil
}
