package chatwoot_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// TestLyingFork: the proof passes, and merge replaces all the same.
func TestLyingFork(t *testing.T) {
	for name, options := range map[string][]adapters.UpdateOption{"verified": {verify}, "not verified": nil, "if equal": {adapters.IfEqual(adapters.Attributes{"plan": adapters.String("pro")})}} {
		t.Run(name, func(t *testing.T) {
			server := serveWith(t, rich, chatwoottest.IgnoresMerge())
			adapter := open(t, server.URL, nil)
			result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, options...)
			if err != nil || !equal(storedIn(server), changed) || len(result.Attributes) != 3 {
				t.Fatalf("stored %s, result %v, %v", storedIn(server), result, err)
			}
			first := len(requests(server))
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}); err != nil {
				t.Fatal(err)
			}
			if got, want := requests(server)[first:], []string{read7, update7 + `{"custom_attributes":{"digits":[9007199254740993],"null":null,"order_id":"12345","plan":"pro","vip":true}}`}; !slices.Equal(got, want) {
				t.Errorf("the second call sent %q, want %q", got, want)
			}
			if lost := server.Lost(); lost != nil {
				t.Errorf("lost %v", lost)
			}
			foreignWrite(t, server, `{"order_id":"12345"}`) // what was put back once is not put back again
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}); err != nil || len(storedIn(server)) != 2 {
				t.Errorf("stored %s, %v", storedIn(server), err)
			}
		})
	}
}

// TestLyingForkOnAnEmptyRecord: with nothing to lose the wish is tested all the
// same, for the next record.
func TestLyingForkOnAnEmptyRecord(t *testing.T) {
	server := serveWith(t, attributes{}, chatwoottest.IgnoresMerge())
	adapter := open(t, server.URL, nil)
	for range 2 {
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}); err != nil || !equal(storedIn(server), attributes{"vip": json.RawMessage("true")}) {
			t.Fatalf("stored %s, %v", storedIn(server), err)
		}
	}
	check(t, server,
		remove7+`{"custom_attributes":[]}`, update7+`{"custom_attributes":{"vip":true},"merge":true}`,
		read7, update7+`{"custom_attributes":{},"merge":true}`, read7, update7+`{"custom_attributes":{"vip":true}}`,
		read7, update7+`{"custom_attributes":{"vip":true}}`)
}

// TestLyingForkFails: each request of the repair fails in each way; the same call
// again loses nothing.
func TestLyingForkFails(t *testing.T) {
	type step struct {
		operation string
		skip      int
	}
	steps := []step{
		{"destroyConversationCustomAttributes", 0}, // the proof
		{"destroyConversationCustomAttributes", 1}, // the removal
		{"updateConversationCustomAttributes", 0},  // the merge, which replaces
		{"getConversation", 0},
		{"updateConversationCustomAttributes", 1}, // the question, which empties
		{"getConversation", 1},
		{"updateConversationCustomAttributes", 2}, // the repair
	}
	for i, step := range steps {
		for name, fault := range map[string]chatwoottest.Fault{
			"401": {Type: "status", Status: 401, Body: `{"error":"Invalid Access Token"}`}, "403": {Type: "status", Status: 403}, "404": {Type: "status", Status: 404, Body: `{"error":"gone"}`},
			"422": {Type: "status", Status: 422, Body: `{"error":"slow"}`}, "429": {Type: "status", Status: 429, Body: "Retry later\n"},
			"500": {Type: "status", Status: 500}, "503": {Type: "status", Status: 503}, "not JSON": {Type: "status", Status: 200, Body: "<html>"},
			"reset": {Type: "down"}, "lost answer": {Type: "lost_answer"}, "cut off": {Type: "limit_data", Bytes: 5},
		} {
			for _, times := range []int{1, 3, -1} {
				for _, options := range [][]adapters.UpdateOption{nil, {verify}} {
					t.Run(fmt.Sprintf("request %d, %s, %d times, %d options", i+1, name, times, len(options)), func(t *testing.T) {
						server := serveWith(t, rich, chatwoottest.IgnoresMerge())
						adapter := open(t, server.URL, nil)
						fault := fault
						fault.Operation, fault.Skip, fault.Times = step.operation, step.skip, times
						if step.operation == "getConversation" {
							fault.Skip += len(options) // verified, the core reads first
						}
						server.SetFaults(fault)
						_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, options...)
						if err == nil && !equal(storedIn(server), changed) {
							t.Errorf("no error, and stored is %s", storedIn(server))
						}
						var failure *adapters.Error
						if err != nil && (!errors.As(err, &failure) || failure.Effect == adapters.EffectNone && !equal(storedIn(server), rich)) {
							t.Errorf("stored %s, %v", storedIn(server), err)
						}
						server.SetFaults()
						if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, options...); err != nil {
							t.Fatal(err)
						}
						if !equal(storedIn(server), changed) {
							t.Errorf("after the same call again stored is %s", storedIn(server))
						}
					})
				}
			}
		}
	}
}

// TestLyingForkContextEnds: before and after each request.
func TestLyingForkContextEnds(t *testing.T) {
	for n := range 9 {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("request %d, late %v", n, late), func(t *testing.T) {
				server := serveWith(t, rich, chatwoottest.IgnoresMerge())
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				end := func(i int) {
					if i == n+1 {
						cancel()
					}
				}
				before, after := end, func(int) {}
				if late {
					before, after = after, before
				}
				adapter := hook(t, server, before, after)
				_, err := adapter.UpdateAttributes(ctx, adapters.ConversationRef("7"), changes)
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); err != nil || !equal(storedIn(server), changed) {
					t.Errorf("after the same call again stored is %s, %v", storedIn(server), err)
				}
			})
		}
	}
}

// TestUnsettledSaysSo: who lost something is told what to do.
func TestUnsettledSaysSo(t *testing.T) {
	for _, test := range []struct {
		name      string
		operation string // the request that is refused
		skip      int
		status    int
		class     error
	}{
		{"the look before the question", "getConversation", 1, 404, adapters.ErrNotFound},
		{"the question", "updateConversationCustomAttributes", 1, 500, adapters.ErrUnavailable},
		{"the look before the repair", "getConversation", 2, 404, adapters.ErrNotFound}, // of a route that is there: no reason to replace once more
		{"the look before the repair", "getConversation", 2, 422, adapters.ErrInvalid},
		{"the repair", "updateConversationCustomAttributes", 2, 429, adapters.ErrRateLimited},
	} {
		t.Run(fmt.Sprint(test.name, " ", test.status), func(t *testing.T) {
			server := serveWith(t, rich, chatwoottest.IgnoresMerge())
			server.SetFaults(chatwoottest.Fault{Type: "status", Operation: test.operation, Skip: test.skip, Times: -1, Status: test.status})
			_, err := open(t, server.URL, nil).UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, verify)
			var failure *adapters.Error
			if !errors.As(err, &failure) || failure.Effect != adapters.EffectPartial || !errors.Is(err, test.class) || !strings.Contains(err.Error(), "the same call again through this adapter") {
				t.Errorf("%v", err)
			}
			struck := 0
			for _, r := range server.Requests() {
				if r.Status == test.status {
					struck++
				}
			}
			if want := map[bool]int{false: 1, true: 3}[test.status == 429]; struck > want {
				t.Errorf("%d requests were sent that the server refuses, want %d", struck, want)
			}
		})
	}
}

// TestAnotherCallRepairs: what one call left unsettled the next one settles, also
// if it only clears.
func TestAnotherCallRepairs(t *testing.T) {
	for name, next := range map[string]adapters.Attributes{"sets": {"vip": adapters.Bool(true)}, "clears": {"null": adapters.Clear()}} {
		for _, skip := range []int{1, 2} { // the question, the repair
			t.Run(fmt.Sprint(name, " after request ", skip), func(t *testing.T) {
				server := serveWith(t, rich, chatwoottest.IgnoresMerge())
				adapter := open(t, server.URL, nil)
				server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "updateConversationCustomAttributes", Skip: skip, Times: 3, Status: 503})
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); err == nil {
					t.Fatal("the fault did not strike")
				}
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), next); err != nil {
					t.Fatal(err)
				}
				want := maps.Clone(changed)
				delete(want, "null")
				got := storedIn(server)
				delete(got, "null")
				if name == "sets" {
					want["vip"] = json.RawMessage("true")
				}
				if !equal(got, want) {
					t.Errorf("stored %s, want %s", got, want)
				}
			})
		}
	}
}

// TestRepairKeepsForeignWrites: what others write while the fork is found out is
// kept where it was read, and else the fake counts it as lost in a window.
func TestRepairKeepsForeignWrites(t *testing.T) {
	for what, test := range map[string]struct {
		options []adapters.UpdateOption
		kept    []int // where the request that follows the foreign write looks, and the next one does not replace
		of      int
	}{
		"not verified": {nil, []int{1, 2, 4, 6}, 7},
		"verified":     {[]adapters.UpdateOption{verify}, []int{1, 2, 3, 5, 7}, 8},
	} {
		for n := 1; n <= test.of; n++ {
			server := serveWith(t, rich, chatwoottest.IgnoresMerge())
			adapter := hook(t, server, func(i int) {
				if i == n {
					state := server.State()
					state.Conversations["7"].CustomAttributes["foreign"] = json.RawMessage("1")
					state.Conversations["7"].CustomAttributes["plan"] = json.RawMessage(`"free"`)
					server.SetState(state)
				}
			}, nil)
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, test.options...)
			if err != nil {
				t.Fatal(err)
			}
			got, kept := storedIn(server), slices.Contains(test.kept, n)
			want := changed
			if kept {
				want = with(with(changed, "foreign", "1"), "plan", `"free"`)
			}
			if !equal(got, want) {
				t.Errorf("%s, a foreign write before request %d: stored %s, want %s", what, n, got, want)
			}
			if lost := slices.Contains(server.Lost(), chatwoottest.Loss{Conversation: "7", Attribute: "foreign"}); lost == kept {
				t.Errorf("%s, a foreign write before request %d: the fake counts %v", what, n, server.Lost())
			}
		}
	}
}

// TestCrashAfterTheMerge: a server that replaces, and then fails to answer, is
// not asked for what it holds as if that were all.
func TestCrashAfterTheMerge(t *testing.T) {
	for what, options := range map[string][]adapters.UpdateOption{"verified": {verify}, "not verified": nil} {
		server := serveWith(t, rich, chatwoottest.IgnoresMerge())
		crashed := false
		adapter := open(t, server.URL, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err == nil && strings.HasSuffix(r.URL.Path, "/custom_attributes") && !crashed {
				crashed, answer.StatusCode = true, http.StatusInternalServerError
			}
			return answer, err
		})})
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, options...)
		var failure *adapters.Error
		if !errors.As(err, &failure) || failure.Status != http.StatusInternalServerError || failure.Effect != adapters.EffectPartial {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, options...); err != nil || !equal(storedIn(server), changed) {
			t.Errorf("%s: after the same call again stored is %s, %v", what, storedIn(server), err)
		}
	}
}

// TestForeignRemovalAfterACrash: a merge that worked, and whose answer was a 500,
// takes nothing away. What a foreign writer removes after it stays removed, though
// the server is set back to a release that replaces before the next call. A random
// sequence found this.
func TestForeignRemovalAfterACrash(t *testing.T) {
	server := serveWith(t, rich)
	crash := false
	adapter := open(t, server.URL, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil && crash && strings.HasSuffix(r.URL.Path, "/custom_attributes") {
			crash, answer.StatusCode = false, http.StatusInternalServerError
		}
		return answer, err
	})})
	set := func(name string) error {
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{name: adapters.Bool(true)}, verify)
		return err
	}
	if err := set("vip"); err != nil { // now merging is proven
		t.Fatal(err)
	}
	crash = true
	if err := set("vip"); err == nil || crash {
		t.Fatalf("the merge did not fail: %v", err)
	}
	state := server.State()
	delete(state.Conversations["7"].CustomAttributes, "vip")
	server.SetState(state)
	server.SetVersion("4.16.2")
	before := storedIn(server)
	if err := set("other"); err != nil || !equal(storedIn(server), with(before, "other", "true")) {
		t.Errorf("stored %s, want %s and other (%v)", storedIn(server), before, err)
	}
}
