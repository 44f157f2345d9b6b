package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/spf13/cobra"
)

func acceptCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "accept VENDOR",
		Short: "our document has been brought up to the pulled interface: hold it against that from now on",
		Long: `accept is the last step after specs pull and specs drift: once openapi.yaml has been brought up to
the pulled interface, it makes specs/VENDOR/pulled.yaml the new published.yaml, and keeps the
block "interface" of source.yaml true. It changes nothing as long as a difference between
openapi.yaml and the pulled interface has no entry in corrections.yaml, or an entry no difference.`,
		Args: vendorArgument,
		RunE: func(c *cobra.Command, args []string) error { return accept(args[0], c.OutOrStdout()) },
	}
}

// accept makes the pulled interface the published one.
func accept(name string, out io.Writer) error {
	v, err := find(name)
	if err != nil {
		return err
	}
	pulled, s, err := open(v.file("pulled.yaml"))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("accept %s: there is no %s: nothing was pulled since the last time; begin with: specs pull %s", name, v.file("pulled.yaml"), name)
	}
	if err != nil {
		return fmt.Errorf("accept %s: %w", name, err)
	}
	ours, err := v.ours()
	if err != nil {
		return err
	}
	theirs, err := read(pulled, v.published)
	if err != nil {
		return fmt.Errorf("accept %s: %s: %w", name, v.file("pulled.yaml"), err)
	}
	list, err := v.corrections()
	if err != nil {
		return err
	}
	unlisted, stale := list.hold(compare(theirs, ours))
	for _, difference := range unlisted {
		fmt.Fprintln(out, "differs from the pulled interface, without an entry in corrections.yaml:", difference)
	}
	for _, where := range stale {
		fmt.Fprintln(out, "an entry of corrections.yaml for no difference:", where)
	}
	if len(unlisted)+len(stale) > 0 {
		fmt.Fprintf(out, "%s: not accepted, nothing was changed; mend openapi.yaml or corrections.yaml, then again: specs accept %s\n", name, name)
		return errFound
	}
	source, unknown, err := v.source(pulled, s)
	if err != nil {
		return fmt.Errorf("accept %s: %w", name, err)
	}
	// The source goes first: should the second step fail, both can be done again.
	if err := replace(v.file("source.yaml"), source); err != nil {
		return err
	}
	if err := os.Rename(v.file("pulled.yaml"), v.file("published.yaml")); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: the interface of %s is what openapi.yaml is held against now\n", name, s.date)
	fmt.Fprintf(out, "look at the block interface in %s yourself: only you can tell whether this is still true: %s\n",
		v.file("source.yaml"), strings.Join(append(unknown, "the comments"), ", "))
	fmt.Fprintf(out, "next: make generate, make test, then commit specs/%s and gen/%s\n", name, name)
	return nil
}

// entry is a line of the block interface in source.yaml: a key, its value on the
// same line, and perhaps a comment.
var entry = regexp.MustCompile(`^(  (\w+): *)('(?:[^']|'')*'|"[^"]*"|[^#'"]*?)( +#.*)?$`)

// source is source.yaml with the block interface brought up to a stored
// interface, all else as it was, and the keys of that block that say something
// which is not known from the interface.
func (v vendor) source(tree object, s stamp) (text []byte, unknown []string, err error) {
	file := v.file("source.yaml")
	text, err = readFile(file)
	if err != nil {
		return nil, nil, err
	}
	info, _ := tree["info"].(object)
	paths, _ := tree["paths"].(object)
	operations, _ := count(tree)
	values := map[string]string{
		"title":      word(info["title"]),
		"version":    word(info["version"]),
		"date":       s.date,
		"paths":      strconv.Itoa(len(paths)),
		"operations": strconv.Itoa(operations),
		"sha256":     s.sha256,
	}
	lines := strings.Split(string(text), "\n")
	begin := slices.Index(lines, "interface:") + 1
	if begin == 0 {
		return nil, nil, fmt.Errorf("%s has no block interface", file)
	}
	missing := []string{"version", "date", "operations", "sha256"}
	for i := begin; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], " ") && !strings.HasPrefix(lines[i], "#") && lines[i] != "" {
			break // the next block
		}
		parts := entry.FindStringSubmatch(lines[i])
		if parts == nil {
			continue
		}
		key := parts[2]
		if value, ok := values[key]; ok {
			lines[i] = parts[1] + value + parts[4]
		} else {
			unknown = append(unknown, key)
		}
		missing = slices.DeleteFunc(missing, func(name string) bool { return name == key })
	}
	if len(missing) > 0 {
		return nil, nil, fmt.Errorf("%s: the block interface has no line for %s", file, strings.Join(missing, ", "))
	}
	return []byte(strings.Join(lines, "\n")), unknown, nil
}

// word is a text as YAML, on one line.
func word(value any) string {
	line, err := yaml.Marshal(text(fmt.Sprint(value)))
	if err != nil {
		return `""`
	}
	return string(bytes.TrimSpace(line))
}
