package toydesk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
)

// vendor is Toydesk as the core sees it.
type vendor struct {
	client *http.Client
	base   string
}

// records are the vendor's routes and ids. An id that matches reaches no other route.
var records = map[adapters.Kind]struct {
	path, fields string
	id           *regexp.Regexp
}{
	adapters.Conversation: {"/tickets/", "/fields/ticket", regexp.MustCompile(`^t-[1-9][0-9]{0,17}$`)},
	adapters.Contact:      {"/people/", "/fields/person", regexp.MustCompile(`^p-[1-9][0-9]{0,17}$`)},
}

// Vendor implements [driver.Driver].
func (d *vendor) Vendor() string { return "toydesk" }

// Capabilities implements [driver.Driver].
func (d *vendor) Capabilities(kind adapters.Kind) (adapters.Capabilities, bool) {
	_, ok := records[kind]
	return adapters.Capabilities{
		Values:             []adapters.ValueKind{adapters.ValueString, adapters.ValueNumber, adapters.ValueBool},
		Merge:              adapters.MergeEmulated,
		ForeignWritersSafe: true, // the server takes no map that was built on an old version
	}, ok
}

// Ref implements [driver.Driver].
func (d *vendor) Ref(ref adapters.Ref) (adapters.Ref, error) {
	if !records[ref.Kind].id.MatchString(ref.ID) {
		return ref, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the id is not like t-17 for a ticket or p-4 for a person")
	}
	return ref, nil
}

const prefix = "cf:"

var keys = regexp.MustCompile(`^cf:[a-z0-9_]{1,40}$`)

// Key implements [driver.Driver].
func (d *vendor) Key(_ adapters.Kind, name string, _ adapters.Value, _ []adapters.Definition) (string, error) {
	key := prefix + strings.TrimPrefix(name, prefix)
	if !keys.MatchString(key) {
		return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeBadName, "a name has 1 to 40 lower-case letters, digits and _")
	}
	return key, nil
}

// Encode implements [driver.Driver].
func (d *vendor) Encode(_ adapters.Kind, _ string, v adapters.Value) (json.RawMessage, error) {
	if v.Kind() == adapters.ValueNumber && !adapters.ExactInFloat64(v.Number()) {
		return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeInexact, "Toydesk would store another number; send it as text")
	}
	return v.MarshalJSON()
}

// Decode implements [driver.Driver].
func (d *vendor) Decode(_ adapters.Kind, _ string, raw json.RawMessage) (adapters.Value, bool) {
	return driver.Plain(raw)
}

// Read implements [driver.Driver].
func (d *vendor) Read(ctx context.Context, ref adapters.Ref) (driver.Record, error) {
	return d.record(ctx, http.MethodGet, ref, nil, nil)
}

// Write implements [driver.Driver]: what was read, with the change in it.
func (d *vendor) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	before := change.Before
	if before == nil {
		read, err := d.Read(ctx, ref)
		if err != nil {
			return driver.Record{}, err
		}
		before = &read
	}
	fields := maps.Clone(before.Values) // Verify will look at Before again
	maps.Copy(fields, change.Set)
	for _, key := range change.Clear {
		delete(fields, key)
	}
	// Once: where our first attempt was applied and its answer lost, the same
	// request would get 412. The core calls Write again, which reads again.
	record, err := d.record(transport.Once(ctx), http.MethodPut, ref, before.Private, map[string]any{"fields": fields})
	record.Replaced = true
	return record, err
}

// record sends a request whose answer is the record. Its version goes to Private.
func (d *vendor) record(ctx context.Context, method string, ref adapters.Ref, version, body any) (driver.Record, error) {
	var answer struct {
		ID      string
		Version int64
		Fields  map[string]json.RawMessage
	}
	if err := d.call(ctx, method, records[ref.Kind].path+ref.ID, version, body, &answer); err != nil {
		return driver.Record{}, err
	}
	if answer.ID != ref.ID || answer.Fields == nil {
		return driver.Record{}, fmt.Errorf("%w: it is not the record that was asked for; check the base URL", adapters.ErrMalformed)
	}
	names := map[string]string{}
	for key := range answer.Fields {
		names[key] = strings.TrimPrefix(key, prefix)
	}
	return driver.Record{Values: answer.Fields, Names: names, Complete: true, Private: answer.Version}, nil
}

// types are the vendor's words for what a field holds.
var types = map[string]adapters.Type{"line": adapters.TypeText, "count": adapters.TypeNumber, "flag": adapters.TypeBool, "pick": adapters.TypeChoice}

// Definitions implements [driver.Driver].
func (d *vendor) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	var answer struct{ Fields []json.RawMessage }
	if err := d.call(ctx, http.MethodGet, records[kind].fields, nil, nil, &answer); err != nil {
		return nil, err
	}
	definitions := []adapters.Definition{}
	for _, raw := range answer.Fields {
		var field struct {
			Key, Title, Type string
			Options          []struct{ Code, Title string }
		}
		if err := json.Unmarshal(raw, &field); err != nil {
			return nil, fmt.Errorf("%w: a field that is none", adapters.ErrMalformed) // not err, which may hold values
		}
		definition := adapters.Definition{
			Key: field.Key, Name: strings.TrimPrefix(field.Key, prefix), Label: field.Title, Kind: kind,
			Type: types[field.Type], VendorType: field.Type, Raw: raw,
		}
		for _, option := range field.Options {
			definition.Choices = append(definition.Choices, adapters.Choice{Value: option.Code, Label: option.Title})
		}
		definitions = append(definitions, definition)
	}
	return definitions, nil
}

// Explain implements [driver.Driver].
func (d *vendor) Explain(status int, _ http.Header, body []byte) transport.Explanation {
	var answer struct{ Problem struct{ Say string } }
	_ = json.Unmarshal(body, &answer) // HTML and text say nothing
	explanation := transport.Explanation{Detail: answer.Problem.Say}
	if status == http.StatusPreconditionFailed { // a conflict under Once makes the core call Write again
		explanation.Class, explanation.Code = adapters.ErrConflict, adapters.CodeStale
	}
	return explanation
}

// call sends a request and decodes the answer into result.
func (d *vendor) call(ctx context.Context, method, path string, version, body, result any) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false) // else the < of a text that is carried along would be sent as an escape
	if body != nil && encoder.Encode(body) != nil {
		return errors.New("the request cannot be encoded")
	}
	request, err := http.NewRequestWithContext(ctx, method, d.base+path, &content) // with GetBody, for a renewed token
	if err != nil {
		return err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("If-Match", fmt.Sprintf(`"%d"`, version))
	}
	response, err := d.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10))
		return &answer{response, text, nil}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err != nil || json.Unmarshal(text, result) != nil {
		return &answer{response, nil, errors.New("it is not JSON of the form we know")} // json's own error may quote a value
	}
	return nil
}

// answer is one that is not the success it should be: a [transport.Answer].
type answer struct {
	*http.Response
	body []byte
	err  error // why a 2xx was not understood
}

func (a *answer) Error() string                          { return fmt.Sprint("status ", a.StatusCode) }
func (a *answer) Unwrap() error                          { return a.err }
func (a *answer) HTTPAnswer() (int, http.Header, []byte) { return a.StatusCode, a.Header, a.body }
