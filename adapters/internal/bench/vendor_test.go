package bench

import (
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// vendorCase is a kind of record of a vendor, and what is written to it.
type vendorCase struct {
	vendor  string
	kind    adapters.Kind
	id      string
	fields  []field
	answers func(testing.TB) answers
}

// field is an attribute under the name and as the value that the caller of an
// adapter gives, and under the key and as the value that the vendor takes.
type field struct {
	name  string
	value adapters.Value
	key   string
	plain any
}

// few is the case with the first of its fields only.
func (c vendorCase) few(count int) vendorCase {
	c.fields = c.fields[:count]
	return c
}

// attributes are the fields as an adapter takes them.
func (c vendorCase) attributes() adapters.Attributes {
	attributes := adapters.Attributes{}
	for _, f := range c.fields {
		attributes[f.name] = f.value
	}
	return attributes
}

// plain are the fields as the vendor takes them.
func (c vendorCase) plain() map[string]any {
	plain := map[string]any{}
	for _, f := range c.fields {
		plain[f.key] = f.plain
	}
	return plain
}

var delivery = time.Date(2026, 2, 3, 9, 30, 0, 0, time.UTC)

const parcel = "https://parcels.example/A-1001"

// chatwootFields: any JSON, under any name.
var chatwootFields = []field{
	{"order_id", adapters.String("A-1001"), "order_id", "A-1001"},
	{"order_total", adapters.Float(129.9), "order_total", 129.9},
	{"gift", adapters.Bool(true), "gift", true},
	{"delivery", adapters.Time(delivery), "delivery", "2026-02-03T09:30:00.000Z"},
	{"tracking_url", adapters.Link(parcel), "tracking_url", parcel},
}

// kustomerFields: the metadata gives the keys.
var kustomerFields = []field{
	{"order_id", adapters.String("A-1001"), "orderIdStr", "A-1001"},
	{"order_total", adapters.Float(129.9), "orderTotalNum", 129.9},
	{"gift", adapters.Bool(true), "giftBool", true},
	{"delivery", adapters.Time(delivery), "deliveryAt", "2026-02-03T09:30:00.000Z"},
	{"tracking_url", adapters.Link(parcel), "trackingUrl", parcel},
}

// dixaFields: texts, under the ids of definitions.
var dixaFields = []field{
	{"order_id", adapters.String("A-1001"), "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35", "A-1001"},
	{"order_total", adapters.String("129.9"), "2f5515b6-7e98-4f4d-9010-bfd2a27d4f36", "129.9"},
	{"gift", adapters.String("yes"), "2f5515b6-7e98-4f4d-9010-bfd2a27d4f37", "yes"},
	{"delivery", adapters.String("2026-02-03"), "2f5515b6-7e98-4f4d-9010-bfd2a27d4f38", "2026-02-03"},
	{"tracking_url", adapters.Link(parcel), "2f5515b6-7e98-4f4d-9010-bfd2a27d4f39", parcel},
}

// held is a record's map: the five fields and three that nobody touches.
func held(fields []field, others map[string]any) map[string]any {
	for _, f := range fields {
		others[f.key] = f.plain
	}
	return others
}

var cases = []vendorCase{
	{"chatwoot", adapters.Conversation, "7", chatwootFields, func(tb testing.TB) answers {
		all := held(chatwootFields, map[string]any{"plan": "gold", "seats": 12, "region": "BE"})
		return answers{record: with(tb, "chatwoot/testdata/answers/updateConversationCustomAttributes-echo.json", "custom_attributes", all)}
	}},
	{"chatwoot", adapters.Contact, "7", chatwootFields, func(tb testing.TB) answers {
		all := held(chatwootFields, map[string]any{"plan": "gold", "seats": 12, "region": "BE"})
		return answers{record: with(tb, "chatwoot/testdata/answers/updateContact-payload-is-contact.json", "payload.custom_attributes", all)}
	}},
	{"kustomer", adapters.Conversation, "64a1f0c2d3e4b5a697880001", kustomerFields, func(tb testing.TB) answers {
		all := held(kustomerFields, map[string]any{"planStr": "gold", "seatsNum": 12, "countryTree": "europe.de"})
		properties := map[string]any{}
		for key := range all {
			properties[key] = map[string]any{"displayName": key}
		}
		return answers{
			record:      with(tb, "kustomer/testdata/answers/getConversation-with-custom.json", "data.attributes.custom", all),
			definitions: with(tb, "kustomer/testdata/answers/getMetadata-types-of-definitions.json", "data.attributes.properties", properties),
		}
	}},
	{"dixa", adapters.Conversation, "42", dixaFields, func(tb testing.TB) answers {
		var values, definitions []any
		fields := append([]field{
			{name: "plan", key: "2f5515b6-7e98-4f4d-9010-bfd2a27d4f40", plain: "gold"},
			{name: "seats", key: "2f5515b6-7e98-4f4d-9010-bfd2a27d4f41", plain: "12"},
			{name: "region", key: "2f5515b6-7e98-4f4d-9010-bfd2a27d4f42", plain: "BE"},
		}, dixaFields...)
		for _, f := range fields {
			values = append(values, map[string]any{"id": f.key, "name": f.name, "identifier": f.name, "value": f.plain})
			definitions = append(definitions, map[string]any{
				"id": f.key, "entityType": "Conversation", "identifier": f.name, "label": f.name, "inputDefinition": map[string]any{"_type": "Text"},
				"createdAt": "2023-01-05T06:42:31.532Z[GMT]", "isRequired": false, "isArchived": false, "isDeactivated": false,
			})
		}
		return answers{
			record:      with(tb, "dixa/testdata/answers/patchEndUserCustomAttributes-text-and-select.json", "data", values),
			definitions: with(tb, "dixa/testdata/answers/listCustomAttributeDefinitions-zoned-times.json", "data", definitions),
		}
	}},
}
