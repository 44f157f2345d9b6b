package specs_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/deskattr/deskattr/gen/chatwoot"
)

// The types that every client has from the template are tested in one of them.

func TestTimestamp(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for text, want := range map[string]time.Time{
		`"2026-01-31T09:30:00Z"`:             at("2026-01-31T09:30:00Z"),
		`"2026-01-31T09:30:00.123456+02:00"`: at("2026-01-31T09:30:00.123456+02:00"),
		`"2023-01-01T08:23:54.246Z[GMT]"`:    at("2023-01-01T08:23:54.246Z"),
		`"2026-01-31T09:30:00.5"`:            at("2026-01-31T09:30:00.5Z"),
		`"2026-01-31 09:30:00 UTC"`:          at("2026-01-31T09:30:00Z"),
		`"2026-01-31"`:                       at("2026-01-31T00:00:00Z"),
		`1769851800`:                         time.Unix(1769851800, 0),
		`1769851800.123456`:                  time.Unix(1769851800, 123456000),
		`-1.5`:                               time.Unix(-2, 500000000),
		`1769851800.1`:                       time.Unix(1769851800, 100000000),
		`1769851800.1234567891`:              time.Unix(1769851800, 123456789),
		`"2026-01-31T09:30:00\u005a"`:        at("2026-01-31T09:30:00Z"),
		`"1769851800"`:                       time.Unix(1769851800, 0),
		`0`:                                  {}, `0.0`: {}, `""`: {}, `null`: {}, `"soon"`: {}, `{"a":1}`: {}, `true`: {}, `1e9`: {},
	} {
		var got chatwoot.Timestamp
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !got.Time.Equal(want) || got.IsSet() == want.IsZero() || got.IsZero() {
			t.Errorf("%s is %v (set %v, zero %v), want %v", text, got.Time, got.IsSet(), got.IsZero(), want)
		}
		if back, err := json.Marshal(got); err != nil || string(back) != text {
			t.Errorf("%s came out as %s (%v)", text, back, err)
		}
	}
	made := chatwoot.Timestamp{Time: at("2026-01-31T09:30:00Z")}
	if text, err := json.Marshal(made); err != nil || string(text) != `"2026-01-31T09:30:00Z"` || made.IsZero() {
		t.Errorf("one that was made is %s (%v)", text, err)
	}
	if text, err := json.Marshal(chatwoot.Timestamp{}); err != nil || string(text) != "null" || !(chatwoot.Timestamp{}).IsZero() {
		t.Errorf("the zero one is %s (%v)", text, err)
	}
}

func TestField(t *testing.T) {
	type change struct {
		Name chatwoot.Field[string] `json:"name,omitzero"`
	}
	for text, want := range map[string]chatwoot.Field[string]{
		`{}`: {}, `{"name":null}`: chatwoot.Null[string](), `{"name":""}`: chatwoot.Set(""), `{"name":"a"}`: chatwoot.Set("a"),
	} {
		if got, err := json.Marshal(change{want}); err != nil || string(got) != text {
			t.Errorf("%+v is %s (%v), want %s", want, got, err, text)
		}
		var got change
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Name != want {
			t.Errorf("%s is %+v (%v), want %+v", text, got.Name, err, want)
		}
		value, ok := want.Get()
		if ok != (text == `{"name":""}` || text == `{"name":"a"}`) || want.IsNull() != (text == `{"name":null}`) || want.IsZero() != (text == `{}`) {
			t.Errorf("%s: value %q, %v, null %v, zero %v", text, value, ok, want.IsNull(), want.IsZero())
		}
	}
}
