package chatwoot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

// intercept is an adapter whose requests may get another answer than the
// server's: late, after the server has done what was asked, or instead.
type intercept struct {
	instead, late func(r *http.Request, body string) (status int, answer string)
}

func (i *intercept) open(t *testing.T, server *chatwoottest.Server) *chatwoot.Adapter {
	return open(t, server.URL, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		var body []byte
		if r.GetBody != nil {
			reader, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			body, _ = io.ReadAll(reader)
		}
		if i.instead != nil {
			if status, text := i.instead(r, string(body)); status != 0 {
				if r.Body != nil {
					r.Body.Close()
				}
				return response(r, status, text), nil
			}
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err == nil && i.late != nil {
			if status, text := i.late(r, string(body)); status != 0 {
				answer.Body.Close()
				return response(r, status, text), nil
			}
		}
		return answer, err
	})})
}

func response(r *http.Request, status int, body string) *http.Response {
	return &http.Response{Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r}
}

// merging tells a merge that sets something from the question that sets nothing.
func merging(r *http.Request, body string) bool {
	return strings.HasSuffix(r.URL.Path, "/custom_attributes") && strings.Contains(body, `"merge":true`) && !strings.Contains(body, `"custom_attributes":{}`)
}

func write(t *testing.T, adapter *chatwoot.Adapter, name string) adapters.Result {
	t.Helper()
	result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{name: adapters.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func edit(server *chatwoottest.Server, with func(values attributes)) {
	state := server.State()
	with(state.Conversations["7"].CustomAttributes)
	server.SetState(state)
}

// TestLyingForkSetsOnly: with nothing to remove, the proof alone shows what the
// merge is about to take.
func TestLyingForkSetsOnly(t *testing.T) {
	server := serveWith(t, rich, chatwoottest.IgnoresMerge())
	write(t, open(t, server.URL, nil), "vip")
	if want := with(rich, "vip", "true"); !equal(storedIn(server), want) {
		t.Errorf("stored %s, want %s", storedIn(server), want)
	}
}

// TestMergedResult: the answer to a merge, to the question whether there is
// merging, and to a removal is the result.
func TestMergedResult(t *testing.T) {
	server := serveWith(t, attributes{})
	adapter := open(t, server.URL, nil)
	for i, name := range []string{"asked", "merged", "again"} {
		result := write(t, adapter, name)
		if len(result.Attributes) != i+1 || !result.Complete || !result.Attributes[name].Equal(adapters.Bool(true)) {
			t.Errorf("call %d results in %v, complete: %v", i+1, result.Attributes, result.Complete)
		}
	}
	result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"asked": adapters.Clear()})
	if err != nil || len(result.Attributes) != 2 || !result.Complete {
		t.Errorf("a removal results in %v, complete: %v, %v", result.Attributes, result.Complete, err)
	}
}

// TestNothingLacks: an answer that holds all that is known needs no question.
func TestNothingLacks(t *testing.T) {
	server := serveWith(t, rich)
	adapter := open(t, server.URL, nil)
	write(t, adapter, "vip") // now merging is proven
	edit(server, func(values attributes) {
		for key := range values {
			delete(values, key)
		}
	})
	for _, options := range [][]adapters.UpdateOption{nil, {verify}} {
		before := len(requests(server))
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}, options...); err != nil {
			t.Fatal(err)
		}
		sent := requests(server)[before:]
		if merges := slices.DeleteFunc(slices.Clone(sent), func(line string) bool { return line == read7 }); len(merges) != 1 {
			t.Errorf("sent %q, want one merge", sent)
		}
	}
}

// TestWhichMergesAreOwed: only of a merge that may have been done it is kept what
// was there. What is kept shows when the server has come to replace, and a foreign
// writer has emptied the record: then it is put back, or not.
func TestWhichMergesAreOwed(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		owed   bool
	}{
		{200, "<html>", true},
		{299, "<html>", true},
		{300, "", false},
		{307, "", false},
		{403, "{}", false},
		{404, `{"error":"gone"}`, false},
		{429, "Retry later\n", false},
		{499, "", false},
		{500, "{}", true},
		{503, "", true},
	} {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			server := serveWith(t, rich)
			var way intercept
			adapter := way.open(t, server)
			write(t, adapter, "vip") // now merging is proven
			way.instead = func(r *http.Request, body string) (int, string) {
				if merging(r, body) {
					return test.status, test.body
				}
				return 0, ""
			}
			// A change that removes, too, is shown what there is.
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); err == nil {
				t.Fatal("the fault did not strike")
			}
			way.instead = nil
			foreignWrite(t, server, `{}`)
			server.SetVersion("4.16.2")
			write(t, adapter, "other")
			if _, back := storedIn(server)["plan"]; back != test.owed {
				t.Errorf("stored %s; was it to be put back: %v", storedIn(server), test.owed)
			}
		})
	}
}

// TestSettledByAnAnswer: a merge that holds more than was sent settles what an
// earlier one left open. What a foreign writer removes later stays removed, though
// the server has come to replace since.
func TestSettledByAnAnswer(t *testing.T) {
	for name, rest := range map[string]string{"by what others wrote": `{"foreign":1}`, "by the question": `{}`} {
		t.Run(name, func(t *testing.T) {
			server := serveWith(t, rich)
			var way intercept
			adapter := way.open(t, server)
			write(t, adapter, "vip") // now merging is proven
			way.late = func(r *http.Request, body string) (int, string) {
				if merging(r, body) {
					return 500, "{}"
				}
				return 0, ""
			}
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); err == nil {
				t.Fatal("the fault did not strike")
			}
			way.late = nil
			foreignWrite(t, server, rest)
			result := write(t, adapter, "other")
			if len(result.Attributes) != len(storedIn(server)) || !result.Complete {
				t.Errorf("the result is %v, stored %s", result.Attributes, storedIn(server))
			}
			if _, back := storedIn(server)["plan"]; back {
				t.Fatalf("the server merges, and yet something was put back: %s", storedIn(server))
			}
			server.SetVersion("4.16.2")
			write(t, adapter, "third")
			if _, back := storedIn(server)["plan"]; back {
				t.Errorf("something was put back that a foreign writer had removed: %s", storedIn(server))
			}
		})
	}
}

// TestNoQuestionWithoutARead: the question may take away what others wrote. It is
// not asked before that was seen.
func TestNoQuestionWithoutARead(t *testing.T) {
	server := serveWith(t, rich, chatwoottest.IgnoresMerge())
	way := intercept{instead: func(r *http.Request, _ string) (int, string) {
		if r.Method == http.MethodGet {
			return 403, "{}"
		}
		return 0, ""
	}}
	if _, err := way.open(t, server).UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); !errors.Is(err, adapters.ErrForbidden) {
		t.Fatal(err)
	}
	if sent := requests(server); !strings.Contains(sent[len(sent)-1], "order_id") {
		t.Errorf("sent %q, want the merge last", sent)
	}
}

// TestDoubtfulRepair: a repair whose answer cannot be read may have been done, and
// is not counted as one that was.
func TestDoubtfulRepair(t *testing.T) {
	server := serveWith(t, rich, chatwoottest.IgnoresMerge())
	var way intercept
	adapter := way.open(t, server)
	replacing := func(status int, answer string) func(*http.Request, string) (int, string) {
		return func(r *http.Request, body string) (int, string) {
			if strings.HasSuffix(r.URL.Path, "/custom_attributes") && !strings.Contains(body, "merge") {
				return status, answer
			}
			return 0, ""
		}
	}
	way.instead = replacing(403, "{}")
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); !errors.Is(err, adapters.ErrForbidden) {
		t.Fatal(err)
	}
	way.instead = replacing(200, "<html>")
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes)
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrMalformed) || failure.Effect != adapters.EffectUnknown {
		t.Errorf("%v, effect %v; want a malformed answer, and that nobody knows what was written", err, failure.Effect)
	}
	way.instead = nil
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); err != nil || !equal(storedIn(server), changed) {
		t.Errorf("after the same call again stored is %s, %v", storedIn(server), err)
	}
}

// TestNotOwedAnyMore: when it is known that the server replaces, what it holds of
// a record still tells that the merge without an answer took nothing away.
func TestNotOwedAnyMore(t *testing.T) {
	server := serveWith(t, rich)
	edit(server, func(values attributes) { values["stays"] = json.RawMessage("1") })
	state := server.State()
	state.Conversations["8"] = chatwoottest.Conversation{CustomAttributes: attributes{"a": json.RawMessage("1")}}
	server.SetState(state)
	var way intercept
	adapter := way.open(t, server)
	write(t, adapter, "vip") // now merging is proven
	way.instead = func(r *http.Request, body string) (int, string) {
		if merging(r, body) {
			return 500, "{}"
		}
		return 0, ""
	}
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes); err == nil {
		t.Fatal("the fault did not strike")
	}
	way.instead = nil
	server.SetVersion("4.16.2")
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("8"), adapters.Attributes{"a": adapters.Clear()}); err != nil {
		t.Fatal(err)
	}
	edit(server, func(values attributes) { delete(values, "plan") })
	before := storedIn(server)
	write(t, adapter, "other")
	if want := with(before, "other", "true"); !equal(storedIn(server), want) {
		t.Errorf("stored %s, want %s", storedIn(server), want)
	}
}

// TestOrdinaryRefusal: who lost nothing is not told to repair anything.
func TestOrdinaryRefusal(t *testing.T) {
	server := serveWith(t, rich, chatwoottest.Version("4.16.2"))
	var way intercept
	adapter := way.open(t, server)
	write(t, adapter, "vip")                                            // now it is known that the server replaces
	for _, refused := range []string{http.MethodGet, http.MethodPost} { // the read, the replacement
		way.instead = func(r *http.Request, _ string) (int, string) {
			if r.Method == refused {
				return 403, "{}"
			}
			return 0, ""
		}
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes)
		if !errors.Is(err, adapters.ErrForbidden) || strings.Contains(err.Error(), "through this adapter") {
			t.Errorf("%s: %v", refused, err)
		}
	}
}

// TestProxyHidesTheRoute: a 404 without the server's words is a proxy's, for a
// route that it does not know. It is replaced then, this time; the next write asks
// again.
func TestProxyHidesTheRoute(t *testing.T) {
	server := serveWith(t, rich)
	proofs := 0
	way := intercept{instead: func(r *http.Request, _ string) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/destroy_custom_attributes") {
			proofs++
			return 404, "<html>not here</html>"
		}
		return 0, ""
	}}
	adapter := way.open(t, server)
	write(t, adapter, "vip")
	write(t, adapter, "other")
	if want := with(with(rich, "vip", "true"), "other", "true"); !equal(storedIn(server), want) || proofs != 2 {
		t.Errorf("stored %s after %d proofs, want %s after 2", storedIn(server), proofs, want)
	}
}
