package chatwoottest

import (
	"strings"
	"testing"
)

// TestUpdateConversation: one row of what was observed after another, on the stored map {"a":1,"b":"x"}.
func TestUpdateConversation(t *testing.T) {
	const before, kept = `{"a":1,"b":"x"}`, `{"custom_attributes":{"a":1,"b":"x"}}`
	long := strings.Repeat("\u00e9", 1500)
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	tooBig := `{"message":"Custom attributes s length should be \u003c 1500, Custom attributes i value should be \u003c 9999999999","attributes":["custom_attributes"]}`
	for _, row := range []struct {
		name, body string
		status     int
		answer     string
		stored     string // "" is unchanged
		report     string // what the document forbids and the server swallows
	}{
		{"replace", `{"custom_attributes":{"c":2}}`, 200, `{"custom_attributes":{"c":2}}`, `{"c":2}`, ""},
		{"merge", `{"custom_attributes":{"b":"y","c":2},"merge":true}`, 200, `{"custom_attributes":{"a":1,"b":"y","c":2}}`, `{"a":1,"b":"y","c":2}`, ""},
		{"empty", `{"custom_attributes":{}}`, 200, `{"custom_attributes":{}}`, `{}`, ""},
		{"merge of nothing", `{"custom_attributes":{},"merge":true}`, 200, kept, "", ""},
		{"no map", `{}`, 500, crashed, "", `"custom_attributes" is missing`},
		{"no body", ``, 500, crashed, "", "value is required"},
		{"array", `[1]`, 500, crashed, "", "must be an object"},
		{"nested", `{"conversation":{"custom_attributes":{"c":2}}}`, 500, crashed, "", "missing"},
		{"null", `{"custom_attributes":null}`, 500, crashed, "", "/custom_attributes"},
		{"string", `{"custom_attributes":"foo"}`, 500, crashed, "", "/custom_attributes"},
		{"number", `{"custom_attributes":5}`, 500, crashed, "", "/custom_attributes"},
		{"list", `{"custom_attributes":["foo"]}`, 500, crashed, "", "/custom_attributes"},
		{"merge null", `{"custom_attributes":null,"merge":true}`, 200, kept, "", "/custom_attributes"},
		{"merge string", `{"custom_attributes":"foo","merge":true}`, 200, kept, "", "/custom_attributes"},
		{"merge number", `{"custom_attributes":5,"merge":true}`, 200, kept, "", "/custom_attributes"},
		{"merge list", `{"custom_attributes":["foo"],"merge":true}`, 200, kept, "", "/custom_attributes"},
		{"merge alone", `{"merge":true}`, 200, kept, "", "missing"},
		{"null value", `{"custom_attributes":{"a":null}}`, 200, `{"custom_attributes":{"a":null}}`, `{"a":null}`, ""},
		{"null value merged", `{"custom_attributes":{"a":null},"merge":true}`, 200, `{"custom_attributes":{"a":null,"b":"x"}}`, `{"a":null,"b":"x"}`, ""},
		{"shallow", `{"custom_attributes":{"b":{"x":{"y":[{"z":1}]}}},"merge":true}`, 200,
			`{"custom_attributes":{"a":1,"b":{"x":{"y":[{"z":1}]}}}}`, `{"a":1,"b":{"x":{"y":[{"z":1}]}}}`, ""},
		{"nulls in arrays", `{"custom_attributes":{"l":[1,null,2],"m":[null],"n":{"o":[[null],{"p":null}]}}}`, 200,
			`{"custom_attributes":{"l":[1,2],"m":[],"n":{"o":[[],{"p":null}]}}}`, `{"l":[1,2],"m":[],"n":{"o":[[],{"p":null}]}}`, ""},
		{"typed", `{"custom_attributes":{"l":[],"s":"","t":true,"f":false,"n":1.5}}`, 200,
			`{"custom_attributes":{"l":[],"s":"","t":true,"f":false,"n":1.5}}`, `{"f":false,"l":[],"n":1.5,"s":"","t":true}`, ""},
		{"1500 characters", `{"custom_attributes":{"s":"` + long + `"}}`, 200, `{"custom_attributes":{"s":"` + long + `"}}`, `{"s":"` + long + `"}`, ""},
		{"over both limits", `{"custom_attributes":{"s":"` + long + `x","i":10000000000}}`, 422, tooBig, "", ""},
		{"over both limits, merged", `{"custom_attributes":{"s":"` + long + `x","i":10000000000},"merge":true}`, 422, tooBig, "", ""},
		{"at the limits", `{"custom_attributes":{"i":9999999999,"j":-99999999999999,"k":1e12}}`, 200,
			`{"custom_attributes":{"i":9999999999,"j":-99999999999999,"k":1000000000000.0}}`, `{"i":9999999999,"j":-99999999999999,"k":1000000000000.0}`, ""},
		{"limits only on top", `{"custom_attributes":{"o":{"s":"` + long + long + `"},"l":[123456789012345678901234567890]}}`, 200, "~123456789012345678901234567890",
			`{"l":[123456789012345678901234567890],"o":{"s":"` + long + long + `"}}`, ""},
		{"odd keys", `{"custom_attributes":{"":1,"a b.c[d]%\n\u4e16":2,"id":3,"controller":4}}`, 200, `~"controller":4`,
			`{"":1,"a b.c[d]%\n世":2,"controller":4,"id":3}`, ""},
		{"long key", `{"custom_attributes":{"` + strings.Repeat("k", 5000) + `":1}}`, 200, "~kkk", `{"` + strings.Repeat("k", 5000) + `":1}`, ""},
		{"U+0000", `{"custom_attributes":{"s":"\u0000"}}`, 500, crashed, "", ""},
		{"U+0000 deep", `{"custom_attributes":{"s":[{"k\u0000":1}]},"merge":true}`, 500, crashed, "", ""},
		{"backslash u0000", `{"custom_attributes":{"s":"\\u0000"}}`, 200, `{"custom_attributes":{"s":"\\u0000"}}`, `{"s":"\\u0000"}`, ""},
		{"lone surrogate", `{"custom_attributes":{"s":"\ud83d"}}`, 400, unparsable, "", ""},
		{"lone surrogate before a letter", `{"custom_attributes":{"s":"\ud83dx\ude00"}}`, 400, unparsable, "", ""},
		{"lone low surrogate", `{"custom_attributes":{"\ude00":1}}`, 400, unparsable, "", ""},
		{"surrogate pair", `{"custom_attributes":{"s":"\ud83d\ude00\\ud83d"}}`, 200, "~\U0001f600", `{"s":"` + "\U0001f600" + `\\ud83d"}`, ""},
		{"invalid UTF-8", "{\"custom_attributes\":{\"s\":\"\xff\"}}", 400, unparsable, "", ""},
		{"malformed", `{"custom_attributes":{`, 400, unparsable, "", "request"},
		{"nested 100 deep", `{"custom_attributes":{"d":` + deep(98) + `}}`, 200, "~[[[[", `{"d":` + deep(98) + `}`, ""},
		{"nested deeper", `{"custom_attributes":{"d":` + deep(99) + `}}`, 400, unparsable, "", ""},
		{"duplicate keys", `{"custom_attributes":{"x":1,"y":2,"x":3}}`, 200, `{"custom_attributes":{"x":3,"y":2}}`, `{"x":3,"y":2}`, ""},
		{"duplicate maps", `{"custom_attributes":{"x":1},"custom_attributes":{"y":2}}`, 200, `{"custom_attributes":{"y":2}}`, `{"y":2}`, ""},
		{"decimals", `{"custom_attributes":{"a":1.10,"b":1e3,"c":123456789012345678.12,"d":1E400}}`, 200,
			`{"custom_attributes":{"a":1.1,"b":1000.0,"c":1.2345678901234568e+17,"d":null}}`,
			`{"a":1.1,"b":1000.0,"c":123456789012345680,"d":null}`, ""},
		{"strings stay", `{"custom_attributes":{"d":"2026-07-01","z":"007"}}`, 200, `{"custom_attributes":{"d":"2026-07-01","z":"007"}}`, `{"d":"2026-07-01","z":"007"}`, ""},
		{"equal map", `{"custom_attributes":{"b":"x","a":1.0}}`, 200, `{"custom_attributes":{"b":"x","a":1.0}}`, "", ""},
		{"markup", `{"custom_attributes":{"s":"<&>"}}`, 200, `{"custom_attributes":{"s":"\u003c\u0026\u003e"}}`, `{"s":"<&>"}`, ""},
		{"other params", `{"custom_attributes":{"c":2},"status":"open"}`, 200, `{"custom_attributes":{"c":2}}`, `{"c":2}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := start(t)
			b.put(`{"conversations":{"7":{"custom_attributes":` + before + `}}}`)
			b.expect("POST", attributes, row.body, nil, row.status, row.answer)
			if row.status != 400 && row.name != "decimals" { // where the validator has words of its own for the syntax
				b.expectReport(row.report)
			}
			want := row.stored
			if want == "" {
				want = before
			}
			b.expect("GET", "/_fake/state", "", nil, 200, `~"conversations":{"7":{"custom_attributes":`+want+`}}`)
		})
	}
}

func TestConversationContentType(t *testing.T) {
	b := start(t)
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", ""} {
		b.expect("POST", attributes, `{"custom_attributes":{}}`, header{"Content-Type": media}, 500, crashed)
		b.expectReport("Content-Type")
	}
	b.expect("POST", attributes, `{"custom_attributes":{}}`, header{"Content-Type": "application/json; charset=utf-8"}, 200, `{"custom_attributes":{}}`)
	b.expectReport("")
	response := b.expect("POST", attributes, `{`, header{"Accept": "*/*"}, 400, "")
	if got := response.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("content type %q", got)
	}
	b.expect("POST", attributes, `null`, header{"Accept": "*/*"}, 500, crashed) // always JSON
}

func TestMergeFlag(t *testing.T) {
	b := start(t)
	const replaced, merged = `{"custom_attributes":{"c":2}}`, `{"custom_attributes":{"a":1,"c":2}}`
	for flag, want := range map[string]string{
		`false`: replaced, `0`: replaced, `"0"`: replaced, `"f"`: replaced, `"F"`: replaced, `"false"`: replaced, `"FALSE"`: replaced,
		`"off"`: replaced, `"OFF"`: replaced, `""`: replaced, `null`: replaced,
		`true`: merged, `1`: merged, `"1"`: merged, `"t"`: merged, `"no"`: merged, `"yes"`: merged, `2.5`: merged, `[]`: merged, `{}`: merged,
	} {
		b.put(`{"conversations":{"7":{"custom_attributes":{"a":1}}}}`)
		b.expect("POST", attributes, `{"custom_attributes":{"c":2},"merge":`+flag+`}`, nil, 200, want)
	}
	b.expectReport("") // a deviation: it works, whatever the document says
	b.put(`{"conversations":{"7":{"custom_attributes":{"a":1}}}}`)
	b.expect("POST", attributes+"?merge=1", `{"custom_attributes":{"c":2}}`, nil, 200, merged)
	b.expectReport(`query parameter "merge"`)
}

func TestDestroyConversationAttributes(t *testing.T) {
	b := start(t)
	const all = `{"custom_attributes":{"1":true,"a":1,"b":"x"}}`
	for _, row := range []struct{ body, want, report string }{
		{`{"custom_attributes":["a"]}`, `{"custom_attributes":{"1":true,"b":"x"}}`, ""},
		{`{"custom_attributes":["a","b","1"]}`, `{"custom_attributes":{}}`, ""},
		{`{"custom_attributes":["A","nobody"]}`, all, ""},
		{`{"custom_attributes":[]}`, all, ""},
		{`{"custom_attributes":"a"}`, `{"custom_attributes":{"1":true,"b":"x"}}`, "/custom_attributes"},
		{`{}`, all, "missing"},
		{`{"custom_attributes":null}`, all, "/custom_attributes"},
		{`{"custom_attributes":{"a":1}}`, all, "/custom_attributes"},
		{`{"custom_attributes":[["a"]]}`, all, "/custom_attributes/0"},
		{`{"custom_attributes":[1]}`, all, "/custom_attributes/0"},
	} {
		b.put(`{"conversations":{"7":` + all + `}}`)
		b.expect("POST", destroy, row.body, nil, 200, row.want)
		b.expect("GET", "/_fake/state", "", nil, 200, `~"7":`+row.want)
		b.expectReport(row.report)
	}
	b.expect("POST", destroy, `{`, nil, 400, unparsable)
}

func TestStoredValueOverTheLimit(t *testing.T) {
	b := start(t)
	tooLong := `"` + strings.Repeat("x", 1501) + `"`
	state := `{"conversations":{"7":{"custom_attributes":{"a":1,"s":` + tooLong + `}}}}`
	const refused = `{"message":"Custom attributes s length should be \u003c 1500","attributes":["custom_attributes"]}`
	b.put(state)
	b.expect("POST", attributes, `{"custom_attributes":{},"merge":true}`, nil, 422, refused)
	b.expect("POST", attributes, `{"custom_attributes":{"c":1},"merge":true}`, nil, 422, refused)
	b.expect("POST", destroy, `{"custom_attributes":["a"]}`, nil, 422, refused)
	b.expect("POST", destroy, `{"custom_attributes":[]}`, nil, 422, refused)
	b.expect("GET", conversation, "", nil, 200, "~"+tooLong)
	b.expect("POST", attributes, `{"custom_attributes":{"s":"ok"},"merge":true}`, nil, 200, `{"custom_attributes":{"a":1,"s":"ok"}}`)
	b.put(state)
	b.expect("POST", destroy, `{"custom_attributes":["s"]}`, nil, 200, `{"custom_attributes":{"a":1}}`)
	b.put(state)
	b.expect("POST", attributes, `{"custom_attributes":{"c":1}}`, nil, 200, `{"custom_attributes":{"c":1}}`)
	b.expectReport("")
}

func TestNullColumn(t *testing.T) {
	b := start(t)
	b.put(`{"conversations":{"7":{"custom_attributes":null}},"contacts":{"1":{"custom_attributes":null}}}`)
	b.expect("GET", conversation, "", nil, 200, `~"custom_attributes":null`)
	b.expect("GET", contact, "", nil, 200, `~"custom_attributes":null`)
	b.expect("POST", attributes, `{"custom_attributes":{"a":1},"merge":true}`, nil, 500, crashed)
	b.expect("POST", destroy, `{"custom_attributes":["a"]}`, nil, 500, crashed)
	b.expect("POST", destroy, `{"custom_attributes":[]}`, nil, 500, crashed)
	b.expect("PATCH", contact, `{"custom_attributes":{"a":1}}`, nil, 500, crashed)
	b.expect("POST", contact+"/destroy_custom_attributes", `{"custom_attributes":["a"]}`, nil, 500, crashed)
	b.expect("POST", attributes, `{"custom_attributes":{}}`, nil, 200, `{"custom_attributes":{}}`)
	b.expect("GET", conversation, "", nil, 200, `~"custom_attributes":{},`)
	b.expectReport("")
}

func TestEchoAndReadOrder(t *testing.T) {
	b := start(t)
	b.expect("POST", attributes, `{"custom_attributes":{"zz":{"bb":1e16,"a":2},"b":1e15,"a":1e-5,"m":-0.0}}`, nil, 200,
		`{"custom_attributes":{"zz":{"bb":1.0e+16,"a":2},"b":1000000000000000.0,"a":1.0e-05,"m":-0.0}}`)
	b.expect("GET", conversation, "", nil, 200, `~"custom_attributes":{"a":1.0e-05,"b":1000000000000000.0,"m":0.0,"zz":{"a":2,"bb":10000000000000000}}`)
	b.expect("POST", attributes, `{"custom_attributes":{"c":1,"a":2},"merge":true}`, nil, 200,
		`{"custom_attributes":{"a":2,"b":1000000000000000.0,"m":0.0,"zz":{"a":2,"bb":10000000000000000},"c":1}}`)
}
