package kustomer

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// FuzzKey: a key that came of a name is a key that the vendor takes, and stays
// itself.
func FuzzKey(f *testing.F) {
	for _, seed := range []string{"order_id", "orderIdStr", "Id", "--", "élan vital", "a.b", "ǆ", "xId"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d := &vendor{}
		key, _ := d.Key(adapters.Conversation, name, adapters.Int(1), nil)
		if key == "" {
			return
		}
		if stem, suffix := split(key); stem == "" || suffix == "" {
			t.Errorf("%q became %q, which is no key", name, key)
		}
		if again, err := d.Key(adapters.Conversation, key, adapters.Int(1), nil); again != key || err != nil {
			t.Errorf("%q became %q, which became %q (%v)", name, key, again, err)
		}
	})
}

// FuzzEncode: what is encoded for a key is read as what was given.
func FuzzEncode(f *testing.F) {
	f.Add("aStr", "text", 0.5, int64(0))
	f.Add("aAt", "2026-01-31T09:30:00.5+02:00", 1e300, int64(1769851800123))
	f.Add("aUrl", "mailto:x", -1.5, int64(-1))
	f.Add("aAt", "2026-01-31T09:30:00.123456789+02:00", 1.0, int64(1))
	f.Fuzz(func(t *testing.T, key, text string, number float64, millis int64) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return // the core refuses it
		}
		d := &vendor{}
		for _, value := range []adapters.Value{
			adapters.String(text), adapters.Link(text), adapters.Float(number), adapters.Time(time.UnixMilli(millis)), adapters.List(text), adapters.Bool(number > 0),
		} {
			raw, err := d.Encode(adapters.Contact, key, value)
			if err != nil {
				continue
			}
			if !json.Valid(raw) {
				t.Fatalf("%s: %v is sent as %s", key, value, raw)
			}
			read, ok := d.Decode(adapters.Contact, key, raw)
			again, err := d.Encode(adapters.Contact, key, read)
			if !ok || err != nil || string(again) != string(raw) {
				t.Errorf("%s: %v is sent as %s, read as %v and sent again as %s (%v)", key, value, raw, read, again, err)
			}
		}
	})
}
