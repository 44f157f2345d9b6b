package dixatest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// list asks for end users and returns their ids and the link to the next page.
func (b *bench) list(path string) (ids []string, next string) {
	b.t.Helper()
	status, text := b.do("GET", path, "")
	var page struct {
		Data []struct{ ID string }
		Meta struct{ Next string }
	}
	if err := json.Unmarshal([]byte(text), &page); err != nil || status != 200 || page.Data == nil {
		b.t.Fatalf("%s: %d %s", path, status, text)
	}
	for _, user := range page.Data {
		ids = append(ids, user.ID)
	}
	return ids, page.Meta.Next
}

func TestListEndUsers(t *testing.T) {
	both(t, func(b *bench) {
		for _, prefix := range []string{"/v1", "/beta"} {
			b.expect("GET", prefix+"/endusers?email=bob@example.com", "", 200, `{"data":[{"additionalEmails":["bob@home.example"],`+
				`"additionalPhoneNumbers":["+4512345603"],"createdAt":"2026-01-05T09:30:00.000Z","displayName":"Bob Example",`+
				`"email":"bob@example.com","externalId":"shop-2","id":"`+bob+`","phoneNumber":"+4512345602"}],"meta":{}}`)
			for query, want := range map[string][2][]string{ // exactly, loosely
				"":                                {{alice, bob}, {alice, bob}},
				"email=alice@example.com":         {{alice}, {alice}},
				"email=ALICE@example.com":         {nil, {alice}},
				"email=example.com":               {nil, {alice, bob}},
				"email=bob@home.example":          {nil, {bob}},
				"phone=%2B4512345601":             {{alice}, {alice}},
				"phone=+4512345601":               {nil, nil}, // a space
				"phone=%2B4512345603":             {nil, {bob}},
				"externalId=shop-2":               {{bob}, {bob}},
				"externalId=SHOP":                 {nil, {alice, bob}},
				"externalId=shop-2&pageLimit=100": {{bob}, {bob}},
			} {
				for i, loose := range []bool{false, true} {
					state := b.State()
					state.LooseFilters = loose
					b.SetState(state)
					if got, next := b.list(prefix + "/endusers?" + query); !slices.Equal(got, want[i]) || next != "" {
						b.t.Errorf("%s, loosely %v: %v %s, want %v", query, loose, got, next, want[i])
					}
				}
				b.SetState(defaultState())
			}
		}
		b.misfits(false)
		for _, query := range []string{
			"email=a&phone=b", "email=a&externalId=b", "phone=a&externalId=b", "email=a&email=b", "email=", "pageLimit=0", "pageKey=!",
		} {
			b.expect("GET", "/v1/endusers?"+query, "", 400, message(badValue))
		}
		b.reports.take()
	})
}

func TestListEndUsersPages(t *testing.T) {
	b := newBench(t)
	for _, prefix := range []string{"/v1", "/beta"} {
		for _, query := range []string{"", "email=example.com"} {
			state := b.State()
			state.LooseFilters, state.PageLimit = true, 1
			b.SetState(state)
			first, next := b.list(prefix + "/endusers?" + query)
			link, err := url.Parse(next)
			if err != nil || link.Path != prefix+"/endusers" || link.IsAbs() || !strings.Contains(link.RawQuery, url.QueryEscape(strings.TrimPrefix(query, "email="))) {
				t.Fatalf("%s: next is %q", query, next)
			}
			second, end := b.list(next)
			if !slices.Equal(first, []string{alice}) || !slices.Equal(second, []string{bob}) || end != "" {
				t.Errorf("%s: %v, %v, %q", query, first, second, end)
			}
			if all, next := b.list(prefix + "/endusers?pageLimit=2"); len(all) != 2 || next != "" {
				t.Errorf("the request's limit: %v, %q", all, next)
			}
		}
	}
}

func TestOtherReadingsOfFilters(t *testing.T) {
	b := newBench(t)
	state := b.State()
	state.LooseFilters, state.NobodyIsNotFound, state.DuplicatesRefused = true, true, true
	b.SetState(state)
	b.expect("GET", "/v1/endusers?email=nobody@example.com", "", 404, message(gone))
	b.expect("GET", "/v1/endusers?email=example.com", "", 400, message(badValue))
	if got, _ := b.list("/v1/endusers"); len(got) != 2 {
		t.Errorf("without a filter: %v", got)
	}
	state.EndUsers = nil
	b.SetState(state)
	b.expect("GET", "/v1/endusers", "", 200, `{"data":[],"meta":{}}`)
}
