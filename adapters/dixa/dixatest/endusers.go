package dixatest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// userID is the id of the path as the state spells it; not ok where it is no UUID.
func userID(r *fake.Request) (id string, ok bool) {
	return strings.ToLower(r.Params["userId"]), isUUID(r.Params["userId"])
}

// shown is an end user as answers have it, but for the custom attributes.
func (u EndUser) shown(id string) map[string]any {
	data := map[string]any{"id": id, "createdAt": recordTime}
	for field, text := range map[string]string{
		"displayName": u.DisplayName, "email": u.Email, "phoneNumber": u.PhoneNumber, "externalId": u.ExternalID,
	} {
		if text != "" {
			data[field] = text
		}
	}
	for field, list := range map[string][]string{"additionalEmails": u.AdditionalEmails, "additionalPhoneNumbers": u.AdditionalPhoneNumbers} {
		data[field] = append([]string{}, list...)
	}
	return data
}

// listEndUsers leaves out the custom attributes, as the vendor says.
func (v *vendor) listEndUsers(r *fake.Request) fake.Answer {
	page, err := v.readPage(r.Query)
	matches, filtered, ok := v.filter(r.Query)
	if err != nil || !ok {
		return badRequest(badValue)
	}
	list := []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(v.state.EndUsers)) {
		if user := v.state.EndUsers[id]; matches(user) {
			list = append(list, user.shown(id))
		}
	}
	switch {
	case filtered && len(list) == 0 && v.state.NobodyIsNotFound:
		return notFound()
	case filtered && len(list) > 1 && v.state.DuplicatesRefused:
		return badRequest(badValue)
	}
	return paged(r, page, list)
}

// filter is what a query keeps; not ok where it filters twice, since the vendor says that filters exclude each other.
func (v *vendor) filter(query url.Values) (matches func(EndUser) bool, filtered, ok bool) {
	filters := map[string]func(EndUser) (first string, more []string){
		"email":      func(u EndUser) (string, []string) { return u.Email, u.AdditionalEmails },
		"phone":      func(u EndUser) (string, []string) { return u.PhoneNumber, u.AdditionalPhoneNumbers },
		"externalId": func(u EndUser) (string, []string) { return u.ExternalID, nil },
	}
	matches = func(EndUser) bool { return true }
	for name, values := range filters {
		if !query.Has(name) {
			continue
		}
		want := query.Get(name)
		if filtered || len(query[name]) > 1 || want == "" {
			return nil, true, false
		}
		filtered = true
		matches = func(u EndUser) bool {
			first, more := values(u)
			if v.state.LooseFilters {
				part := func(text string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(want)) }
				return part(first) || slices.ContainsFunc(more, part)
			}
			return first == want
		}
	}
	return matches, filtered, true
}

func (v *vendor) getEndUser(r *fake.Request) fake.Answer {
	id, ok := userID(r)
	if !ok {
		return badRequest(badValue)
	}
	user, ok := v.state.EndUsers[id]
	if !ok {
		return notFound()
	}
	data := user.shown(id)
	data["customAttributes"] = v.render(user.CustomAttributes)
	return fake.JSON(http.StatusOK, map[string]any{"data": data})
}

func (v *vendor) patchEndUser(r *fake.Request) fake.Answer {
	id, ok := userID(r)
	if !ok {
		return badRequest(badValue)
	}
	user, ok := v.state.EndUsers[id]
	if !ok {
		return notFound()
	}
	var answer fake.Answer
	user.CustomAttributes, _, answer = v.patch(r.Body, "Contact", user.CustomAttributes)
	v.state.EndUsers[id] = user
	return answer
}
