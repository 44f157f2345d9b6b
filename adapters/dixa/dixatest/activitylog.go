package dixatest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// timeLayout is how Dixa writes a time; in the activity log and in definitions "[GMT]" follows, against RFC 3339.
const timeLayout = "2006-01-02T15:04:05.000Z"

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
	page, err := v.readPage(r.Query)
	from, errFrom := readTime(r.Query, "fromDatetime")
	to, errTo := readTime(r.Query, "toDatetime")
	if errors.Join(err, errFrom, errTo) != nil {
		return badRequest(badValue)
	}
	list := []ActivityLogEntry{}
	for _, entry := range v.state.ActivityLog {
		if at := entry.time(); !at.Before(from) && (to.IsZero() || !at.After(to)) {
			list = append(list, entry)
		}
	}
	return paged(r, page, list)
}

// readTime is the time of a parameter, the zero time where there is none.
func readTime(query url.Values, name string) (time.Time, error) {
	if query.Get(name) == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, query.Get(name))
}

// time is when it happened; the zero time where the entry's text is none.
func (e ActivityLogEntry) time() time.Time {
	at, _ := time.Parse(time.RFC3339, strings.TrimSuffix(e.ActivityTimestamp, "[GMT]"))
	return at
}
