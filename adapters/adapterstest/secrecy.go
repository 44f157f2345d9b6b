package adapterstest

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/deskattr/deskattr/adapters"
)

// secrecyCases are about where the token and the data go.
var secrecyCases = []Case{
	{15, "failures", "errors tell neither token nor values", true, func(t TB, b *bench) {
		s := b.text()
		const value = "jane.doe@example.com +15550100"
		for _, status := range []int{http.StatusUnauthorized, http.StatusTeapot, http.StatusBadGateway, http.StatusFound} {
			b.wire.on(func(r Request) *reply {
				if !b.wire.isWrite(r) {
					return nil
				}
				return &reply{status: status, body: strings.NewReader(
					`{"error":"` + b.Token + " " + value + `","message":"` + b.Token + " " + value + `"}`)}
			})
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Name: adapters.String(value)})
			failure := failureOf(t, err)
			var log bytes.Buffer
			slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", err)
			for where, text := range map[string]string{
				"Error()": err.Error(), "%+v": fmt.Sprintf("%+v", err), "the log": log.String(), "%v of the cause": fmt.Sprint(failure.Err),
			} {
				for what, secret := range map[string]string{"the token": b.Token, "the value": value, "the e-mail address": "jane.doe"} {
					if strings.Contains(text, secret) {
						t.Errorf("status %d: %s tells %s: %s", status, where, what, text)
					}
				}
			}
		}
	}},
	{15, "failures", "errors do not tell an id that was refused", false, func(t TB, b *bench) {
		_, err := b.Adapter.Attributes(b.ctx, adapters.Ref{Kind: b.Ref.Kind, ID: "email=jane.doe@example.com"})
		if strings.Contains(failureOf(t, err).Error(), "jane.doe") {
			t.Errorf("the error tells the e-mail address: %v", err)
		}
	}},
	{15, "failures", "the token is in the headers alone", true, func(t TB, b *bench) {
		b.update(t, set(b.text()))
		for _, r := range b.wire.sent() {
			if strings.Contains(r.URL, b.Token) || bytes.Contains(r.Body, []byte(b.Token)) {
				t.Errorf("%s %s: the token is in the URL or the body", r.Method, r.Path)
			}
			if !strings.Contains(fmt.Sprint(r.Header), b.Token) {
				t.Errorf("%s %s: the token is missing", r.Method, r.Path)
			}
			if accept := r.Header.Get("Accept"); accept != "application/json" {
				t.Errorf("%s %s: Accept is %q", r.Method, r.Path, accept)
			}
		}
	}},
	{16, "failures", "redirects are not followed", true, func(t TB, b *bench) {
		for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			b.wire.on(func(Request) *reply {
				return &reply{status: status, header: http.Header{"Location": {"https://elsewhere.invalid/"}}}
			})
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.text()))
			fails(t, err, adapters.ErrMalformed, adapters.EffectNone)
			_, err = b.Adapter.Attributes(b.ctx, b.Ref)
			fails(t, err, adapters.ErrMalformed, adapters.EffectNone)
		}
		for _, r := range b.wire.sent() {
			if strings.Contains(r.URL, "elsewhere") {
				t.Errorf("%s %s was sent", r.Method, r.URL)
			}
		}
	}},
	{16, "failures", "the caller's client is left alone", true, func(t TB, b *bench) {
		b.update(t, set(b.text()))
		if !reflect.DeepEqual(*b.client, b.clientBefore) {
			t.Errorf("the client that was passed has changed")
		}
		if http.DefaultClient.Transport != nil || http.DefaultClient.CheckRedirect != nil {
			t.Errorf("http.DefaultClient has changed")
		}
	}},
}
