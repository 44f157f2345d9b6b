package dixa

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/dixa"
)

// vendor is Dixa as the core sees it.
type vendor struct {
	api *dixa.API
}

// Vendor implements [driver.Driver].
func (d *vendor) Vendor() string { return "dixa" }

// What Capabilities returns each time.
var (
	values         = []adapters.ValueKind{adapters.ValueString, adapters.ValueLink, adapters.ValueList}
	contactLookups = []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID}
)

// Capabilities implements [driver.Driver].
func (d *vendor) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	if kind != adapters.Conversation && kind != adapters.Contact {
		return adapters.Capabilities{}, false
	}
	capabilities := adapters.Capabilities{
		Values:             values,
		EmptyText:          false,
		Merge:              adapters.MergeNative,
		ForeignWritersSafe: true, // attribute by attribute
	}
	if kind == adapters.Contact {
		capabilities.Lookups = contactLookups
	}
	return capabilities, true
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// Ref implements [driver.Driver].
func (d *vendor) Ref(ref adapters.Ref) (adapters.Ref, error) {
	if ref.Kind == adapters.Contact {
		canonical := adapters.Ref{Kind: ref.Kind, ID: strings.ToLower(ref.ID)}
		if !uuid.MatchString(canonical.ID) {
			return ref, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is not a UUID, like 2f5515b6-7e98-4f4d-9010-bfd2a27d4f35")
		}
		return canonical, nil
	}
	_, err := driver.NumericID(ref)
	return ref, err
}

// number is the id of a conversation's canonical Ref.
func number(ref adapters.Ref) int64 {
	id, _ := driver.NumericID(ref)
	return id
}

// Read implements [driver.Driver].
func (d *vendor) Read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	var id string
	var attributes []dixa.CustomAttribute
	if ref.Kind == adapters.Contact {
		answer, err := d.api.GetEndUser(ctx, ref.ID)
		if err != nil {
			return driver.Record{}, err
		}
		id, attributes = strings.ToLower(answer.Data.ID), answer.Data.CustomAttributes
	} else {
		answer, err := d.api.GetConversation(ctx, number(ref))
		if err != nil {
			return driver.Record{}, err
		}
		id, attributes = strconv.FormatInt(answer.Data.ID, 10), answer.Data.CustomAttributes
	}
	if id != ref.ID {
		return driver.Record{}, fmt.Errorf("%w: it is not about the %s that was asked for; check the base URL", adapters.ErrMalformed, ref.Kind)
	}
	record, err := record(attributes)
	record.Complete = true
	return record, err
}

// Write implements [driver.Driver].
func (d *vendor) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	values := change.WithNulls()
	var answer *dixa.PatchedCustomAttributes
	var err error
	if ref.Kind == adapters.Contact {
		answer, err = d.api.PatchEndUserCustomAttributes(ctx, ref.ID, values)
	} else {
		answer, err = d.api.PatchConversationCustomAttributes(ctx, number(ref), values)
	}
	if err != nil {
		return driver.Record{}, err
	}
	if answer.Data == nil && len(change.Set) > 0 {
		return driver.Record{}, fmt.Errorf("%w: it holds no data", adapters.ErrMalformed)
	}
	return record(answer.Data) // maybe only what was written: never Complete
}

// record is what a list of attributes tells.
func record(attributes []dixa.CustomAttribute) (driver.Record, error) {
	record := driver.Record{Values: map[string]json.RawMessage{}, Names: map[string]string{}}
	for _, attribute := range attributes {
		if attribute.ID == "" {
			return driver.Record{}, fmt.Errorf("%w: it holds an attribute without id", adapters.ErrMalformed)
		}
		key := strings.ToLower(attribute.ID)
		record.Values[key] = attribute.Value
		record.Names[key] = attribute.Identifier
	}
	return record, nil
}

// Explain implements [driver.Driver].
func (d *vendor) Explain(status int, _ http.Header, body []byte) transport.Explanation {
	var answer struct{ Message string }
	if json.Unmarshal(body, &answer) != nil {
		answer.Message = string(body) // undocumented, and possible
	}
	// Nobody knows whether a refused PATCH is all or nothing.
	explanation := transport.Explanation{Detail: answer.Message, Doubtful: status == http.StatusBadRequest}
	if status == http.StatusUnauthorized { // a token without the right is told so, too
		explanation.Reason = "the vendor does not accept the token, or the token may not do this; check it and its rights"
	}
	return explanation
}
