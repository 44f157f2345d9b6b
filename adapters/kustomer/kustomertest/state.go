package kustomertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Values holds values by name, each as JSON with every digit as received.
type Values = map[string]json.RawMessage

// State is everything the server knows.
type State struct {
	Token         string                  `json:"token"`         // the one API key; not empty
	Conversations map[string]Conversation `json:"conversations"` // by id, 24 lower-case hexadecimal digits
	Customers     map[string]Customer     `json:"customers"`     // by id, as above

	// Metadata defines custom attributes: by kind of record ("conversation", "customer", also "company", "message" or
	// "kobject.<name>"), then by name, ending included.
	Metadata map[string]map[string]Property `json:"metadata"`

	Limit       int `json:"limit,omitempty"`        // requests of the organization in a minute; 0: any number
	ObjectLimit int `json:"object_limit,omitempty"` // updates of one record in a minute; 0: any number

	Masks Masks `json:"masks,omitempty"` // how sensitive attributes are shown to the API key
}

// Masks is how sensitive attributes are shown.
type Masks string

// How sensitive attributes may be shown. Nobody knows which of the masks is the API's: a text is the one that a client
// most easily takes for the value.
const (
	MaskText   Masks = ""       // as a text of stars
	MaskObject Masks = "object" // as an object, as in cards
	MaskNone   Masks = "none"   // as they are: the key has the permission to read them
)

// Conversation is a conversation.
type Conversation struct {
	Custom     Values `json:"custom"`               // the custom attributes
	Customer   string `json:"customer,omitempty"`   // the id of whom it is with
	Attributes Values `json:"attributes,omitempty"` // other fields, such as name and status
	Rev        int64  `json:"rev"`                  // grows by one with each change
}

// Customer is a customer.
type Customer struct {
	Custom     Values  `json:"custom"`                // the custom attributes
	Company    *string `json:"company"`               // the id of the company; nil: none
	MergedInto string  `json:"merged_into,omitempty"` // the id of the customer that answers in place of this one
	Attributes Values  `json:"attributes,omitempty"`  // other fields, such as name
	Rev        int64   `json:"rev"`                   // grows by one with each change
}

// Property defines a custom attribute. Type and DisplayName follow from the name where they are empty.
type Property struct {
	Type        string            `json:"type,omitempty"`
	DisplayName string            `json:"displayName,omitempty"`
	Description string            `json:"description,omitempty"`
	Enumeration []json.RawMessage `json:"enumeration,omitempty"` // the values allowed; empty: any
	Target      string            `json:"target,omitempty"`      // of an Id: the kind of record it names
	Multi       bool              `json:"multi,omitempty"`       // the value is an array
	Array       bool              `json:"array,omitempty"`       // the same; which of the two Kustomer means is not known
	Tree        json.RawMessage   `json:"tree,omitempty"`        // of a Tree: its nodes
	Sensitive   *Sensitivity      `json:"sensitive,omitempty"`

	LastNodeRequired bool `json:"lastNodeRequired,omitempty"` // of a Tree: only a node without children may be set

	ModifiedBy string `json:"modifiedBy,omitempty"`
	ModifiedAt string `json:"modifiedAt,omitempty"`
	UpdatedAt  string `json:"updatedAt,omitempty"`
	DeletedAt  string `json:"deletedAt,omitempty"` // not empty: deleted, and no longer in force
	DeletedBy  string `json:"deletedBy,omitempty"`
}

// Sensitivity tells whether the values of an attribute are masked in answers.
type Sensitivity struct {
	Enabled  bool   `json:"enabled"`
	MaskType string `json:"maskType,omitempty"`
}

var objectID = regexp.MustCompile(`^[0-9a-f]{24}$`)

// check refuses what the server could not answer for.
func (state State) check() error {
	if state.Token == "" {
		return errors.New("state: the token is empty")
	}
	if state.Limit < 0 || state.ObjectLimit < 0 {
		return errors.New("state: a limit is negative")
	}
	if !slices.Contains([]Masks{MaskText, MaskObject, MaskNone}, state.Masks) {
		return fmt.Errorf("state: no masks are called %q", state.Masks)
	}
	for id := range state.Conversations {
		if !objectID.MatchString(id) {
			return fmt.Errorf("state: the id %q is not 24 lower-case hexadecimal digits", id)
		}
	}
	for id, customer := range state.Customers {
		if !objectID.MatchString(id) {
			return fmt.Errorf("state: the id %q is not 24 lower-case hexadecimal digits", id)
		}
		if customer.MergedInto == "" {
			continue
		}
		if survivor, ok := state.Customers[customer.MergedInto]; !ok || survivor.MergedInto != "" {
			return fmt.Errorf("state: customer %s is merged into %q, which is no customer or merged too", id, customer.MergedInto)
		}
	}
	if _, err := json.Marshal(state); err != nil {
		return fmt.Errorf("state: %w", err)
	}
	return nil
}

// clone is a deep copy, with an empty map where there is none.
func (state State) clone() State {
	copied := State{
		Token:         state.Token,
		Limit:         state.Limit,
		ObjectLimit:   state.ObjectLimit,
		Masks:         state.Masks,
		Conversations: make(map[string]Conversation, len(state.Conversations)),
		Customers:     make(map[string]Customer, len(state.Customers)),
		Metadata:      make(map[string]map[string]Property, len(state.Metadata)),
	}
	for id, conversation := range state.Conversations {
		conversation.Custom, conversation.Attributes = cloneValues(conversation.Custom), cloneValues(conversation.Attributes)
		copied.Conversations[id] = conversation
	}
	for id, customer := range state.Customers {
		customer.Custom, customer.Attributes = cloneValues(customer.Custom), cloneValues(customer.Attributes)
		customer.Company = clonePointer(customer.Company)
		copied.Customers[id] = customer
	}
	for resource, properties := range state.Metadata {
		copied.Metadata[resource] = make(map[string]Property, len(properties))
		for name, property := range properties {
			copied.Metadata[resource][name] = property.clone()
		}
	}
	return copied
}

func (p Property) clone() Property {
	p.Enumeration = slices.Clone(p.Enumeration)
	for i, value := range p.Enumeration {
		p.Enumeration[i] = bytes.Clone(value)
	}
	p.Tree, p.Sensitive = bytes.Clone(p.Tree), clonePointer(p.Sensitive)
	return p
}

func cloneValues(values Values) Values {
	copied := make(Values, len(values))
	for name, value := range values {
		copied[name] = bytes.Clone(value)
	}
	return copied
}

func clonePointer[T any](pointer *T) *T {
	if pointer == nil {
		return nil
	}
	return new(*pointer)
}
