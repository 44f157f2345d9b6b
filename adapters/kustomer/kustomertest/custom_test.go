package kustomertest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestValues(t *testing.T) {
	const bad = "Invalid value"
	long := strings.Repeat("\u00e4", 1024)
	for _, c := range []struct {
		name, value string
		accepted    bool
	}{
		{"aStr", `"x"`, true}, {"aStr", `""`, true}, {"aStr", `"a<b&c>"`, true}, {"aStr", `"` + long + `"`, true},
		{"aStr", `"` + long + `x"`, false}, {"aStr", `1`, false}, {"aStr", `true`, false}, {"aStr", `["x"]`, false},
		{"aTxt", `"x\ny"`, true}, {"aTxt", `"` + long + `"`, true}, {"aTxt", `"` + long + `x"`, false}, {"aTxt", `1`, false},
		{"aNum", `0`, true}, {"aNum", `-0.50`, true}, {"aNum", `12345678901234567890`, true}, {"aNum", `1e3`, true},
		{"aNum", `"1"`, false}, {"aNum", `true`, false}, {"aNum", `[1]`, false},
		{"anAt", `"2016-11-09T02:48:21.000Z"`, true}, {"anAt", `"2016-11-09T02:48:21+01:00"`, true},
		{"anAt", `"2016-11-09"`, false}, {"anAt", `"2016-13-09T02:48:21Z"`, false}, {"anAt", `"2016-11-09T2:48:21Z"`, false},
		{"anAt", `""`, false}, {"anAt", `1478659701`, false},
		{"aBool", `true`, true}, {"aBool", `false`, true}, {"aBool", `"true"`, false}, {"aBool", `1`, false},
		{"aUrl", `"https://shop.example/a?b=c&d"`, true}, {"aUrl", `"mailto:someone"`, true},
		{"aUrl", `"shop.example"`, false}, {"aUrl", `"/orders"`, false}, {"aUrl", `""`, false}, {"aUrl", `1`, false},
		{"aUrl", `"https://a b"`, false},
		{"anId", `"64a1f0c2d3e4b5a697880011"`, false}, // not defined
		{"referrerId", `"64a1f0c2d3e4b5a697880012"`, true},
		{"referrerId", `"` + unknownID + `"`, false}, {"referrerId", `"64a1f0c2d3e4b5a697880001"`, false},
		{"referrerId", `"bo"`, false}, {"referrerId", `1`, false},
		{"regionTree", `"europe.south"`, true}, {"regionTree", `1`, false},
		{"planStr", `"business"`, true}, {"planStr", `"Business"`, false}, {"planStr", `""`, false},
		{"interestsStr", `["games"]`, true}, {"interestsStr", `[]`, true}, {"interestsStr", `"games"`, false},
		{"interestsStr", `["games",1]`, false}, {"interestsStr", `[true]`, false},
		{"anAt", `"2016-11-09T02:48:21,5Z"`, false},
		{"interestsStr", `["` + long + `x"]`, false},
		{"legacyTierStr", `"gold"`, true},
		{"AvgSatScoreNum", `0.5`, true}, // names in Pascal case exist
	} {
		b := start(t)
		body := fmt.Sprintf(`{"custom":{%q:%s},"company":%q}`, c.name, c.value, company)
		if !c.accepted {
			b.expect("PATCH", customer1, body, 400, problemOf(400, c.name, "badparam", bad, "/properties/custom/"+c.name))
			b.record("GET", customer1, "", `{"interestsStr":["books","tea"],"ordersNum":12,"planStr":"pro","vipBool":true}`, 7)
			continue
		}
		b.expect("PATCH", customer1, body, 200, "")
		const id = "64a1f0c2d3e4b5a697880011"
		custom := b.State().Customers[id].Custom
		if string(custom[c.name]) != c.value {
			t.Errorf("%s: %s is stored as %s", c.name, c.value, custom[c.name])
		}
		b.record("GET", customer1, "", object(custom), 8)
		b.expect("PATCH", customer1, fmt.Sprintf(`{"custom":{%q:null}}`, c.name), 200, "")
		if after := b.State().Customers[id].Custom; after[c.name] != nil {
			t.Errorf("%s: null did not clear it: %s", c.name, after[c.name])
		}
	}
}

func TestValuesNoJSONTypeHas(t *testing.T) {
	b := start(t)
	for _, value := range []string{`{}`, `[["x"]]`, `[null]`} {
		b.expect("PATCH", conversation1, `{"custom":{"aStr":`+value+`}}`, 400,
			problemOf(400, "aStr", "badparam", "Invalid value", "/properties/custom/aStr"))
	}
	b.expectReports("request body at /custom/aStr", "request body at /custom/aStr") // the document has no rule for [["x"]]
	b.expect("PATCH", conversation1, `{"custom":{"aNum":1e999}}`, 400,
		problemOf(400, "aNum", "badparam", "Invalid value", "/properties/custom/aNum"))
	b.expectReports("request")
}

func TestNames(t *testing.T) {
	b := start(t)
	for _, name := range []string{"order", "orderstr", "order_id", "Str", "", "strOrder", "orderArr", "orderStr ", "format"} {
		for _, value := range []string{`"x"`, `null`} {
			b.expect("PATCH", conversation1, fmt.Sprintf(`{"custom":{%q:%s,"zStr":"y"}}`, name, value), 400, "")
		}
	}
	// The body that was recorded.
	b.expect("PATCH", conversation1, `{"custom":{"order":"x"}}`, 400, `{"errors":[{"status":400,"source":{"parameter":"order"},`+
		`"code":"badparam","title":"Additional properties not allowed","detail":"/properties/custom/additionalProperties"}]}`)
	// Of several bad ones the first by name is told.
	for range 8 {
		b.expect("PATCH", conversation1, `{"custom":{"d":1,"b":1,"cNum":"x","aNum":"x"}}`, 400,
			problemOf(400, "aNum", "badparam", "Invalid value", "/properties/custom/aNum"))
	}
	if _, stored := b.State().Conversations["64a1f0c2d3e4b5a697880001"].Custom["zStr"]; stored {
		t.Error("one bad attribute did not stop the others")
	}
}

func TestHowManyAttributes(t *testing.T) {
	many := func(n int) string {
		var attributes []string
		for i := range n {
			attributes = append(attributes, fmt.Sprintf(`"a%dNum":%d`, i, i))
		}
		return `{"custom":{` + strings.Join(attributes, ",") + `}}`
	}
	b := start(t)
	b.expect("PATCH", conversation2, many(100), 200, "")
	b.expect("PATCH", conversation2, many(101), 400, problemOf(400, "custom", "badparam", "Invalid value", "/properties/custom/maxProperties"))
	b.expectReports("request body at /custom: ")
}

func TestCustomThatIsNoObject(t *testing.T) {
	for _, custom := range []string{`null`, `[]`, `"x"`, `1`} {
		b := start(t)
		b.expect("PATCH", conversation1, `{"custom":`+custom+`}`, 400,
			problemOf(400, "custom", "badparam", "Invalid value", "/properties/custom/type"))
		b.expectReports("request body at /custom: ")
	}
}

func TestDefinitionsDecide(t *testing.T) {
	b := start(t)
	state := b.State()
	state.Metadata["conversation"] = map[string]Property{
		"sizesNum":   {Array: true, Enumeration: []json.RawMessage{[]byte(`1`), []byte(`2.50`)}},
		"aboutId":    {Target: "conversation"},
		"parcelId":   {Target: "kobject.parcel"},
		"formerId":   {Target: "customer", DeletedAt: "2025-06-01T00:00:00.000Z"},
		"formerStr":  {Enumeration: []json.RawMessage{[]byte(`"a"`)}, DeletedAt: "2025-06-01T00:00:00.000Z"},
		"orderIdStr": {Sensitive: &Sensitivity{Enabled: true}},
		"giftBool":   {Sensitive: &Sensitivity{Enabled: false}},
	}
	state.Conversations["64a1f0c2d3e4b5a697880002"] = Conversation{}
	b.SetState(state)
	for _, c := range []struct {
		custom string
		status int
	}{
		{`{"sizesNum":[1.0,2.5]}`, 200}, {`{"sizesNum":[3]}`, 400}, {`{"sizesNum":1}`, 400},
		{`{"aboutId":"64a1f0c2d3e4b5a697880002"}`, 200}, {`{"aboutId":"64a1f0c2d3e4b5a697880011"}`, 400},
		{`{"parcelId":"` + unknownID + `"}`, 200}, {`{"parcelId":"x"}`, 400},
		{`{"formerId":"64a1f0c2d3e4b5a697880011"}`, 400}, {`{"formerStr":"b"}`, 200},
		{`{"planStr":"gold"}`, 200}, // defined for customers only
	} {
		b.expect("PATCH", conversation2, `{"custom":`+c.custom+`}`, c.status, "")
	}
	b.record("PATCH", conversation2, `{"custom":{"sizesNum":null,"aboutId":null,"parcelId":null,"formerStr":null,"planStr":null,"orderIdStr":"A-1","giftBool":true}}`,
		`{"giftBool":true,"orderIdStr":"*****"}`, 6)
	if got := string(b.State().Conversations["64a1f0c2d3e4b5a697880002"].Custom["orderIdStr"]); got != `"A-1"` {
		t.Errorf("the mask is stored: %s", got)
	}
}
