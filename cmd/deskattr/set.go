package main

import (
	"errors"
	"fmt"
	"io"
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
	Attributes adapters.Attributes `json:"attributes"` // as read back, else as the vendor's answer has them
	Set        []string            `json:"set"`
	Cleared    []string            `json:"cleared"`
	Verified   bool                `json:"verified"` // whether they were read back
}

func newSet(env environment) *cobra.Command {
	var flags accountFlags
	var loose, noVerify bool
	cmd := &cobra.Command{
		Use:   "set VENDOR KIND ID NAME=TEXT ... NAME:=JSON ...",
		Short: "Set and clear attributes of one record",
		Long: `Set and clear attributes of one record. All other attributes stay as they are.

The first = of a word decides: NAME=TEXT sets a text, NAME:=JSON what the JSON means
(every digit of a number is kept, a list of texts is a choice's path at Dixa).
NAME:=null removes the attribute; NAME= sets an empty text, where the vendor can hold it.

A name needs a definition, and a value must fit it: its type, one of its choices (by value
or by label), its length and pattern. "deskattr fields" lists names, types and choices.
All that do not fit are told together, and nothing is written. --loose sends what the
vendor takes: Chatwoot takes any name, Kustomer gets one that ends in the value's type,
Dixa has to know it.

After the write the record is read back. An attribute that is not as it was written then,
or one that went missing, is exit status 6, and the message says that it was written.
--no-verify does without.

` + lookupHelp + `

The account is named on standard error before anything is written.`,
		Example: `  deskattr set dixa conversation 42 order_id=012345 'topic:=["delivery","late"]'
  deskattr set chatwoot contact 1 plan=pro vip:=true last_order_on:=null
  deskattr set chatwoot contact email:ada@example.com coupon=SPRING --loose
  deskattr set kustomer conversation 64a1f0c2d3e4b5a697880001 order_id=12345 --output json`,
		Args:                  words(4, math.MaxInt),
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			changes, err := parseChanges(args[3:])
			if err != nil {
				return err
			}
			account, err := flags.open(env, args[0], args[1], !loose)
			if err != nil {
				return err
			}
			ref, err := record(cmd.Context(), account, account.kind, args[2], env.stderr)
			if err != nil {
				return err
			}
			var options []adapters.UpdateOption
			if !noVerify {
				options = append(options, adapters.Verify())
			}
			account.writing = true
			result, err := account.UpdateAttributes(cmd.Context(), ref, changes, options...)
			if err != nil && unknownName(err) {
				return advised{error: err, text: fmt.Sprintf("; see deskattr fields %s %s, and --loose in deskattr set --help", args[0], args[1])}
			}
			if err != nil {
				return err
			}
			return tellSet(env.stdout, flags.output, changes, setJSON{
				recordJSON: recordJSON{schema, account.Vendor(), ref.Kind, ref.ID}, Attributes: plain(result.Attributes),
				Set: []string{}, Cleared: []string{}, Verified: !noVerify,
			})
		},
	}
	flags.register(cmd)
	cmd.Flags().BoolVar(&loose, "loose", false, "send names without a definition, and values that do not fit theirs")
	cmd.Flags().BoolVar(&noVerify, "no-verify", false, "do not read back after the write")
	return cmd
}

// unknownName tells whether an attribute was refused because nobody defined it.
func unknownName(err error) bool {
	var failure *adapters.Error
	return errors.As(err, &failure) && (failure.Code == adapters.CodeUnknownAttribute ||
		slices.ContainsFunc(failure.Details, func(e *adapters.Error) bool { return e.Code == adapters.CodeUnknownAttribute }))
}

// tellSet writes what was done.
func tellSet(w io.Writer, output format, changes adapters.Attributes, document setJSON) error {
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if changes[name].Kind() == adapters.ValueClear {
			document.Cleared = append(document.Cleared, name)
		} else {
			document.Set = append(document.Set, name)
		}
	}
	if output == formatJSON {
		return writeJSON(w, document)
	}
	var done []string
	if len(document.Set) > 0 {
		done = append(done, "set "+strings.Join(document.Set, ", "))
	}
	if len(document.Cleared) > 0 {
		done = append(done, "cleared "+strings.Join(document.Cleared, ", "))
	}
	_, err := fmt.Fprintf(w, "%s %s: %s\n", document.Kind, document.ID, visible(strings.Join(done, "; ")))
	return written(err)
}
