package matrix

import (
	"net/http"

	"github.com/deskattr/deskattr/adapters"
)

// Rules are what a vendor's package documents of its own. Each function may be
// nil: there is no such thing at the vendor.
type Rules struct {
	// Harmless tells a request that looks as if it wrote and does not.
	Harmless func(*Attempt) bool

	// BuiltOnRead tells a request that must not be sent again as it is: what was
	// read for it may be another by then. A 409 passes there, and only there.
	BuiltOnRead func(*Attempt) bool

	// Passes tells an answer that means "later" beside those of every vendor.
	Passes func(*Attempt) bool

	// Class is the row of the vendor's table, nothing where the status decides.
	Class func(*Attempt) (adapters.Code, error)

	// Doubtful tells an answer that refuses a write, or a part of it only.
	Doubtful func(status int) bool

	// AnotherWay tells a failure after which the adapter goes another way; before
	// are the attempts before it.
	AnotherWay func(failed *Attempt, before []*Attempt) bool

	// Spare tells a request without which a call succeeds, too.
	Spare func(*Attempt) bool

	// Enough tells an answer without a single field that says enough all the same.
	Enough func(*Attempt) bool
}

func (r Rules) writes(a *Attempt) bool {
	return a.Method != http.MethodGet && a.Method != http.MethodHead && !is(r.Harmless, a)
}

func (r Rules) good(a *Attempt) bool {
	return a.good() || is(r.Enough, a) && a.Status == 200 && a.whole
}

func is(rule func(*Attempt) bool, a *Attempt) bool { return rule != nil && rule(a) }

// passes: 408, 429, 502, 503, 504, the vendor's own, and no answer at all.
func (r Rules) passes(a *Attempt) bool {
	switch a.Status {
	case 0, 408, 429, 502, 503, 504:
		return true
	}
	return is(r.Passes, a)
}

// class is the table of package adapters, with the codes as code.go explains
// them, under the vendor's rows.
func (r Rules) class(a *Attempt) (adapters.Code, error) {
	if r.Class != nil && a.Status != 0 {
		if code, class := r.Class(a); class != nil {
			return code, class
		}
	}
	switch a.Status {
	case 0:
		if a.late {
			return adapters.CodeTimeout, adapters.ErrUnavailable
		}
		return adapters.CodeConnection, adapters.ErrUnavailable
	case 401:
		return adapters.CodeBadToken, adapters.ErrUnauthenticated
	case 402:
		return adapters.CodePlan, adapters.ErrForbidden
	case 403:
		return adapters.CodeNotPermitted, adapters.ErrForbidden
	case 404, 410:
		return adapters.CodeRecordNotFound, adapters.ErrNotFound
	case 408:
		return adapters.CodeTimeout, adapters.ErrUnavailable
	case 409:
		return adapters.CodeStale, adapters.ErrConflict
	case 429:
		return adapters.CodeRateLimited, adapters.ErrRateLimited
	}
	switch {
	case a.Status < 300:
		return adapters.CodeMalformedAnswer, adapters.ErrMalformed // not understood, or broken off
	case a.Status < 400:
		return adapters.CodeRedirected, adapters.ErrMalformed
	case a.Status < 500:
		return adapters.CodeRejected, adapters.ErrInvalid
	}
	return adapters.CodeServerError, adapters.ErrUnavailable
}

// count is how the writing attempts of a call came out: applied is a 2xx that was
// understood, refused a 3xx, a 4xx or what was never sent, anything else is
// doubtful.
func (r Rules) count(attempts []*Attempt) (applied, doubtful int) {
	for _, a := range attempts {
		switch {
		case !r.writes(a) || a.unsent:
		case r.good(a):
			applied++
		case a.Status < 300 || a.Status >= 500 || r.Doubtful != nil && r.Doubtful(a.Status):
			doubtful++
		}
	}
	return applied, doubtful
}
