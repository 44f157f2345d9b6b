package driver

import (
	"context"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// TestLocksAreForgotten: a program that writes a million records must not keep
// a lock for each.
func TestLocksAreForgotten(t *testing.T) {
	var l locks
	for _, id := range []string{"1", "2", "1"} {
		unlock, err := l.lock(t.Context(), adapters.ContactRef(id))
		if err != nil {
			t.Fatal(err)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.lock(ended, adapters.ContactRef(id)); err == nil {
			t.Errorf("a lock that is held was given to another")
		}
		unlock()
	}
	if len(l.records) > 0 {
		t.Errorf("%d locks are left", len(l.records))
	}
}

// TestEscapes: a whole surrogate pair is a letter, half of one is none.
func TestEscapes(t *testing.T) {
	for text, good := range map[string]bool{
		`"\ud83d\ude00"`: true, `"\ud83d\ude00\ud83d\ude00"`: true, `"\\ud800"`: true, `"\u00e9"`: true, `"\uD83D\uDE00"`: true,
		`"\ud83d"`: false, `"\ude00"`: false, `"\ud83d\ud83d"`: false, `"\ud83dx\ude00"`: false, `"\u0000"`: false,
	} {
		if err := checkJSON([]byte(text)); (err == nil) != good {
			t.Errorf("%s: %v", text, err)
		}
	}
}
