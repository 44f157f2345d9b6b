package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

type noServer struct{}

func (noServer) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

// A POST may only look a record up. The account is named when a write comes, once.
func TestTheAccountIsNamedBeforeAWrite(t *testing.T) {
	var stderr strings.Builder
	account := &account{}
	link := &announcer{next: noServer{}, writing: &account.writing, stderr: &stderr, text: "dixa: shop"}
	for _, row := range []struct {
		writing bool
		method  string
		told    string
	}{
		{false, http.MethodPost, ""},
		{true, http.MethodGet, ""},
		{true, http.MethodPatch, "dixa: shop\n"},
		{true, http.MethodPost, "dixa: shop\n"},
	} {
		account.writing = row.writing
		if _, err := link.RoundTrip(httptest.NewRequest(row.method, "/", nil)); err != http.ErrServerClosed || stderr.String() != row.told {
			t.Errorf("writing %v, %s: error %v, told %q", row.writing, row.method, err, &stderr)
		}
	}
}
