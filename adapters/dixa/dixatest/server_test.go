package dixatest

import (
	"strings"
	"sync"
	"testing"
)

func TestAuthentication(t *testing.T) {
	both(t, func(b *bench) {
		for _, c := range []struct {
			token, method, path, body string
			status                    int
			want                      string
		}{
			{"", "GET", conversation42, "", 401, "Unauthorized"},
			{"wrong", "GET", conversation42, "", 401, "Unauthorized"},
			{"Bearer token", "GET", conversation42, "", 401, "Unauthorized"},
			{"wrong", "GET", "/v1/nowhere", "", 401, "Unauthorized"},
			{"wrong", "PATCH", patch42, "not JSON", 401, "Unauthorized"},
			{"limited", "PATCH", patch42, `{}`, 401, "User is unauthorized to perform an underlying operation"},
			{"limited", "PATCH", patchAlice, `{}`, 401, "User is unauthorized to perform an underlying operation"},
		} {
			b.token = c.token
			b.expect(c.method, c.path, c.body, c.status, message(c.want))
		}
		b.token = "limited"
		if status, _ := b.do("GET", conversation42, ""); status != 200 {
			b.t.Errorf("limited token cannot read: %d", status)
		}
	})
}

func TestAddr(t *testing.T) {
	if s := New(t, Addr("localhost:0")); !strings.HasPrefix(s.URL, "http://127.") && !strings.HasPrefix(s.URL, "http://[::1]") {
		t.Errorf("URL %s", s.URL)
	}
	f := &fatal{TB: t}
	func() {
		defer func() { _ = recover() }()
		New(f, Addr("example.com:80"))
	}()
	if !strings.Contains(f.text, "not a loopback address") {
		t.Errorf("%q", f.text)
	}
}

func TestFaults(t *testing.T) {
	both(t, func(b *bench) {
		b.SetFaults(
			Fault{Type: "status", Operation: "patchConversationCustomAttributes", Status: 429, Header: map[string]string{"Content-Type": "application/json"}, Body: "{}"},
			Fault{Type: "lost_answer", Operation: "patchConversationCustomAttributes"},
		)
		b.expect("PATCH", patch42, `{"`+orderID+`":"B-2"}`, 429, "{}")
		if got := values(b, patch42)[orderID]; got != `"A-1001"` {
			b.t.Errorf("written behind a 429: %s", got)
		}
		if status, _ := b.do("PATCH", patch42, `{"`+orderID+`":"B-2"}`); status != 0 {
			b.t.Errorf("a lost answer arrived: %d", status)
		}
		if got := values(b, patch42)[orderID]; got != `"B-2"` {
			b.t.Errorf("a lost answer, and nothing done: %s", got)
		}
		if got := b.Requests(); len(got) != 2 || got[1].Params["conversationId"] != "42" {
			b.t.Errorf("%d requests", len(got))
		}
	})
}

func TestParallelWriters(t *testing.T) {
	both(t, func(b *bench) {
		ids := []string{orderID, topic, trackingURL, refundStatus}
		bodies := []string{`"B-2"`, `["str1","str2"]`, `"https://example.com/2"`, `["paid"]`}
		var writers sync.WaitGroup
		for i, id := range ids {
			writers.Go(func() {
				for range 20 {
					if status, text := b.do("PATCH", patch42, `{"`+id+`":`+bodies[i]+`}`); status != 200 {
						b.t.Errorf("%d %s", status, text)
					}
					b.do("GET", conversation42, "")
					b.State()
				}
			})
		}
		writers.Wait()
		for i, id := range ids {
			if got := values(b, patch42)[id]; got != bodies[i] {
				b.t.Errorf("%s: %s", id, got)
			}
		}
		if n := len(b.State().ActivityLog); n != 82 {
			b.t.Errorf("%d entries in the log", n)
		}
	})
}
