package main

import (
	"fmt"
	"strconv"
	"strings"
)

// maxChain is how many references may lead to each other before there is
// something.
const maxChain = 20

var unescaped = strings.NewReplacer("~1", "/", "~0", "~")

// at is the value that a reference within the document names.
func at(root object, reference string) (any, bool) {
	pointer, ok := strings.CutPrefix(reference, "#/")
	var value any = root
	for ok && pointer != "" {
		var key string
		key, pointer, _ = strings.Cut(pointer, "/")
		key = unescaped.Replace(key)
		switch around := value.(type) {
		case object:
			value, ok = around[key]
		case []any:
			i, err := strconv.Atoi(key)
			if ok = err == nil && i >= 0 && i < len(around); ok {
				value = around[i]
			}
		default:
			ok = false
		}
	}
	return value, ok
}

// resolve is the map at a value, behind references; nil if it is none.
func resolve(root object, value any) object {
	for range maxChain {
		members, _ := value.(object)
		reference, ok := members["$ref"].(string)
		if !ok {
			return members
		}
		value, _ = at(root, reference)
	}
	return nil
}

// walk visits the objects in a value of a form, the outer ones first, in order.
// visit may change the object, but not what is around it.
func walk(value any, form string, at *place, visit func(members object, form string, at *place)) {
	switch value := value.(type) {
	case []any:
		if inner, ok := strings.CutPrefix(form, "[]"); ok {
			for i, item := range value {
				walk(item, inner, at.in(strconv.Itoa(i)), visit)
			}
		}
	case object:
		if form == "" || strings.HasPrefix(form, "[]") {
			return
		}
		names := form[0] == '{' || form[0] == '<'
		if !names {
			visit(value, form, at)
		}
		for _, key := range sorted(value) {
			if names {
				walk(value[key], form[2:], at.in(key), visit)
			} else if inner := forms[form][key]; inner != "" {
				walk(value[key], inner, at.in(key), visit)
			}
		}
	}
}

// checkReferences tells of the first reference that leaves the document, that
// leads nowhere, or that leads back to itself with nothing in between, and of the
// first schema that is part of itself.
func checkReferences(root object) (err error) {
	type node struct {
		members object
		at      *place
	}
	var merged []node // schemas with parts
	walk(root, "document", nil, func(members object, form string, where *place) {
		if err != nil {
			return
		}
		if _, ok := members["allOf"]; ok && form == "schema" {
			merged = append(merged, node{members, where})
		}
		reference, ok := members["$ref"].(string)
		if !ok {
			return
		}
		chain := []string{reference}
		for {
			if !strings.HasPrefix(reference, "#/") {
				err = fmt.Errorf("%s: $ref %.80q leaves the document, and is not followed", where, reference)
				return
			}
			value, _ := at(root, reference)
			target, ok := value.(object)
			if !ok {
				err = fmt.Errorf("%s: $ref %.80q leads nowhere", where, reference)
				return
			}
			if reference, ok = target["$ref"].(string); !ok {
				return
			}
			for _, earlier := range chain {
				if earlier == reference {
					err = fmt.Errorf("%s: $ref %.80q leads back to itself with nothing in between", where, reference)
					return
				}
			}
			if chain = append(chain, reference); len(chain) > maxChain {
				err = fmt.Errorf("%s: more than %d references lead from one to the next", where, maxChain)
				return
			}
		}
	})
	if err != nil {
		return err
	}
	const begun, done = 1, 2
	state := map[string]int{}
	var whole func(value any) bool
	whole = func(value any) bool {
		members, _ := value.(object)
		if reference, ok := members["$ref"].(string); ok {
			if state[reference] != 0 {
				return state[reference] == done
			}
			state[reference] = begun
			target, _ := at(root, reference)
			ok := whole(target)
			state[reference] = done
			return ok
		}
		parts, _ := members["allOf"].([]any)
		for _, part := range parts {
			if !whole(part) {
				return false
			}
		}
		return true
	}
	for _, schema := range merged {
		if !whole(schema.members) {
			return fmt.Errorf("%s: the schema is part of itself, by allOf", schema.at)
		}
	}
	return nil
}
