package main

import (
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters"
)

// getJSON is the document of get.
type getJSON struct {
	recordJSON
	Attributes adapters.Attributes `json:"attributes"`
}

func newGet(env environment) *cobra.Command {
	var flags accountFlags
	cmd := &cobra.Command{
		Use:   "get VENDOR KIND ID",
		Short: "Show all attributes of one record",
		Long:  "Show all attributes of one record, by name.\n\n" + lookupHelp,
		Example: `  deskattr get chatwoot conversation 7
  deskattr get dixa contact 0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f01 --output json
  deskattr get kustomer contact email:ada@example.com`,
		Args:                  words(3, 3),
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			account, err := flags.open(env, args[0], args[1], false)
			if err != nil {
				return err
			}
			ref, err := record(cmd.Context(), account, account.kind, args[2], env.stderr)
			if err != nil {
				return err
			}
			attributes, err := account.Attributes(cmd.Context(), ref)
			if err != nil {
				return err
			}
			attributes = plain(attributes)
			if flags.output == formatJSON {
				return writeJSON(env.stdout, getJSON{recordJSON{schema, account.Vendor(), ref.Kind, ref.ID}, attributes})
			}
			return table(env.stdout, attributeRows(attributes))
		},
	}
	flags.register(cmd)
	return cmd
}

// attributeRows are the names and values, sorted by name.
func attributeRows(attributes adapters.Attributes) [][]string {
	var rows [][]string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		rows = append(rows, []string{name, attributes[name].String()})
	}
	return rows
}
