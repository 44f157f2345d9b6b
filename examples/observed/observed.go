// Package observed makes traces and metrics of the requests to help desks, from
// nothing but transport.Observer: [Traces] for OpenTelemetry, [Metrics] for
// Prometheus. Copy what you need.
//
//	desk, err := dixa.New(dixa.Config{
//		…
//		Transport: transport.Options{Observers: []*transport.Observer{observed.Traces(tracer), observed.Metrics(registry)}},
//	})
//
// One Observer serves any number of adapters. What it sees are HTTP requests; a
// call like UpdateAttributes makes several, so begin a span of your own around the
// call and hand its context in: the requests become its children.
//
// # Secrets
//
// An Observer is told no token, no value, no query and no body. Record ids are
// told: spans have them (url.path), metrics have not.
//
// # Cardinality
//
// A time series lives as long as the process, so a label may not hold what there
// is any number of. Of the route only a template is a label: each part with a
// digit in it becomes {id}, save for the version of an API. Ids of all three
// vendors have digits. What stays is the vendor's words, and the names of
// Kustomer's custom object classes, of which an account has few. The account is a
// label where it is cheap, and not on the histogram, which has a dozen series for
// each route.
package observed

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

var version = regexp.MustCompile(`^v[0-9]$`)

// template is the route without ids.
func template(route string) string {
	parts := strings.Split(route, "/")
	for i, part := range parts {
		if strings.ContainsAny(part, "0123456789") && !version.MatchString(part) {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// result is how a request ended, in one of few words: the status, or without an
// answer the code of the error, for example connection, timeout, rate_limited.
func result(o transport.Outcome) string {
	var failure *adapters.Error
	if errors.As(o.Err, &failure) {
		return string(failure.Code)
	}
	return strconv.Itoa(o.Status)
}
