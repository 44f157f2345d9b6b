package kustomertest

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestLookups(t *testing.T) {
	const ada, bo = "64a1f0c2d3e4b5a697880011", "64a1f0c2d3e4b5a697880012"
	b := start(t)
	b.expect("PATCH", customer2, `{"externalIds":[{"externalId":"a?b"},{"externalId":"..%/.."}],"emails":[{"email":"ada@shop.example"}]}`, 200, "")
	for _, test := range []struct{ path, id, parameter string }{
		{"/v1/customers/email=ada@shop.example", ada, ""}, // the first of two
		{"/v1/customers/email=ada@work.example", ada, ""}, // of one that was merged
		{"/v1/customers/email=Ada@shop.example", "", "email"},
		{"/v1/customers/email=C%2F1001", "", "email"},
		{"/v1/customers/phone=+12125550100", ada, ""},
		{"/v1/customers/phone=%2B12125550100", ada, ""},
		{"/v1/customers/phone=2125550100", "", "phone"},
		{"/v1/customers/externalId=C%2F1001", ada, ""},
		{"/v1/customers/externalId=a%3Fb", bo, ""},
		{"/v1/customers/externalId=..%25%2F..", bo, ""},
		{"/v1/customers/externalId=T-77", "", "externalId"},
		{"/v1/conversations/externalId=T-77", "64a1f0c2d3e4b5a697880001", ""},
		{"/v1/conversations/externalId=C%2F1001", "", "externalId"},
	} {
		if test.id == "" {
			b.expect("GET", test.path, "", 404, problemOf(404, test.parameter, "notfound", "Not Found", ""))
			continue
		}
		var a answer
		if err := json.Unmarshal([]byte(b.expect("GET", test.path, "", 200, "")), &a); err != nil || a.Data.ID != test.id {
			t.Errorf("%s: %+v, %v", test.path, a.Data, err)
		}
	}
}

func TestTree(t *testing.T) {
	b := start(t)
	state := b.State()
	tree := json.RawMessage(`{"children":[{"id":"europe","children":[{"id":"south"},{"id":"north","deleted":true}]},
		{"id":"asia","children":[{"id":"old","deleted":true}]},{"id":"atlantis","deleted":true,"children":[{"id":"deep"}]}]}`)
	state.Metadata["conversation"] = map[string]Property{
		"anyTree": {Tree: tree}, "lastTree": {Tree: tree, LastNodeRequired: true}, "moreTree": {Tree: tree, Multi: true}, "emptyTree": {},
	}
	b.SetState(state)
	for _, test := range []struct {
		custom string
		status int
	}{
		{`{"anyTree":"south"}`, 200}, {`{"anyTree":"europe"}`, 200}, {`{"anyTree":"Europe"}`, 400}, {`{"anyTree":""}`, 400},
		{`{"anyTree":"north"}`, 400}, {`{"anyTree":"deep"}`, 400},
		{`{"lastTree":"south"}`, 200}, {`{"lastTree":"europe"}`, 400}, {`{"lastTree":"asia"}`, 200},
		{`{"moreTree":["south","asia"]}`, 200}, {`{"moreTree":["south","mars"]}`, 400}, {`{"moreTree":"south"}`, 400},
		{`{"emptyTree":"anything"}`, 200}, {`{"undefinedTree":"anything"}`, 200}, {`{"anyTree":null}`, 200},
	} {
		b.expect("PATCH", conversation2, `{"custom":`+test.custom+`}`, test.status, "")
	}
}

func TestMasks(t *testing.T) {
	b := start(t)
	state := b.State()
	state.Metadata["conversation"]["orderIdStr"] = Property{Sensitive: &Sensitivity{Enabled: true}}
	for mask, want := range map[Masks]string{
		MaskText: `"orderIdStr":"*****"`, MaskObject: `"orderIdStr":{"isMasked":true,"maskedPresentation":"*****"}`, MaskNone: `"orderIdStr":"A-1001"`,
	} {
		state.Masks = mask
		b.SetState(state)
		for _, request := range [][3]string{{"GET", conversation1, ""}, {"GET", "/v1/conversations/externalId=T-77", ""}, {"PATCH", conversation1, `{}`}} {
			if text := b.expect(request[0], request[1], request[2], 200, ""); !strings.Contains(text, want) {
				t.Errorf("%s %q: %s", request[0], mask, text)
			}
		}
		if text := b.expect("GET", "/_fake/state", "", 200, ""); mask != MaskText && !strings.Contains(text, `"masks":"`+string(mask)+`"`) {
			t.Errorf("the state does not tell of %q", mask)
		}
	}
}
