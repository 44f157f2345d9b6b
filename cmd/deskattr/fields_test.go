package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

func TestTellFields(t *testing.T) {
	var b strings.Builder
	err := tellFields(&b, []adapters.Definition{
		{Key: "topic", Name: "t", Label: "Topic", Type: adapters.TypePath, VendorType: "Select", Choices: []adapters.Choice{
			{Value: "delivery", Label: "Delivery", Choices: []adapters.Choice{{Value: "late"}, {Value: "lost", Label: "lost", Retired: true}}},
			{Value: "red\x1b[31m", Label: "a\nb"},
		}},
		{Key: "a_longer_key", Type: adapters.TypeText, VendorType: "string", Multi: true, ReadOnly: true, Archived: true},
		{Key: "x"},
	})
	want := `KEY           NAME  LABEL  TYPE     VENDOR TYPE  NOTES
topic         t     Topic  path     Select
    delivery (Delivery)
        late
        lost, retired
    red\x1b[31m (a\nb)
a_longer_key               text     string       multi, read-only, archived
x                          unknown
`
	if err != nil || b.String() != want {
		t.Errorf("error %v, got\n%s\nwant\n%s", err, &b, want)
	}
}

// Programs can go through choices without asking whether there are any.
func TestFieldsJSON(t *testing.T) {
	for want, definitions := range map[string][]adapters.Definition{
		`[]`: nil,
		`[{"key":"k","name":"n","label":"l","description":"d","type":"choice","vendor_type":"list","choices":[` +
			`{"value":"a","label":"A","retired":true,"choices":[{"value":"b","label":"","retired":false,"choices":[]}]}` +
			`],"multi":true,"read_only":false,"archived":false},` +
			`{"key":"x","name":"","label":"","description":"","type":"","vendor_type":"","choices":[],"multi":false,"read_only":true,"archived":true}]`: {
			{
				Key: "k", Name: "n", Label: "l", Description: "d", Type: adapters.TypeChoice, VendorType: "list", Multi: true,
				Choices: []adapters.Choice{{Value: "a", Label: "A", Retired: true, Choices: []adapters.Choice{{Value: "b"}}}},
			},
			{Key: "x", ReadOnly: true, Archived: true},
		},
	} {
		if got, err := json.Marshal(fieldsOf(definitions)); err != nil || string(got) != want {
			t.Errorf("got %s and error %v, want %s", got, err, want)
		}
	}
}
