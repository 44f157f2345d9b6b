package dixatest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// same says how two states differ, or "".
func same(a, b State) string {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	if string(x) == string(y) {
		return ""
	}
	return fmt.Sprintf("states differ:\n%s\n%s", x, y)
}

func TestStateIsCopied(t *testing.T) {
	b := newBench(t)
	before := defaultState()
	mine := b.State()
	change := func(s State) {
		s.LimitedTokens[0] = "token2"
		s.Conversations["42"].CustomAttributes[orderID][1] = 'X'
		s.Conversations["43"].Assignment.AgentID = alice
		s.EndUsers[bob].AdditionalEmails[0] = "x"
		delete(s.EndUsers, alice)
		s.Definitions[1].InputDefinition.Options[0].NestedOptions[0].Value = "x"
		s.ActivityLog[0].Type = "x"
	}
	change(mine)
	if d := same(before, b.State()); d != "" {
		t.Error("State is shared: " + d)
	}
	mine = b.State()
	b.SetState(mine)
	change(mine)
	if d := same(before, b.State()); d != "" {
		t.Error("SetState shares: " + d)
	}
}

func TestStateOverHTTP(t *testing.T) {
	both(t, func(b *bench) {
		before := b.State()
		_, text := b.do("GET", "/_fake/state", "")
		b.expect("PUT", "/_fake/state", `{"token":"t","conversations":{"1":{"custom_attributes":null}},"endusers":{},"definitions":[]}`, 204, "")
		b.token = "t"
		if status, _ := b.do("GET", "/v1/conversations/1", ""); status != 200 {
			b.t.Errorf("the new state: %d", status)
		}
		b.expect("PUT", "/_fake/state", text, 204, "")
		if d := same(before, b.State()); d != "" {
			b.t.Error(d)
		}
	})
}

// fatal is a TB whose Fatalf ends the goroutine, as testing's does, and keeps the words.
type fatal struct {
	testing.TB
	text string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	panic(f)
}

func TestStatesThatCannotBe(t *testing.T) {
	for want, change := range map[string]func(*State){
		"a token is empty":                                                                       func(s *State) { s.LimitedTokens = []string{""} },
		`no nulls "kept"`:                                                                        func(s *State) { s.Nulls = "kept" },
		"the page limit is negative":                                                             func(s *State) { s.PageLimit = -1 },
		"the limit or its burst is negative":                                                     func(s *State) { s.Limit = -1 },
		"a burst needs a limit":                                                                  func(s *State) { s.Burst = 4 },
		`definition "x": the id is not a UUID in lower case`:                                     func(s *State) { s.Definitions[0].ID = "x" },
		`definition "` + orderID + `": defined twice`:                                            func(s *State) { s.Definitions[1].ID = orderID },
		`definition "` + orderID + `": no entityType "EndUser"`:                                  func(s *State) { s.Definitions[0].EntityType = "EndUser" },
		`definition "` + orderID + `": no _type ""`:                                              func(s *State) { s.Definitions[0].InputDefinition = InputDefinition{} },
		`conversation "042": the id is not a whole number`:                                       func(s *State) { s.Conversations["042"] = Conversation{} },
		`conversation "1": no _type "Fax"`:                                                       func(s *State) { s.Conversations["1"] = Conversation{Type: "Fax"} },
		`end user "` + strings.ToUpper(bob) + `": the id is not a UUID in lower case`:            func(s *State) { s.EndUsers[strings.ToUpper(bob)] = EndUser{} },
		`conversation "42": attribute "x": not defined`:                                          func(s *State) { s.Conversations["42"].CustomAttributes["x"] = json.RawMessage(`"x"`) },
		`conversation "42": attribute "x": neither a string nor an array of strings`:             func(s *State) { s.Conversations["42"].CustomAttributes["x"] = json.RawMessage(`1`) },
		`conversation "42": attribute "x": null is no value; leave it out`:                       func(s *State) { s.Conversations["42"].CustomAttributes["x"] = json.RawMessage(`null`) },
		`end user "` + alice + `": attribute "x": unexpected end of JSON input`:                  func(s *State) { s.EndUsers[alice].CustomAttributes["x"] = nil },
		`activity log entry "ac710109-0000-4000-8000-000000000001": the time is none`:            func(s *State) { s.ActivityLog[0].ActivityTimestamp = "" },
		`activity log entry "ac710109-0000-4000-8000-000000000001": the attributes are not JSON`: func(s *State) { s.ActivityLog[0].Attributes = json.RawMessage(`{`) },
	} {
		state := defaultState()
		change(&state)
		f := &fatal{TB: t}
		func() {
			defer func() { _ = recover() }()
			New(f, InProcess(), WithState(state))
		}()
		if f.text != "dixa fake: state: "+want {
			t.Errorf("got %q, want %q", f.text, want)
		}
	}
	b := newBench(t)
	request, _ := http.NewRequest("PUT", b.URL+"/_fake/state", strings.NewReader(`{"token":""}`))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != 400 || string(text) != "a token is empty\n" {
		t.Errorf("%d %s", response.StatusCode, text)
	}
}
