package main

import (
	"regexp"

	"go.yaml.in/yaml/v3"
)

// settingParts are what oapi-codegen.yaml must say in every vendor's folder.
func settingParts(vendor string) []part {
	is := func(value string) func(*yaml.Node) string {
		return like(regexp.MustCompile("^" + regexp.QuoteMeta(value) + "$"))
	}
	yes := is("true")
	none := func(node *yaml.Node) string {
		if node.Kind != yaml.SequenceNode || len(node.Content) > 0 {
			return "is no empty list"
		}
		return ""
	}
	return []part{
		{"/package", true, is(vendor), "write the vendor's name"},
		{"/output", true, is("gen/" + vendor + "/" + vendor + ".gen.go"), "write gen/VENDOR/VENDOR.gen.go"},
		{"/generate", true, group, "generate models and client"},
		{"/generate/models", true, yes, "write true: the typed methods return them"},
		{"/generate/client", true, yes, "write true: the typed methods send with it"},
		{"/allow-remote-refs-from", true, none, "write []: else the generator follows a reference to any host"},
		{"/compatibility", true, group, "copy it from another vendor"},
		{"/compatibility/always-prefix-enum-values", true, yes, "write true: else constants such as Open have no type in their name"},
		{"/compatibility/disable-required-readonly-as-pointer", true, yes, "write true: else a required field that is read-only becomes a pointer"},
		{"/output-options", true, group, "copy it from another vendor"},
		{"/output-options/name-normalizer", true, is("ToCamelCaseWithInitialisms"), "write ToCamelCaseWithInitialisms: ID, not Id"},
		{"/output-options/prefer-skip-optional-pointer-on-container-types", true, yes, "write true: slices and maps, not pointers to them"},
		{"/output-options/generate-types-for-anonymous-schemas", true, yes, "write true: no struct without a name"},
		{"/output-options/resolve-type-name-collisions", true, yes, "write true: components of two sorts may have one name"},
		{"/output-options/type-mapping", true, group, "copy it from another vendor"},
		{"/output-options/type-mapping/integer", true, group, "map it to int64"},
		{"/output-options/type-mapping/integer/default", true, group, "map it to int64"},
		{"/output-options/type-mapping/integer/default/type", true, is("int64"), "write int64: int has 32 bits on some machines"},
		{"/output-options/type-mapping/number", true, group, "map it to json.Number"},
		{"/output-options/type-mapping/number/default", true, group, "map it to json.Number"},
		{"/output-options/type-mapping/number/default/type", true, is("json.Number"), "write json.Number: float32 loses digits"},
		{"/output-options/type-mapping/string", true, group, "map the formats email and uuid to string"},
		{"/output-options/type-mapping/string/formats", true, group, "map the formats email and uuid to string"},
		{"/output-options/type-mapping/string/formats/email", true, group, "map it to string"},
		{"/output-options/type-mapping/string/formats/email/type", true, is("string"), "write string: the runtime's type refuses what a vendor may send"},
		{"/output-options/type-mapping/string/formats/uuid", true, group, "map it to string"},
		{"/output-options/type-mapping/string/formats/uuid/type", true, is("string"), "write string: the runtime's type refuses what a vendor may send"},
		{"/output-options/user-templates", true, group, "copy it from another vendor"},
		{"/output-options/user-templates/client-with-responses.tmpl", true, is("specs/templates/api.tmpl"), "write specs/templates/api.tmpl, the typed methods"},
		{"/output-options/user-templates/webhook-initiator.tmpl", true, written, "write a comment in Go: an empty template would not replace the stock one"},
	}
}

// checkSettings holds the generator's settings for a vendor against what all
// vendors have in common.
func checkSettings(file string, content []byte, vendor string) (found []finding) {
	report := collect(&found, file, "settings")
	root := parseFile(content, report)
	if root == nil {
		return found
	}
	if problem := group(root); problem != "" {
		report("", problem, "copy it from another vendor")
		return found
	}
	look(root, "", "", settingParts(vendor), true, report)
	return found
}
