package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// accountFlags are those of the commands that talk to an account.
type accountFlags struct {
	settingFlags
	output format
}

func (f *accountFlags) register(cmd *cobra.Command) {
	f.settingFlags.register(cmd.Flags())
	f.output = formatText
	cmd.Flags().Var(&f.output, "output", "`FORMAT` of the answer: text or json")
	_ = cmd.RegisterFlagCompletionFunc("output", // fails only for a flag that is not there
		cobra.FixedCompletions([]string{string(formatText), string(formatJSON)}, cobra.ShellCompDirectiveNoFileComp))
}

// open makes the adapter for VENDOR and KIND.
func (f *accountFlags) open(env environment, vendorName, kindWord string) (adapters.Adapter, adapters.Kind, error) {
	v, err := findVendor(vendorName)
	if err != nil {
		return nil, "", err
	}
	kind, err := findKind(kindWord)
	if err != nil {
		return nil, "", err
	}
	s, err := f.resolve(v, env.getenv)
	if err != nil {
		return nil, "", err
	}
	adapter, err := v.open(s, transport.Options{Links: []func(http.RoundTripper) http.RoundTripper{
		func(next http.RoundTripper) http.RoundTripper {
			return &announcer{next: next, stderr: env.stderr, text: v.name + ": " + s.target()}
		},
	}})
	if err != nil {
		return nil, "", usage("%v", err)
	}
	return adapter, kind, nil
}

// announcer names the account on standard error before the first request that
// may write. A call that is refused before that changes nothing and says
// nothing but why.
type announcer struct {
	next   http.RoundTripper
	stderr io.Writer
	text   string
	once   sync.Once
}

func (a *announcer) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet {
		a.once.Do(func() { fmt.Fprintln(a.stderr, a.text) })
	}
	return a.next.RoundTrip(req)
}
