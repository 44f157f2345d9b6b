package kustomer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/kustomer"
)

// vendor is Kustomer as the core sees it.
type vendor struct {
	api *kustomer.API
}

// Vendor implements [driver.Driver].
func (d *vendor) Vendor() string { return "kustomer" }

// Capabilities implements [driver.Driver].
func (d *vendor) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	if kind != adapters.Conversation && kind != adapters.Contact {
		return adapters.Capabilities{}, false
	}
	return adapters.Capabilities{
		Values: []adapters.ValueKind{
			adapters.ValueString, adapters.ValueNumber, adapters.ValueBool,
			adapters.ValueTime, adapters.ValueLink, adapters.ValueList,
		},
		EmptyText:          true,
		Merge:              adapters.MergeNative,
		ForeignWritersSafe: true, // key by key
	}, true
}

var objectID = regexp.MustCompile(`^[0-9a-f]{24}$`)

// Ref implements [driver.Driver].
func (d *vendor) Ref(ref adapters.Ref) (adapters.Ref, error) {
	canonical := adapters.Ref{Kind: ref.Kind, ID: strings.ToLower(ref.ID)}
	if !objectID.MatchString(canonical.ID) {
		return ref, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is not 24 hexadecimal digits")
	}
	return canonical, nil
}

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
	record, err := d.patch(ctx, ref, change.WithNulls())
	// The published examples of these answers leave custom out. Then they say
	// nothing of the attributes.
	record.Complete = record.Complete && (record.Values != nil || len(change.Set) == 0)
	return record, err
}

func (d *vendor) patch(ctx context.Context, ref adapters.Ref, custom map[string]json.RawMessage) (driver.Record, error) {
	if ref.Kind == adapters.Contact {
		return d.patchCustomer(ctx, ref, custom)
	}
	answer, err := d.api.UpdateConversationAttributes(ctx, ref.ID, kustomer.UpdateConversation{Custom: custom})
	return conversation(ref, answer, err)
}

// patchCustomer sends the company along, because leaving it out may unlink it,
// and the revision it was read with, so that a company linked meanwhile is not
// undone. Sent again unchanged, the old revision would be refused even where the
// first sending had worked: so it is sent once, and anew after another read.
func (d *vendor) patchCustomer(ctx context.Context, ref adapters.Ref, custom map[string]json.RawMessage) (driver.Record, error) {
	before, err := d.api.GetCustomer(ctx, ref.ID)
	if _, err = customer(ref, before, err); err != nil {
		return driver.Record{}, err
	}
	update := kustomer.UpdateCustomer{Custom: custom, Rev: before.Data.Attributes.Rev}
	if company := before.Data.Relationships.Company; company != nil && company.Data != nil && company.Data.ID != "" {
		update.Company = kustomer.Set(company.Data.ID)
	}
	answer, err := d.api.UpdateCustomerAttributes(transport.Once(ctx), ref.ID, update)
	return customer(ref, answer, err)
}

func conversation(ref adapters.Ref, answer *kustomer.ConversationEnvelope, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	return record(ref, answer.Data.ID, answer.Data.Attributes.Custom)
}

func customer(ref adapters.Ref, answer *kustomer.CustomerEnvelope, err error) (driver.Record, error) {
	if err != nil {
		return driver.Record{}, err
	}
	return record(ref, answer.Data.ID, answer.Data.Attributes.Custom)
}

// record is what an answer tells. Kustomer sends whole records, and leaves
// custom out where it is empty (recorded).
func record(ref adapters.Ref, id string, custom map[string]json.RawMessage) (driver.Record, error) {
	switch {
	case !objectID.MatchString(id):
		return driver.Record{}, fmt.Errorf("%w: it holds no record; check the base URL", adapters.ErrMalformed)
	case id != ref.ID:
		return driver.Record{}, driver.Refuse(adapters.ErrConflict, adapters.CodeRecordMerged, "the record was merged into %s; use that id", id)
	}
	return driver.Record{Values: custom, Complete: true}, nil
}

// Definitions implements [driver.Driver].
func (d *vendor) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	resource := "conversation"
	if kind == adapters.Contact {
		resource = "customer"
	}
	answer, err := d.api.GetMetadata(ctx, resource)
	if err != nil {
		return nil, err
	}
	properties := answer.Data.Attributes.Properties
	definitions := make([]adapters.Definition, 0, len(properties))
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		property := properties[key]
		definitions = append(definitions, adapters.Definition{
			Key: key, Label: value(property.DisplayName), Description: value(property.Description),
			Kind: kind, VendorType: value(property.Type), Archived: property.DeletedAt.IsSet(),
		})
	}
	return definitions, nil
}

// value is what a pointer points to, or the zero value.
func value[T any](pointer *T) (v T) {
	if pointer != nil {
		v = *pointer
	}
	return v
}

// Explain implements [driver.Driver].
func (d *vendor) Explain(status int, _ http.Header, body []byte) transport.Explanation {
	var answer struct {
		Errors []struct{ Title, Detail, Message string }
	}
	explanation := transport.Explanation{}
	if json.Unmarshal(body, &answer) == nil && len(answer.Errors) > 0 {
		first := answer.Errors[0]
		explanation.Detail = strings.TrimSpace(strings.Join([]string{first.Title, first.Message, first.Detail}, " "))
	}
	if status == http.StatusRequestEntityTooLarge {
		explanation.Code = adapters.CodeTooLarge
	}
	return explanation
}
