package chatwoottest

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// pageSize is that of every list of contacts.
const pageSize = 15

// searchContacts finds a text anywhere in a name, an address, a number or an identifier, as SQL's LIKE does: % and _
// in it stand for anything, and a backslash takes that from the next letter.
func (s *Server) searchContacts(c call) fake.Answer {
	text, _ := c.params.values["q"].(string)
	text = strings.TrimSpace(text)
	if text == "" {
		return s.failure(http.StatusUnprocessableEntity, "Specify search string with parameter q")
	}
	page := 1
	var current any = page // a text where it was asked for
	if asked, ok := c.params.values["page"].(string); ok {
		if page, _ = strconv.Atoi(asked); page < 1 {
			return s.crash() // a negative OFFSET
		}
		current = asked
	}
	found := s.matching(text)
	switch sort, _ := c.params.values["sort"].(string); {
	case sort == "" && s.answers%2 == 1:
		slices.Reverse(found) // without a wish the database gives any order, another one for the next page
	case strings.HasPrefix(sort, "-"):
		slices.Reverse(found)
	}
	from := min((page-1)*pageSize, len(found))
	to := min(from+pageSize, len(found))
	payload := []any{}
	for _, id := range found[from:to] {
		contact := contactView(id, s.state.Contacts[id])
		contact["contact_inboxes"] = []any{}
		payload = append(payload, contact)
	}
	return s.json(http.StatusOK, map[string]any{
		"meta":    map[string]any{"count": len(payload), "current_page": current, "has_more": to < len(found)},
		"payload": payload,
	})
}

// matching are the ids of the contacts that a search finds, lowest first.
func (s *Server) matching(text string) []string {
	anyCase, exactCase := like(text, "(?is)"), like(text, "(?s)")
	return slices.DeleteFunc(slices.SortedFunc(maps.Keys(s.state.Contacts), compareKeys), func(id string) bool {
		c := s.state.Contacts[id]
		return !anyCase.MatchString(c.Name) && !anyCase.MatchString(c.Email) && !anyCase.MatchString(c.PhoneNumber) &&
			!exactCase.MatchString(c.Identifier) && id != text // a number is looked for among the ids too
	})
}

// like is LIKE '%text%'.
func like(text, flags string) *regexp.Regexp {
	pattern := strings.Builder{}
	pattern.WriteString(flags + "^.*")
	escaped := false
	for _, r := range text + "%" {
		switch {
		case escaped:
			pattern.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			pattern.WriteString(".*")
		case r == '_':
			pattern.WriteString(".")
		default:
			pattern.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(pattern.String() + "$")
}
