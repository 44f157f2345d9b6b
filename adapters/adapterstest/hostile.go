package adapterstest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
)

// hostileCases are about servers that mean harm, or are broken as if they did,
// and about names and values that somebody else chose.
var hostileCases = []Case{
	{13, "failures", "a packed body without end is an ordinary error", true, func(t TB, b *bench) {
		bomb := httptest.NewServer(http.HandlerFunc(explode))
		t.Cleanup(bomb.Close)
		for status, most := range map[int]int64{http.StatusNotImplemented: 1 << 20, http.StatusOK: 17 << 20} {
			b.wire.onWrite(func(int) *reply { return &reply{elsewhere: fmt.Sprintf("%s/%d", bomb.URL, status)} })
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
			if err == nil {
				t.Errorf("status %d: it is taken for a success", status)
				continue
			}
			class := adapters.ErrUnavailable
			if status == http.StatusOK {
				class = adapters.ErrMalformed
			}
			fails(t, err, class, adapters.EffectUnknown)
			if read := b.wire.unpacked.Swap(0); read > most || read == 0 {
				t.Errorf("status %d: %d bytes of the body were unpacked, want some and at most %d", status, read, most)
			}
		}
	}},
	{13, "read", "a success in JSON is read whatever its Content-Type", true, func(t TB, b *bench) {
		s := b.text()
		for which, contentType := range []string{"text/html; charset=iso-8859-1", ""} {
			b.wire.on(func(Request) *reply {
				return &reply{change: func(answer *http.Response) {
					if answer.Header.Del("Content-Type"); contentType != "" {
						answer.Header.Set("Content-Type", contentType)
					}
				}}
			})
			b.update(t, adapters.Attributes{s.Name: s.Values[which]})
			b.holds(t, s, which)
		}
	}},
	{13, "failures", "headers of any size are ordinary errors", true, func(t TB, b *bench) {
		header := http.Header{"X-Request-Id": {strings.Repeat("é", 1<<19)}, "Retry-After": {strings.Repeat("9", 1<<20)}, "Location": {strings.Repeat("x", 1<<20)}}
		for i := range 10000 {
			header.Add(fmt.Sprintf("X-Field-%d", i), "x")
		}
		for status, class := range map[int]error{http.StatusForbidden: adapters.ErrForbidden, http.StatusFound: adapters.ErrMalformed, http.StatusNotImplemented: adapters.ErrUnavailable} {
			b.wire.on(func(Request) *reply { return &reply{status: status, header: header.Clone()} })
			_, err := b.Adapter.Attributes(b.ctx, b.Ref)
			fails(t, err, class, adapters.EffectNone)
			line(t, "the error", err.Error(), 4000)
			line(t, "the request id", failureOf(t, err).RequestID, 400)
		}
	}},
	{15, "failures", "errors show no character for another", true, func(t TB, b *bench) {
		const words = "\x1b[2J\x1b]0;x\x07 \u202e\u2066 \u2028\r\n\x00\x9b\xff\ufeff"
		escaped := strings.NewReplacer("\x1b", `\u001b`, "\x07", `\u0007`, "\r\n", `\r\n`, "\x00", `\u0000`, "\x9b\xff", "").Replace(words)
		for _, body := range []string{words, `{"message":"` + escaped + `","error":"` + escaped + `","detail":"` + escaped + `"}`, `{"errors":["` + escaped + `"]}`, `{"errors":[{"title":"` + escaped + `","detail":"` + escaped + `"}]}`} {
			b.wire.on(func(Request) *reply {
				return &reply{status: http.StatusTeapot, body: strings.NewReader(body), header: http.Header{"X-Request-Id": {words}}}
			})
			_, err := b.Adapter.Attributes(b.ctx, b.Ref)
			failure := failureOf(t, err)
			line(t, "the error", err.Error(), 4000)
			line(t, "the detail", failure.Detail, 4000)
			line(t, "the request id", failure.RequestID, 400)
		}
	}},
	{15, "set", "names and values reach no header and no URL", true, func(t TB, b *bench) {
		const evil = "ev1l\r\nX-Ev1l: 1"
		s := b.text()
		for name, value := range map[string]adapters.Value{evil: s.Values[0], s.Name: adapters.String(evil)} {
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{name: value})
			if err != nil {
				refuses(t, err, name)
			}
		}
		for _, r := range b.wire.sent() {
			where, err := url.QueryUnescape(r.URL)
			if err != nil {
				where = r.URL
			}
			if text := strings.ToLower(where + fmt.Sprint(r.Header)); strings.Contains(text, "ev1l") {
				t.Errorf("%s %s: a name or a value is in the URL or the headers", r.Method, r.Path)
			}
		}
	}},
	{15, "failures", "a token that cannot be had or sent ends the call", true, func(t TB, b *bench) {
		for what, token := range map[string]string{
			"empty": "", "a line break": "t0ken\r\nX-T0ken: 1", "a line break at its end": "t0ken\n", "a space": "t0 ken", "a letter no header can carry": "t0kén", "a control character": "t0ken\x00",
			"none, and an error": "t0ken",
		} {
			var failed error
			if what == "none, and an error" {
				failed = errors.New("the vault is sealed")
			}
			desk := b.again(t, Settings{Token: func(context.Context) (string, error) { return token, failed }})
			_, err := desk.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
			fails(t, err, adapters.ErrUnauthenticated, adapters.EffectNone)
			_, err = desk.Attributes(b.ctx, b.Ref)
			fails(t, err, adapters.ErrUnauthenticated, adapters.EffectNone)
			line(t, what, err.Error(), 4000)
			if text := err.Error(); token != "" && (strings.Contains(text, token) || strings.Contains(text, "t0k")) || failed != nil && !errors.Is(err, failed) {
				t.Errorf("%s: the error tells the token, or not the cause: %s", what, text)
			}
		}
		if sent := b.wire.sent(); len(sent) > 0 {
			t.Errorf("%d requests were sent, the first %s %s", len(sent), sent[0].Method, sent[0].Path)
		}
	}},
}

// explode answers with the status in the path and a gibibyte of zeros, packed
// into a mebibyte.
func explode(w http.ResponseWriter, r *http.Request) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write(make([]byte, 1<<20))
	_ = zip.Close()
	status := http.StatusOK
	_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	for range 1 << 10 {
		if _, err := w.Write(packed.Bytes()); err != nil {
			return // enough was read
		}
	}
}

// line checks that a text is one line of a bounded length in which every character
// can be seen.
func line(t TB, what, text string, most int) {
	t.Helper()
	if len(text) > most || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s is no line of at most %d bytes that can be shown: %d bytes, %+q", what, most, len(text), text[:min(len(text), 500)])
	}
}
