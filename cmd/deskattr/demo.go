package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/transport"
)

const demoIntro = `Each update below runs against a fake of the vendor inside this process. Of the requests,
"read" reads the record, "names" the definitions that turn names into the vendor's keys,
"proof" asks for the removal of nothing to learn whether the server merges, "write" writes.
"deskattr set" does more: it holds all against the definitions first, and reads back.
`

func newDemo(env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show updates at all vendors, offline: what is sent, before and after",
		Long: `Update one record of each kind at a fake of each vendor, and show the attributes before,
what was sent, and the attributes after. It needs no account and no network. The exit
status is 1 if an attribute that nobody named was lost.`,
		Example:               "  deskattr demo",
		Args:                  words(0, 0),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := io.WriteString(env.stdout, demoIntro); err != nil {
				return written(err)
			}
			var lost []string
			for _, e := range examples {
				report, lostHere, err := e.play(cmd.Context(), env.stderr)
				if err != nil {
					return err
				}
				if _, err := env.stdout.Write(report); err != nil {
					return written(err)
				}
				lost = append(lost, lostHere...)
			}
			if len(lost) > 0 {
				return errors.New("attributes that nobody named were lost: " + strings.Join(lost, ", "))
			}
			return nil
		},
	}
}

// play makes the update and reports it. The names of lost attributes come apart.
func (e example) play(ctx context.Context, stderr io.Writer) (report []byte, lost []string, err error) {
	v, err := findVendor(e.vendor)
	if err != nil {
		return nil, nil, err
	}
	changes, err := parseChanges(e.changes)
	if err != nil {
		return nil, nil, err
	}
	server, url, err := startFake(v, fakeOptions{inProcess: true, version: e.version}, stderr)
	if err != nil {
		return nil, nil, err
	}
	defer server.Close()
	adapter, err := v.open(settings{url: url + v.fakeBase, account: "1", token: v.fakeToken}, false, transport.Options{Client: server.Client()})
	if err != nil {
		return nil, nil, err
	}

	ref := adapters.Ref{Kind: e.kind, ID: e.id}
	before, err := adapter.Attributes(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	ours := len(server.Requests()) // the reading above is not part of the update
	if _, err := adapter.UpdateAttributes(ctx, ref, changes); err != nil {
		return nil, nil, err
	}
	sent := server.Requests()[ours:]
	after, err := adapter.Attributes(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	kept, lost := e.compare(before, after)

	var b bytes.Buffer
	title := strings.TrimSpace(v.name + " " + e.version)
	fmt.Fprintf(&b, "\n== %s, %s %s\n", title, v.words[e.kind], e.id)
	fmt.Fprintf(&b, "set     %s\n", strings.Join(e.changes, "  "))
	showAttributes(&b, "before", before)
	for _, r := range sent {
		showRequest(&b, r)
	}
	showAttributes(&b, "after", after)
	fmt.Fprintf(&b, "kept    %s: nobody named them\n", strings.Join(kept, ", "))
	if len(lost) > 0 {
		fmt.Fprintf(&b, "LOST    %s: nobody named them\n", strings.Join(lost, ", "))
	}
	return b.Bytes(), lost, nil
}

// compare tells which of the attributes that nobody named are as before.
func (e example) compare(before, after adapters.Attributes) (kept, lost []string) {
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if slices.Contains(e.touched, name) {
			continue
		}
		if before[name].Equal(after[name]) {
			kept = append(kept, name)
		} else {
			lost = append(lost, name)
		}
	}
	return kept, lost
}

func showAttributes(b *bytes.Buffer, when string, attributes adapters.Attributes) {
	fmt.Fprintln(b, when)
	for _, row := range attributeRows(attributes) {
		fmt.Fprintf(b, "        %-14s  %s\n", row[0], visible(row[1]))
	}
}

// showRequest writes method, path and body, wrapped to 100 columns, and the status
// where the server refused.
func showRequest(b *bytes.Buffer, r dixatest.Request) {
	target := r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	fmt.Fprintf(b, "%-7s %s %s", purpose(r), r.Method, target)
	if r.Status >= http.StatusMultipleChoices {
		fmt.Fprintf(b, "  answered %d", r.Status)
	}
	b.WriteByte('\n')
	const width = 92
	body := string(bytes.TrimSpace(r.Body))
	for body != "" {
		cut := len(body)
		if cut > width {
			if cut = strings.LastIndexByte(body[:width], ',') + 1; cut == 0 {
				cut = width
			}
		}
		fmt.Fprintf(b, "        %s\n", body[:cut])
		body = body[cut:]
	}
}

// purpose is the word for what a request is there for.
func purpose(r dixatest.Request) string {
	switch {
	case r.Operation == "listCustomAttributeDefinitions" || r.Operation == "getMetadata":
		return "names"
	case r.Method == http.MethodGet:
		return "read"
	case r.Operation == "destroyConversationCustomAttributes" && bytes.Equal(bytes.TrimSpace(r.Body), []byte(`{"custom_attributes":[]}`)):
		return "proof"
	}
	return "write"
}
