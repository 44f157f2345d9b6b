// Command specs is the tool for the documents in specs/: for maintainers and CI.
//
//	go run ./cmd/specs coverage
//	go run ./cmd/specs differences chatwoot
//	go run ./cmd/specs pull chatwoot
//
// It is run at the root of the module. What to do when a vendor's document has
// changed stands in specs/README.md.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// errFound ends a command with status 1: it did what it was asked for, and what
// it found, which it has printed, wants somebody's attention.
var errFound = errors.New("found")

// run runs one command and returns its exit status: 0 all is well, 1 something
// was found (errFound), 2 the command could not do its work.
func run(args []string, out, errOut io.Writer) int {
	root := &cobra.Command{
		Use:           "specs",
		Short:         "look after the documents in specs/",
		Long:          "specs looks after the documents in specs/. Run it at the root of the module.\nVENDOR is chatwoot, kustomer or dixa.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(pullCommand(), driftCommand(), acceptCommand(), checkCommand(), coverageCommand(), differencesCommand(), testsCommand(), suiteCommand(), knownCommand(), sizeCommand())
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	switch err := root.Execute(); {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 1
	default:
		fmt.Fprintln(errOut, "specs:", err)
		return 2
	}
}

// vendorArgument takes exactly one argument, the vendor. Without it the command's
// help is shown, which tells what to do.
func vendorArgument(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		_ = command.Help() // to the terminal
		return errors.New(command.Name() + " needs a VENDOR: chatwoot, kustomer or dixa")
	}
	if len(args) > 1 {
		return fmt.Errorf("%s takes one VENDOR, and was given %d arguments", command.Name(), len(args))
	}
	_, err := find(args[0])
	return err
}
