package kustomer

import (
	"fmt"
	"regexp"
)

// Where the vendor's regions are reached. An organisation is of one region;
// https://ORGANISATION.api.kustomerapp.com reaches it in each.
const (
	US    = "https://api.kustomerapp.com"
	EU    = "https://api.prod2.kustomerapp.com"
	India = "https://api.prod4.kustomerapp.com"
)

// regions are the constants by the vendor's name of the region.
var regions = map[string]string{"prod1": US, "prod2": EU, "prod4": India}

// pods are the words with which a region refuses a token of another one. Only
// the words are known, neither the status nor the shape around them.
var pods = regexp.MustCompile(`associated with pod (prod\d{1,3})\b.{1,40}?\bhandled by (prod\d{1,3})\b`)

// otherRegion is the advice for an answer of another region than the token's,
// "" for any other answer.
func otherRegion(body []byte) string {
	match := pods.FindSubmatch(body)
	if match == nil {
		return ""
	}
	url, ok := regions[string(match[1])]
	if !ok {
		url = "that of its region"
	}
	return fmt.Sprintf("the token is of region %s and the base URL of %s; set the URL to %s", match[1], match[2], url)
}
