package chatwoottest

import (
	"strings"
	"testing"
)

// TestUpdateContact: one row of what was observed after another, on the stored map {"a":1,"o":{"x":1}}, with both verbs.
func TestUpdateContact(t *testing.T) {
	const before = `{"a":1,"o":{"x":1}}`
	huge := `{"s":"` + strings.Repeat("x", 20000) + `","i":123456789012345678901234567890}`
	for _, row := range []struct{ name, body, stored, report string }{
		{"merge", `{"custom_attributes":{"b":2}}`, `{"a":1,"b":2,"o":{"x":1}}`, ""},
		{"merge is no choice", `{"custom_attributes":{"b":2},"merge":false}`, `{"a":1,"b":2,"o":{"x":1}}`, ""},
		{"shallow", `{"custom_attributes":{"o":{"y":2}}}`, `{"a":1,"o":{"y":2}}`, ""},
		{"null value", `{"custom_attributes":{"a":null}}`, `{"a":null,"o":{"x":1}}`, ""},
		{"empty", `{"custom_attributes":{}}`, before, ""},
		{"absent", `{}`, before, ""},
		{"null", `{"custom_attributes":null}`, before, "/custom_attributes"},
		{"string", `{"custom_attributes":"{\"b\":2}"}`, before, "/custom_attributes"},
		{"list", `{"custom_attributes":["b"]}`, before, "/custom_attributes"},
		{"number", `{"custom_attributes":5}`, before, "/custom_attributes"},
		{"text", ``, before, "value is required"},
		{"no limits", `{"custom_attributes":` + huge + `}`, `{"a":1,"i":123456789012345678901234567890,"o":{"x":1},"s":"` + strings.Repeat("x", 20000) + `"}`, ""},
		{"unknown fields", `{"thumbnail":"x","custom_attributes":{"a":1.0}}`, before, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := start(t)
			for _, method := range []string{"PATCH", "PUT"} {
				b.put(`{"contacts":{"1":{"name":"Kim","custom_attributes":` + before + `}}}`)
				b.expect(method, contact, row.body, nil, 200, `~{"payload":{"additional_attributes":{},"availability_status":"offline","blocked":false,`)
				b.expectReport(row.report)
				b.expect("GET", "/_fake/state", "", nil, 200, `~"contacts":{"1":{"name":"Kim","custom_attributes":`+row.stored+`}}`)
			}
		})
	}
}

func TestContactFailures(t *testing.T) {
	b := start(t)
	b.expect("PATCH", contact, `{"custom_attributes":{"a":"\u0000"}}`, nil, 500, crashed)
	b.expect("PATCH", contact, `{"additional_attributes":{"\u0000":1}}`, nil, 500, crashed)
	b.expect("PATCH", contact, `{"name":"\u0000"}`, nil, 500, crashed)
	b.expectReport("")
	b.expect("PATCH", contact, `{`, nil, 400, unparsable)
	b.expect("PATCH", contact, `{`, header{"Accept": "text/html"}, 400, "")
	b.expect("PATCH", contact, `{"custom_attributes":{"a":1}}`, header{"Content-Type": "text/plain"}, 200, "~Robin")
	if _, changed := b.State().Contacts["1"].CustomAttributes["a"]; changed {
		t.Error("something was stored")
	}
}

func TestContactFields(t *testing.T) {
	b := start(t)
	const state = `{"contacts":{"1":{"name":"Kim"},"2":{"name":"Lou","email":"lou@shop.example","phone_number":"+4512345678","identifier":"c-2"}}}`
	for _, row := range []struct {
		body   string
		status int
		answer string
	}{
		{`{"name":"Sam"}`, 200, `~"name":"Sam"`},
		{`{"name":"` + strings.Repeat("\u00e9", 255) + `"}`, 200, `~"name":"é`},
		{`{"email":"Kim@Shop.example"}`, 200, `~"email":"kim@shop.example"`},
		{`{"email":" "}`, 200, `~"email":null`},
		{`{"email":null,"phone_number":"","identifier":null,"blocked":true}`, 200, `~"blocked":true`},
		{`{"phone_number":"+1234567","identifier":"c-1"}`, 200, `~"identifier":"c-1","name":"Kim","phone_number":"+1234567"`},
		{`{"additional_attributes":{"city":"Aarhus"}}`, 200, `~"additional_attributes":{"city":"Aarhus"}`},
		{`{"email":"kim"}`, 422, `{"message":"Email is invalid","attributes":["email"]}`},
		{`{"email":"LOU@shop.example"}`, 422, `{"message":"Email has already been taken","attributes":["email"]}`},
		{`{"identifier":"c-2"}`, 422, `{"message":"Identifier has already been taken","attributes":["identifier"]}`},
		{`{"phone_number":"+0123","identifier":"c-2"}`, 422,
			`{"message":"Identifier has already been taken, Phone number is invalid","attributes":["identifier","phone_number"]}`},
		{`{"phone_number":"+1234567890123456"}`, 422, `~"attributes":["phone_number"]`},
		{`{"phone_number":"+4512345678"}`, 422, `~"attributes":["phone_number"]`},
	} {
		b.put(state)
		b.expect("PATCH", contact, row.body, nil, row.status, row.answer)
		if name := b.State().Contacts["1"].Name; row.status != 200 && name != "Kim" {
			t.Errorf("%s: refused and stored", row.body)
		}
	}
	b.put(state)
	b.expect("PATCH", account+"/contacts/2", `{"email":null,"phone_number":null,"identifier":""}`, nil, 200,
		`~"email":null,"id":2,"identifier":null,"name":"Lou","phone_number":null`)
	b.expect("PATCH", account+"/contacts/2", `{"email":"Lou@shop.example"}`, nil, 200, "~lou@")
	b.expect("PATCH", account+"/contacts/2", `{"email":"lou@shop.example"}`, nil, 200, "~lou@") // taken by itself
	b.expectReport("")
	b.put(state)
	b.expect("PATCH", contact, `{"name":"`+strings.Repeat("x", 256)+`","custom_attributes":{"a":1}}`, nil, 422,
		`{"message":"Name is too long (maximum is 255 characters)","attributes":["name"]}`)
	if len(b.State().Contacts["1"].CustomAttributes) != 0 {
		t.Error("a refused write was stored")
	}
}

func TestDestroyContactAttributes(t *testing.T) {
	b := start(t)
	for body, want := range map[string]string{
		`{"custom_attributes":["a"]}`:      `{"1":true,"b":"x"}`,
		`{"custom_attributes":["A"]}`:      `{"1":true,"a":1,"b":"x"}`,
		`{"custom_attributes":[]}`:         `{"1":true,"a":1,"b":"x"}`,
		`{"custom_attributes":"a"}`:        `{"1":true,"b":"x"}`,
		`{"custom_attributes":[1]}`:        `{"1":true,"a":1,"b":"x"}`,
		`{"custom_attributes":[["a"]]}`:    `{"1":true,"a":1,"b":"x"}`,
		`{"custom_attributes":{"a":1}}`:    `{"1":true,"a":1,"b":"x"}`,
		`{"custom_attributes":null}`:       `{"1":true,"a":1,"b":"x"}`,
		`{}`:                               `{"1":true,"a":1,"b":"x"}`,
		`{"custom_attributes":["a",null]}`: `{"1":true,"b":"x"}`,
	} {
		// Before 4.17.0 too.
		b.put(`{"version":"4.16.2","contacts":{"1":{"name":"Kim","custom_attributes":{"1":true,"a":1,"b":"x"}}}}`)
		b.expect("POST", contact+"/destroy_custom_attributes", body, nil, 200, `~"custom_attributes":`+want)
		b.expect("GET", "/_fake/state", "", nil, 200, `~"custom_attributes":`+want)
	}
}

func TestSenderIsTheLowestContact(t *testing.T) {
	b := start(t)
	b.put(`{"conversations":{"7":{}},"contacts":{"10":{"name":"Ten"},"9":{"name":"Nine","custom_attributes":{"vip":true}}}}`)
	b.expect("GET", conversation, "", nil, 200, `~"custom_attributes":{"vip":true}`)
	b.expect("GET", conversation, "", nil, 200, `~"name":"Nine"`)
	b.put(`{"conversations":{"7":{}}}`)
	b.expect("GET", conversation, "", nil, 200, `~"sender":{`)
	b.expectReport("")
}

func TestUpdatedAtMovesWithChanges(t *testing.T) {
	b := start(t)
	const unchanged = `~"updated_at":1767605400.0,`
	b.expect("GET", conversation, "", nil, 200, unchanged)
	b.expect("POST", attributes, `{"custom_attributes":{},"merge":true}`, nil, 200, "~gift")
	b.expect("GET", conversation, "", nil, 200, unchanged)
	b.expect("POST", attributes, `{"custom_attributes":{}}`, nil, 200, "~{}")
	if _, body := b.send("GET", conversation, "", nil); strings.Contains(body, unchanged[1:]) {
		t.Error("updated_at did not move")
	}
}

func TestListDefinitions(t *testing.T) {
	b := start(t)
	b.put(`{"definitions":[{"attribute_key":"c"},{"attribute_key":"k","attribute_model":"contact_attribute"},{"attribute_key":"f","attribute_model":"company_attribute"}]}`)
	for query, keys := range map[string]string{
		"": "c k f", "?attribute_model=": "c k f", "?attribute_model=conversation_attribute": "c", "?attribute_model=contact_attribute": "k",
		"?attribute_model=company_attribute": "f", "?attribute_model=0": "c", "?attribute_model=1": "k", "?attribute_model=2": "f",
		"?attribute_model=3": "", "?attribute_model=-1": "", "?attribute_model=contact": "",
	} {
		_, body := b.send("GET", definitions+query, "", nil)
		var found []string
		for _, key := range []string{"c", "k", "f"} {
			if strings.Contains(body, `"attribute_key":"`+key+`"`) {
				found = append(found, key)
			}
		}
		if strings.Join(found, " ") != keys || body[0] != '[' {
			t.Errorf("%q: got %s, want %q", query, body, keys)
		}
	}
}
