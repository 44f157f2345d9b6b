package bulk

import (
	"strings"
	"time"
	"unicode"
)

// when is the time of an entry.
func (e entry) when() time.Time {
	switch {
	case e.Begin != nil:
		return e.Begin.Time
	case e.Before != nil:
		return e.Before.Time
	case e.After != nil:
		return e.After.Time
	case e.End != nil:
		return e.End.Time
	}
	return time.Time{}
}

// What a journal holds comes from outside: names and messages are bounded, in
// bytes.
const (
	maxName    = 200
	maxMessage = 2000
)

// clean makes what comes from outside fit for a terminal and a page: bounded, one
// line, without control characters and those that turn the direction of the text.
func clean[S ~string](s S, most int) S {
	text := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, string(s[:min(len(s), 2*most)]))
	if len(text) > most || len(s) > 2*most {
		text = strings.ToValidUTF8(text[:min(len(text), most)], "") + "…"
	}
	return S(text)
}
