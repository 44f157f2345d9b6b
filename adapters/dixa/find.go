package dixa

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/gen/dixa"
)

var _ driver.Finder = (*vendor)(nil)

// maxPages is how many pages of end users a look-up reads. One address matches a
// few at most: what goes on and on is a server that does not filter.
const maxPages = 20

// Find implements [driver.Finder], for end users. How Dixa's filters compare is
// not known, so what comes back is compared here.
func (d *vendor) Find(ctx context.Context, _ adapters.Kind, by adapters.Lookup) ([]adapters.Ref, error) {
	spellings := []string{by.Value}
	if lower := strings.ToLower(by.Value); by.By == adapters.ByEmail && lower != by.Value {
		spellings = append(spellings, lower) // Dixa's filter may mind the case
	}
	var refs []adapters.Ref
	for _, spelling := range spellings {
		params := &dixa.ListEndUsersParams{}
		switch by.By {
		case adapters.ByEmail:
			params.Email = &spelling
		case adapters.ByPhone:
			params.Phone = &spelling
		case adapters.ByExternalID:
			params.ExternalID = &spelling
		}
		users, err := d.endUsers(ctx, params)
		if err != nil {
			return nil, err
		}
		for _, user := range users {
			if has(user, by) {
				refs = append(refs, adapters.ContactRef(user.ID))
			}
		}
	}
	return refs, nil
}

// has tells whether the end user is the one that is looked up. Any address
// counts: whether Dixa looks at those beyond the first is not known.
func has(user dixa.EndUser, by adapters.Lookup) bool {
	same := func(text string) bool { return text == by.Value }
	is := func(text *string) bool { return text != nil && same(*text) }
	switch by.By {
	case adapters.ByEmail:
		same = func(text string) bool { return strings.EqualFold(text, by.Value) }
		return is(user.Email) || slices.ContainsFunc(user.AdditionalEmails, same)
	case adapters.ByPhone:
		return is(user.PhoneNumber) || slices.ContainsFunc(user.AdditionalPhoneNumbers, same)
	}
	return is(user.ExternalID)
}

// endUsers reads a list of end users to its end, which is a page without a next.
func (d *vendor) endUsers(ctx context.Context, params *dixa.ListEndUsersParams) ([]dixa.EndUser, error) {
	var users []dixa.EndUser
	var next string
	for page := range maxPages {
		answer, err := d.api.ListEndUsers(ctx, params, func(_ context.Context, request *http.Request) error {
			return follow(request, next)
		})
		var status *dixa.StatusError
		if errors.As(err, &status) && status.StatusCode == http.StatusNotFound {
			if page == 0 {
				return nil, nil // documented here, and what else could it mean
			}
			// Not the status of this answer: it would say that there is nobody.
			err = fmt.Errorf("%w: a page that another page links to does not exist", adapters.ErrMalformed)
		}
		if err != nil {
			return nil, err
		}
		users = append(users, answer.Data...)
		if answer.Meta == nil || answer.Meta.Next == nil || *answer.Meta.Next == "" {
			return users, nil
		}
		next = *answer.Meta.Next
	}
	return nil, fmt.Errorf("%w: more than %d pages of end users match, as if the server did not filter", adapters.ErrMalformed, maxPages)
}

// follow makes a request one for the page at a link. The link is relative to the
// vendor's host, whatever stands before it in the URL we use (a proxy, say): its
// query alone is taken, as it is, and no token goes astray.
func follow(request *http.Request, link string) error {
	if link == "" {
		return nil
	}
	target, err := url.Parse(link)
	if err != nil || target.RawQuery == "" {
		return fmt.Errorf("%w: the link to the next page cannot be read", adapters.ErrMalformed)
	}
	request.URL.RawQuery = target.RawQuery
	return nil
}
