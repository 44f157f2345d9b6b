package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// stamp says of a stored interface when it was published or pulled, from where,
// and the hash of it. Equal interfaces have equal hashes, whenever they were
// pulled.
type stamp struct {
	date   string // YYYY-MM-DD
	from   string // an address, or the name of a file without its directory
	sha256 string
}

// heading is what a stored interface begins with. It is not part of the hash.
const heading = `# A vendor's published interface: names, types and structure. Written by "go run ./cmd/specs pull",
# never by hand; specs/README.md says what it is for.
`

// mark is the line that holds the stamp.
const mark = "  x-pulled: "

// store writes an interface with its stamp, whole or not at all.
func store(file string, tree object, s stamp) error {
	line, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{
		text("date"), {Kind: yaml.ScalarNode, Value: s.date}, text("from"), text(strings.ToValidUTF8(s.from, "?")), text("sha256"), text(s.sha256),
	}})
	if err != nil {
		return err
	}
	body := bytes.Replace(render(tree), []byte("\ninfo:\n"), []byte("\ninfo:\n"+mark+string(line)), 1)
	return replace(file, slices.Concat([]byte(heading), body))
}

// replace writes a file beside the old one and puts it in its place.
func replace(file string, content []byte) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // where it still has that name
	if _, err := temporary.Write(content); err != nil {
		temporary.Close()
		return err
	}
	if err := temporary.Chmod(0o644); err != nil {
		temporary.Close()
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}

// open reads a stored interface, which is what it was when it was stored.
func open(file string) (object, stamp, error) {
	content, err := readFile(file)
	if err != nil {
		return nil, stamp{}, err
	}
	tree, err := decode(content)
	if err != nil {
		return nil, stamp{}, fmt.Errorf("%s: %w", file, err)
	}
	info, _ := tree["info"].(object)
	pulled, _ := info["x-pulled"].(object)
	delete(info, "x-pulled")
	var s stamp
	s.date, _ = pulled["date"].(string)
	s.from, _ = pulled["from"].(string)
	s.sha256, _ = pulled["sha256"].(string)
	if s.sha256 == "" || s.sha256 != hash(unstamped(content)) {
		return nil, stamp{}, fmt.Errorf("%s is not as it was stored: it was edited by hand, or cut short; pull it again, or take it from git", file)
	}
	return tree, s, nil
}

// unstamped is a stored interface without heading and stamp.
func unstamped(content []byte) []byte {
	for bytes.HasPrefix(content, []byte("#")) {
		_, content, _ = bytes.Cut(content, []byte("\n"))
	}
	before, rest, found := bytes.Cut(content, []byte("\n"+mark))
	if !found {
		return content
	}
	_, after, _ := bytes.Cut(rest, []byte("\n"))
	return slices.Concat(before, []byte("\n"), after)
}

func hash(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }

// readFile reads a file that is no larger than a document may be.
func readFile(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	// To open a pipe would wait for somebody to write to it.
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file with a document in it, but a directory, pipe or device", file)
	}
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	content, err := readBounded(opened)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return content, nil
}

// readBounded reads to the end, and no further than a document may be long.
func readBounded(reader io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(reader, maxBytes+1))
	if err == nil && len(content) > maxBytes {
		err = fmt.Errorf("it has more than %d MiB", maxBytes>>20)
	}
	return content, err
}

// Order in a stored interface where it is not that of the alphabet.
var (
	topOrder    = []string{"openapi", "info", "servers", "security", "paths", "components"}
	methodOrder = []string{"get", "put", "post", "patch", "delete", "head", "options", "trace"}
)

// render writes an interface as YAML, always the same: keys in order, and what is
// flat on one line.
func render(tree object) []byte {
	root := mapping(tree, topOrder)
	for i := 0; i < len(root.Content); i += 2 {
		value := root.Content[i+1]
		switch root.Content[i].Value {
		case "info":
			value.Style = 0 // a line each, so that the stamp is one
		case "paths":
			paths, _ := tree["paths"].(object)
			for j := 0; j < len(value.Content); j += 2 {
				if item, ok := paths[value.Content[j].Value].(object); ok {
					value.Content[j+1] = mapping(item, methodOrder)
				}
			}
		}
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	_ = encoder.Encode(root) // to memory
	_ = encoder.Close()
	return b.Bytes()
}

// mapping is a map as a node: the keys named first in their order, then the rest.
func mapping(members object, first []string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	add := func(key string) {
		value := plain(members[key])
		if value.Kind == yaml.MappingNode || value.Kind == yaml.SequenceNode && value.Style == 0 {
			node.Style = 0
		}
		node.Content = append(node.Content, text(key), value)
	}
	for _, key := range first {
		if _, ok := members[key]; ok {
			add(key)
		}
	}
	for _, key := range sorted(members) {
		if !slices.Contains(first, key) {
			add(key)
		}
	}
	return node
}

// plain is a value as a node. Maps and lists of scalars, and maps of such lists,
// take one line.
func plain(value any) *yaml.Node {
	switch value := value.(type) {
	case object:
		return mapping(value, nil)
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range value {
			inner := plain(item)
			if inner.Kind != yaml.ScalarNode {
				node.Style = 0
			}
			node.Content = append(node.Content, inner)
		}
		return node
	case string:
		return text(value)
	case bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(value)}
	case int:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.Itoa(value)}
	case float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(value, 'g', -1, 64)}
	default:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}
	}
}

// text is a string as a node. It has quotes where a reader of YAML, of 1.1 too,
// would take it for something else.
func text(value string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
	word := strings.ToLower(value)
	sexagesimal := strings.Contains(value, ":") && strings.Trim(value, "0123456789:.") == ""
	if node.ShortTag() != "!!str" || sexagesimal || slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "<<", "="}, word) {
		node.Style = yaml.SingleQuotedStyle
	}
	if strings.ContainsAny(value, "\r\n\u0085\u2028\u2029") {
		node.Style = yaml.DoubleQuotedStyle // on one line
	}
	node.Tag = "!!str"
	return node
}
