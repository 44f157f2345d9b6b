package main

import (
	"strings"

	"github.com/oasdiff/oasdiff/checker"
	judged "github.com/oasdiff/oasdiff/checker/rules"
)

// breaks tells whether a change breaks callers of the generated client: the
// server would refuse what they send, they would misread what it answers, or
// they would not compile with the client of the new document. oasdiff judges for
// clients in general; where one in Go differs, it is said here.
func breaks(r judged.Rule) bool {
	removed := strings.Contains(r.Id, "-removed") || strings.Contains(r.Id, "-deleted")
	typed := r.Area == checker.AreaSchema || r.Area == checker.AreaParameters || r.Area == checker.AreaRequestBody
	switch r.Kind {
	case checker.KindLifecycle:
		return false // what is deprecated still works
	case checker.KindRequiredness, checker.KindType:
		if strings.Contains(r.Id, "nullable") {
			return r.Level.IsBreaking()
		}
		return typed || r.Level.IsBreaking() // another Go type, if only a pointer
	case checker.KindValues:
		switch {
		case strings.Contains(r.Id, "enum-value-added"):
			return false // an enum's type holds values it does not know
		case strings.Contains(r.Id, "enum-value-removed"), strings.Contains(r.Id, "became-enum"), strings.Contains(r.Id, "became-not-enum"):
			return true // a constant is gone, or a type is another one
		}
		return r.Direction == checker.DirectionRequest && r.Level.IsBreaking()
	case checker.KindConstraints:
		return r.Direction == checker.DirectionRequest && r.Level.IsBreaking() // the client does not check answers
	case checker.KindExistence:
		return r.Level.IsBreaking() || removed && typed // a field is gone
	}
	return r.Level.IsBreaking()
}
