package chatwoot

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/gen/chatwoot"
)

// maxPages bounds how much of a search is read: the server allows 100 searches a
// minute for a whole account.
const maxPages = 20

// Find implements [driver.Finder]: it searches for contacts and takes those whose
// field is the text, not those that only hold it.
func (d *vendor) Find(ctx context.Context, kind adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	text := strings.ReplaceAll(by.Value, `\`, `\\`) // LIKE takes one for an escape
	oldestFirst := chatwoot.ContactSortCreatedAt    // so that a new contact moves none to another page
	var found []adapters.Ref
	for page := int64(1); page <= maxPages; page++ {
		answer, err := d.api.SearchContacts(ctx, d.account, &chatwoot.SearchContactsParams{Q: text, Sort: &oldestFirst, Page: &page})
		if err != nil {
			return nil, err
		}
		if answer.Payload == nil {
			return nil, fmt.Errorf("%w: it holds no payload", adapters.ErrMalformed)
		}
		for _, contact := range answer.Payload {
			if matches(contact, by) {
				found = append(found, adapters.Ref{Kind: kind, ID: strconv.FormatInt(contact.ID, 10)})
			}
		}
		more := answer.Meta.HasMore // older servers do not tell
		if len(answer.Payload) == 0 || more != nil && !*more {
			return found, nil
		}
	}
	if len(found) == 0 {
		return nil, driver.Refuse(adapters.ErrUnsupported, adapters.CodeUnsupportedLookup,
			"the first %d pages of the search only have contacts that hold this %s as a part; use the contact's id", maxPages, by.By)
	}
	return found, nil // the server lets no two contacts of an account have the same one
}

// matches compares the whole field.
func matches(contact chatwoot.Contact, by adapters.Lookup) bool {
	switch by.By {
	case adapters.ByEmail:
		return contact.Email != nil && strings.EqualFold(*contact.Email, by.Value)
	case adapters.ByPhone:
		return contact.PhoneNumber != nil && *contact.PhoneNumber == by.Value
	case adapters.ByExternalID:
		return contact.Identifier != nil && *contact.Identifier == by.Value
	}
	return false
}
