package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// correction is an entry of corrections.yaml: why our document says something
// else than the published one.
type correction struct {
	Where      []string `yaml:"where"`  // patterns of lines of compare; * is any run of characters
	Theirs     string   `yaml:"theirs"` // what they say
	Ours       string   `yaml:"ours"`   // what we say
	Why        string   `yaml:"why"`
	Evidence   string   `yaml:"evidence"`
	Confidence string   `yaml:"confidence"` // high, medium or low
}

type corrections []correction

func (v vendor) corrections() (corrections, error) {
	file := filepath.Join("specs", v.name, "corrections.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list corrections
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for i, c := range list {
		if len(c.Where) == 0 || c.Theirs == "" || c.Ours == "" || c.Why == "" || c.Evidence == "" {
			return nil, fmt.Errorf("%s: entry %d: where, theirs, ours, why and evidence are all needed", file, i+1)
		}
		if c.Confidence != "high" && c.Confidence != "medium" && c.Confidence != "low" {
			return nil, fmt.Errorf("%s: entry %d: confidence is high, medium or low", file, i+1)
		}
	}
	return list, nil
}

// hold returns the differences that no entry covers, and the patterns that cover
// no difference.
func (list corrections) hold(differences []string) (unlisted, stale []string) {
	covered := map[string]bool{}
	for _, c := range list {
		for _, where := range c.Where {
			parts := strings.Split(where, "*")
			found := false
			for _, difference := range differences {
				if matches(parts, difference) {
					covered[difference], found = true, true
				}
			}
			if !found {
				stale = append(stale, where)
			}
		}
	}
	for _, difference := range differences {
		if !covered[difference] {
			unlisted = append(unlisted, difference)
		}
	}
	return unlisted, stale
}

// matches tells whether a line is the parts of a pattern with anything between
// them.
func matches(parts []string, line string) bool {
	first, rest := parts[0], parts[1:]
	line, ok := strings.CutPrefix(line, first)
	if !ok || len(rest) == 0 {
		return ok && line == ""
	}
	for _, part := range rest[:len(rest)-1] {
		if _, line, ok = strings.Cut(line, part); !ok {
			return false
		}
	}
	return strings.HasSuffix(line, rest[len(rest)-1])
}
