package dixatest

import (
	"strings"
	"testing"
)

func TestReading(t *testing.T) {
	both(t, func(b *bench) {
		for _, prefix := range []string{"/v1", "/beta"} {
			b.expect("GET", prefix+"/conversations/42", "", 200, `{"data":{"_type":"EmailConversation","channel":"Email",`+
				`"createdAt":"2026-01-05T09:30:00.000Z","customAttributes":[`+attr(orderIs, `"A-1001"`)+`,`+attr(topicIs, `["delivery","late"]`)+`],`+
				`"direction":"Inbound","fromEmail":"customer@example.com","id":42,"integrationEmail":"help@example.com",`+
				`"requesterId":"`+alice+`","state":"Open","toEmail":"help@example.com"}}`)
			b.expect("GET", prefix+"/endusers/"+strings.ToUpper(alice), "", 200, `{"data":{"additionalEmails":[],"additionalPhoneNumbers":[],`+
				`"createdAt":"2026-01-05T09:30:00.000Z",`+
				`"customAttributes":[`+attr(customerIs, `"C-2001"`)+`,`+attr(planIs, `["premium"]`)+`,`+attr(vipIs, `["yes"]`)+`],`+
				`"displayName":"Alice Example","email":"alice@example.com","externalId":"shop-1","id":"`+alice+`","phoneNumber":"+4512345601"}}`)
		}
		b.expect("GET", "/v1/conversations/43", "", 200, `{"data":{"_type":"ChatConversation",`+
			`"assignment":{"agentId":"`+agent+`","assignedAt":"2026-01-05T09:30:00.000Z"},"channel":"WidgetChat",`+
			`"createdAt":"2026-01-05T09:30:00.000Z","customAttributes":[],"direction":"Inbound","id":43,"requesterId":"`+bob+`","state":"Open"}}`)
		for _, path := range []string{
			"/v1/conversations/44", "/v1/conversations/0", "/v1/conversations/-42", "/v1/conversations/9223372036854775807",
			"/v1/endusers/00000000-0000-0000-0000-000000000000",
		} {
			b.expect("GET", path, "", 404, message(gone))
		}
		b.misfits(false)
		for _, path := range []string{"/v1/conversations/forty-two", "/v1/conversations/9223372036854775808"} {
			b.expect("GET", path, "", 400, message("Invalid value in request"))
		}
		b.expect("GET", "/v1/endusers/alice", "", 400, message("Invalid value in request"))
		b.reports.take()
		for _, path := range []string{"/v1/orders", "/conversations/42", "/v2/conversations/42", "/v1/conversations/42/", "/v1/custom-attributes/" + orderID + "/options"} {
			b.expect("GET", path, "", 404, message(gone))
			b.misfits(true)
		}
		b.expect("DELETE", conversation42, "", 404, message(gone))
		b.misfits(true)
	})
}

// Every arm of the union fits the document, which the base checks.
func TestConversationTypes(t *testing.T) {
	b := newBench(t)
	state := b.State()
	for name := range conversationTypes {
		state.Conversations["1"] = Conversation{Type: name, Assignment: &Assignment{agent, recordTime}}
		b.SetState(state)
		status, text := b.do("GET", "/v1/conversations/1", "")
		if status != 200 || !strings.Contains(text, `"_type":"`+name+`"`) || !strings.Contains(text, `"customAttributes":[]`) {
			t.Errorf("%s: %d %s", name, status, text)
		}
		if strings.Contains(text, "assignment") == (name == "AnonymizedConversation") {
			t.Errorf("%s: assignment: %s", name, text)
		}
	}
	if len(conversationTypes) != 11 {
		t.Errorf("%d types", len(conversationTypes))
	}
}

func TestClaim(t *testing.T) {
	const other = "a9e27000-0000-4000-8000-000000000002"
	both(t, func(b *bench) {
		claim := func(id, body string, status int, want string) {
			b.t.Helper()
			b.expect("PUT", "/v1/conversations/"+id+"/claim", body, status, want)
		}
		taken := message("The conversation is already claimed by another agent")
		claim("42", `{"agentId":"`+agent+`"}`, 204, "") // nobody had it
		claim("43", `{"agentId":"`+other+`"}`, 409, taken)
		claim("43", `{"agentId":"`+other+`","force":false}`, 409, taken)
		claim("43", `{"agentId":"`+strings.ToUpper(agent)+`","force":false}`, 204, "") // has it already
		if got := b.State(); got.Conversations["43"].Assignment.AgentID != agent || len(got.ActivityLog) != 3 {
			b.t.Errorf("claimed before its time: %+v", got)
		}
		claim("43", `{"agentId":"`+other+`","force":true}`, 204, "")
		if got := b.State().Conversations["43"].Assignment.AgentID; got != other {
			b.t.Errorf("assigned to %s", got)
		}
		claim("44", `{"agentId":"`+other+`"}`, 404, message(gone))
		_, text := b.do("GET", "/v1/conversations/43/activitylog", "")
		if !strings.Contains(text, `"activityType":"ConversationClaimedActivityType","_type":"ConversationClaimed","author":{"id":"`+other+`"}}]}`) {
			b.t.Error(text)
		}
		b.misfits(false)
		claim("x", `{"agentId":"`+other+`"}`, 400, message(badValue))
		for _, body := range []string{``, `{}`, `{"agentId":1}`, `{"agentId":"me"}`, `{"agentId":"` + other + `","force":"yes"}`, `[]`} {
			claim("43", body, 400, message(badBody))
		}
		b.reports.take()
	})
}
