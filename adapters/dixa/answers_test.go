package dixa_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/transport"
)

// answering gives every request the same answer.
type answering struct {
	status int
	body   string
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// TestErrorsInText: the documented shape is JSON; the library behind the vendor's
// words answers in plain text by default.
func TestErrorsInText(t *testing.T) {
	server, adapter := start(t, "/v1")
	server.SetFaults(dixatest.Fault{Type: "status", Method: http.MethodPatch, Status: http.StatusBadRequest, Header: map[string]string{"Content-Type": "text/plain"}, Body: "Invalid value for: body"})
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("42"), adapters.Attributes{orderID: adapters.String("x")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Detail != "Invalid value for: body" || strings.Contains(err.Error(), "Invalid value") {
		t.Errorf("%v, %+v", err, failure)
	}
}

// TestCapitalsInAnswers: nothing promises that a UUID comes back in the case it was
// sent in.
func TestCapitalsInAnswers(t *testing.T) {
	answers := answering{http.StatusOK, `{"data":{"id":"` + strings.ToUpper(endUser) + `","customAttributes":[{"id":"` + strings.ToUpper(orderID) + `","name":"X","identifier":"","value":"pro"}]}}`}
	adapter, err := dixa.New(dixa.Config{URL: "http://127.0.0.1:1/v1", Token: adapters.StaticToken("token"), Transport: transport.Options{Client: &http.Client{Transport: answers}}})
	if err != nil {
		t.Fatal(err)
	}
	if is, err := adapter.Attributes(t.Context(), adapters.ContactRef(endUser)); err != nil || !is[orderID].Equal(adapters.String("pro")) {
		t.Errorf("%v, %v", is, err)
	}
}

// TestAnswersThatAreNotUnderstood: and a refused token is told of its rights, too.
func TestAnswersThatAreNotUnderstood(t *testing.T) {
	for _, test := range []struct {
		name   string
		answer answering
		class  error
		says   string
	}{
		{"an attribute without id", answering{http.StatusOK, `{"data":{"id":42,"customAttributes":[{"name":"Plan","identifier":"plan","value":"pro"}]}}`}, adapters.ErrMalformed, "an attribute without id"},
		{"another record", answering{http.StatusOK, `{"data":{"id":43,"customAttributes":[]}}`}, adapters.ErrMalformed, "not about the conversation"},
		{"a refused token", answering{http.StatusUnauthorized, `{"message":"no"}`}, adapters.ErrUnauthenticated, "or the token may not do this"},
	} {
		t.Run(test.name, func(t *testing.T) {
			adapter, err := dixa.New(dixa.Config{URL: "http://127.0.0.1:1/v1", Token: adapters.StaticToken("token"), Transport: transport.Options{Client: &http.Client{Transport: test.answer}}})
			if err != nil {
				t.Fatal(err)
			}
			is, err := adapter.Attributes(t.Context(), adapters.ConversationRef("42"))
			if !errors.Is(err, test.class) || !strings.Contains(err.Error(), test.says) || is != nil {
				t.Errorf("%v, %v; want %v, %q", is, err, test.class, test.says)
			}
		})
	}
}
