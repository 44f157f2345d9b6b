package dixa

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// FuzzEncode: what is encoded is read as what was given.
func FuzzEncode(f *testing.F) {
	f.Add("text", "a", "b")
	f.Add("", "", "")
	f.Add("<é>&", "a/b", "\u2028")
	f.Fuzz(func(t *testing.T, text, first, second string) {
		if all := text + " " + first + " " + second; !utf8.ValidString(all) || strings.ContainsRune(all, 0) {
			return // the core refuses it
		}
		d := &vendor{}
		for _, value := range []adapters.Value{adapters.String(text), adapters.List(first, second), adapters.List(first)} {
			raw, err := d.Encode(adapters.Contact, "", value)
			if err != nil || value.Kind() == adapters.ValueString && text == "" {
				continue // the core refuses an empty text
			}
			read, ok := d.Decode(adapters.Contact, "", raw)
			again, err := d.Encode(adapters.Contact, "", read)
			if !ok || err != nil || string(again) != string(raw) || read.Kind() != value.Kind() {
				t.Errorf("%v is sent as %s, read as %v and sent again as %s (%v)", value, raw, read, again, err)
			}
		}
	})
}
