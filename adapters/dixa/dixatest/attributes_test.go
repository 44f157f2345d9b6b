package dixatest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestDefinitions(t *testing.T) {
	b := newBench(t)
	status, text := b.do("GET", "/v1/custom-attributes", "")
	var list struct{ Data []Definition }
	if err := json.Unmarshal([]byte(text), &list); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	state, _ := json.Marshal(b.State().Definitions)
	if got, _ := json.Marshal(list.Data); string(got) != string(state) {
		t.Errorf("got %s\nwant %s", got, state)
	}
	for i, o := range list.Data[1].InputDefinition.Options {
		if int(o.OrderIndex) != i {
			t.Errorf("%s: orderIndex %d at %d", o.Value, o.OrderIndex, i)
		}
	}
	flags := map[string]int{}
	for _, d := range list.Data {
		flags[d.EntityType+" "+d.InputDefinition.Type]++
		flags["archived"] += map[bool]int{true: 1}[d.IsArchived]
		flags["deactivated"] += map[bool]int{true: 1}[d.IsDeactivated]
		if !strings.HasSuffix(d.CreatedAt, "Z[GMT]") {
			t.Errorf("%s: createdAt %s", d.Identifier, d.CreatedAt)
		}
	}
	for _, want := range []string{"archived", "deactivated", "Conversation Text", "Conversation Select", "Contact Text", "Contact Select"} {
		if flags[want] == 0 {
			t.Errorf("no definition is %s", want)
		}
	}
	b.SetState(State{Token: "token", Definitions: []Definition{{ID: plan, EntityType: "Contact", InputDefinition: InputDefinition{Type: "Text"}}}})
	b.expect("GET", "/beta/custom-attributes", "", 200, `{"data":[{"id":"`+plan+`","entityType":"Contact","identifier":"","label":"",`+
		`"inputDefinition":{"_type":"Text"},"createdAt":"2026-01-05T09:30:00.000Z[GMT]","isRequired":false,"isArchived":false,"isDeactivated":false}]}`)
	b.SetState(State{Token: "token"})
	b.expect("GET", "/v1/custom-attributes", "", 200, `{"data":[]}`)
}

func TestPatch(t *testing.T) {
	for name, c := range map[string]struct {
		path, body, want string
		after            map[string]string // the record's values; nil: as before
	}{
		"set a text, others stay":   {patch42, `{"` + orderID + `":"B-2"}`, data(attr(orderIs, `"B-2"`)), map[string]string{orderID: `"B-2"`, topic: `["delivery","late"]`}},
		"set a path":                {patch42, `{"` + topic + `":["str1","str2"]}`, data(attr(topicIs, `["str1","str2"]`)), map[string]string{orderID: `"A-1001"`, topic: `["str1","str2"]`}},
		"a path may end early":      {patch42, `{"` + topic + `":["returns"]}`, data(attr(topicIs, `["returns"]`)), map[string]string{orderID: `"A-1001"`, topic: `["returns"]`}},
		"set two":                   {patch42, `{"` + topic + `":["str1"],"` + orderID + `":"<&>"}`, data(attr(orderIs, `"<&>"`), attr(topicIs, `["str1"]`)), map[string]string{orderID: `"<&>"`, topic: `["str1"]`}},
		"clear":                     {patch42, `{"` + topic + `":null}`, data(), map[string]string{orderID: `"A-1001"`}},
		"clear and set":             {patch42, `{"` + topic + `":null,"` + orderID + `":"B-2"}`, data(attr(orderIs, `"B-2"`)), map[string]string{orderID: `"B-2"`}},
		"clear what is absent":      {patch42, `{"` + trackingURL + `":null}`, data(), nil},
		"nothing":                   {patch42, `{}`, data(), nil},
		"the id in capitals":        {patch42, `{"` + strings.ToUpper(orderID) + `":"B-2"}`, data(attr(orderIs, `"B-2"`)), map[string]string{orderID: `"B-2"`, topic: `["delivery","late"]`}},
		"the other version":         {"/beta/conversations/42/custom-attributes", `{"` + topic + `":null}`, data(), map[string]string{orderID: `"A-1001"`}},
		"an end user":               {patchAlice, `{"` + customerID + `":"C-3","` + vip + `":null}`, data(attr(customerIs, `"C-3"`)), map[string]string{customerID: `"C-3"`, plan: `["premium"]`}},
		"an end user, flat options": {patchAlice, `{"` + plan + `":["free"]}`, data(attr(planIs, `["free"]`)), map[string]string{customerID: `"C-2001"`, plan: `["free"]`, vip: `["yes"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(b *bench) {
				before := values(b, c.path)
				b.expect("PATCH", c.path, c.body, 200, c.want)
				if c.after == nil {
					c.after = before
				}
				if got := values(b, c.path); fmt.Sprint(got) != fmt.Sprint(c.after) {
					b.t.Errorf("afterwards %v, want %v", got, c.after)
				}
			})
		})
	}
}

// values are what the state holds for the record of a PATCH.
func values(b *bench, path string) map[string]string {
	state := b.State()
	held := state.EndUsers[alice].CustomAttributes
	if strings.Contains(path, "conversations/42") {
		held = state.Conversations["42"].CustomAttributes
	}
	texts := map[string]string{}
	for id, value := range held {
		texts[id] = string(value)
	}
	return texts
}

func TestPatchRefusals(t *testing.T) {
	const undefined = "11111111-2222-4333-8444-555555555555"
	for name, c := range map[string]struct {
		path, body, want string
		misfit           bool // the document forbids it too
	}{
		"not defined":             {patch42, `{"` + undefined + `":"x"}`, badValue + ": " + undefined + " is not defined", false},
		"clear the undefined":     {patch42, `{"` + undefined + `":null}`, badValue + ": " + undefined + " is not defined", false},
		"of an end user":          {patch42, `{"` + plan + `":["free"]}`, badValue + ": " + plan + " is an attribute of a Contact", false},
		"of a conversation":       {patchAlice, `{"` + orderID + `":"x"}`, badValue + ": " + orderID + " is an attribute of a Conversation", false},
		"archived":                {patch42, `{"` + orderNumber + `":"x"}`, badValue + ": " + orderNumber + " is archived", false},
		"clear the archived":      {patch42, `{"` + orderNumber + `":null}`, badValue + ": " + orderNumber + " is archived", false},
		"deactivated":             {patch42, `{"` + giftWrap + `":["yes"]}`, badValue + ": " + giftWrap + " is deactivated", false},
		"text for a Select":       {patch42, `{"` + topic + `":"delivery"}`, badValue + ": " + topic + " is a Select", false},
		"array for a Text":        {patch42, `{"` + orderID + `":["A"]}`, badValue + ": " + orderID + " is a Text", false},
		"empty text":              {patch42, `{"` + orderID + `":""}`, badValue + ": " + orderID + " cannot be empty", false},
		"empty array":             {patch42, `{"` + topic + `":[]}`, badValue + ": " + topic + " cannot be empty", false},
		"unknown root":            {patch42, `{"` + topic + `":["billing"]}`, badValue + ": " + topic + " has no such option", false},
		"unknown below":           {patch42, `{"` + topic + `":["delivery","refund"]}`, badValue + ": " + topic + " has no such option", false},
		"below a leaf":            {patch42, `{"` + topic + `":["delivery","late","very"]}`, badValue + ": " + topic + " has no such option", false},
		"not from the root":       {patch42, `{"` + topic + `":["late"]}`, badValue + ": " + topic + " has no such option", false},
		"label, not value":        {patch42, `{"` + topic + `":["Delivery"]}`, badValue + ": " + topic + " has no such option", false},
		"deactivated option":      {patch42, `{"` + topic + `":["returns","store_credit"]}`, badValue + ": " + topic + " has no such option", false},
		"several choices":         {patchAlice, `{"` + plan + `":["free","basic"]}`, badValue + ": " + plan + " has no such option", false},
		"all or nothing":          {patch42, `{"` + orderID + `":"B-2","` + topic + `":["billing"]}`, badValue + ": " + topic + " has no such option", false},
		"several refusals":        {patch42, `{"` + orderID + `":"","` + topic + `":["billing"]}`, badValue + ": " + orderID + " cannot be empty, " + topic + " has no such option", false},
		"an identifier":           {patch42, `{"order_id":"x"}`, badBody, false},
		"true":                    {patch42, `{"` + orderID + `":true}`, badBody, true},
		"a number":                {patch42, `{"` + orderID + `":1}`, badBody, true},
		"an object":               {patch42, `{"` + orderID + `":{}}`, badBody, true},
		"numbers in an array":     {patch42, `{"` + topic + `":[1]}`, badBody, true},
		"null in an array":        {patch42, `{"` + topic + `":[null]}`, badValue + ": " + topic + " has no such option", true},
		"bad beside good":         {patch42, `{"` + orderID + `":"B-2","` + topic + `":1}`, badBody, true},
		"no body":                 {patch42, ``, badBody, true},
		"null":                    {patch42, `null`, badBody, true},
		"an array":                {patch42, `[]`, badBody, true},
		"not JSON":                {patch42, `{"`, badBody, true},
		"not a conversation's id": {"/v1/conversations/x/custom-attributes", `{}`, badValue, true},
		"not an end user's id":    {"/v1/endusers/x/custom-attributes", `{}`, badValue, false}, // the validator leaves formats alone
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(b *bench) {
				before := b.State()
				b.expect("PATCH", c.path, c.body, 400, message(c.want))
				if same(before, b.State()) != "" {
					b.t.Error(same(before, b.State()))
				}
				b.misfits(c.misfit)
			})
		})
	}
	b := newBench(t)
	b.expect("PATCH", "/v1/conversations/44/custom-attributes", `{}`, 404, message(gone))
	b.expect("PATCH", "/v1/endusers/"+undefined+"/custom-attributes", `{}`, 404, message(gone))
}

func TestOtherReadingsOfPatch(t *testing.T) {
	b := newBench(t)
	state := b.State()
	state.PatchAnswersAll, state.PartialPatch = true, true
	b.SetState(state)
	b.expect("PATCH", patch42, `{"`+orderID+`":"B-2"}`, 200, data(attr(orderIs, `"B-2"`), attr(topicIs, `["delivery","late"]`)))
	b.expect("PATCH", patch42, `{"`+orderID+`":"B-3","`+topic+`":["billing"]}`, 400, message(badValue+": "+topic+" has no such option"))
	if got := values(b, patch42); got[orderID] != `"B-3"` || got[topic] != `["delivery","late"]` {
		t.Errorf("after a partial patch: %v", got)
	}
	b.expect("PATCH", patchAlice, `{"`+customerID+`":"","`+vip+`":["no"]}`, 400, message(badValue+": "+customerID+" cannot be empty"))
	if got := values(b, patchAlice); got[vip] != `["no"]` || got[customerID] != `"C-2001"` {
		t.Errorf("after a partial patch: %v", got)
	}
	if n := len(b.State().ActivityLog); n != 4 {
		t.Errorf("%d entries in the log, want the 2 of the start and 2 changes", n)
	}
}

// Nobody knows what a null does; the state says.
func TestNulls(t *testing.T) {
	const body = `{"` + orderID + `":null,"` + topic + `":null}`
	old := map[string]string{orderID: `"A-1001"`, topic: `["delivery","late"]`}
	for nulls, c := range map[Nulls]struct {
		status int
		answer string
		after  map[string]string
		logged int
	}{
		NullsClear:   {200, data(), map[string]string{}, 1},
		NullsIgnored: {200, data(), old, 0},
		NullsEmpty:   {200, data(attr(orderIs, `""`), attr(topicIs, `[]`)), map[string]string{orderID: `""`, topic: `[]`}, 1},
		NullsRefused: {400, message(badValue + ": " + orderID + " cannot be null, " + topic + " cannot be null"), old, 0},
	} {
		t.Run(string(nulls), func(t *testing.T) {
			for _, prefix := range []string{"/v1", "/beta"} {
				b := newBench(t)
				state := b.State()
				state.Nulls = nulls
				b.SetState(state)
				b.expect("PATCH", prefix+"/conversations/42/custom-attributes", body, c.status, c.answer)
				if got := values(b, patch42); fmt.Sprint(got) != fmt.Sprint(c.after) {
					t.Errorf("afterwards %v, want %v", got, c.after)
				}
				if n := len(b.State().ActivityLog) - 2; n != c.logged {
					t.Errorf("%d entries in the log, want %d", n, c.logged)
				}
				if status, text := b.do("GET", prefix+"/conversations/42", ""); status != 200 {
					t.Errorf("reading: %d %s", status, text)
				}
			}
		})
	}
}

func TestLeavesOnly(t *testing.T) {
	b := newBench(t)
	state := b.State()
	state.LeavesOnly = true
	b.SetState(state)
	b.expect("PATCH", patch42, `{"`+topic+`":["returns"]}`, 400, message(badValue+": "+topic+" has no such option"))
	b.expect("PATCH", patch42, `{"`+topic+`":["returns","refund"]}`, 200, data(attr(topicIs, `["returns","refund"]`)))
}
