package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// forms tell what is kept of each kind of object in a document, by keyword, and
// of what form its value is: one of these forms, "" for a scalar or a list taken
// as it is, "[]" before a form for a list of them, "{}" for a map of names to
// them, "<>" for a map in which names that begin with x- are none. What is not
// here, prose above all, is not kept.
var forms = map[string]map[string]string{
	"document": {"openapi": "", "info": "info", "servers": "[]server", "security": "", "paths": "<>path", "components": "components"},
	"info":     {"title": "", "version": ""},
	"server":   {"url": "", "variables": "{}variable"},
	"variable": {"default": "", "enum": ""},
	"components": {
		"schemas": "{}schema", "parameters": "{}parameter", "responses": "{}response", "requestBodies": "{}body",
		"headers": "{}header", "securitySchemes": "{}scheme", "pathItems": "{}path",
	},
	"path": {
		"$ref": "", "servers": "[]server", "parameters": "[]parameter", "get": "operation", "put": "operation", "post": "operation",
		"patch": "operation", "delete": "operation", "head": "operation", "options": "operation", "trace": "operation",
	},
	"operation": {
		"operationId": "", "tags": "", "deprecated": "", "security": "", "servers": "[]server",
		"parameters": "[]parameter", "requestBody": "body", "responses": "<>response",
	},
	"parameter": {
		"$ref": "", "name": "", "in": "", "required": "", "deprecated": "", "style": "", "explode": "",
		"schema": "schema", "content": "{}media",
	},
	"header":   {"$ref": "", "required": "", "deprecated": "", "style": "", "explode": "", "schema": "schema", "content": "{}media"},
	"body":     {"$ref": "", "required": "", "content": "{}media"},
	"response": {"$ref": "", "headers": "{}header", "content": "{}media"},
	"media":    {"schema": "schema", "encoding": "{}encoding"},
	"encoding": {"contentType": "", "style": "", "explode": "", "headers": "{}header"},
	"scheme": {
		"$ref": "", "type": "", "name": "", "in": "", "scheme": "", "bearerFormat": "", "openIdConnectUrl": "", "flows": "flows",
	},
	"flows": {"implicit": "flow", "password": "flow", "clientCredentials": "flow", "authorizationCode": "flow"},
	"flow":  {"authorizationUrl": "", "tokenUrl": "", "refreshUrl": "", "scopes": "{}scope"},
	"scope": {},
	"schema": {
		"$ref": "", "type": "", "format": "", "enum": "", "const": "", "default": "", "required": "", "properties": "{}schema",
		"items": "schema", "additionalProperties": "schema", "allOf": "[]schema", "oneOf": "[]schema", "anyOf": "[]schema",
		"not": "schema", "discriminator": "discriminator", "minimum": "", "maximum": "", "exclusiveMinimum": "",
		"exclusiveMaximum": "", "multipleOf": "", "minLength": "", "maxLength": "", "pattern": "", "minItems": "", "maxItems": "",
		"uniqueItems": "", "minProperties": "", "maxProperties": "", "readOnly": "", "writeOnly": "", "deprecated": "",
		"contentEncoding": "", "contentMediaType": "", "nullable": "",
	},
	"discriminator": {"propertyName": "", "mapping": ""},
}

// reduce keeps of a value what its form has. It makes a new one, in one dialect
// of OpenAPI.
func reduce(value any, form string, at *place) (any, error) {
	switch {
	case form == "":
		return copied(value), nil
	case form == "scope":
		return "", nil // the value is prose
	case strings.HasPrefix(form, "[]"):
		list, ok := value.([]any)
		if !ok {
			return nil, fmt.Errorf("%s: here is %s where a list belongs", at, kind(value))
		}
		kept := []any{}
		for i, item := range list {
			inner, err := reduce(item, form[2:], at.in(fmt.Sprint(i)))
			if err != nil {
				return nil, err
			}
			kept = append(kept, inner)
		}
		return kept, nil
	}
	if truth, ok := value.(bool); ok && form == "schema" {
		switch {
		case at.key == "additionalProperties":
			return truth, nil
		case truth:
			return object{}, nil
		default:
			return object{"not": object{}}, nil
		}
	}
	members, ok := value.(object)
	if !ok {
		return nil, fmt.Errorf("%s: here is %s where a map belongs", at, kind(value))
	}
	names := strings.HasPrefix(form, "{}") || strings.HasPrefix(form, "<>")
	kept := object{}
	for _, key := range sorted(members) {
		inner, known := forms[form][key]
		if names {
			inner, known = form[2:], form[0] == '{' || !strings.HasPrefix(key, "x-")
		}
		if !known || members[key] == nil && inner != "" {
			continue
		}
		value, err := reduce(members[key], inner, at.in(key))
		if err != nil {
			return nil, err
		}
		kept[key] = value
	}
	if names {
		return kept, nil
	}
	return uniform(kept, form, at)
}

// copied is a copy of a value.
func copied(value any) any {
	switch value := value.(type) {
	case object:
		kept := object{}
		for key, inner := range value {
			kept[key] = copied(inner)
		}
		return kept
	case []any:
		kept := []any{}
		for _, inner := range value {
			kept = append(kept, copied(inner))
		}
		return kept
	default:
		return value
	}
}

func kind(value any) string {
	switch value := value.(type) {
	case nil:
		return "nothing"
	case object:
		return "a map"
	case []any:
		return "a list"
	default:
		return fmt.Sprintf("%.40q", fmt.Sprint(value))
	}
}

// uniform gives an object the one spelling of what can be written in several
// ways.
func uniform(kept object, form string, at *place) (object, error) {
	for _, key := range []string{"required", "deprecated", "readOnly", "writeOnly", "uniqueItems", "nullable"} {
		if kept[key] == false {
			delete(kept, key) // as if it were not there
		}
	}
	for _, key := range []string{"parameters", "tags", "required"} {
		if list, ok := kept[key].([]any); ok && len(list) == 0 {
			delete(kept, key)
		}
	}
	if reference, ok := kept["$ref"]; ok {
		pointer, ok := reference.(string)
		if !ok {
			return nil, fmt.Errorf("%s: a $ref that is no text", at)
		}
		if unescaped, err := url.PathUnescape(pointer); err == nil {
			pointer = unescaped
		}
		if form == "schema" && kept["nullable"] == true {
			return nullable(object{"$ref": pointer}), nil
		}
		return object{"$ref": pointer}, nil
	}
	switch form {
	case "response":
		kept["description"] = "" // OpenAPI asks for one
	case "schema":
		kept = schemaOf31(kept)
	}
	return kept, nil
}

// schemaOf31 says in the words of OpenAPI 3.1 what 3.0 has others for.
func schemaOf31(schema object) object {
	for _, limit := range []string{"Minimum", "Maximum"} {
		if schema["exclusive"+limit] == true {
			schema["exclusive"+limit] = schema[strings.ToLower(limit)]
			delete(schema, strings.ToLower(limit))
		}
		if value, ok := schema["exclusive"+limit]; ok && (value == false || value == nil) {
			delete(schema, "exclusive"+limit)
		}
	}
	if required, ok := schema["required"].([]any); ok {
		schema["required"] = ordered(required, func(name any) string { return fmt.Sprint(name) })
	}
	if types, ok := schema["type"].([]any); ok {
		setTypes(schema, types)
	}
	if schema["nullable"] == true {
		schema = nullable(schema)
	}
	delete(schema, "nullable")
	eitherNull(schema)
	return schema
}

// eitherNull writes a choice of something or null like a nullable type where it
// has one, else as anyOf with null last.
func eitherNull(schema object) {
	for _, choice := range []string{"oneOf", "anyOf"} {
		arms, _ := schema[choice].([]any)
		i := slices.IndexFunc(arms, isNull)
		if len(arms) != 2 || i < 0 || schema["discriminator"] != nil || choice == "oneOf" && schema["anyOf"] != nil {
			continue
		}
		delete(schema, choice)
		other, _ := arms[1-i].(object)
		types := typesOf(other)
		for key := range other {
			if schema[key] != nil {
				types = nil // it would take the place of another
			}
		}
		if types == nil {
			schema["anyOf"] = []any{arms[1-i], arms[i]}
			continue
		}
		maps.Copy(schema, other)
		setTypes(schema, append(types, "null"))
	}
}

// isNull tells whether a schema is null and nothing else.
func isNull(schema any) bool {
	members, _ := schema.(object)
	return len(members) == 1 && members["type"] == "null"
}

// setTypes writes types in order, null last, and a single one without a list.
func setTypes(schema object, types []any) {
	types = ordered(types, func(t any) string { return strings.Replace(fmt.Sprint(t), "null", "~", 1) })
	schema["type"] = types
	if len(types) == 1 {
		schema["type"] = types[0]
	}
}

// ordered is a list in the order of what its values look like, each once.
func ordered(values []any, look func(any) string) []any {
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b any) int { return strings.Compare(look(a), look(b)) })
	return slices.CompactFunc(values, func(a, b any) bool { return look(a) == look(b) })
}

// nullable lets a schema be null too.
func nullable(schema object) object {
	delete(schema, "nullable")
	switch types := schema["type"].(type) {
	case string:
		setTypes(schema, []any{types, "null"})
		return schema
	case []any:
		setTypes(schema, append(types, "null"))
		return schema
	}
	null := object{"type": "null"}
	for _, choice := range []string{"anyOf", "oneOf"} {
		if arms, ok := schema[choice].([]any); ok {
			if !slices.ContainsFunc(arms, isNull) {
				schema[choice] = append(arms, null)
			}
			return schema
		}
	}
	if parts, ok := schema["allOf"].([]any); ok && len(schema) == 1 && len(parts) == 1 {
		return object{"anyOf": []any{parts[0], null}}
	}
	return object{"anyOf": []any{schema, null}}
}
