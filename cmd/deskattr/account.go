package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

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

// account is one that a command works with.
type account struct {
	desk
	vendor   vendor
	settings settings
	kind     adapters.Kind
	writing  bool         // from now on, a request may write
	sent     atomic.Int64 // requests, each attempt
}

// open makes the adapter for VENDOR and KIND. Strict is about writing.
func (f *accountFlags) open(env environment, vendorName, kindWord string, strict bool) (*account, error) {
	if _, err := findVendor(vendorName); err != nil {
		return nil, err
	}
	kind, err := findKind(kindWord)
	if err != nil {
		return nil, err
	}
	a, err := f.connect(env, vendorName, strict, nil)
	if err != nil {
		return nil, err
	}
	a.kind = kind
	return a, nil
}

// connect makes the adapter for VENDOR, for records of any kind.
func (f *settingFlags) connect(env environment, vendorName string, strict bool, limiter *transport.Limiter) (*account, error) {
	v, err := findVendor(vendorName)
	if err != nil {
		return nil, err
	}
	s, err := f.resolve(v, env.getenv)
	if err != nil {
		return nil, err
	}
	a := &account{vendor: v, settings: s}
	a.desk, err = v.open(s, strict, transport.Options{
		Limiter: limiter,
		Links: []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper {
			return &announcer{next: next, writing: &a.writing, stderr: env.stderr, text: v.name + ": " + s.target()}
		}},
		Observers: []*transport.Observer{{Finished: func(_ context.Context, _ transport.Request, o transport.Outcome) {
			a.sent.Add(int64(o.Attempts))
		}}},
	})
	if err != nil {
		return nil, usage("%v", err)
	}
	return a, nil
}

// announcer names the account on standard error before the first request that
// may write. A call that is refused before that changes nothing and says
// nothing but why.
type announcer struct {
	next    http.RoundTripper
	writing *bool // false: a POST only looks a record up
	stderr  io.Writer
	text    string
	once    sync.Once
}

func (a *announcer) RoundTrip(req *http.Request) (*http.Response, error) {
	if *a.writing && req.Method != http.MethodGet {
		a.once.Do(func() { fmt.Fprintln(a.stderr, a.text) })
	}
	return a.next.RoundTrip(req)
}
