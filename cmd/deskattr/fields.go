package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters"
)

// fieldsJSON is the document of fields.
type fieldsJSON struct {
	Schema int           `json:"schema"`
	Vendor string        `json:"vendor"`
	Kind   adapters.Kind `json:"kind"`
	Fields []fieldJSON   `json:"fields"`
}

// fieldJSON is one definition.
type fieldJSON struct {
	Key         string        `json:"key"`
	Name        string        `json:"name"`
	Label       string        `json:"label"`
	Description string        `json:"description"`
	Type        adapters.Type `json:"type"` // the same words at every vendor; "" where the vendor's says nothing
	VendorType  string        `json:"vendor_type"`
	Choices     []choiceJSON  `json:"choices"`
	Multi       bool          `json:"multi"`
	ReadOnly    bool          `json:"read_only"`
	Archived    bool          `json:"archived"`
}

// choiceJSON is one choice, with those below it.
type choiceJSON struct {
	Value   string       `json:"value"`
	Label   string       `json:"label"`
	Retired bool         `json:"retired"`
	Choices []choiceJSON `json:"choices"`
}

func newFields(env environment) *cobra.Command {
	var flags accountFlags
	cmd := &cobra.Command{
		Use:   "fields VENDOR KIND",
		Short: "List the account's attribute definitions",
		Long: `List the account's attribute definitions: the vendor's key, a readable name and a
label where the vendor has them, the type, the vendor's own word for it, and notes:

  multi      it holds a list of such values
  read-only  nobody can set it through the vendor's API
  archived   it is no longer in use and cannot be set by name

The types are text, number, bool, date (2026-01-31), time (2026-01-31T09:30:00Z), link,
choice (one of those listed below it), path (the choices from the top of the tree to the
one that is meant, as in topic:=["delivery","late"]) and unknown. A choice is listed by
its value, with the label in brackets where it is another; "deskattr set" takes either.`,
		Example: `  deskattr fields dixa conversation
  deskattr fields kustomer contact --output json`,
		Args:                  words(2, 2),
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			account, err := flags.open(env, args[0], args[1], false)
			if err != nil {
				return err
			}
			definitions, err := account.Definitions(cmd.Context(), account.kind)
			if err != nil {
				return err
			}
			if flags.output == formatText {
				return tellFields(env.stdout, definitions)
			}
			return writeJSON(env.stdout, fieldsJSON{schema, account.Vendor(), account.kind, fieldsOf(definitions)})
		},
	}
	flags.register(cmd)
	return cmd
}

func fieldsOf(definitions []adapters.Definition) []fieldJSON {
	all := []fieldJSON{}
	for _, d := range definitions {
		all = append(all, fieldJSON{
			Key: d.Key, Name: d.Name, Label: d.Label, Description: d.Description, Type: d.Type, VendorType: d.VendorType,
			Choices: choicesOf(d.Choices), Multi: d.Multi, ReadOnly: d.ReadOnly, Archived: d.Archived,
		})
	}
	return all
}

func choicesOf(choices []adapters.Choice) []choiceJSON {
	all := []choiceJSON{}
	for _, c := range choices {
		all = append(all, choiceJSON{c.Value, c.Label, c.Retired, choicesOf(c.Choices)})
	}
	return all
}

// tellFields writes a line for each definition, in columns, with its choices
// below it.
func tellFields(w io.Writer, definitions []adapters.Definition) error {
	rows := [][]string{{"KEY", "NAME", "LABEL", "TYPE", "VENDOR TYPE", "NOTES"}}
	for _, d := range definitions {
		var notes []string
		for _, note := range []struct {
			so   bool
			word string
		}{{d.Multi, "multi"}, {d.ReadOnly, "read-only"}, {d.Archived, "archived"}} {
			if note.so {
				notes = append(notes, note.word)
			}
		}
		rows = append(rows, []string{d.Key, d.Name, d.Label, cmp.Or(string(d.Type), "unknown"), d.VendorType, strings.Join(notes, ", ")})
	}
	var columns bytes.Buffer
	if err := table(&columns, rows); err != nil {
		return err
	}
	var b strings.Builder
	i := 0
	for line := range strings.Lines(columns.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
		if i > 0 { // below the headings
			listChoices(&b, definitions[i-1].Choices, 1)
		}
		i++
	}
	_, err := io.WriteString(w, b.String())
	return written(err)
}

// listChoices writes a tree of choices, a line each, deeper ones further in.
func listChoices(b *strings.Builder, choices []adapters.Choice, depth int) {
	for _, c := range choices {
		text := c.Value
		if c.Label != "" && c.Label != c.Value {
			text += " (" + c.Label + ")"
		}
		if c.Retired {
			text += ", retired"
		}
		fmt.Fprintf(b, "%s%s\n", strings.Repeat("    ", depth), visible(text))
		listChoices(b, c.Choices, depth+1)
	}
}
