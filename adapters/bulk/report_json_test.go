package bulk_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestReportJSON holds the names of the fields: programs read them, and they are
// only ever added.
func TestReportJSON(t *testing.T) {
	text, err := json.Marshal(read(t, madeUp().file(t)))
	if err != nil {
		t.Fatal(err)
	}
	var is map[string]any
	if err := json.Unmarshal(text, &is); err != nil {
		t.Fatal(err)
	}
	first := func(name string) map[string]any { return is[name].([]any)[0].(map[string]any) }
	for _, c := range []struct {
		what string
		of   map[string]any
		want string
	}{
		{"report", is, "again began bucket_ms done failed failures finished in_flight kind last no_values over_time read read_first requests resumed run running_ms schema slowest torn unchanged undoable"},
		{"run", is["run"].(map[string]any), "account host input vendor"},
		{"failure", first("failures"), "code count examples"},
		{"example", first("failures")["examples"].([]any)[0].(map[string]any), "id kind line message row"},
		{"slow", first("slowest"), "id kind line ms outcome row"},
		{"bucket", first("over_time"), "at begun done failed unchanged"},
	} {
		var names []string
		for name := range c.of {
			names = append(names, name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("fields of %s: %s, want %s", c.what, got, c.want)
		}
	}
	empty := &hand{}
	empty.begin(0, nil)
	text, err = json.Marshal(read(t, empty.file(t)))
	if err != nil || !strings.Contains(string(text), `"failures":[],"slowest":[],"over_time":[`) || is["schema"] != 1.0 {
		t.Errorf("lists are lists also where they are empty: %s, %v", text, err)
	}
}
