package specs_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/gen/dixa"
)

// answering is a connection that gives this answer to everything.
type answering http.Response

func (a *answering) Do(*http.Request) (*http.Response, error) {
	answer := http.Response(*a)
	return &answer, nil
}

// TestBodiesAreBounded: whatever a server sends and says of it, only so much is
// read, and only so much kept.
func TestBodiesAreBounded(t *testing.T) {
	many := func(size int) io.ReadCloser {
		return io.NopCloser(io.MultiReader(strings.NewReader(`{"data":{"id":"1"}}`), io.LimitReader(spaces{}, int64(size))))
	}
	for name, test := range map[string]struct {
		status int
		length int64
		size   int // of white space after the JSON
		good   bool
		says   string
	}{
		"length told":            {200, 19, 0, true, ""},
		"length not told":        {200, -1, 0, true, ""},
		"length a lie":           {200, 1 << 40, 0, true, ""},
		"longer than told":       {200, 5, 100, true, ""},
		"large":                  {200, -1, 15 << 20, true, ""},
		"too large":              {200, -1, 16 << 20, false, "larger than 16 MiB"},
		"a redirect":             {302, 19, 0, false, "status 302"},
		"a large refusal":        {422, -1, 1 << 20, false, "status 422"},
		"a refusal, told wrong":  {422, 1 << 40, 1 << 20, false, "status 422"},
		"not even begun (1xx)":   {199, 19, 0, false, "status 199"},
		"a server's large error": {500, 1 << 20, 1 << 20, false, "status 500"},
	} {
		t.Run(name, func(t *testing.T) {
			connection := &answering{StatusCode: test.status, ContentLength: test.length, Body: many(test.size)}
			api, err := dixa.NewAPI("https://desk.example/v1", dixa.WithHTTPClient(connection))
			if err != nil {
				t.Fatal(err)
			}
			answer, err := api.GetEndUser(t.Context(), "1")
			if test.good {
				if err != nil || answer.Data.ID != "1" {
					t.Errorf("%v, %v", answer, err)
				}
				return
			}
			var failure *dixa.StatusError
			if !errors.As(err, &failure) || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("%v, want %s", err, test.says)
			}
			if len(failure.Body) < 19 || len(failure.Body) > 64<<10 {
				t.Errorf("%d bytes are kept", len(failure.Body))
			}
		})
	}
}

// spaces is white space without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
