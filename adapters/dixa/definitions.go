package dixa

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/dixa"
)

// Definitions implements [driver.Driver].
func (d *vendor) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	entity := dixa.CustomAttributeEntityTypeConversation
	if kind == adapters.Contact {
		entity = dixa.CustomAttributeEntityTypeContact // the vendor's word for end users, here only
	}
	// The typed answer has lost what the document does not know, so that Raw is
	// taken from the bytes it was decoded from.
	ctx, body := transport.Keep(ctx)
	answer, err := d.api.ListCustomAttributeDefinitions(ctx)
	if err != nil {
		return nil, err
	}
	var raw struct {
		Data []json.RawMessage `json:"data"`
	}
	// A list may be empty. Where there is none, the answer is not about definitions.
	if err := json.Unmarshal(body.Bytes(), &raw); err != nil || raw.Data == nil || len(raw.Data) != len(answer.Data) {
		return nil, fmt.Errorf("%w: it is no list of definitions", adapters.ErrMalformed)
	}
	definitions := make([]adapters.Definition, 0, len(answer.Data))
	for i, entry := range answer.Data {
		if entry.EntityType != entity {
			continue
		}
		definition, err := define(kind, entry)
		if err != nil {
			// Neither its id nor the cause is told: both may quote anything.
			return nil, fmt.Errorf("%w: definition %d of %d has options that are not as the document says", adapters.ErrMalformed, i+1, len(answer.Data))
		}
		definition.Raw = raw.Data[i]
		definitions = append(definitions, definition)
	}
	return definitions, nil
}

// define is a definition in the words of package adapters. Dixa knows no limit
// of length and no pattern.
func define(kind adapters.Kind, entry dixa.CustomAttributeDefinition) (adapters.Definition, error) {
	definition := adapters.Definition{
		Key: strings.ToLower(entry.ID), Name: entry.Identifier, Label: entry.Label, Kind: kind,
		VendorType: string(entry.InputDefinition.Type),
		// What a deactivated one may still do, nobody knows: neither is for use.
		Archived: entry.IsArchived || entry.IsDeactivated,
	}
	if entry.Description != nil {
		definition.Description = *entry.Description
	}
	switch entry.InputDefinition.Type {
	case dixa.CustomAttributeInputTypeText:
		definition.Type = adapters.TypeText
	case dixa.CustomAttributeInputTypeSelect:
		// LeafOnly stays false. Whether a path may end above a leaf, nobody knows:
		// where it may not, Dixa refuses it, which the caller is told; were it
		// refused here, a path that Dixa holds could not be written back.
		definition.Type = adapters.TypePath
		input, err := entry.InputDefinition.AsSelectInput()
		if err != nil {
			return definition, err
		}
		definition.Choices = choices(input.Options)
	}
	return definition, nil
}

// choices are the options of one level. Where Dixa names none at all (nil), any
// value goes; an empty list offers nothing.
func choices(options []dixa.SelectOption) []adapters.Choice {
	if options == nil {
		return nil
	}
	list := make([]adapters.Choice, len(options))
	for i, option := range options {
		list[i] = adapters.Choice{
			Value: option.Value, Label: option.Label,
			Choices: choices(option.NestedOptions), Retired: option.IsDeactivated,
		}
	}
	return list
}
