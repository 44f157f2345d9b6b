package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	base "github.com/speakeasy-api/openapi/linter"
	"github.com/speakeasy-api/openapi/openapi"
	"github.com/speakeasy-api/openapi/openapi/linter"
	"github.com/speakeasy-api/openapi/validation"
	"go.yaml.in/yaml/v3"
)

// lintRules are the rules of the linter's recommended set: how to mend what one
// finds, or why it is off.
var lintRules = []struct{ id, cure, off string }{
	{id: "oas3-nullable-without-type", off: "nullable beside an allOf of one reference is how 3.0 documents say it; the generator and the validator read it so."},
	{id: "style-no-ref-siblings", off: "The generator reads x-… beside a $ref; our rule reference-siblings allows nothing else there."},

	{id: "semantic-allof-type-conflict", cure: "no value fits both; correct the type of one"},
	{id: "semantic-path-params", cure: "declare each parameter of the path once with in: path, and no other"},
	{id: "semantic-path-declarations", cure: "name the parameter of the path"},
	{id: "semantic-path-query", cure: "make it a parameter with in: query"},
	{id: "semantic-typed-enum", cure: "correct the type or the value; null is said by nullable where the enum is used"},
	{id: "semantic-duplicated-enum", cure: "keep one"},
	{id: "semantic-no-eval-in-markdown", cure: "describe it in words"},
	{id: "semantic-no-script-tags-in-markdown", cure: "describe it in words"},
	{id: "semantic-operation-operation-id", cure: "give it an operationId of verb and noun"},
	{id: "semantic-no-ambiguous-paths", cure: "a route has one template: make them one"},
	{id: "semantic-operation-id-valid-in-url", cure: "use letters and digits only"},
	{id: "semantic-link-operation", cure: "name an operation that exists"},
	{id: "semantic-unused-component", cure: "remove it, or refer to it where it was meant to be used"},
	{id: "style-info-description", cure: "say what the document covers"},
	{id: "style-operation-success-response", cure: "add the status and the body of a success"},
	{id: "style-path-trailing-slash", cure: "take the slash away; the client joins server and path"},
	{id: "style-oas3-host-not-example", cure: "name the vendor's host"},
	{id: "style-oas3-host-trailing-slash", cure: "take the slash away; every path begins with one"},
	{id: "style-oas3-api-servers", cure: "name the vendor's host"},
	{id: "style-description-duplication", cure: "let the description say more, or leave it out"},
	// Of the next five only a vendor can change what is true; then the rule goes off here.
	{id: "owasp-no-http-basic", cure: "check the vendor's documentation: is there a token?"},
	{id: "owasp-no-api-keys-in-url", cure: "check the vendor's documentation: is there a header?"},
	{id: "owasp-no-credentials-in-url", cure: "check the vendor's documentation: is there a header?"},
	{id: "owasp-auth-insecure-schemes", cure: "check the vendor's documentation: is there a token?"},
	{id: "owasp-security-hosts-https-oas3", cure: "use https; a token must not travel in the clear"},
}

// off is a rule that is off, and why.
type off struct{ id, off string }

func lintOff() []off {
	var list []off
	for _, r := range lintRules {
		if r.off != "" {
			list = append(list, off{r.id, r.off})
		}
	}
	return list
}

// lint reports what the linter finds, and tells whether the document keeps to
// OpenAPI as far as the linter can say. At one place only the first error counts:
// the others follow from it.
func lint(ctx context.Context, file string, text []byte, root *yaml.Node, report func(rule, problem, cure string, at pointer)) (ok bool, err error) {
	doc, invalid, err := openapi.Unmarshal(ctx, bytes.NewReader(text))
	if err != nil {
		return true, fmt.Errorf("%s: the linter cannot read it: %w", file, err)
	}
	config := &base.Config{Extends: []string{"recommended"}}
	disabled := true
	cures := map[string]string{}
	for _, r := range lintRules {
		cures[r.id] = r.cure
		if r.off != "" {
			config.Rules = append(config.Rules, base.RuleEntry{ID: r.id, Disabled: &disabled})
		}
	}
	linter, err := linter.NewLinter(config)
	if err != nil {
		return true, err
	}
	written := openAPIVersion
	output, err := linter.Lint(ctx, base.NewDocumentInfo(doc, file), invalid, &base.LintOptions{VersionFilter: &written})
	if err != nil {
		return true, fmt.Errorf("%s: the linter: %w", file, err)
	}
	wrong := map[pointer]bool{}
	for _, result := range output.Results {
		var f *validation.Error
		if !errors.As(result, &f) {
			err = fmt.Errorf("%s: the linter: %w", file, result)
			continue
		}
		at := pointer("")
		if f.Node != nil {
			at = locate(root, f.Node.Line, f.Node.Column, yaml.Kind(f.Node.Kind))
		}
		if f.Severity == validation.SeverityError || strings.HasPrefix(f.Rule, "validation-") {
			if wrong[at] {
				continue
			}
			wrong[at] = true
		}
		report(f.Rule, firstLine(f.UnderlyingError.Error()), cmp.Or(cures[f.Rule], validCure), at)
	}
	return len(wrong) == 0, err
}
