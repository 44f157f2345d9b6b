package chatwoot

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync/atomic"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/chatwoot"
)

// vendor is Chatwoot as the core sees it.
type vendor struct {
	api     *chatwoot.API
	account int64
	merging atomic.Int32 // whether the server merges conversations: unproven, merges, replaces
	owed    owed         // what it may have taken away
}

// Vendor implements [driver.Driver].
func (d *vendor) Vendor() string { return "chatwoot" }

// What Capabilities returns each time.
var (
	values = []adapters.ValueKind{
		adapters.ValueString, adapters.ValueNumber, adapters.ValueBool, adapters.ValueTime,
		adapters.ValueLink, adapters.ValueList, adapters.ValueJSON,
	}
	contactLookups = []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID}
)

// Capabilities implements [driver.Driver].
func (d *vendor) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	capabilities := adapters.Capabilities{
		Values:             values,
		EmptyText:          true,
		ForeignWritersSafe: false, // the server's own merges race
	}
	switch kind {
	case adapters.Conversation:
		capabilities.Merge = adapters.MergeEmulated // before 4.17.0
	case adapters.Contact:
		capabilities.Merge = adapters.MergeNative
		capabilities.Lookups = contactLookups
	default:
		return adapters.Capabilities{}, false
	}
	return capabilities, true
}

// Ref implements [driver.Driver].
func (d *vendor) Ref(ref adapters.Ref) (adapters.Ref, error) {
	_, err := driver.NumericID(ref)
	return ref, err
}

// number is the id of a canonical Ref.
func number(ref adapters.Ref) int64 {
	id, _ := driver.NumericID(ref)
	return id
}

// Read implements [driver.Driver].
func (d *vendor) Read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	ctx, body := transport.Keep(ctx)
	record, err := d.read(ctx, ref)
	if err == nil && record.Values == nil && missing(body.Bytes()) {
		return driver.Record{}, errNoMap
	}
	return record, err
}

func (d *vendor) read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	if ref.Kind == adapters.Contact {
		answer, err := d.api.GetContact(ctx, d.account, number(ref))
		return contact(ref, answer, err)
	}
	conversation, err := d.api.GetConversation(ctx, d.account, number(ref))
	if err != nil {
		return driver.Record{}, err
	}
	if conversation.ID != number(ref) {
		return driver.Record{}, misplaced(ref)
	}
	return driver.Record{Values: conversation.CustomAttributes, Complete: true}, nil // null, where the column is: no attributes
}

// errNoMap: taken for a record without attributes, it would be replaced by what is
// set.
var errNoMap = fmt.Errorf("%w: it holds no custom_attributes", adapters.ErrMalformed)

// missing tells an answer without the map from one in which it is null.
func missing(answer []byte) bool {
	type record struct {
		CustomAttributes json.RawMessage `json:"custom_attributes"`
	}
	var read struct {
		record
		Payload record `json:"payload"`
	}
	return json.Unmarshal(answer, &read) != nil || read.CustomAttributes == nil && read.Payload.CustomAttributes == nil
}

// contact is what an answer about a contact tells.
func contact(ref adapters.Ref, answer *chatwoot.ContactEnvelope, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	if answer.Payload.ID != number(ref) {
		return driver.Record{}, misplaced(ref)
	}
	return driver.Record{Values: answer.Payload.CustomAttributes, Complete: true}, nil
}

func misplaced(ref adapters.Ref) error {
	return fmt.Errorf("%w: it is not about the %s that was asked for; check the base URL", adapters.ErrMalformed, ref.Kind)
}

// Write implements [driver.Driver].
func (d *vendor) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	if ref.Kind == adapters.Contact {
		return d.writeContact(ctx, ref, change)
	}
	return d.writeConversation(ctx, ref, change)
}

// writeContact lets the server merge and remove, as it always does.
func (d *vendor) writeContact(ctx context.Context, ref adapters.Ref, change driver.Change) (record driver.Record, err error) {
	if len(change.Set) > 0 {
		answer, err := d.api.UpdateContact(ctx, d.account, number(ref), chatwoot.UpdateContact{CustomAttributes: change.Set})
		if record, err = contact(ref, answer, err); err != nil || len(change.Clear) == 0 {
			return record, err
		}
	}
	answer, err := d.api.DestroyContactCustomAttributes(ctx, d.account, number(ref), chatwoot.CustomAttributeKeys{CustomAttributes: change.Clear})
	return contact(ref, answer, err)
}

// Explain implements [driver.Driver]: the rows of the package documentation.
func (d *vendor) Explain(status int, _ http.Header, body []byte) transport.Explanation {
	answer := errorBody(body)
	explanation := transport.Explanation{Detail: answer.words()}
	switch {
	case status == http.StatusUnauthorized && answer.Error != "" && answer.Error != "Invalid Access Token":
		// The refusals of a role, of an inbox and of a bot have one shape, and
		// their words may be translated: so all of it is said.
		explanation.Class, explanation.Code = adapters.ErrForbidden, adapters.CodeNotPermitted
		explanation.Reason = "the token may not do this: give its owner the right; " +
			"an agent bot's token cannot touch contacts or definitions, nor remove attributes"
	case statementTimeout(status, body):
		explanation.Class, explanation.Code = adapters.ErrUnavailable, adapters.CodeTimeout
	}
	return explanation
}

// failure is every JSON error of the server in one.
type failure struct {
	Status     int      `json:"status"` // only where Rails itself answers: no route, a crash
	Error      string   `json:"error"`
	Errors     []string `json:"errors"`
	Message    string   `json:"message"`
	Attributes []string `json:"attributes"`
}

// errorBody reads what is there; HTML and text give nothing.
func errorBody(body []byte) (answer failure) {
	if json.Unmarshal(body, &answer) != nil {
		return failure{}
	}
	return answer
}

func (f failure) words() string {
	if f.Message != "" {
		return f.Message
	}
	if len(f.Errors) > 0 {
		return f.Errors[0]
	}
	return f.Error
}

// statementTimeout recognises the one 422 that may pass: the database gave up.
// Its text is translated, so the shape tells.
func statementTimeout(status int, body []byte) bool {
	answer := errorBody(body)
	return status == http.StatusUnprocessableEntity && answer.Error != "" && len(answer.Attributes) == 0
}

// merged is the stored map with the change in it: never nil, because the server
// crashes on a missing map, and every byte of the rest as it was read.
func merged(stored map[string]json.RawMessage, change driver.Change) map[string]json.RawMessage {
	all := make(map[string]json.RawMessage, len(stored)+len(change.Set))
	maps.Copy(all, stored)
	maps.Copy(all, change.Set)
	for _, key := range change.Clear {
		delete(all, key)
	}
	return all
}
