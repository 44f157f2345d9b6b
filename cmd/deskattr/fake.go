package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newFake(env environment) *cobra.Command {
	var addr, stateFile, version string
	cmd := &cobra.Command{
		Use:   "fake VENDOR",
		Short: "Serve a fake of the vendor on this machine",
		Long: `Serve a fake of the vendor, with a state of its own, until interrupted. It listens on
loopback only and prints "listening on URL". Requests that do not fit the vendor's
document are told on standard error.

Next to the vendor's API it answers GET and PUT /_fake/state (the state as JSON),
GET /_fake/requests (what was received) and PUT /_fake/faults (failures to play, in
toxiproxy's words and a few more: [{"type":"latency","latency":800,"times":-1}]).`,
		Example: `  deskattr fake chatwoot --addr 127.0.0.1:8080 --server-version 4.16.2
  deskattr fake dixa --state state.json`,
		Args:              words(1, 1),
		ValidArgsFunction: complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := findVendor(args[0])
			if err != nil {
				return err
			}
			if version != "" && !v.versions {
				return usage("--server-version is for chatwoot; %s has no versions", v.name)
			}
			options := fakeOptions{addr: addr, version: version}
			token, account := v.fakeToken, "1"
			if stateFile != "" {
				token, account = "...", "..." // the file has them
				if options.state, err = os.ReadFile(stateFile); err != nil {
					return usage("--state: %v", err)
				}
			}
			server, url, err := startFake(v, options, env.stderr)
			if err != nil {
				return usage("%v", err)
			}
			defer server.Close()
			hint := fmt.Sprintf("%s_URL=%s%s %[1]s_TOKEN=%[4]s", v.prefix, url, v.fakeBase, token)
			if v.numbered {
				hint += " " + v.prefix + "_ACCOUNT_ID=" + account
			}
			fmt.Fprintf(env.stderr, "to use it: export %s\n", hint)
			if _, err := fmt.Fprintf(env.stdout, "listening on %s\n", url); err != nil {
				return written(err)
			}
			<-cmd.Context().Done()
			return cmd.Context().Err()
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "loopback `HOST:PORT` to listen on (default: any free port)")
	cmd.Flags().StringVar(&stateFile, "state", "", "`FILE` with the state to start with, as GET /_fake/state shows it")
	cmd.Flags().StringVar(&version, "server-version", "", "`VERSION` of Chatwoot to play, for example 4.16.2")
	return cmd
}
