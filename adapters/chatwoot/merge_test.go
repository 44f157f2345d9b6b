package chatwoot_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

type attributes = map[string]json.RawMessage

func equal(a, b attributes) bool {
	return maps.EqualFunc(a, b, func(x, y json.RawMessage) bool { return bytes.Equal(x, y) })
}

// serveWith is a fake with conversation 7.
func serveWith(t *testing.T, stored attributes, options ...chatwoottest.Option) *chatwoottest.Server {
	t.Helper()
	return chatwoottest.New(t, append([]chatwoottest.Option{chatwoottest.WithState(chatwoottest.State{
		Tokens:        map[string]string{"secret-token": "agent", "other-token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: stored}},
	})}, options...)...)
}

func storedIn(server *chatwoottest.Server) attributes {
	return server.State().Conversations["7"].CustomAttributes
}

// hook is an adapter whose requests pass these functions, with their number
// from 1.
func hook(t *testing.T, server *chatwoottest.Server, before, after func(n int)) *chatwoot.Adapter {
	t.Helper()
	n := 0
	return open(t, server.URL, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		n++
		if before != nil {
			before(n)
		}
		answer, err := http.DefaultTransport.RoundTrip(r)
		if after != nil {
			after(n)
		}
		return answer, err
	})})
}

// foreignWrite is a person in the dashboard, who sends the whole map.
func foreignWrite(t *testing.T, server *chatwoottest.Server, values string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+conversation+"/custom_attributes", strings.NewReader(`{"custom_attributes":`+values+`}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("api-access-token", "other-token")
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the foreign write was answered with %d", answer.StatusCode)
	}
}

var (
	rich    = attributes{"plan": json.RawMessage(`"pro"`), "digits": json.RawMessage(`[9007199254740993]`), "tags": json.RawMessage(`["a"]`), "null": json.RawMessage("null")}
	changes = adapters.Attributes{"order_id": adapters.String("12345"), "tags": adapters.Clear()}
	changed = attributes{"plan": rich["plan"], "digits": rich["digits"], "null": rich["null"], "order_id": json.RawMessage(`"12345"`)}
	update7 = "POST " + conversation + "/custom_attributes "
	remove7 = "POST " + conversation + "/destroy_custom_attributes "
	read7   = "GET " + conversation
	verify  = adapters.Verify()
)

// TestForeignRemovalStays: a merging server, and a foreign writer who takes
// everything away between our look and our merge.
func TestForeignRemovalStays(t *testing.T) {
	for _, left := range []string{`{}`, `{"plan":"pro"}`} {
		for request, what := range map[int]string{2: "before the proof", 3: "before the removal", 4: "before the merge"} {
			t.Run(left+" "+what, func(t *testing.T) {
				server := serveWith(t, rich)
				adapter := hook(t, server, func(i int) {
					if i == request {
						foreignWrite(t, server, left)
					}
				}, nil)
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, verify); err != nil {
					t.Fatal(err)
				}
				want := attributes{"order_id": changed["order_id"]}
				if left != `{}` {
					want["plan"] = rich["plan"]
				}
				if !equal(storedIn(server), want) {
					t.Errorf("stored %s, want %s", storedIn(server), want)
				}
				sent := len(requests(server))
				if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}); err != nil {
					t.Fatal(err)
				}
				if got, want := requests(server)[sent:], []string{update7 + `{"custom_attributes":{"vip":true},"merge":true}`}; !slices.Equal(got, want) {
					t.Errorf("the next call sent %q, want %q", got, want)
				}
			})
		}
	}
}

// TestServerStepsBack: a server that merged comes back as one that replaces.
func TestServerStepsBack(t *testing.T) {
	set := adapters.Attributes{"order_id": adapters.String("12345")}
	for _, test := range []struct {
		name    string
		changes adapters.Attributes
		options []adapters.UpdateOption
		lose    bool
	}{
		{"verified", set, []adapters.UpdateOption{verify}, false},
		{"if equal", set, []adapters.UpdateOption{adapters.IfEqual(adapters.Attributes{"plan": adapters.String("pro")})}, false},
		{"with a removal, which tells", changes, nil, false},
		{"a removal alone", adapters.Attributes{"tags": adapters.Clear()}, nil, false},
		{"not verified: nobody can tell", set, nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serveWith(t, rich)
			adapter := open(t, server.URL, nil)
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}); err != nil {
				t.Fatal(err)
			}
			server.SetVersion("4.16.2")
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), test.changes, test.options...); err != nil {
				t.Fatal(err)
			}
			got := storedIn(server)
			if lost := got["plan"] == nil || got["vip"] == nil || got["digits"] == nil; lost != test.lose {
				t.Errorf("stored %s", got)
			}
			if test.lose {
				return
			}
			sent := len(requests(server))
			if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), set); err != nil || !equal(storedIn(server), with(got, "order_id", `"12345"`)) {
				t.Errorf("stored %s, %v", storedIn(server), err)
			}
			for _, line := range requests(server)[sent:] {
				if strings.Contains(line, "merge") {
					t.Errorf("the next call still asks to merge: %s", line)
				}
			}
		})
	}
}

// TestServerStepsBackOverTheLimit: what could not be put back is not risked.
func TestServerStepsBackOverTheLimit(t *testing.T) {
	server := serveWith(t, rich)
	adapter := open(t, server.URL, nil)
	if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	state := server.State()
	state.Version = "4.16.2"
	state.Conversations["7"].CustomAttributes["note"] = json.RawMessage(`"` + strings.Repeat("x", 1501) + `"`)
	server.SetState(state)
	before := storedIn(server)
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"vip": adapters.Bool(false)}, verify)
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Name != "note" || failure.Effect != adapters.EffectNone || !equal(storedIn(server), before) {
		t.Errorf("%v, stored %.200s", err, storedIn(server))
	}
}

func with(values attributes, key, raw string) attributes {
	values = maps.Clone(values)
	values[key] = json.RawMessage(raw)
	return values
}

// TestReplacementBuildsOnWhatTheCoreRead: one read before, one after; and one more
// where the server was asked meanwhile.
func TestReplacementBuildsOnWhatTheCoreRead(t *testing.T) {
	server := serveWith(t, rich, chatwoottest.Version("4.16.2"))
	adapter := open(t, server.URL, nil)
	for range 2 {
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, verify); err != nil {
			t.Fatal(err)
		}
	}
	write := update7 + `{"custom_attributes":{"digits":[9007199254740993],"null":null,"order_id":"12345","plan":"pro"}}`
	check(t, server, read7, remove7+`{"custom_attributes":[]}`, read7, write, read7, read7, write, read7)
}

// TestForeignWriteBeforeTheProof: the proof that a server merges may have to wait,
// and what is written meanwhile is kept, or is not what the caller expects.
func TestForeignWriteBeforeTheProof(t *testing.T) {
	expected := adapters.IfEqual(adapters.Attributes{"plan": adapters.String("pro")})
	for _, test := range []struct {
		name    string
		options []adapters.UpdateOption
		foreign string
		want    string // of the map
		class   error
	}{
		{"of another, verified", []adapters.UpdateOption{verify}, `{"plan":"pro","digits":1,"tags":[],"foreign":1}`, `{"plan":"pro","digits":1,"tags":[],"foreign":1,"order_id":"12345"}`, nil},
		{"of another, with an expectation", []adapters.UpdateOption{expected}, `{"plan":"pro","foreign":1}`, `{"foreign":1,"order_id":"12345","plan":"pro"}`, nil},
		{"of what is expected", []adapters.UpdateOption{expected}, `{"plan":"free"}`, `{"plan":"free"}`, adapters.ErrConflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serveWith(t, rich, chatwoottest.Version("4.16.2"))
			adapter := hook(t, server, func(n int) {
				if n == 2 {
					foreignWrite(t, server, test.foreign)
				}
			}, nil)
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"order_id": adapters.String("12345")}, test.options...)
			var failure *adapters.Error
			if !errors.Is(err, test.class) || errors.As(err, &failure) && (failure.Effect != adapters.EffectNone || failure.Name != "plan") {
				t.Errorf("%v", err)
			}
			var want attributes
			if err := json.Unmarshal([]byte(test.want), &want); err != nil || !equal(storedIn(server), want) {
				t.Errorf("stored %s, want %s", storedIn(server), test.want)
			}
		})
	}
}

// TestAnswerWithoutTheMap: it is not taken for a record without attributes, which a
// replacement would make it.
func TestAnswerWithoutTheMap(t *testing.T) {
	for _, test := range []struct {
		ref  adapters.Ref
		body string
		good bool
	}{
		{adapters.ConversationRef("7"), `{"id":7}`, false},
		{adapters.ConversationRef("7"), `{"id":7,"custom_attributes":null}`, true},
		{adapters.ContactRef("7"), `{"payload":{"id":7}}`, false},
		{adapters.ContactRef("7"), `{"payload":{"id":7,"custom_attributes":null}}`, true},
	} {
		adapter := open(t, "http://127.0.0.1:1", &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(test.body)), Request: r}, nil
		})})
		is, err := adapter.Attributes(t.Context(), test.ref)
		if test.good != (err == nil) || !test.good && !errors.Is(err, adapters.ErrMalformed) || len(is) > 0 {
			t.Errorf("%s: %v, %v", test.body, is, err)
		}
	}
}

// TestVerifyReportsWhatWentWithTheMap: a replaced map is looked at as a whole.
func TestVerifyReportsWhatWentWithTheMap(t *testing.T) {
	for _, version := range []string{"4.16.2", "4.17.0"} {
		server := serveWith(t, rich, chatwoottest.Version(version))
		const last = 5 // the reading back
		adapter := hook(t, server, func(i int) {
			if i == last {
				foreignWrite(t, server, `{"order_id":"12345"}`)
			}
		}, nil)
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), changes, verify)
		var failure *adapters.Error
		if replaced := version == "4.16.2"; !replaced && err != nil ||
			replaced && (!errors.As(err, &failure) || !errors.Is(err, adapters.ErrConflict) || failure.Effect != adapters.EffectApplied || len(failure.Details) != 2) {
			t.Errorf("%s: %v", version, err)
		}
	}
}

// TestRefusedProofIsNotRemembered: that one record cannot be merged into says
// nothing of the next one.
func TestRefusedProofIsNotRemembered(t *testing.T) {
	server := serveWith(t, attributes{"note": json.RawMessage(`"` + strings.Repeat("x", 1501) + `"`)})
	adapter := open(t, server.URL, nil)
	for _, value := range []string{"a", "b"} {
		if _, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{"note": adapters.String(value)}); err != nil {
			t.Fatal(err)
		}
	}
	if got := requests(server); !strings.Contains(got[len(got)-1], `"merge":true`) {
		t.Errorf("sent %q", got)
	}
}
