package kustomer

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/gen/kustomer"
)

// Find implements [driver.Finder]. Of a customer that was merged, the answer
// holds the one that survived: its id is the one that counts.
func (d *vendor) Find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	if climbs(by.Value) {
		return nil, driver.Refuse(adapters.ErrInvalid, adapters.CodeBadRef, "the %s to look up by has a part that is only dots, which a proxy may take for another address; use the id", by.By)
	}
	values := []string{by.Value}
	if lower := strings.ToLower(by.Value); by.By == adapters.ByEmail && lower != by.Value {
		values = append(values, lower) // nobody knows whether the vendor minds capitals
	}
	for _, value := range values {
		id, err := d.lookUp(ctx, kind, by.By, value)
		var answer *kustomer.StatusError
		switch {
		case errors.As(err, &answer) && answer.StatusCode == http.StatusNotFound:
			continue
		case err != nil:
			return nil, err
		case !isID(id):
			return nil, errNoRecord
		}
		return []adapters.Ref{{Kind: kind, ID: id}}, nil
	}
	return nil, nil
}

func (d *vendor) lookUp(ctx context.Context, kind adapters.Kind, by adapters.LookupField, value string) (id string, err error) {
	if kind == adapters.Conversation {
		answer, err := d.api.GetConversationByExternalID(ctx, value)
		if err != nil {
			return "", err
		}
		return answer.Data.ID, nil
	}
	var answer *kustomer.CustomerEnvelope
	switch by {
	case adapters.ByEmail:
		answer, err = d.api.GetCustomerByEmail(ctx, value)
	case adapters.ByPhone:
		answer, err = d.api.GetCustomerByPhone(ctx, value)
	default:
		answer, err = d.api.GetCustomerByExternalID(ctx, value)
	}
	if err != nil {
		return "", err
	}
	return answer.Data.ID, nil
}

// climbs tells whether a value holds a dot segment. The client sends a slash as
// %2F, which names no other route; a proxy that decodes it would climb there.
func climbs(value string) bool {
	parts := strings.FieldsFunc(value, func(r rune) bool { return r == '/' || r == '\\' })
	return slices.Contains(parts, ".") || slices.Contains(parts, "..")
}
