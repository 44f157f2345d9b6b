package main

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// fileRules are the rules for the files beside a document.
var fileRules = []rule{
	{"settings", "All clients are generated in one way; a forgotten setting costs digits, or lets the generator use the network.", nil},
	{"source", "Whoever doubts a fact must find where it comes from, and how sure it is.", nil},
	{"source-count", "A count that is not true makes the rest of the file doubtful.", nil},
	{"source-published", "What openapi.yaml is held against is named by its hash; another one was looked at by nobody.", nil},
	{"correction", "A difference from what the vendor has published is a claim, and a claim has its evidence.", nil},
	{"stale-correction", "A reason for what is no more hides that the two have come to agree.", nil},
	{"uncovered-difference", "What differs without a reason differs by a slip.", nil},
}

// part is what a file of ours has at a path: * is any entry of a list, | stands
// between two names for one part.
type part struct {
	path   string
	needed bool
	wrong  func(*yaml.Node) string // what is wrong with the value, "" for nothing
	cure   string
}

// look holds a node and what is in it against the parts. In an open file there
// may be others too.
func look(node *yaml.Node, at pointer, path string, parts []part, open bool, report report) {
	switch node.Kind {
	case yaml.SequenceNode:
		for i, one := range node.Content {
			lookAt(one, at.entry(i), path+"/*", parts, open, report)
		}
	case yaml.MappingNode:
		has := map[string]bool{}
		for i := 0; i < len(node.Content); i += 2 {
			key := node.Content[i].Value
			has[lookAt(node.Content[i+1], at.to(key), path+"/"+key, parts, open, report)] = true
		}
		for _, p := range parts {
			outer, name := p.path[:strings.LastIndex(p.path, "/")], p.path[strings.LastIndex(p.path, "/")+1:]
			if p.needed && name != "*" && outer == path && !has[p.path] {
				report(at, "lacks "+strings.ReplaceAll(name, "|", " or "), p.cure)
			}
		}
	}
}

// lookAt holds the value at a path against its part, and returns the path of that.
func lookAt(node *yaml.Node, at pointer, path string, parts []part, open bool, report report) string {
	for _, p := range parts {
		prefix, names := p.path[:strings.LastIndex(p.path, "/")+1], p.path[strings.LastIndex(p.path, "/")+1:]
		for name := range strings.SplitSeq(names, "|") {
			if prefix+name != path {
				continue
			}
			if problem := p.wrong(node); problem != "" {
				report(at, problem, p.cure)
			} else {
				look(node, at, p.path, parts, open, report)
			}
			return p.path
		}
	}
	if !open {
		report(at, "is not known here", "correct the name, or take it away")
	}
	return ""
}

// parseFile parses a file, and reports what is no YAML.
func parseFile(text []byte, report report) *yaml.Node {
	var root yaml.Node
	var all any // of keys that come twice only decoding tells
	err := yaml.Unmarshal(text, &root)
	if err == nil {
		err = yaml.Unmarshal(text, &all)
	}
	switch {
	case err != nil:
		at := pointer("")
		if match := yamlLine.FindStringSubmatch(err.Error()); match != nil && root.Kind != 0 {
			number, _ := strconv.Atoi(match[1])
			at = locate(&root, number, 0, 0)
		}
		report(at, "is no YAML: "+strings.Join(strings.Fields(err.Error()), " "), "mend it, then check again")
	case root.Kind == 0:
		report("", "is empty", "write it as the other vendors' are")
	default:
		return root.Content[0]
	}
	return nil
}

func written(node *yaml.Node) string {
	if node.Kind != yaml.ScalarNode || strings.TrimSpace(node.Value) == "" {
		return "is empty, or no text"
	}
	return ""
}

func group(node *yaml.Node) string {
	if node.Kind != yaml.MappingNode {
		return "is no map"
	}
	return ""
}

func listed(node *yaml.Node) string {
	if node.Kind != yaml.SequenceNode || len(node.Content) == 0 {
		return "is no list, or an empty one"
	}
	return ""
}

// like is a scalar of this form.
func like(form *regexp.Regexp) func(*yaml.Node) string {
	return func(node *yaml.Node) string {
		if node.Kind != yaml.ScalarNode || !form.MatchString(node.Value) {
			return fmt.Sprintf("is %q", node.Value)
		}
		return ""
	}
}

// past is a day, a month or a year that has begun.
func past(now time.Time) func(*yaml.Node) string {
	return func(node *yaml.Node) string {
		for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
			if day, err := time.Parse(layout, node.Value); err == nil {
				if day.After(now) {
					return node.Value + " is to come"
				}
				return ""
			}
		}
		return fmt.Sprintf("is %q", node.Value)
	}
}

var (
	https     = like(regexp.MustCompile(`^https://[^/ ]+`))
	fixed     = like(regexp.MustCompile(`^$|^https://[^/ ]+`))
	positive  = like(regexp.MustCompile(`^[1-9][0-9]*$`))
	sha256Hex = like(regexp.MustCompile(`^[0-9a-f]{64}$`))
	sure      = like(regexp.MustCompile(`^(high|medium|low)$`))
	sureWords = like(regexp.MustCompile(`^(high|medium|low)\b`))
)

// sourceParts are those of source.yaml.
func sourceParts(now time.Time) []part {
	const day = "write a day as 2026-08-04, a month as 2026-08 or a year, none to come"
	return []part{
		{"/name", true, written, "name the API as the vendor does"},
		{"/homepage", true, https, "give the vendor's address, beginning with https://"},
		{"/documentation", true, https, "give the address of the vendor's reference, beginning with https://"},
		{"/document", true, fixed, "give the address of the published document, beginning with https://, or nothing where it has no fixed one"},
		{"/licence", true, written, "say what allows us to take facts from the published document"},
		{"/operations", true, positive, "give the number of operations in openapi.yaml"},
		{"/interface", true, group, "say which published interface openapi.yaml is held against"},
		{"/interface/title", false, written, "give its info.title"},
		{"/interface/version", true, written, "give its info.version"},
		{"/interface/openapi", false, written, "give the version of OpenAPI that it is written in"},
		{"/interface/date", true, past(now), day},
		{"/interface/revision", false, written, "name the revision"},
		{"/interface/paths", false, positive, "give the number of its paths"},
		{"/interface/operations", true, positive, "give the number of its operations"},
		{"/interface/sha256", true, sha256Hex, "give the 64 hex digits of the hash"},
		{"/access_management", false, group, "say where this second interface comes from"},
		{"/access_management/revision", true, written, "name the revision"},
		{"/access_management/date", true, past(now), day},
		{"/access_management/operations", true, positive, "give the number of its operations"},
		{"/behaviour", true, listed, "list where the facts come from"},
		{"/behaviour/*", true, group, "write source, proves and confidence"},
		{"/behaviour/*/source", true, written, "say where it was found"},
		{"/behaviour/*/revision", false, written, "say which state of the source it was"},
		{"/behaviour/*/date", false, past(now), day},
		{"/behaviour/*/proves", true, written, "say which facts it proves"},
		{"/behaviour/*/confidence", true, sureWords, "begin with high, medium or low; then say of what, if not of all"},
	}
}

// collect is the report of a rule into a list.
func collect(into *[]finding, file, rule string) report {
	return func(at pointer, problem, cure string) {
		*into = append(*into, finding{file, at, rule, problem, cure})
	}
}

// checkSource holds source.yaml against its rules, and its count against the
// document, unless that is not valid (nil).
func checkSource(file string, content []byte, p *parsed, now time.Time) (found []finding) {
	report := collect(&found, file, "source")
	root := parseFile(content, report)
	if root == nil {
		return found
	}
	if problem := group(root); problem != "" {
		report("", problem, "write it as the other vendors' are")
		return found
	}
	look(root, "", "", sourceParts(now), false, report)
	if node := value(root, "/operations"); p != nil && node != nil && positive(node) == "" && node.Value != strconv.Itoa(len(p.operations)) {
		collect(&found, file, "source-count")("/operations", fmt.Sprintf("says %s, and openapi.yaml has %d", node.Value, len(p.operations)), "correct it, here and in specs/README.md")
	}
	return found
}

// checkPublished holds the block interface of source.yaml against the published
// interface that is stored.
func checkPublished(file string, content []byte, published object, s stamp) (found []finding) {
	root := parseFile(content, collect(&found, file, "source"))
	if root == nil {
		return nil // checkSource says so
	}
	operations, _ := count(published)
	for name, want := range map[string]string{
		"version": versionOf(published), "date": s.date, "operations": strconv.Itoa(operations), "sha256": s.sha256,
	} {
		at := pointer("/interface").to(name)
		if node := value(root, at); node != nil && node.Value != want {
			collect(&found, file, "source-published")(at, fmt.Sprintf("says %s, and published.yaml %s", node.Value, want), "correct it; specs accept writes both")
		}
	}
	return found
}

// correctionParts are those of corrections.yaml.
var correctionParts = []part{
	{"/*", true, group, "write where, theirs, ours, why, evidence and confidence"},
	{"/*/where", true, listed, "list patterns of lines of specs differences"},
	{"/*/where/*", true, written, "write a pattern of lines of specs differences"},
	{"/*/theirs", true, written, "say what the vendor has published"},
	{"/*/ours", true, written, "say what our document says"},
	{"/*/why", true, written, "give the reason"},
	{"/*/evidence", true, written, "say where it was seen"},
	{"/*/confidence", true, sure, "write high, medium or low"},
}

// checkCorrections holds corrections.yaml in a folder against its rules, and
// against the differences between our document and the published one.
func checkCorrections(folder string, content []byte, p *parsed, differences []string) (found []finding) {
	file := path.Join(folder, "corrections.yaml")
	report := collect(&found, file, "correction")
	root := parseFile(content, report)
	if root == nil {
		return found
	}
	if root.Kind != yaml.SequenceNode {
		report("", "is no list", "write it as the other vendors' are")
		return found
	}
	if look(root, "", "", correctionParts, false, report); len(found) > 0 {
		return found
	}
	var entries corrections
	if err := root.Decode(&entries); err != nil {
		report("", firstLine(err.Error()), "mend it, then check again")
		return found
	}
	unlisted, stale := entries.hold(differences)
	for i, entry := range entries {
		for j, where := range entry.Where {
			if slices.Contains(stale, where) {
				collect(&found, file, "stale-correction")(pointer("").entry(i).to("where").entry(j), fmt.Sprintf("covers no difference: %s", where), "take it away, or correct the pattern")
			}
		}
	}
	operations := map[string]pointer{}
	for _, o := range p.operations {
		operations[o.method+" "+route(o.path)] = o.at
	}
	for _, difference := range unlisted {
		words := strings.SplitN(difference, " ", 3) // method, route, the rest
		at, ok := operations[strings.Join(words[:2], " ")]
		if !ok {
			at = "/paths"
		}
		collect(&found, path.Join(folder, "openapi.yaml"), "uncovered-difference")(at, "differs from what is published: "+difference, "mend the document, or give the reason in corrections.yaml")
	}
	return found
}
