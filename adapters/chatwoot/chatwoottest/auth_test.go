package chatwoottest

import "testing"

func TestAuthentication(t *testing.T) {
	b := start(t)
	b.put(`{"tokens":{"admin":"administrator","agent":"agent","bot":"agent_bot","app":"platform_app"},` +
		`"conversations":{"7":{}},"contacts":{"1":{}}}`)
	const signIn = `{"errors":["You need to sign in or sign up before continuing."]}`
	read := []struct{ method, path, body string }{
		{"GET", conversation, ""}, {"POST", attributes, `{"custom_attributes":{}}`},
		{"POST", destroy, `{"custom_attributes":[]}`}, {"GET", contact, ""}, {"PATCH", contact, `{}`}, {"PUT", contact, `{}`},
		{"POST", contact + "/destroy_custom_attributes", `{"custom_attributes":[]}`}, {"GET", definitions, ""},
	}
	for i, r := range read {
		b.expect(r.method, r.path, r.body, header{"api-access-token": ""}, 401, signIn)
		b.expect(r.method, r.path, r.body, header{"api-access-token": "", "Authorization": "Bearer admin"}, 401, signIn)
		b.expect(r.method, r.path, r.body, header{"api-access-token": "wrong"}, 401, `{"error":"Invalid Access Token"}`)
		b.expect(r.method, r.path, r.body, header{"api-access-token": "app"}, 401, botsKeptUp)
		b.expect(r.method, r.path, r.body, header{"api-access-token": "agent"}, 200, "~")
		b.expect(r.method, r.path, r.body, header{"api-access-token": "", "api_access_token": "admin"}, 200, "~")
		if i < 2 {
			b.expect(r.method, r.path, r.body, header{"api-access-token": "bot"}, 200, "~custom_attributes")
		} else {
			b.expect(r.method, r.path, r.body, header{"api-access-token": "bot"}, 401, botsKeptUp)
		}
	}
	b.expectReport("")

	// Nobody is told of records or of syntax before saying who they are.
	b.expect("GET", account+"/contacts/99", "", header{"api-access-token": ""}, 401, signIn)
	b.expect("POST", attributes, "{", header{"api-access-token": "wrong"}, 401, `{"error":"Invalid Access Token"}`)
}

func TestNotFound(t *testing.T) {
	b := start(t)
	for _, path := range []string{
		account + "/conversations/8", account + "/contacts/2", account + "/conversations/0", account + "/conversations/-7",
		"/api/v1/accounts/2/conversations/7", "/api/v1/accounts/2/contacts/1", "/api/v1/accounts/2/custom_attribute_definitions",
	} {
		b.expect("GET", path, "", nil, 404, missing)
		b.expect("GET", path, "", header{"Accept": ""}, 404, missing) // the API's own 404 is JSON whatever Accept says
	}
	b.expectReport("")

	for id, status := range map[string]int{
		"7abc": 200, "7.5": 200, "07": 200, "abc": 404, "abc7": 404, "9223372036854775808": 404, "99999999999999999999": 404,
	} {
		b.send("GET", account+"/conversations/"+id, "", nil)
		b.tb.told = nil // the document has integers only, and that is reported
		b.expect("GET", account+"/conversations/"+id, "", nil, status, "~")
		b.expect("POST", account+"/conversations/"+id+"/custom_attributes", `{"custom_attributes":{}}`, nil, status, "~")
	}
	b.tb.told = nil
	b.expect("GET", account+"/contacts/1abc", "", nil, 200, "~Robin")
	b.expectReport(`path parameter "id"`)
	b.expect("GET", "/api/v1/accounts/1x/contacts/1", "", nil, 200, "~Robin")
	b.expectReport(`path parameter "account_id"`)
}

func TestUnknownRoute(t *testing.T) {
	b := start(t)
	for _, r := range []struct{ method, path string }{
		{"GET", "/"}, {"GET", account + "/nothing"}, {"DELETE", attributes}, {"GET", attributes}, {"GET", account + "/contacts/"},
	} {
		b.expect(r.method, r.path, "", nil, 404, noSuchPage)
		b.expect(r.method, r.path, "", header{"api-access-token": ""}, 404, noSuchPage)
		b.expectReport("no such path or method")
	}
	for _, accept := range []string{"", "*/*", "application/json, text/html", "text/html,application/json;q=0.9"} {
		response := b.expect("GET", "/nothing", "", header{"Accept": accept}, 404, "~<!DOCTYPE html>")
		if got := response.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("Accept %q: content type %q", accept, got)
		}
	}
	b.expectReport("no such path or method")

	// A route this release does not have is the same, but a client that asks for it does nothing wrong.
	b.put(`{"version":"4.16.2","conversations":{"7":{}}}`)
	for _, token := range []string{"admin", "bot", "", "wrong"} {
		b.expect("POST", destroy, `{"custom_attributes":[]}`, header{"api-access-token": token}, 404, noSuchPage)
	}
	b.expect("POST", destroy, `{"custom_attributes":[]}`, header{"Accept": "*/*"}, 404, "~<!DOCTYPE html>")
	b.expectReport("")
}
