package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

func TestParseChanges(t *testing.T) {
	for word, want := range map[string]struct {
		name  string
		value adapters.Value
	}{
		`a=b`:                    {"a", adapters.String("b")},
		`a=`:                     {"a", adapters.String("")},
		`a==b:=1`:                {"a", adapters.String("=b:=1")},
		`a=null`:                 {"a", adapters.String("null")},
		`a=-5`:                   {"a", adapters.String("-5")},
		`a b=  c `:               {"a b", adapters.String("  c ")},
		`a:=null`:                {"a", adapters.Clear()},
		`a:= null `:              {"a", adapters.Clear()},
		`a:="null"`:              {"a", adapters.String("null")},
		`a:="x=y"`:               {"a", adapters.String("x=y")},
		`a::=1`:                  {"a:", adapters.Number("1")},
		`a:=1.10`:                {"a", adapters.Number("1.10")},
		`a:=12345678901234567.0`: {"a", adapters.Number("12345678901234567.0")},
		`a:=true`:                {"a", adapters.Bool(true)},
		`a:=["x","y"]`:           {"a", adapters.List("x", "y")},
		`a:=[]`:                  {"a", adapters.List()},
		`a:=["x",1]`:             {"a", adapters.JSON([]byte(`["x",1]`))},
		`a:=["x",null]`:          {"a", adapters.JSON([]byte(`["x",null]`))},
		`a:={"n": 1.0}`:          {"a", adapters.JSON([]byte(`{"n": 1.0}`))},
		`a:="\ud83d\ude00"`:      {"a", adapters.String("\U0001F600")},
		`a:="\\ud83d"`:           {"a", adapters.String(`\ud83d`)},
	} {
		changes, err := parseChanges([]string{word})
		if err != nil {
			t.Errorf("%s: %v", word, err)
			continue
		}
		got, ok := changes[want.name]
		if !ok || len(changes) != 1 || !got.Equal(want.value) || got.String() != want.value.String() {
			t.Errorf("%s: got %v, want %s=%v (%s)", word, changes, want.name, want.value, want.value.Kind())
		}
	}
}

func TestParseChangesRefuses(t *testing.T) {
	for _, list := range [][]string{
		{"secret"}, {"=secret"}, {":=1"}, {"a:="}, {"a:=secret"}, {`a:="secret`}, {"a:=1 2"}, {"a:=01"}, {"a:=NaN"}, {"a:=\f0"},
		{"a:=\"\xff\""}, {`a:="\ud83d"`}, {`a:="\ude00"`}, {`a:=["\\\ud83d"]`}, {`a:="\ud83d\ud83d\ude00"`},
		{"a=1", "a=1"}, {"a=1", "a:=null"}, {"a=1", "secret"},
	} {
		changes, err := parseChanges(list)
		if !errors.Is(err, errUsage) {
			t.Errorf("%q: got %v and error %v, want a usage error", list, changes, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the value: %v", list, err)
		}
	}
}

// FuzzParse checks that what is taken means what it says, and that nothing else
// is taken.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a=b", "a:=1.10", "a:=null", `a:=["x","y"]`, `a:={"b":[1]}`, `a:="\ud83d"`, `a:="\\\ud83d\ude00"`, "=", ":=", "a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, word string) {
		changes, err := parseChanges([]string{word})
		if err != nil {
			if !errors.Is(err, errUsage) || strings.ContainsAny(err.Error(), "\r\n") {
				t.Fatalf("error %q is no usage error on one line", err)
			}
			return
		}
		if len(changes) != 1 {
			t.Fatalf("got %d changes from one word", len(changes))
		}
		for name, value := range changes {
			if text, ok := strings.CutPrefix(word, name+"="); ok && !strings.HasSuffix(name, ":") && value.Kind() == adapters.ValueString && value.Text() == text {
				continue
			}
			text, ok := strings.CutPrefix(word, name+":=")
			if !ok || !json.Valid([]byte(text)) {
				t.Fatalf("%q became %q = %v", word, name, value)
			}
			raw, err := value.MarshalJSON()
			if err != nil {
				t.Fatalf("%q became a value without a JSON form: %v", word, err)
			}
			if !sameJSON(string(raw), text) {
				t.Fatalf("%q means %s now", word, raw)
			}
		}
	})
}

// sameJSON compares two JSON texts by their meaning, with numbers by their digits.
func sameJSON(a, b string) bool {
	return adapters.JSON([]byte(`[` + a + `]`)).Equal(adapters.JSON([]byte(`[` + b + `]`)))
}
