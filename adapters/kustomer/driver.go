package kustomer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/kustomer"
)

// vendor is Kustomer as the core sees it.
type vendor struct {
	api         *kustomer.API
	skipCompany bool
}

// Vendor implements [driver.Driver].
func (d *vendor) Vendor() string { return "kustomer" }

// What Capabilities returns each time.
var (
	values = []adapters.ValueKind{
		adapters.ValueString, adapters.ValueNumber, adapters.ValueBool,
		adapters.ValueTime, adapters.ValueLink, adapters.ValueList,
	}
	conversationLookups = []adapters.LookupField{adapters.ByExternalID}
	contactLookups      = []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID}
)

// Capabilities implements [driver.Driver].
func (d *vendor) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	capabilities := adapters.Capabilities{
		Values:             values,
		EmptyText:          true,
		Merge:              adapters.MergeNative,
		ForeignWritersSafe: true, // key by key
	}
	switch kind {
	case adapters.Conversation:
		capabilities.Lookups = conversationLookups
	case adapters.Contact:
		capabilities.Lookups = contactLookups
	default:
		return adapters.Capabilities{}, false
	}
	return capabilities, true
}

// Ref implements [driver.Driver].
func (d *vendor) Ref(ref adapters.Ref) (adapters.Ref, error) {
	canonical := adapters.Ref{Kind: ref.Kind, ID: strings.ToLower(ref.ID)}
	if !isID(canonical.ID) {
		return ref, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is not 24 hexadecimal digits")
	}
	return canonical, nil
}

// isID tells whether an id is 24 hexadecimal digits in lower case.
func isID(id string) bool { return len(id) == 24 && strings.Trim(id, "0123456789abcdef") == "" }

// Read implements [driver.Driver].
func (d *vendor) Read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	if ref.Kind == adapters.Contact {
		answer, err := d.api.GetCustomer(ctx, ref.ID)
		return customer(ref, answer, err)
	}
	answer, err := d.api.GetConversation(ctx, ref.ID)
	return conversation(ref, answer, err)
}

// Write implements [driver.Driver].
func (d *vendor) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	record, err := d.patch(ctx, ref, change)
	// The published examples of these answers leave custom out. Then they say
	// nothing of the attributes.
	record.Complete = record.Complete && (record.Values != nil || len(change.Set) == 0)
	return record, err
}

// patch sends the change, and with it the revision of what the record was read
// as, if it was: the server refuses a change of another revision. Sent again
// unchanged, the old revision would be refused even where the first sending had
// worked: so it is sent once, and anew after another read.
func (d *vendor) patch(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	before := change.Before
	if before == nil && ref.Kind == adapters.Contact && !d.skipCompany {
		ctx = transport.Together(ctx, 2) // the revision is not to grow old in a queue
		read, err := d.Read(ctx, ref)
		if err != nil {
			return driver.Record{}, err
		}
		before = &read
	}
	var was state
	if before != nil {
		was, _ = before.Private.(state)
		ctx = transport.Once(ctx)
	}
	custom := change.WithNulls()
	if ref.Kind == adapters.Conversation {
		answer, err := d.api.UpdateConversationAttributes(ctx, ref.ID, kustomer.UpdateConversation{Custom: custom, Rev: was.rev})
		return conversation(ref, answer, err)
	}
	update := kustomer.UpdateCustomer{Custom: custom, Rev: was.rev}
	if was.company != "" {
		update.Company = kustomer.Set(was.company) // leaving it out may unlink it
	}
	answer, err := d.api.UpdateCustomerAttributes(ctx, ref.ID, update)
	return customer(ref, answer, err)
}

// state is what a read tells of a record beside its attributes.
type state struct {
	rev     *int64
	company string // of a customer; "": none
}

func conversation(ref adapters.Ref, answer *kustomer.ConversationEnvelope, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	attributes := answer.Data.Attributes
	return record(ref, answer.Data.ID, attributes.Custom, state{rev: attributes.Rev})
}

func customer(ref adapters.Ref, answer *kustomer.CustomerEnvelope, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	attributes := answer.Data.Attributes
	is := state{rev: attributes.Rev}
	if company := answer.Data.Relationships.Company; company != nil && company.Data != nil {
		is.company = company.Data.ID
	}
	return record(ref, answer.Data.ID, attributes.Custom, is)
}

// record is what an answer tells. Kustomer sends whole records, and leaves
// custom out where it is empty (recorded).
func record(ref adapters.Ref, id string, custom map[string]json.RawMessage, is state) (driver.Record, error) {
	switch {
	case !isID(id):
		return driver.Record{}, errNoRecord
	case id != ref.ID:
		return driver.Record{}, driver.Refuse(adapters.ErrConflict, adapters.CodeRecordMerged, "the record was merged into %s; use that id", id)
	}
	return driver.Record{Values: custom, Complete: true, Private: is}, nil
}

var errNoRecord = fmt.Errorf("%w: it holds no record; check the base URL", adapters.ErrMalformed)

// reasons are what a status may mean at Kustomer beside what it says.
var reasons = map[int]string{
	http.StatusUnauthorized:          "the vendor does not accept the token, or its roles do not allow this; check it and its roles",
	http.StatusForbidden:             "the token's roles do not allow this, or Kustomer does not accept it; check its roles and it",
	http.StatusRequestEntityTooLarge: "the request is over the 100 kB that Kustomer takes; set fewer attributes in one call",
}

// Explain implements [driver.Driver].
func (d *vendor) Explain(status int, _ http.Header, body []byte) transport.Explanation {
	var answer struct {
		Errors []struct {
			Title, Detail, Message string
			Source                 struct{ Parameter string } // the attribute, where one is to blame
		}
	}
	explanation := transport.Explanation{Reason: cmp.Or(otherRegion(body), reasons[status])}
	_ = json.Unmarshal(body, &answer) // what is of another type is left out
	if len(answer.Errors) > 0 {
		first := answer.Errors[0]
		explanation.Detail = strings.Join(strings.Fields(strings.Join([]string{first.Title, first.Message, first.Detail, first.Source.Parameter}, " ")), " ")
	}
	if status == http.StatusRequestEntityTooLarge {
		explanation.Code = adapters.CodeTooLarge
	}
	return explanation
}
