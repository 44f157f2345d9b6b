package dixa_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
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
