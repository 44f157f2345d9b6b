package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func differencesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "differences VENDOR",
		Short: "where our document differs from the published interface without a reason in corrections.yaml",
		Long: `Where our document differs from the published interface (specs/VENDOR/published.yaml) without an entry in
corrections.yaml that says why, and which entries cover no difference. Each line is of the form that the patterns of
an entry match, * being any run of characters. Mend openapi.yaml where we are wrong, add an entry where they are.`,
		Args: vendorArgument,
		RunE: func(c *cobra.Command, args []string) error { return differences(args[0], c.OutOrStdout()) },
	}
}

// compare lists where our facts differ from the published ones, a line each:
//
//	POST /things added
//	GET /things query page removed
//	GET /things 200 application/json .data[].id type number -> integer
//
// Of places that are added or removed only the outermost is named.
func compare(theirs, ours facts) []string {
	var lines []string
	both(theirs, ours, func(operation string, a, b map[string]map[string]fact) {
		both(a, b, func(part string, a, b map[string]fact) {
			both(a, b, func(place string, a, b fact) {
				for _, change := range changes(a, b) {
					lines = append(lines, line(operation, part, place, change))
				}
			}, func(place, what string, other map[string]fact) {
				if _, ok := other[parent(place)]; ok {
					lines = append(lines, line(operation, part, place, what))
				}
			})
		}, func(part, what string, _ map[string]map[string]fact) {
			lines = append(lines, line(operation, part, what))
		})
	}, func(operation, what string, _ facts) {
		lines = append(lines, line(operation, what))
	})
	slices.Sort(lines)
	return lines
}

// both visits the keys of two maps: those of both, and those of one, with the map
// that lacks them.
func both[V any, M ~map[string]V](theirs, ours M, shared func(key string, a, b V), single func(key, what string, other M)) {
	for key, a := range theirs {
		if b, ok := ours[key]; ok {
			shared(key, a, b)
		} else {
			single(key, "removed", ours)
		}
	}
	for key := range ours {
		if _, ok := theirs[key]; !ok {
			single(key, "added", theirs)
		}
	}
}

// parent is the place around a place.
func parent(place string) string {
	if outer, ok := strings.CutSuffix(place, "[]"); ok {
		return outer
	}
	return place[:max(0, strings.LastIndex(place, "."))]
}

func changes(a, b fact) []string {
	var changes []string
	differ := func(what, x, y string) {
		if x != y {
			changes = append(changes, fmt.Sprintf("%s %s -> %s", what, x, y))
		}
	}
	list := func(values []string) string {
		if len(values) == 0 {
			return "any"
		}
		return strings.Join(values, "|")
	}
	is := map[bool]string{true: "yes", false: "no"}
	differ("type", list(a.types), list(b.types))
	differ("format", list(strings.Fields(a.format)), list(strings.Fields(b.format)))
	differ("nullable", is[a.nullable], is[b.nullable])
	differ("required", is[a.required], is[b.required])
	differ("values", list(a.values), list(b.values))
	return changes
}

func line(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}

// differences prints each difference with the correction that covers it.
func differences(name string, out io.Writer) error {
	v, err := find(name)
	if err != nil {
		return err
	}
	ours, theirs, err := v.files()
	if err != nil {
		return err
	}
	list, err := v.corrections()
	if err != nil {
		return err
	}
	all := compare(theirs, ours)
	unlisted, stale := list.hold(all)
	for _, difference := range unlisted {
		fmt.Fprintln(out, "not listed:", difference)
	}
	for _, where := range stale {
		fmt.Fprintln(out, "stale:", where)
	}
	if len(unlisted)+len(stale) > 0 {
		fmt.Fprintf(out, "%s: %d differences that no entry of corrections.yaml covers, %d patterns that cover none\n", v.name, len(unlisted), len(stale))
		return errFound
	}
	_, err = fmt.Fprintf(out, "%s: %d differences, all covered by %d corrections\n", v.name, len(all), len(list))
	return err
}
