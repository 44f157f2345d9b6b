package kustomer_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

func TestRegions(t *testing.T) {
	for _, url := range []string{kustomer.US, kustomer.EU, kustomer.India, kustomer.EU + "/v1/", "https://acme.api.kustomerapp.com"} {
		if _, err := kustomer.New(kustomer.Config{URL: url, Token: adapters.StaticToken("x")}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestOtherRegion: only the words of this answer are known, so they are found in
// whatever stands around them; the status decides the class all the same.
func TestOtherRegion(t *testing.T) {
	const words = "Auth token associated with pod prod2 but request is being handled by prod1"
	const advice = "the token is of region prod2 and the base URL of prod1; set the URL to " + kustomer.EU
	for _, test := range []struct {
		status int
		body   string
		class  error
		says   string
	}{
		{401, `{"errors":[{"status":401,"code":"unauthorized","title":"` + words + `"}]}`, adapters.ErrUnauthenticated, advice},
		{403, `{"errors":[{"code":"forbidden","message":"` + words + `"}]}`, adapters.ErrForbidden, advice},
		{400, `{"error":"` + words + `"}`, adapters.ErrInvalid, advice},
		{421, words, adapters.ErrInvalid, advice},
		{401, strings.ReplaceAll(words, "prod2", "prod4"), adapters.ErrUnauthenticated, "set the URL to " + kustomer.India},
		{401, strings.ReplaceAll(words, "prod2", "prod3"), adapters.ErrUnauthenticated, "of region prod3 and the base URL of prod1; set the URL to that of its region"},
		{401, `{"errors":[{"title":"Unauthorized"}]}`, adapters.ErrUnauthenticated, "check it"},
		{401, "associated with pod secret-words handled by prod1", adapters.ErrUnauthenticated, "check it"},
	} {
		server, adapter := start(t, nil)
		server.SetFaults(kustomertest.Fault{Type: "status", Times: -1, Status: test.status, Body: test.body})
		_, err := adapter.Attributes(t.Context(), adapters.ContactRef(present))
		if !errors.Is(err, test.class) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%d %s: %v, want %v and %q", test.status, test.body, err, test.class, test.says)
		}
	}
}

// TestDetailNamesTheAttribute: the recorded refusal has the attribute's name in
// source alone.
func TestDetailNamesTheAttribute(t *testing.T) {
	for body, want := range map[string]string{
		`{"errors":[{"status":400,"source":{"parameter":"order"},"code":"badparam","title":"Additional properties not allowed","detail":"/properties/custom/additionalProperties"}]}`: "Additional properties not allowed /properties/custom/additionalProperties order",
		`{"errors":[{"code":"bad_request","message":"no","detail":{}}]}`: "no",
		`{"errors":[{"title":"no","source":"x"}]}`:                       "no",
		`{"errors":{}}`: "",
	} {
		server, adapter := start(t, nil)
		server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodPatch, Times: -1, Status: http.StatusBadRequest, Body: body})
		_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{"aStr": adapters.String("x")})
		var failure *adapters.Error
		if !errors.As(err, &failure) || failure.Detail != want || failure.Code != adapters.CodeRejected {
			t.Errorf("%s: %+v, want %q", body, failure, want)
		}
	}
}
