package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// equivalent.txt lists mutants that no test can kill, because they behave the
// same, or that none should. A line holds the file, the function, the change as
// the survivors are shown, and the reason, with tabs between.
//
//go:embed equivalent.txt
var equivalentText string

// reasons are the reasons by mutant. A list cannot go stale unseen: see used.
type reasons map[string]*reason

type reason struct {
	text string
	used bool
}

func parseReasons(text string) (reasons, error) {
	list := reasons{}
	for number, line := range strings.Split(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 4 || fields[3] == "" {
			return nil, fmt.Errorf("equivalent.txt:%d: want file, function, change and reason with tabs between", number+1)
		}
		list[strings.Join(fields[:3], "\t")] = &reason{text: fields[3]}
	}
	return list, nil
}

// of tells whether a mutant is listed.
func (r reasons) of(m mutant) bool {
	found := r[m.file+"\t"+m.function+"\t"+m.change]
	if found != nil {
		found.used = true
	}
	return found != nil
}

// stale are the lines that no mutant answered to.
func (r reasons) stale() []string {
	var lines []string
	for key, reason := range r {
		if !reason.used {
			lines = append(lines, key)
		}
	}
	slices.Sort(lines)
	return lines
}
