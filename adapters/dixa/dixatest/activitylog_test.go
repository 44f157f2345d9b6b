package dixatest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// pageOf is an answer of the activity log.
type pageOf struct {
	Data []ActivityLogEntry
	Meta *struct{ Previous, Next string }
}

func (b *bench) page(path string) pageOf {
	b.t.Helper()
	status, text := b.do("GET", path, "")
	var p pageOf
	if err := json.Unmarshal([]byte(text), &p); err != nil || status != 200 {
		b.t.Fatalf("%s: %d %s", path, status, text)
	}
	return p
}

func TestActivityLogOfAttributes(t *testing.T) {
	b := newBench(t)
	b.expect("PATCH", patch42, `{"`+topic+`":null,"`+orderID+`":"B-2"}`, 200, data(attr(orderIs, `"B-2"`)))
	b.expect("PATCH", patch42, `{}`, 200, data())
	b.expect("PATCH", patchAlice, `{"`+vip+`":null}`, 200, data())
	log := b.page("/v1/conversations/42/activitylog")
	if len(log.Data) != 2 || log.Meta != nil || log.Data[0].Type != "ConversationCreatedByCustomer" {
		t.Fatalf("%+v", log)
	}
	entry := log.Data[1]
	if entry.ConversationID != 42 || entry.Type != "ConversationCustomAttributesUpdated" || !isUUID(entry.ID) ||
		!strings.HasSuffix(entry.ActivityTimestamp, "Z[GMT]") || entry.time().IsZero() ||
		string(entry.Attributes) != `{"updatedAttributeIds":["`+orderID+`","`+topic+`"],"updatedAttributeValues":{"`+orderID+`":"B-2"}}` {
		t.Errorf("%+v %s", entry, entry.Attributes)
	}
	if got := b.page("/v1/conversations/43/activitylog").Data; len(got) != 1 || got[0].ConversationID != 43 {
		t.Errorf("of another conversation: %+v", got)
	}
	b.expect("GET", "/v1/conversations/44/activitylog", "", 200, `{"data":[]}`)
	b.expect("GET", "/v1/conversations/x/activitylog", "", 400, message(badValue))
	b.misfits(true)
}

func TestActivityLogPages(t *testing.T) {
	both(t, func(b *bench) {
		for range 5 {
			b.expect("PATCH", patch42, `{"`+trackingURL+`":null}`, 200, data())
		}
		for _, prefix := range []string{"/v1", "/beta"} {
			var ids, links []string
			for at := prefix + "/conversations/activitylog?pageLimit=3&fromDatetime=2026-01-01T00:00:00Z"; at != "" && len(links) < 10; {
				p := b.page(at)
				for _, entry := range p.Data {
					ids = append(ids, entry.ID)
				}
				links = append(links, p.Meta.Previous)
				if at = p.Meta.Next; at != "" && (!strings.HasPrefix(at, prefix+"/conversations/activitylog?") || !strings.Contains(at, "pageLimit=3") || !strings.Contains(at, "fromDatetime=2026")) {
					b.t.Fatalf("next: %s", at)
				}
			}
			if len(ids) != 7 || !slices.IsSorted(ids) || len(slices.Compact(ids)) != 7 || len(links) != 3 {
				b.t.Fatalf("entries %v, pages %d", ids, len(links))
			}
			if links[0] != "" || b.page(links[2]).Data[0].ID != ids[3] {
				b.t.Errorf("previous: %v", links)
			}
		}
		if got := b.page("/v1/conversations/activitylog"); len(got.Data) != 7 || got.Meta == nil || got.Meta.Next != "" {
			b.t.Errorf("without parameters: %+v", got)
		}
		for query, want := range map[string]int{
			"fromDatetime=2026-01-05T09:31:00Z&toDatetime=2026-01-05T09:31:00Z": 1,
			"toDatetime=2026-01-05T09:30:59.999Z":                               1,
			"toDatetime=2026-01-05T09:29:59.999Z":                               0,
			"fromDatetime=2026-01-05T09:31:00.001Z":                             5,
		} {
			if got := b.page("/v1/conversations/activitylog?" + query); len(got.Data) != want || got.Data == nil {
				b.t.Errorf("%s: %d entries, want %d", query, len(got.Data), want)
			}
		}
		b.misfits(false)
		for _, query := range []string{
			"pageLimit=0", "pageLimit=-1", "pageLimit=many", "pageLimit=2147483648", "pageKey=2", "pageKey=LTE", "pageKey=!",
			"fromDatetime=yesterday", "toDatetime=2026-01-05",
		} {
			b.expect("GET", "/v1/conversations/activitylog?"+query, "", 400, message(badValue))
		}
		b.reports.take()
	})
}
