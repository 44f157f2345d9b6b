package adapters_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// kept is an attribute that nobody names.
const keptKey, keptValue = "keptTxt", `{"n":9007199254740993.10,"t":"a<b>&c"}`

// definitions of the desk that make this name one for a text.
func (d desk) definitions(name string) string {
	quoted, _ := json.Marshal(name)
	switch d.name {
	case "chatwoot":
		return `[{"attribute_key":` + string(quoted) + `,"attribute_display_type":"text"}]`
	case "dixa":
		entity := map[adapters.Kind]string{adapters.Conversation: "Conversation", adapters.Contact: "Contact"}[d.kind]
		return `{"data":[{"id":"` + someUUID + `","entityType":"` + entity + `","identifier":` + string(quoted) + `,"label":"","inputDefinition":{"_type":"Text"}}]}`
	}
	return `{"data":{"attributes":{"properties":{}}}}`
}

// FuzzSend: an attribute of any name and value is refused before anything is
// written, or arrives as it is: in its place in the body, and nowhere else.
func FuzzSend(f *testing.F) {
	for which := range 8 {
		for _, text := range []string{"text", "", "12.50", "2026-01-31T09:30:00.123456789+02:00", "https://a.example/?x=1", `{"a":[1,{"b":null}]}`, " \"x\"\n", "a\r\nX-Evil: 1", "\u2028\u202e<>&\x7f", "***"} {
			f.Add(uint8(which), "order_id", text, 0.5, int64(1769851800123))
		}
	}
	f.Add(uint8(0), "dueAt", "2026-01-31T09:30:00.123456789+02:00", 0.5, int64(0))
	f.Add(uint8(6), "2026-01-31T09:30:00.0000005Z", "2026-01-31T09:30:00Z", 0.5, int64(0))
	f.Add(uint8(2), "total", "9007199254740993", 0.5, int64(0))
	for _, name := range []string{"", "a\r\nX-Evil: 1", "custom_attributes", "merge", "rev", "__proto__", "a.b", "a/b", "%2e%2e", "\u202e", "é", "aAt", "aNum", "aId", "aUrl", "Str", someUUID, strings.ToUpper(someUUID), keptKey, "\x00", "\xff", strings.Repeat("x", 300)} {
		f.Add(uint8(0), name, "text", math.Copysign(0, -1), int64(math.MaxInt64))
	}
	f.Fuzz(func(t *testing.T, which uint8, name, text string, number float64, millis int64) {
		value := []adapters.Value{
			adapters.String(text), adapters.Link(text), adapters.Number(json.Number(text)), adapters.Float(number), adapters.Bool(number > 0),
			adapters.Time(time.UnixMilli(millis)), adapters.List(text, name), adapters.JSON(json.RawMessage(text)),
		}[which%8]
		if strings.Contains(name+text, secret) {
			return
		}
		for _, d := range desks {
			d.sends(t, name, value)
		}
	})
}

// sends sets one attribute at a desk.
func (d desk) sends(t *testing.T, name string, value adapters.Value) {
	t.Helper()
	adapter, server := d.adapter(t, false)
	kept := keptKey
	if d.name == "dixa" {
		kept = "00000000-0000-4000-8000-000000000000"
	}
	if strings.EqualFold(name, kept) {
		return
	}
	server.values[kept] = json.RawMessage(keptValue)
	server.definitions = d.definitions(name)
	_, err := adapter.UpdateAttributes(t.Context(), d.ref(), adapters.Attributes{name: value})
	for _, r := range server.requests {
		d.checkRequest(t, r)
	}
	if text := value.Text(); len(text) > 20 && strings.Contains(server.log.String(), text) {
		t.Errorf("%s: the log tells %q: %s", d.name, text, server.log.String())
	}
	if string(server.values[kept]) != keptValue {
		t.Errorf("%s: what nobody named is now %s", d.name, server.values[kept])
	}
	delete(server.values, kept)
	if err != nil {
		refused(t, err, name)
		if len(server.values) > 0 {
			t.Errorf("%s: refused, and sent all the same: %s", d.name, server.values)
		}
		return
	}
	if len(server.values) != 1 {
		t.Fatalf("%s: %q = %v became %s", d.name, name, value, server.values)
	}
	for key, raw := range server.values {
		if d.name == "chatwoot" && key != name || d.name == "dixa" && key != someUUID && key != strings.ToLower(name) || d.name == "kustomer" && !endsInType.MatchString(key) {
			t.Errorf("%s: %q became the key %q", d.name, name, key)
		}
		if !arrived(d, key, value, raw) {
			t.Errorf("%s: %q = %v (%s) became %s = %s", d.name, name, value, value.Kind(), key, raw)
		}
	}
}

var endsInType = regexp.MustCompile(`(?s)^.+(Str|Txt|Num|At|Bool|Url|Id|Tree)$`)

// arrived tells whether the server holds the value that was given, or what the
// vendor's package says that it becomes.
func arrived(d desk, key string, value adapters.Value, raw json.RawMessage) bool {
	want, err := value.MarshalJSON()
	if err != nil || value.Kind() == adapters.ValueNumber && !adapters.ExactInFloat64(value.Number()) {
		return false // this server would keep each digit, the vendors' do not
	}
	if d.name == "kustomer" && strings.HasSuffix(key, "At") {
		return sameMoments(want, raw)
	}
	return adapters.JSON(raw).Equal(adapters.JSON(want))
}

// sameJSON tells whether two JSON values mean the same. Package json reads halves of
// surrogate pairs, and what is not UTF-8, as one character: where that occurs, the
// bytes must be the same.
func sameJSON(a, b json.RawMessage) bool {
	var tree any
	_ = json.Unmarshal(b, &tree)
	if read, _ := json.Marshal(tree); bytes.Contains(read, []byte("\uFFFD")) || bytes.Contains(read, []byte(`\ufffd`)) {
		return bytes.Equal(a, b)
	}
	return adapters.JSON(a).Equal(adapters.JSON(b))
}

// sameMoments tells whether two JSON values, texts or lists of texts, are the same
// moments.
func sameMoments(a, b json.RawMessage) bool {
	moments := func(raw json.RawMessage) (times []time.Time, ok bool) {
		var texts []string
		if json.Unmarshal(raw, &texts) != nil {
			texts = make([]string, 1)
			if json.Unmarshal(raw, &texts[0]) != nil {
				return nil, false
			}
		}
		for _, text := range texts {
			moment, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return nil, false
			}
			times = append(times, moment)
		}
		return times, true
	}
	x, okX := moments(a)
	y, okY := moments(b)
	return okX && okY && slices.EqualFunc(x, y, time.Time.Equal)
}

var (
	ourJSON = regexp.MustCompile(`^application/json$`)
	ourName = regexp.MustCompile(`^deskattr/[0-9a-z.-]+ \(\+https://github\.com/deskattr/deskattr\)$`)
)

// checkRequest checks that a request goes where requests about the record go, that
// it is JSON, and that all of its headers are known: nothing of the caller's is
// among them, and the token is nowhere else.
func (d desk) checkRequest(t *testing.T, r request) {
	t.Helper()
	at := r.url.EscapedPath()
	about := slices.ContainsFunc(d.routes, func(route string) bool { return at == strings.ReplaceAll(route, "ID", d.id) })
	if defined := strings.HasSuffix(at, "/custom_attribute_definitions") || strings.HasPrefix(at, "/v1/metadata/c") || at == "/v1/custom-attributes"; !about && !defined || strings.Contains(r.url.String(), secret) {
		t.Errorf("%s %s is no route of the record", r.method, r.url)
	}
	for name, values := range r.header {
		want := map[string]*regexp.Regexp{"Accept": ourJSON, "Content-Type": ourJSON, "User-Agent": ourName, d.header: regexp.MustCompile("^" + d.prefix + secret + "$")}[name]
		if len(values) != 1 || want == nil || !want.MatchString(values[0]) {
			t.Errorf("header %s is %q, want %v", name, values, want)
		}
	}
	if r.header.Get(d.header) == "" {
		t.Errorf("%s %s has no token", r.method, r.url)
	}
	if r.method == http.MethodGet && len(r.body) == 0 {
		return
	}
	var body map[string]json.RawMessage
	if err := json.Unmarshal(r.body, &body); err != nil || !utf8.Valid(r.body) || bytes.Contains(r.body, []byte(secret)) {
		t.Errorf("%s %s has the body %q", r.method, r.url, r.body)
	}
	for field := range body {
		known := map[string][]string{"chatwoot": {"custom_attributes", "merge"}, "kustomer": {"custom", "rev", "company"}}[d.name]
		if known != nil && !slices.Contains(known, field) || known == nil && len(field) != len(someUUID) {
			t.Errorf("%s %s has the field %q", r.method, r.url, field)
		}
	}
}

// refused checks that an error refuses this attribute, and that nothing was
// written.
func refused(t *testing.T, err error, name string) {
	t.Helper()
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) && !errors.Is(err, adapters.ErrUnsupported) || failure.Effect != adapters.EffectNone || failure.Name != name {
		t.Errorf("%q: %v", name, err)
	}
	line(t, "the error", err.Error(), 2500)
}

// FuzzDecode: whatever JSON an attribute holds, it is read as just that, and what
// was read, written back, changes nothing.
func FuzzDecode(f *testing.F) {
	for _, raw := range []string{
		`"text"`, `""`, `null`, `true`, `1.50`, `9007199254740993`, `1e400`, `1e99999999999`, `-0`, `[]`, `["a"]`, `["a",null]`, `[1,2]`, `{}`, `{"isMasked":true}`, `"2026-01-31T09:30:00.5+02:00"`,
		`"2026-01-31T09:30:00.123456789Z"`, `"2026-01-31"`, `"0000-12-31T23:59:59-01:00"`, `"https://a.example"`, `"\ud800"`, `"\u0000"`, `"***"`, `["\udc00"]`, `{"a":1,"a":2}`, "\"\xff\"", `[[[]]]`, `"2026-01-31T09:30:00,5Z"`,
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var raw json.RawMessage
		if json.Unmarshal([]byte(text), &raw) != nil {
			return
		}
		for _, d := range desks {
			keys := []string{d.key("a")}
			if d.name == "kustomer" {
				keys = []string{"aStr", "aTxt", "aNum", "aAt", "aBool", "aUrl", "aId", "aTree"}
			}
			for _, key := range keys {
				d.decodes(t, key, raw)
			}
		}
	})
}

// decodes reads one attribute at a desk, and writes it back.
func (d desk) decodes(t *testing.T, key string, raw json.RawMessage) {
	t.Helper()
	adapter, server := d.adapter(t, false)
	server.definitions = d.definitions("other")
	server.values[key] = raw
	read, err := adapter.Attributes(t.Context(), d.ref())
	if err != nil {
		t.Fatalf("%s: %s cannot be read: %v", d.name, raw, err)
	}
	value, there := read[key]
	if empty := string(raw) == "null" || d.name == "dixa" && (string(raw) == `""` || sameJSON(raw, []byte("[]"))); empty == there || len(read) > 1 {
		t.Fatalf("%s: %s reads as %v", d.name, raw, read)
	}
	if !there {
		return
	}
	moment := value.Kind() == adapters.ValueTime
	back, err := value.MarshalJSON()
	if err != nil || !sameJSON(back, raw) && (!moment || !sameMoments(back, raw)) || moment && !strings.HasSuffix(key, "At") {
		t.Errorf("%s: %s = %s reads as %v (%s): %v", d.name, key, raw, value, value.Kind(), err)
	}
	if _, err := adapter.UpdateAttributes(t.Context(), d.ref(), read); err != nil {
		refused(t, err, key)
	}
	for _, r := range server.requests {
		d.checkRequest(t, r)
	}
	if now := server.values[key]; len(server.values) != 1 || !sameJSON(now, raw) && (!strings.HasSuffix(key, "At") || !sameMoments(now, raw)) {
		t.Errorf("%s: %s was %s, and after writing back what was read the record is %s", d.name, key, raw, server.values)
	}
}
