package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// run is the command: all that it reads and writes is passed in, except files.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, getenv func(string) string) int {
	root := newRoot(environment{stdout, stderr, getenv})
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil && err != context.Canceled { // a server that was told to end says no more
		if wantsJSON(args) {
			// If this fails too, standard error and the status still tell.
			_ = writeJSON(stdout, describe(err))
		}
		fmt.Fprintf(stderr, "deskattr: %s\n", oneLine(err))
	}
	return exitStatus(ctx, err)
}

// environment is what every command works with.
type environment struct {
	stdout, stderr io.Writer
	getenv         func(string) string
}

const rootHelp = `Set and read custom attributes on conversations and contacts of Chatwoot, Kustomer
and Dixa, with one meaning at all of them: named attributes change, all others stay.

VENDOR is chatwoot, kustomer or dixa. KIND is conversation or contact (a contact is
a customer at Kustomer and an end user at Dixa). ID is the vendor's id of the record, or
email:ADDRESS, phone:NUMBER or external:ID, by which it is looked up.

URL, account and token come together from one of these, the first that is there:
  1. the flags --url, --account and --token-file
  2. --profile NAME of the config file
  3. the environment:
       CHATWOOT_URL, CHATWOOT_ACCOUNT_ID, CHATWOOT_TOKEN
       KUSTOMER_URL, KUSTOMER_TOKEN
       DIXA_URL (https://dev.dixa.io/v1 if not set), DIXA_TOKEN
     and for each ..._TOKEN also ..._TOKEN_FILE, a file whose first line is the token.

The config file is deskattr/config.yaml in the user's config directory. It must be
readable by its owner alone if it holds a token:
  profiles:
    shop: {vendor: chatwoot, url: https://chat.example.com, account: 1, token: ...}
    eu:   {vendor: kustomer, url: https://example.api.kustomerapp.com, token_file: eu.token}

Write -- before words that begin with a hyphen and are no flags:
  deskattr set chatwoot conversation 7 -- -note=text

`

func newRoot(env environment) *cobra.Command {
	root := &cobra.Command{
		Use:           "deskattr",
		Short:         "Set and read custom attributes at several help desks",
		Long:          rootHelp + exitHelp,
		Example:       "  deskattr set dixa conversation 42 order_id=012345\n  deskattr get chatwoot contact 1 --output json\n  deskattr demo",
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			hint := "see deskattr --help"
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				hint = "did you mean " + strings.Join(near, " or ") + "?"
			}
			return usage("there is no command %q; %s", args[0], hint)
		},
	}
	root.SetVersionTemplate("deskattr {{.Version}}\n")
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	root.SetFlagErrorFunc(flagError)
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(newSet(env), newGet(env), newFields(env), newApply(env), newUndo(env), newReport(env), newJournal(env), newFake(env), newDemo(env))
	return root
}

// version is the module's, as go install knows it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// flagError says what is wrong with a flag. It leaves out what was given as its
// value: somebody will try --token.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return usage("there is no flag -%s; write -- before words that begin with a hyphen", unknown.GetSpecifiedName())
	case errors.As(err, &unknown):
		return usage("there is no flag --%s; see %s --help", unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &bare):
		return usage("--%s needs a value; see %s --help", bare.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &invalid):
		return usage("--%s: cannot be that; see %s --help", invalid.GetFlag().Name, cmd.CommandPath())
	}
	return usage("a flag cannot be understood; see %s --help", cmd.CommandPath())
}

// words is a check of the number of words, in the command's own terms.
func words(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return usage("write: %s; see %s --help", cmd.UseLine(), cmd.CommandPath())
		}
		return nil
	}
}

// complete offers the vendors, then the kinds of record.
func complete(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var offers []string
	switch len(args) {
	case 0:
		for _, v := range vendors {
			offers = append(offers, v.name)
		}
	case 1:
		v, err := findVendor(args[0])
		if err != nil || !strings.Contains(cmd.Use, "KIND") {
			break
		}
		for _, kind := range kinds {
			offers = append(offers, cobra.CompletionWithDesc(string(kind), v.words[kind]))
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}
