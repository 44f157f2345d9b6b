package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters"
)

// setJSON is the document of set.
type setJSON struct {
	recordJSON
	Attributes adapters.Attributes `json:"attributes"` // as the vendor's answer has them
	Set        []string            `json:"set"`
	Cleared    []string            `json:"cleared"`
	Verified   bool                `json:"verified"` // whether they were read back
}

func newSet(env environment) *cobra.Command {
	var flags accountFlags
	cmd := &cobra.Command{
		Use:   "set VENDOR KIND ID NAME=TEXT ... NAME:=JSON ...",
		Short: "Set and clear attributes of one record",
		Long: `Set and clear attributes of one record. All other attributes stay as they are.

The first = of a word decides: NAME=TEXT sets a text, NAME:=JSON what the JSON means
(every digit of a number is kept, a list of texts is a choice's path at Dixa).
NAME:=null removes the attribute; NAME= sets an empty text, where the vendor can hold it.

The account is named on standard error before anything is written.`,
		Example: `  deskattr set dixa conversation 42 order_id=012345 'topic:=["delivery","late"]'
  deskattr set chatwoot contact 1 plan=gold vip:=true coupon:=null
  deskattr set kustomer conversation 64a1f0c2d3e4b5a697880001 order_id=12345 --output json`,
		Args:                  words(4, math.MaxInt),
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			changes, err := parseChanges(args[3:])
			if err != nil {
				return err
			}
			adapter, kind, err := flags.open(env, args[0], args[1])
			if err != nil {
				return err
			}
			result, err := adapter.UpdateAttributes(cmd.Context(), adapters.Ref{Kind: kind, ID: args[2]}, changes)
			if err != nil {
				return err
			}
			document := setJSON{
				recordJSON: recordJSON{schema, adapter.Vendor(), kind, args[2]}, Attributes: plain(result.Attributes),
				Set: []string{}, Cleared: []string{},
			}
			for _, name := range slices.Sorted(maps.Keys(changes)) {
				if changes[name].Kind() == adapters.ValueClear {
					document.Cleared = append(document.Cleared, name)
				} else {
					document.Set = append(document.Set, name)
				}
			}
			if flags.output == formatJSON {
				return writeJSON(env.stdout, document)
			}
			var done []string
			if len(document.Set) > 0 {
				done = append(done, "set "+strings.Join(document.Set, ", "))
			}
			if len(document.Cleared) > 0 {
				done = append(done, "cleared "+strings.Join(document.Cleared, ", "))
			}
			_, err = fmt.Fprintf(env.stdout, "%s %s: %s\n", kind, args[2], visible(strings.Join(done, "; ")))
			return written(err)
		},
	}
	flags.register(cmd)
	return cmd
}
