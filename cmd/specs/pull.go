package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// digest makes of a published document the form that is stored: valid, of one
// dialect, names and structure only. It tells of each repair, a line each.
func digest(text []byte) (object, []string, error) {
	document, err := decode(text)
	if err != nil {
		return nil, nil, err
	}
	version := fmt.Sprint(document["openapi"])
	switch {
	case document["swagger"] != nil:
		return nil, nil, fmt.Errorf("this is Swagger %.10v; OpenAPI 3.0, 3.1 or 3.2 is needed", document["swagger"])
	case document["openapi"] == nil:
		return nil, nil, errors.New("it is not an OpenAPI document: it has no openapi: 3.…")
	case !strings.HasPrefix(version, "3.0.") && !strings.HasPrefix(version, "3.1.") && !strings.HasPrefix(version, "3.2."):
		return nil, nil, fmt.Errorf("this is OpenAPI %.10s; OpenAPI 3.0, 3.1 or 3.2 is needed", version)
	}
	reduced, err := reduce(document, "document", nil)
	if err != nil {
		return nil, nil, err
	}
	tree := reduced.(object)
	tree["openapi"] = "3.1.0"
	if err := checkReferences(tree); err != nil {
		return nil, nil, err
	}
	lines, err := repair(tree)
	if err != nil {
		return nil, nil, err
	}
	if err := validate(tree); err != nil {
		return nil, nil, err
	}
	return tree, lines, nil
}

// Bounds of what the validator is given. It reads a value anew for each map
// around it, and visits all that a schema refers to anew for each use of it.
const maxWeight = 60_000_000

// affordable tells whether the validator can be given a document.
func affordable(tree object) error {
	left := maxWeight
	var size func(value any) int
	size = func(value any) int {
		n := 2
		switch value := value.(type) {
		case string:
			return n + len(value)
		case []any:
			for _, inner := range value {
				if left < 0 {
					break
				}
				n += size(inner)
			}
		case object:
			for key, inner := range value {
				if left < 0 {
					break
				}
				n += len(key) + size(inner)
			}
			left -= n
		}
		return n
	}
	if size(tree); left < 0 {
		return errors.New("it is too large and too deep: the sum of the sizes of all its maps is more than 60 MB")
	}
	return nil
}

// validate tells what is wrong with a reduced document.
func validate(tree object) error {
	if err := checkReferences(tree); err != nil {
		return err
	}
	if _, err := read(tree, func(path string) string { return path }); err != nil {
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
		return fmt.Errorf("it is not valid: %.500s", strings.Join(strings.Fields(err.Error()), " "))
	}
	return nil
}
