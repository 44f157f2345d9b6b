package dixatest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// timeLayout is how Dixa writes a time; in the activity log and in definitions "[GMT]" follows, against RFC 3339.
const timeLayout = "2006-01-02T15:04:05.000Z"

// defaultPageLimit is how many entries a page has where the request does not say. The vendor's number is unknown.
const defaultPageLimit = 100

// log adds an entry to the activity log.
func (v *vendor) log(conversation, kind string, author *User, attributes any) {
	number, _ := strconv.ParseInt(conversation, 10, 64) // the state's keys are checked
	entry := newEntry(len(v.state.ActivityLog), number, kind, time.Now())
	entry.Author = author
	if attributes != nil {
		entry.Attributes = fake.JSON(http.StatusOK, attributes).Body
	}
	v.state.ActivityLog = append(v.state.ActivityLog, entry)
}

// newEntry is the entry after so many others.
func newEntry(others int, conversation int64, kind string, at time.Time) ActivityLogEntry {
	return ActivityLogEntry{
		ID:                fmt.Sprintf("ac710109-0000-4000-8000-%012x", others+1),
		ConversationID:    conversation,
		ActivityTimestamp: at.UTC().Format(timeLayout) + "[GMT]",
		ActivityType:      kind + "ActivityType",
		Type:              kind,
	}
}

// logAttributes adds the entry of a PATCH that set or cleared the attributes of these ids.
func (v *vendor) logAttributes(conversation string, changed []string, values map[string]json.RawMessage) {
	if len(changed) == 0 {
		return
	}
	set := map[string]json.RawMessage{}
	for _, id := range changed {
		if value, ok := values[id]; ok {
			set[id] = value
		}
	}
	v.log(conversation, "ConversationCustomAttributesUpdated", nil, map[string]any{
		"updatedAttributeIds": changed, "updatedAttributeValues": set,
	})
}

func (v *vendor) listConversationActivityLog(r *fake.Request) fake.Answer {
	id, ok := conversationID(r)
	if !ok {
		return badRequest(badValue)
	}
	list := []ActivityLogEntry{}
	for _, entry := range v.state.ActivityLog {
		if strconv.FormatInt(entry.ConversationID, 10) == id {
			list = append(list, entry)
		}
	}
	return fake.JSON(http.StatusOK, map[string]any{"data": list})
}

func (v *vendor) listActivityLog(r *fake.Request) fake.Answer {
	page, err := readPage(r.Query)
	if err != nil {
		return badRequest(badValue)
	}
	list := []ActivityLogEntry{}
	for _, entry := range v.state.ActivityLog {
		if at := entry.time(); !at.Before(page.from) && (page.to.IsZero() || !at.After(page.to)) {
			list = append(list, entry)
		}
	}
	start := min(page.start, len(list))
	end := min(start+page.limit, len(list))
	links := map[string]string{}
	if start > 0 {
		links["previous"] = link(r, max(start-page.limit, 0))
	}
	if end < len(list) {
		links["next"] = link(r, end)
	}
	return fake.JSON(http.StatusOK, map[string]any{"data": list[start:end], "meta": links})
}

// page is what a request asks of the organization's activity log.
type page struct {
	start, limit int
	from, to     time.Time // zero: no bound
}

func readPage(query url.Values) (page, error) {
	p := page{limit: defaultPageLimit}
	if text := query.Get("pageLimit"); text != "" {
		limit, err := strconv.ParseInt(text, 10, 32)
		if err != nil || limit < 1 {
			return p, fmt.Errorf("pageLimit %q", text)
		}
		p.limit = int(limit)
	}
	if text := query.Get("pageKey"); text != "" {
		key, _ := base64.RawURLEncoding.DecodeString(text)
		start, err := strconv.ParseUint(string(key), 10, 31)
		if err != nil {
			return p, fmt.Errorf("pageKey %q", text)
		}
		p.start = int(start)
	}
	for name, into := range map[string]*time.Time{"fromDatetime": &p.from, "toDatetime": &p.to} {
		if text := query.Get(name); text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return p, err
			}
			*into = at
		}
	}
	return p, nil
}

// link is the address of the page that begins at start: relative, with the version of the request. The key is made
// unreadable because Dixa's is opaque: nobody shall come to rely on its form.
func link(r *fake.Request, start int) string {
	query := url.Values{}
	for name, values := range r.Query {
		query[name] = slices.Clone(values)
	}
	query.Set("pageKey", base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(start))))
	return r.Path + "?" + query.Encode()
}

// time is when it happened; the zero time where the entry's text is none.
func (e ActivityLogEntry) time() time.Time {
	at, _ := time.Parse(time.RFC3339, strings.TrimSuffix(e.ActivityTimestamp, "[GMT]"))
	return at
}
