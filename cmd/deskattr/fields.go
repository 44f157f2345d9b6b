package main

import (
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
	Key         string `json:"key"`
	Name        string `json:"name"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Archived    bool   `json:"archived"`
}

func newFields(env environment) *cobra.Command {
	var flags accountFlags
	cmd := &cobra.Command{
		Use:   "fields VENDOR KIND",
		Short: "List the account's attribute definitions",
		Long: `List the account's attribute definitions: the vendor's key, a readable name and a
label where the vendor has them, the vendor's type, and whether it is archived, which
means that it cannot be set by name.`,
		Example: `  deskattr fields dixa conversation
  deskattr fields kustomer contact --output json`,
		Args:                  words(2, 2),
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			adapter, kind, err := flags.open(env, args[0], args[1])
			if err != nil {
				return err
			}
			definitions, err := adapter.Definitions(cmd.Context(), kind)
			if err != nil {
				return err
			}
			if flags.output == formatJSON {
				document := fieldsJSON{schema, adapter.Vendor(), kind, []fieldJSON{}}
				for _, d := range definitions {
					document.Fields = append(document.Fields, fieldJSON{d.Key, d.Name, d.Label, d.Description, d.VendorType, d.Archived})
				}
				return writeJSON(env.stdout, document)
			}
			rows := [][]string{{"KEY", "NAME", "LABEL", "TYPE", "ARCHIVED"}}
			for _, d := range definitions {
				archived := "no"
				if d.Archived {
					archived = "yes"
				}
				rows = append(rows, []string{d.Key, d.Name, d.Label, d.VendorType, archived})
			}
			return table(env.stdout, rows)
		},
	}
	flags.register(cmd)
	return cmd
}
