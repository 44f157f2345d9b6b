package dixatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// State is everything the fake knows. Its JSON is that of /_fake/state.
type State struct {
	Token         string   `json:"token"`                    // of a user who may do everything
	LimitedTokens []string `json:"limited_tokens,omitempty"` // of users who may not set custom attributes

	Conversations map[string]Conversation `json:"conversations"` // by id, a whole number
	EndUsers      map[string]EndUser      `json:"endusers"`      // by id, a UUID in lower case
	Definitions   []Definition            `json:"definitions"`   // of both kinds of record

	ActivityLog []ActivityLogEntry `json:"activity_log,omitempty"` // from old to new

	Limit int `json:"limit,omitempty"` // requests a second of one token; 0: any number
	Burst int `json:"burst,omitempty"` // so many of them may come at once; 0 is 4

	// What nobody knows of a PATCH.
	Nulls           Nulls `json:"nulls,omitempty"`             // what null does
	PatchAnswersAll bool  `json:"patch_answers_all,omitempty"` // it shows all attributes of the record, not only its own
	PartialPatch    bool  `json:"partial_patch,omitempty"`     // one that is refused has set the good attributes
	LeavesOnly      bool  `json:"leaves_only,omitempty"`       // a path must end at an option without others below it

	// What nobody knows of the lists, above all of the filters of GET /endusers.
	LooseFilters      bool `json:"loose_filters,omitempty"`       // they take a part for the whole, mind no case and look at the additional addresses
	DuplicatesRefused bool `json:"duplicates_refused,omitempty"`  // a filter that several end users match is refused with 400
	NobodyIsNotFound  bool `json:"nobody_is_not_found,omitempty"` // a filter that nobody matches is answered with 404, not with an empty list
	PageLimit         int  `json:"page_limit,omitempty"`          // entries on a page where the request does not say; 0 is 100
}

// Nulls is what a null does to an attribute.
type Nulls string

// What a null may do.
const (
	NullsClear   Nulls = ""        // the attribute is gone
	NullsIgnored Nulls = "ignored" // it stays as it was
	NullsRefused Nulls = "refused" // the PATCH is, with 400
	NullsEmpty   Nulls = "empty"   // it holds an empty text or path
)

// Conversation is a conversation of any channel.
type Conversation struct {
	Type             string                     `json:"_type,omitempty"`        // arm of the vendor's union; "" is EmailConversation
	RequesterID      string                     `json:"requester_id,omitempty"` // end user; "" is one that does not exist
	Assignment       *Assignment                `json:"assignment,omitempty"`   // nil: nobody has claimed it
	CustomAttributes map[string]json.RawMessage `json:"custom_attributes"`      // by definition: a string or an array of strings
}

// Assignment names the agent who has a conversation.
type Assignment struct {
	AgentID    string `json:"agentId"`
	AssignedAt string `json:"assignedAt"` // RFC 3339
}

// EndUser is a customer.
type EndUser struct {
	DisplayName            string                     `json:"display_name,omitempty"`
	Email                  string                     `json:"email,omitempty"`
	PhoneNumber            string                     `json:"phone_number,omitempty"`
	AdditionalEmails       []string                   `json:"additional_emails,omitempty"`
	AdditionalPhoneNumbers []string                   `json:"additional_phone_numbers,omitempty"`
	ExternalID             string                     `json:"external_id,omitempty"`
	CustomAttributes       map[string]json.RawMessage `json:"custom_attributes"` // by definition: a string or an array of strings
}

// Definition is a custom attribute's definition, as the API shows it.
type Definition struct {
	ID              string          `json:"id"`
	EntityType      string          `json:"entityType"` // Conversation, or Contact for end users
	Identifier      string          `json:"identifier"`
	Label           string          `json:"label"`
	InputDefinition InputDefinition `json:"inputDefinition"`
	Description     string          `json:"description,omitempty"`
	CreatedAt       string          `json:"createdAt"` // 2026-01-05T09:30:00.000Z[GMT]; "" is this
	UpdatedAt       string          `json:"updatedAt,omitempty"`
	IsRequired      bool            `json:"isRequired"`
	IsArchived      bool            `json:"isArchived"`
	IsDeactivated   bool            `json:"isDeactivated"`
}

// InputDefinition says what an attribute holds.
type InputDefinition struct {
	Type        string         `json:"_type"`                 // Text or Select
	Options     []SelectOption `json:"options,omitempty"`     // of a Select
	Placeholder string         `json:"placeholder,omitempty"` // of a Text
}

// SelectOption is a choice of a Select, or a branch of choices.
type SelectOption struct {
	ID            string         `json:"id"`
	Label         string         `json:"label"`
	Value         string         `json:"value"` // what stands for it in a path
	NestedOptions []SelectOption `json:"nestedOptions,omitempty"`
	IsDeactivated bool           `json:"isDeactivated"`
	OrderIndex    int32          `json:"orderIndex"`
}

// ActivityLogEntry is something that happened to a conversation, as the API shows it.
type ActivityLogEntry struct {
	ID                string          `json:"id"`
	ConversationID    int64           `json:"conversationId"`
	ActivityTimestamp string          `json:"activityTimestamp"` // 2026-01-05T09:30:00.000Z[GMT]
	ActivityType      string          `json:"activityType"`      // the older name of Type
	Type              string          `json:"_type"`
	Author            *User           `json:"author,omitempty"`
	Attributes        json.RawMessage `json:"attributes,omitempty"`
}

// User is an agent or an end user as the activity log names them.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// clone is a deep copy. The detour over JSON keeps every digit of a value; only the space between them is lost.
func (s State) clone() State {
	var c State
	if err := fake.Decode(fake.JSON(http.StatusOK, s).Body, &c); err != nil {
		panic(fmt.Sprintf("dixatest: a state that was checked cannot be copied: %v", err))
	}
	return c
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func isUUID(text string) bool { return uuid.MatchString(text) }

// isKey reports whether the state may use text as a key: requests are folded to lower case.
func isKey(text string) bool { return isUUID(text) && text == strings.ToLower(text) }

// check says what of the state the API could not have, since its answers would not fit the document.
func (s State) check() error {
	if s.Token == "" || slices.Contains(s.LimitedTokens, "") {
		return errors.New("a token is empty") // a request without one would be let in
	}
	if !slices.Contains([]Nulls{NullsClear, NullsIgnored, NullsRefused, NullsEmpty}, s.Nulls) {
		return fmt.Errorf("no nulls %q", s.Nulls)
	}
	if err := s.checkLimit(); err != nil {
		return err
	}
	if s.PageLimit < 0 {
		return errors.New("the page limit is negative")
	}
	defined := map[string]bool{}
	for _, d := range s.Definitions {
		if err := d.check(); err != nil {
			return fmt.Errorf("definition %q: %w", d.ID, err)
		}
		if defined[d.ID] {
			return fmt.Errorf("definition %q: defined twice", d.ID)
		}
		defined[d.ID] = true
	}
	for id, c := range s.Conversations {
		if number, err := strconv.ParseInt(id, 10, 64); err != nil || strconv.FormatInt(number, 10) != id {
			return fmt.Errorf("conversation %q: the id is not a whole number", id)
		}
		if _, ok := conversationTypes[c.Type]; !ok && c.Type != "" {
			return fmt.Errorf("conversation %q: no _type %q", id, c.Type)
		}
		if err := checkValues(c.CustomAttributes, defined); err != nil {
			return fmt.Errorf("conversation %q: %w", id, err)
		}
	}
	for id, u := range s.EndUsers {
		if !isKey(id) {
			return fmt.Errorf("end user %q: the id is not a UUID in lower case", id)
		}
		if err := checkValues(u.CustomAttributes, defined); err != nil {
			return fmt.Errorf("end user %q: %w", id, err)
		}
	}
	for _, entry := range s.ActivityLog {
		if entry.time().IsZero() {
			return fmt.Errorf("activity log entry %q: the time is none", entry.ID)
		}
		if len(entry.Attributes) > 0 && !json.Valid(entry.Attributes) {
			return fmt.Errorf("activity log entry %q: the attributes are not JSON", entry.ID)
		}
	}
	return nil
}

func (s State) checkLimit() error {
	switch {
	case s.Limit < 0 || s.Burst < 0:
		return errors.New("the limit or its burst is negative")
	case s.Limit == 0 && s.Burst > 0:
		return errors.New("a burst needs a limit")
	}
	return nil
}

func (d Definition) check() error {
	switch {
	case !isKey(d.ID):
		return errors.New("the id is not a UUID in lower case")
	case d.EntityType != "Conversation" && d.EntityType != "Contact":
		return fmt.Errorf("no entityType %q", d.EntityType)
	case d.InputDefinition.Type != "Text" && d.InputDefinition.Type != "Select":
		return fmt.Errorf("no _type %q", d.InputDefinition.Type)
	}
	return nil
}

// checkValues holds a record's attributes against their shape, not against their definitions: a record may well hold
// what is no longer offered.
func checkValues(values map[string]json.RawMessage, defined map[string]bool) error {
	for id, raw := range values {
		var v value
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("attribute %q: %w", id, err)
		}
		if v.clears() {
			return fmt.Errorf("attribute %q: null is no value; leave it out", id)
		}
		if !defined[id] {
			return fmt.Errorf("attribute %q: not defined", id)
		}
	}
	return nil
}
