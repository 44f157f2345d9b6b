package chatwoot

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/chatwoot"
)

// types are what the dashboard offers for an attribute, in the words of all
// vendors.
var types = map[chatwoot.AttributeDisplayType]adapters.Type{
	chatwoot.AttributeDisplayTypeText:     adapters.TypeText,
	chatwoot.AttributeDisplayTypeNumber:   adapters.TypeNumber,
	chatwoot.AttributeDisplayTypeCurrency: adapters.TypeNumber,
	chatwoot.AttributeDisplayTypePercent:  adapters.TypeNumber,
	chatwoot.AttributeDisplayTypeLink:     adapters.TypeLink,
	chatwoot.AttributeDisplayTypeDate:     adapters.TypeDate,
	chatwoot.AttributeDisplayTypeList:     adapters.TypeChoice,
	chatwoot.AttributeDisplayTypeCheckbox: adapters.TypeBool,
}

// Definitions implements [driver.Driver].
func (d *vendor) Definitions(ctx context.Context, kind adapters.Kind) ([]adapters.Definition, error) {
	model := chatwoot.AttributeModelConversationAttribute
	if kind == adapters.Contact {
		model = chatwoot.AttributeModelContactAttribute
	}
	ctx, body := transport.Keep(ctx) // the generated type knows no field that a newer server adds
	list, err := d.api.ListCustomAttributeDefinitions(ctx, d.account, &chatwoot.ListCustomAttributeDefinitionsParams{AttributeModel: &model})
	if err != nil {
		return nil, err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(body.Bytes(), &raw); err != nil {
		return nil, err // cannot be: the client has read the same
	}
	if raw == nil {
		return nil, fmt.Errorf("%w: it holds no list of definitions", adapters.ErrMalformed)
	}
	definitions := make([]adapters.Definition, 0, len(list))
	for i, entry := range list {
		if entry.AttributeKey == "" {
			return nil, fmt.Errorf("%w: it holds a definition without attribute_key", adapters.ErrMalformed)
		}
		definitions = append(definitions, definition(kind, entry, raw[i]))
	}
	return definitions, nil
}

func definition(kind adapters.Kind, entry chatwoot.CustomAttributeDefinition, raw json.RawMessage) adapters.Definition {
	d := adapters.Definition{
		Key: entry.AttributeKey, Label: entry.AttributeDisplayName, Kind: kind,
		Type: types[entry.AttributeDisplayType], VendorType: string(entry.AttributeDisplayType),
		Raw: raw,
	}
	if entry.AttributeDescription != nil {
		d.Description = *entry.AttributeDescription
	}
	if entry.RegexPattern != nil {
		d.Pattern = pattern(*entry.RegexPattern)
	}
	if kind == adapters.Conversation && (d.Type == adapters.TypeText || d.Type == adapters.TypeLink) {
		d.MaxLength = maxText
	}
	if d.Type == adapters.TypeChoice {
		for _, value := range entry.AttributeValues {
			if text := choice(value); text != "" {
				d.Choices = append(d.Choices, adapters.Choice{Value: text, Label: text})
			}
		}
	}
	return d
}

// choice is the text of a choice. The API stores numbers too, and null, which is
// none: one of them must not keep all other definitions from being read.
func choice(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// pattern is a regular expression as Go reads it. The dashboard stores what
// JavaScript shows: slashes around it and flags behind, of which i, m and s mean
// the same in Go and the others nothing for a single match. Without slashes
// somebody has sent it through the API, and means it as it is.
func pattern(stored string) string {
	end := strings.LastIndexByte(stored, '/')
	if end < 1 || stored[0] != '/' || strings.Trim(stored[end+1:], "dgimsuvy") != "" {
		return stored
	}
	flags := strings.Map(func(flag rune) rune {
		if strings.ContainsRune("ims", flag) {
			return flag
		}
		return -1
	}, stored[end+1:])
	if flags == "" {
		return stored[1:end]
	}
	return "(?" + flags + ")" + stored[1:end]
}
