package main

import (
	"regexp"
	"strings"
)

// Words of a check that speak of the operation a schema is played by, which is
// ours, and not of the schema.
var (
	ofAnswer = regexp.MustCompile("( (from|to) media type `application/json`)?( of response `200`| (from|to|for|of|in) (the )?(responses? )?(with (the )?)?((response )?status `200`|`200` status))| `application/json`")
	ofPlayed = regexp.MustCompile(`\b(request|response)('s)? (property|write-only property|read-only property|optional property|body|schema|discriminator)`)
	ofBody   = regexp.MustCompile(`\bbody( schema)?\b`)
	ofPair   = regexp.MustCompile(`(#/components/schemas/)?` + prefix + `\d+-`)
)

// ofSchema is a check's sentence as one on a schema.
func ofSchema(text string) string {
	parts := strings.Split(ofAnswer.ReplaceAllString(text, ""), "`")
	for i, part := range parts {
		if i%2 == 0 { // not a name or a value
			parts[i] = ofBody.ReplaceAllString(ofPlayed.ReplaceAllString(part, "$3"), "schema")
		}
	}
	return strings.Join(parts, "`")
}

// named puts the names of schemas where a check saw our references.
func (s *splitter) named(text string) string {
	if strings.Contains(text, "`"+prefix) || strings.Contains(text, "`object/"+prefix) {
		text = strings.NewReplacer("`object/"+prefix, "`"+prefix, "`type/format` changed", "`schema` changed", "`format` changed", "`schema` changed").Replace(text)
	}
	return ofPair.ReplaceAllStringFunc(text, func(id string) string {
		return s.labels[strings.TrimPrefix(id, "#/components/schemas/")]
	})
}
