package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Bounds of a reduced document. The validator takes some 50 µs and 8 kB for each
// map, and reads a map anew for each one around it. The largest of our vendors'
// has 16 thousand maps and lists, and a weight of 5 million.
const (
	maxMaps   = 40_000
	maxWeight = 40_000_000
)

// affordable tells whether a reduced document is small enough to be worked on.
func affordable(tree object) error {
	maps, weight := 0, 0
	var size func(value any) int
	size = func(value any) int {
		n := 2
		if maps > maxMaps || weight > maxWeight {
			return n
		}
		switch value := value.(type) {
		case string:
			n += len(value)
		case []any:
			maps++
			for _, inner := range value {
				n += size(inner)
			}
		case object:
			maps++
			for key, inner := range value {
				n += len(key) + size(inner)
			}
			weight += n
		}
		return n
	}
	size(tree)
	switch {
	case maps > maxMaps:
		return fmt.Errorf("it is too large: without its prose it has more than %d maps and lists", maxMaps)
	case weight > maxWeight:
		return fmt.Errorf("it is too large and too deep: without its prose, the lengths of all maps come to more than %d MB", maxWeight/1_000_000)
	}
	return nil
}

// check tells whether a reduced document can be worked on safely.
func check(tree object) error {
	if err := affordable(tree); err != nil {
		return err
	}
	return checkReferences(tree)
}

// validate tells what is wrong with a reduced document.
func validate(tree object) error {
	// The validator visits all that a schema refers to anew for each use of it.
	if err := (&document{root: tree, budget: maxFacts}).spend(tree, "document", nil); err != nil {
		return err
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	loader := openapi3.NewLoader()
	loader.IsExternalRefsAllowed = false
	document, err := loader.LoadFromData(text)
	if err == nil {
		err = document.Validate(context.Background(), openapi3.DisableExamplesValidation())
	}
	if err != nil {
		return fmt.Errorf("it is not valid: %s", shown(strings.Join(strings.Fields(err.Error()), " "), 400))
	}
	return nil
}

// spend takes from the budget what it costs to visit each schema of a value
// wherever it is used.
func (d *document) spend(value any, form string, at *place) error {
	defer d.enter(0)()
	if form == "schema" {
		d.schema(value, "", nil, map[string]fact{})
	}
	if d.budget < 0 {
		return fmt.Errorf("%s: %w", at, errEndless)
	}
	if form == "schema" {
		return nil
	}
	if list, ok := value.([]any); ok && strings.HasPrefix(form, "[]") {
		for i, item := range list {
			if err := d.spend(item, form[2:], at.in(strconv.Itoa(i))); err != nil {
				return err
			}
		}
		return nil
	}
	members := resolve(d.root, value)
	for _, key := range sorted(members) {
		inner := forms[form][key]
		if strings.HasPrefix(form, "{}") || strings.HasPrefix(form, "<>") {
			inner = form[2:]
		}
		if inner == "" {
			continue
		}
		if err := d.spend(members[key], inner, at.in(key)); err != nil {
			return err
		}
	}
	return nil
}
