package chatwoottest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const search = account + "/contacts/search?sort=created_at&q="

// ids are the contacts of a page.
func (b *bench) ids(path string) (ids []int, meta string) {
	b.Helper()
	_, text := b.send("GET", path, "", nil)
	var page struct {
		Meta    json.RawMessage
		Payload []struct{ ID int }
	}
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		b.Fatal(text)
	}
	for _, contact := range page.Payload {
		ids = append(ids, contact.ID)
	}
	return ids, string(page.Meta)
}

func TestSearchContacts(t *testing.T) {
	b := start(t)
	b.put(`{"contacts":{
		"1":{"name":"Robin Example","email":"robin@example.com","phone_number":"+4512345678","identifier":"Cus_1"},
		"2":{"name":"Kim 100%","email":"kim@example.com","identifier":"a\\b"},
		"10":{"name":"","identifier":"cusx1"}}}`)
	for _, test := range []struct {
		text string
		want []int
	}{
		{"robin@EXAMPLE.com", []int{1}},
		{"example", []int{1, 2}},
		{" KIM ", []int{2}},
		{"+4512", []int{1}},
		{"45123456789", nil},
		{"Cus_1", []int{1}},
		{"cus_1", []int{10}}, // _ stands for any letter, and only an identifier has its case
		{`us\_1`, []int{1}},
		{"%", []int{1, 2, 10}},
		{`\%`, []int{2}},
		{`a\\b`, []int{2}},
		{`a\b`, nil},
		{"10", []int{2, 10}}, // the id too
		{"nobody", nil},
	} {
		if ids, _ := b.ids(search + url.QueryEscape(test.text)); !slices.Equal(ids, test.want) {
			t.Errorf("%s finds %v, want %v", test.text, ids, test.want)
		}
	}
	b.expect("GET", search+"%20", "", nil, 422, `{"error":"Specify search string with parameter q"}`)
	b.expect("GET", search+"x", "", header{"api-access-token": "bot"}, 401, botsKeptUp)
	b.expectReport("")
	b.expect("GET", account+"/contacts/search", "", nil, 422, "~Specify search string")
	b.expectReport(`query parameter "q"`)
}

func TestSearchPages(t *testing.T) {
	b := start(t)
	contacts := map[string]Contact{}
	var all []int
	for i := 1; i <= 31; i++ {
		contacts[fmt.Sprint(i)] = Contact{Name: "Robin"}
		all = append(all, i)
	}
	b.SetState(State{Contacts: contacts})
	for _, test := range []struct {
		page string
		want []int
		meta string
	}{
		{"", all[:15], `{"count":15,"current_page":1,"has_more":true}`},
		{"&page=1", all[:15], `{"count":15,"current_page":"1","has_more":true}`},
		{"&page=2", all[15:30], `{"count":15,"current_page":"2","has_more":true}`},
		{"&page=3", all[30:], `{"count":1,"current_page":"3","has_more":false}`},
		{"&page=4", nil, `{"count":0,"current_page":"4","has_more":false}`},
	} {
		if ids, meta := b.ids(search + "robin" + test.page); !slices.Equal(ids, test.want) || meta != test.meta {
			t.Errorf("page %q: %v, %s", test.page, ids, meta)
		}
	}
	if ids, _ := b.ids(strings.Replace(search, "created_at", "-created_at", 1) + "robin"); ids[0] != 31 {
		t.Errorf("the other way round: %v", ids)
	}
	unsorted := strings.Replace(search, "sort=created_at&", "", 1) + "robin"
	first, _ := b.ids(unsorted)
	if second, _ := b.ids(unsorted); slices.Equal(first, second) {
		t.Error("without a wish for one, the order does not change")
	}
}
