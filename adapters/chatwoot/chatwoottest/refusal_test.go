package chatwoottest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// fatal is a TB whose Fatalf ends what runs, as testing's does, and keeps the words.
type fatal struct {
	testing.TB
	text string
}

func (f *fatal) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	panic(f)
}

// ends runs what ends the test.
func (f *fatal) ends(what func()) {
	f.text = ""
	defer func() { _ = recover() }()
	what()
}

// TestStatesThatCannotBe: a mistyped state ends the test, whichever way it comes, and what was there stays.
func TestStatesThatCannotBe(t *testing.T) {
	record := func(key, value string) map[string]json.RawMessage {
		return map[string]json.RawMessage{key: json.RawMessage(value)}
	}
	deep := strings.Repeat("[", 101) + strings.Repeat("]", 101)
	for want, state := range map[string]State{
		`version "four" does not start with three numbers`: {Version: "four"},
		`token "x": "visitor" owns no tokens`:              {Tokens: map[string]string{"x": "visitor"}},
		`conversation "07": the id is not a positive`:      {Conversations: map[string]Conversation{"07": {}}},
		`conversation "": the id is not a positive`:        {Conversations: map[string]Conversation{"": {}}},
		`conversation "7": attribute "deep"`:               {Conversations: map[string]Conversation{"7": {CustomAttributes: record("deep", deep)}}},
		`contact "7": attribute "deep"`:                    {Contacts: map[string]Contact{"7": {AdditionalAttributes: record("deep", `{"a":`+deep+`}`)}}},
		`unexpected end of JSON input`:                     {Conversations: map[string]Conversation{"7": {CustomAttributes: record("half", `{`)}}},
	} {
		f := &fatal{TB: t}
		f.ends(func() { New(f, InProcess(), WithState(state)) })
		if !strings.HasPrefix(f.text, "chatwoot fake: ") || !strings.Contains(f.text, want) {
			t.Errorf("New says %q, want %q", f.text, want)
		}
		server := New(f, InProcess())
		before := server.State()
		f.ends(func() { server.SetState(state) })
		if !strings.Contains(f.text, want) {
			t.Errorf("SetState says %q, want %q", f.text, want)
		}
		if len(server.State().Conversations) != len(before.Conversations) {
			t.Errorf("%s: the state was changed all the same", want)
		}
	}
}

func TestRefusedSettings(t *testing.T) {
	f := &fatal{TB: t}
	server := New(f, InProcess())
	f.ends(func() { server.SetVersion("next") })
	if !strings.Contains(f.text, `version "next" does not start with three numbers`) || server.State().Version == "next" {
		t.Errorf("%q", f.text)
	}
	f.ends(func() { New(f, Version("next")) })
	if !strings.Contains(f.text, `version "next"`) {
		t.Errorf("%q", f.text)
	}
	f.ends(func() { New(f, Addr("192.0.2.1:80")) })
	if !strings.Contains(f.text, "not a loopback address") {
		t.Errorf("%q", f.text)
	}
}

func TestPageBeforeTheFirst(t *testing.T) {
	b := start(t)
	for _, page := range []string{"0", "-1", "x"} {
		b.expect("GET", account+"/contacts/search?q=robin&page="+page, "", nil, 500, "~")
		b.tb.told = nil // the document has pages from 1 on; whether the fake reports it is another matter
	}
}
