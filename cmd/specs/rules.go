package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// rules are what every document keeps. The first two have their checks in
// checkDocument: the others stand on them.
var rules = []rule{
	{"valid", "What is no OpenAPI cannot be compiled, nor used by anybody else's tools.", nil},
	{"local-references", "A document stands alone: generation never uses the network.", nil},
	{"version", "Of 3.1 the validators take fifty times as long, and nullable means nothing there.", version},
	{"known-extensions", "The generator passes over an extension that it does not know: a misspelt one does nothing.", knownExtensions},
	{"reference-siblings", "Beside a $ref all but x-… is ignored in OpenAPI 3.0, and a description there is lost.", referenceSiblings},
	{"described", "Descriptions are the comments of the client; what has none tells its user nothing.", described},
	{"wording", "A comment begins with the Go name, and the text goes on after it.", wording},
	{"deprecated-reason", "Whoever meets something deprecated must learn what to use in its place.", deprecatedReason},
	{"operation-id", "The id is the method's name: verb and noun, the same verb for the same thing in all clients.", operationID},
	{"one-tag", "The tag is the operation's group; it is declared, once, with what it is about.", oneTag},
	{"media-types", "Only for these does the template make typed bodies and answers.", mediaTypes},
	{"one-success", "A typed method returns one type: that of the only success.", oneSuccess},
	{"error-answers", "Servers and proxies refuse any operation with 401, 429 and 500, and clients decode one type of error.", errorAnswers},
	{"pages", "An iterator is made from names; one that is not there gives no item, or ends after a page.", pages},

	{"named-schemas", "What has no name of its own gets one made up from where it stands.", namedSchemas},
	{"enum-names", "Each value becomes a constant, whose name must be one in Go and say what it is.", enumNames},
	{"id-types", "A float rounds large ids, and 32 bits do not hold them.", idTypes},
	{"plural-ids", "Without x-go-name, ids become Ids; Go writes IDs.", pluralIDs},
	{"number-formats", "A float32 loses digits, and an unknown format says nothing.", numberFormats},
	{"go-types", "Free JSON is kept byte by byte, and a pointer to it would lose null.", goTypes},
	{"free-json", "Decoded into Go's any, a number loses digits.", freeJSON},
	{"union-tags", "A value of a oneOf is read by its tag, which must lead to an arm; what only its shape tells is an anyOf.", unionTags},
	{"required-fields", "A required field that is misspelt is required of nobody.", requiredFields},
	{"answer-times", "A time.Time fails a whole answer when a vendor writes one time in another way.", answerTimes},
	{"open-answers", "Vendors add fields to answers, which must stay readable.", openAnswers},
	{"unset-fields", "An unset field of a request must be left out: sent as null it destroys what the vendor holds.", unsetFields},
	{"three-state", "A Field without these settings is sent as null when it is not set.", threeState},
	{"empty-lists", "An empty list is not the same as none: one clears, the other changes nothing.", emptyLists},
}

// verbs begin the ids of operations, by method.
var verbs = map[string]string{
	"GET":    "get list search",
	"DELETE": "bulk delete remove untag",
	"":       "activate add anonymize assign bulk claim close create deactivate destroy filter follow get import link merge move offer patch publish put redact reopen replace reset search set submit tag toggle transfer unpublish update upload upsert",
}

// openAPIVersion is the one that all documents are written in.
const openAPIVersion = "3.0.3"

func version(p *parsed, report report) {
	if p.doc.OpenAPI != openAPIVersion {
		report("/openapi", "is "+p.doc.OpenAPI, "write the document in "+openAPIVersion+", as the others are")
	}
}

var camel = regexp.MustCompile(`^([a-z]+)([A-Z][A-Za-z0-9]*)$`)

func operationID(p *parsed, report report) {
	known := map[string]string{}
	for _, o := range p.operations {
		at := o.at.to("operationId")
		match := camel.FindStringSubmatch(o.OperationID)
		allowed, ok := verbs[o.method]
		if !ok {
			allowed = verbs[""]
		}
		switch other, twice := known[strings.ToLower(o.OperationID)]; {
		case match == nil:
			report(at, fmt.Sprintf("%q is not a verb and a noun", o.OperationID), "write it as listAgents: a verb in lower case, then the noun")
		case !slices.Contains(strings.Fields(allowed), match[1]):
			report(at, fmt.Sprintf("%q is no verb of a %s", match[1], o.method), "use one of "+strings.Join(strings.Fields(allowed), ", ")+"; for another add it to verbs in rules.go")
		case twice:
			report(at, fmt.Sprintf("%q and %q are one name in Go", o.OperationID, other), "give it another noun")
		}
		known[strings.ToLower(o.OperationID)] = o.OperationID
	}
}

func oneTag(p *parsed, report report) {
	used := map[string]bool{}
	for _, o := range p.operations {
		switch len(o.Tags) {
		case 1:
			used[o.Tags[0]] = true
			if p.doc.Tags.Get(o.Tags[0]) == nil {
				report(o.at.to("tags").entry(0), fmt.Sprintf("the tag %q is not declared", o.Tags[0]), "declare it under tags with a description, or correct it")
			}
		case 0:
			report(o.at, "has no tag", "give it exactly one, the name of its group in the vendor's reference")
		default:
			report(o.at.to("tags"), fmt.Sprintf("has %d tags", len(o.Tags)), "keep exactly one, the name of its group in the vendor's reference")
		}
	}
	for i, tag := range p.doc.Tags {
		if !used[tag.Name] {
			report(pointer("/tags").entry(i), fmt.Sprintf("no operation has the tag %q", tag.Name), "remove it, or give it to its operations")
		}
	}
}

// content is the bodies of one kind of an operation.
type content struct {
	at     pointer
	status string // "" for the request
	openapi3.Content
}

// contents are the bodies that an operation takes and gives. Those of a shared
// answer stand where it is defined.
func contents(o operation) []content {
	var all []content
	if o.RequestBody != nil {
		at := o.at.to("requestBody")
		if o.RequestBody.Ref != "" {
			at = target(o.RequestBody.Ref)
		}
		all = append(all, content{at.to("content"), "", o.RequestBody.Value.Content})
	}
	responses := o.Responses.Map()
	for _, status := range sorted(responses) {
		at := o.at.to("responses", status)
		if responses[status].Ref != "" {
			at = target(responses[status].Ref)
		}
		all = append(all, content{at.to("content"), status, responses[status].Value.Content})
	}
	return all
}

func (c content) success() bool { return strings.HasPrefix(c.status, "2") }

func mediaTypes(p *parsed, report report) {
	for _, o := range p.operations {
		for _, c := range contents(o) {
			allowed, what := []string{"application/json", "text/plain", "text/html"}, "an error"
			switch {
			case c.status == "":
				allowed, what = []string{"application/json", "multipart/form-data"}, "a request"
			case c.success():
				allowed, what = allowed[:1], "a success"
			}
			for _, media := range sorted(c.Content) {
				if !slices.Contains(allowed, media) {
					report(c.at.to(media), fmt.Sprintf("%s is not a type of %s", media, what), "use "+strings.Join(allowed, " or ")+"; JSON of any name is application/json, since the client looks at the status alone")
				} else if c.Content[media].Schema == nil {
					report(c.at.to(media), "has no schema", "say what it holds; the typed method is made from it")
				}
			}
		}
	}
}

func oneSuccess(p *parsed, report report) {
	for _, o := range p.operations {
		var statuses []string
		for _, c := range contents(o) {
			if c.success() {
				statuses = append(statuses, c.status)
			}
		}
		if len(statuses) > 1 { // of one that has none the linter tells
			report(o.at.to("responses"), "has several successes: "+strings.Join(statuses, ", "), "keep the one that the server sends, and say in its description what else may come")
		}
	}
}

func errorAnswers(p *parsed, report report) {
	uses := map[string]int{} // of the components that describe errors
	type use struct {
		at  pointer
		ref string
	}
	var all []use
	for _, o := range p.operations {
		closed := o.Security == nil || len(*o.Security) > 0
		for _, status := range []string{"401", "429", "500"} {
			responses := o.Responses.Map()
			if responses[status] == nil && responses[status[:1]+"XX"] == nil && (status != "401" || closed) {
				report(o.at.to("responses"), "does not list "+status, "refer to the shared answer for it under components/responses")
			}
		}
		for _, c := range contents(o) {
			if media := c.Content["application/json"]; media != nil && media.Schema != nil && c.status != "" && !c.success() {
				uses[media.Schema.Ref]++
				all = append(all, use{c.at.to("application/json", "schema"), media.Schema.Ref})
			}
		}
	}
	usual := ""
	for _, ref := range sorted(uses) {
		if ref != "" && uses[ref] > uses[usual] {
			usual = ref
		}
	}
	for _, u := range all {
		if u.ref != usual {
			report(u.at, "is another error than "+usual, "refer to that, and add to it what is new")
		}
	}
}

// pageKeys are those of x-pages, by what the pages are found by; see "The
// template" in specs/README.md.
var pageKeys = map[string][]string{"number": {"by", "item", "items", "param"}, "link": {"by", "item", "items", "next"}}

func pages(p *parsed, report report) {
	for _, o := range p.operations {
		extension, ok := o.Extensions["x-pages"].(map[string]any)
		if !ok {
			if hasParameter(o, isPage) {
				report(o.at, "has pages, and no iterator over them", "add x-pages, see The template in specs/README.md")
			}
			continue
		}
		at := o.at.to("x-pages")
		text := func(key string) string { value, _ := extension[key].(string); return value }
		keys := pageKeys[text("by")]
		if keys == nil {
			report(at, fmt.Sprintf("by is %q", text("by")), "pages are found by number or by link")
			continue
		}
		if got := sorted(extension); !slices.Equal(got, keys) {
			report(at, fmt.Sprintf("has %s", strings.Join(got, ", ")), "by "+text("by")+" it needs exactly "+strings.Join(keys, ", "))
			continue
		}
		counted := func(o *openapi3.Parameter) bool {
			name, ok := o.Extensions["x-go-name"].(string)
			if !ok {
				name = strings.ReplaceAll(o.Name, "_", "")
			}
			return strings.EqualFold(name, text("param")) && !o.Required && o.Schema != nil && o.Schema.Value.Type.Is("integer")
		}
		if text("by") == "number" && !hasParameter(o, counted) {
			report(at.to("param"), fmt.Sprintf("no parameter is %s in Go", text("param")), "name an optional integer parameter in: query as Go has it: Page for page")
		}
		answer := success(o)
		if answer == nil {
			report(at, "has no answer in JSON to take items from", "take it away, or say what the answer is")
			continue
		}
		items := field(answer, text("items"))
		if items == nil || !items.Value.Type.Is("array") {
			report(at.to("items"), fmt.Sprintf("the answer has no list at %q", text("items")), "give the names that lead to the list, with dots between")
		} else if got := target(items.Value.Items.Ref).last(); got != text("item") {
			report(at.to("item"), fmt.Sprintf("the list holds %q, not %q", got, text("item")), "name the component that the items are of")
		}
		if next := field(answer, text("next")); text("by") == "link" && (next == nil || !next.Value.Type.Is("string")) {
			report(at.to("next"), fmt.Sprintf("the answer has no text at %q", text("next")), "give the names that lead to the link, with dots between")
		}
	}
}

// isPage tells whether a parameter asks for a page.
func isPage(o *openapi3.Parameter) bool { return o.Name == "page" || o.Name == "pageKey" }

func hasParameter(o operation, is func(*openapi3.Parameter) bool) bool {
	return slices.ContainsFunc(slices.Concat(o.item.Parameters, o.Parameters), func(ref *openapi3.ParameterRef) bool {
		return ref.Value.In == "query" && is(ref.Value)
	})
}

// success is the schema of what the typed method returns, nil for none.
func success(o operation) *openapi3.SchemaRef {
	for _, c := range contents(o) {
		if media := c.Content["application/json"]; media != nil && c.success() {
			return media.Schema
		}
	}
	return nil
}

// field is the schema at a path of names with dots between, nil for none.
func field(ref *openapi3.SchemaRef, path string) *openapi3.SchemaRef {
	for name := range strings.SplitSeq(path, ".") {
		if path == "" || ref == nil {
			return ref
		}
		inner := behind(ref).Properties[name]
		for _, part := range ref.Value.AllOf {
			if inner == nil {
				inner = part.Value.Properties[name]
			}
		}
		ref = inner
	}
	return ref
}
