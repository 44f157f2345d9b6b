package chatwoottest

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// assign sets the plain fields that were sent. Null empties a text.
func (c *Contact) assign(params *object) {
	for _, field := range []struct {
		name string
		into *string
	}{{"name", &c.Name}, {"email", &c.Email}, {"phone_number", &c.PhoneNumber}, {"identifier", &c.Identifier}} {
		value, sent := params.values[field.name]
		if text, ok := value.(string); ok || sent && value == nil {
			*field.into = text
		}
	}
	c.Email = strings.ToLower(strings.TrimSpace(c.Email)) // so that it is unique whatever its case
	if blocked, ok := params.values["blocked"].(bool); ok {
		c.Blocked = blocked
	}
}

// maxName is in characters.
const maxName = 255

var (
	emailForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
)

// complaints is the validation of contact id (contact.rb) with c as its new fields. The words are Rails' defaults.
func (s *Server) complaints(id string, c Contact) (found []complaint) {
	complain := func(attribute, words string) {
		label := strings.ToUpper(attribute[:1]) + strings.ReplaceAll(attribute[1:], "_", " ")
		found = append(found, complaint{attribute, label + " " + words})
	}
	if utf8.RuneCountInString(c.Name) > maxName {
		complain("name", fmt.Sprintf("is too long (maximum is %d characters)", maxName))
	}
	for _, field := range []struct {
		name  string
		value func(Contact) string
		form  *regexp.Regexp // nil: any
	}{
		{"email", func(c Contact) string { return c.Email }, emailForm},
		{"identifier", func(c Contact) string { return c.Identifier }, nil},
		{"phone_number", func(c Contact) string { return c.PhoneNumber }, phoneForm},
	} {
		value := field.value(c)
		if value == "" {
			continue
		}
		if field.form != nil && !field.form.MatchString(value) {
			complain(field.name, "is invalid")
		}
		for other, contact := range s.state.Contacts {
			if other != id && field.value(contact) == value {
				complain(field.name, "has already been taken")
				break
			}
		}
	}
	return found
}
