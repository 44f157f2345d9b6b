package dixa_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

// TestClearing is what a caller sees of each thing that a null may do: nobody
// knows which of them it does. Each is played in both versions, on both kinds of
// record, and with answers that hold all attributes or those of the PATCH alone.
func TestClearing(t *testing.T) {
	for _, test := range []struct {
		name   string
		nulls  dixatest.Nulls
		verify bool
		gone   bool // as far as a reader can tell
		class  error
		code   adapters.Code
		effect adapters.Effect
	}{
		{"clears", dixatest.NullsClear, false, true, nil, "", ""},
		{"clears, verified", dixatest.NullsClear, true, true, nil, "", ""},
		{"ignored", dixatest.NullsIgnored, false, false, nil, "", ""}, // only Verify sees it
		{"ignored, verified", dixatest.NullsIgnored, true, false, adapters.ErrConflict, adapters.CodeNotKept, adapters.EffectApplied},
		{"refused", dixatest.NullsRefused, false, false, adapters.ErrInvalid, adapters.CodeRejected, adapters.EffectUnknown},
		{"refused, verified", dixatest.NullsRefused, true, false, adapters.ErrInvalid, adapters.CodeRejected, adapters.EffectUnknown},
		{"emptied", dixatest.NullsEmpty, false, true, nil, "", ""},
		{"emptied, verified", dixatest.NullsEmpty, true, true, nil, "", ""},
	} {
		for _, version := range []string{"/v1", "/beta"} {
			for _, all := range []bool{false, true} {
				for _, record := range []struct {
					ref   adapters.Ref
					names [2]string // a text and a path that it holds
				}{
					{adapters.ConversationRef("42"), [2]string{"order_id", "topic"}},
					{adapters.ContactRef(endUser), [2]string{"customer_id", "vip"}},
				} {
					for i, name := range record.names {
						t.Run(fmt.Sprint(test.name, version, all, record.ref.Kind, name), func(t *testing.T) {
							_, adapter := start(t, version, func(state *dixatest.State, config *dixa.Config) {
								state.Nulls, state.PatchAnswersAll, config.Verify = test.nulls, all, test.verify
							})
							result, err := adapter.UpdateAttributes(t.Context(), record.ref, adapters.Attributes{name: adapters.Clear()})
							var failure *adapters.Error
							if errors.As(err, &failure) != (test.class != nil) || failure != nil &&
								(!errors.Is(err, test.class) || failure.Code != test.code || failure.Effect != test.effect) {
								t.Errorf("%v, want %v", err, test.class)
							}
							if test.code == adapters.CodeNotKept && failure.Name != name {
								t.Errorf("it names %q", failure.Name)
							}
							after, err := adapter.Attributes(t.Context(), record.ref)
							if _, there := after[name]; err != nil || there == test.gone {
								t.Errorf("afterwards it is there: %v (%v)", there, err)
							}
							if _, there := after[record.names[1-i]]; !there {
								t.Errorf("%s, which nobody named, is gone", record.names[1-i])
							}
							read := test.verify && !errors.Is(test.class, adapters.ErrInvalid)
							if result.Complete != read || read && !same(result.Attributes, after) {
								t.Errorf("the result is %+v", result)
							}
						})
					}
				}
			}
		}
	}
}

func same(a, b adapters.Attributes) bool {
	for name, value := range a {
		if !value.Equal(b[name]) {
			return false
		}
	}
	return len(a) == len(b)
}

// TestClearingBesideSetting: one that is not cleared does not hide behind one that
// is set.
func TestClearingBesideSetting(t *testing.T) {
	_, adapter := start(t, "/v1", func(state *dixatest.State, _ *dixa.Config) { state.Nulls = dixatest.NullsIgnored })
	changes := adapters.Attributes{"order_id": adapters.String("B-2"), "topic": adapters.Clear()}
	result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), changes, adapters.Verify())
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeNotKept || failure.Name != "topic" {
		t.Errorf("%v", err)
	}
	if !result.Complete || !result.Attributes["order_id"].Equal(adapters.String("B-2")) || !result.Attributes["topic"].Equal(adapters.List("delivery", "late")) {
		t.Errorf("%+v", result)
	}
}

// TestPartialAnswers: whether the answer to a PATCH holds all attributes is
// unknown, and the Result never says so; under Verify it is what was read.
func TestPartialAnswers(t *testing.T) {
	for _, version := range []string{"/v1", "/beta"} {
		for _, all := range []bool{false, true} {
			for _, verify := range []bool{false, true} {
				t.Run(fmt.Sprint(version, all, verify), func(t *testing.T) {
					server, adapter := start(t, version, func(state *dixatest.State, config *dixa.Config) {
						state.PatchAnswersAll, config.Verify = all, verify
					})
					result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{orderID: adapters.String("B-2")})
					if err != nil || result.Complete != verify || !result.Attributes["order_id"].Equal(adapters.String("B-2")) {
						t.Errorf("%+v, %v", result, err)
					}
					if _, there := result.Attributes["topic"]; there != (all || verify) {
						t.Errorf("%+v", result)
					}
					if got, want := len(server.Requests()), map[bool]int{false: 1, true: 2}[verify]; got != want {
						t.Errorf("%d requests, want %d", got, want)
					}
				})
			}
		}
	}
}

// TestLyingAnswer: the answer says that it was written, and it was not. The report
// has the caller's name for what the record does not hold.
func TestLyingAnswer(t *testing.T) {
	server, adapter := start(t, "/v1")
	server.SetFaults(dixatest.Fault{
		Type: "status", Operation: "patchConversationCustomAttributes", Status: http.StatusOK,
		Body: `{"data":[{"id":"` + trackingURL + `","name":"Tracking URL","identifier":"tracking_url","value":"https://a.example"}]}`,
	})
	result, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{"tracking_url": adapters.Link("https://a.example")}, adapters.Verify())
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeNotKept || failure.Effect != adapters.EffectApplied || failure.Name != "tracking_url" {
		t.Errorf("%v", err)
	}
	if _, there := result.Attributes["tracking_url"]; there || !result.Complete || strings.Contains(err.Error(), "a.example") {
		t.Errorf("%+v, %v", result, err)
	}
}
