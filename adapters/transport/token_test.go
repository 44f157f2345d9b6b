package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestRefusedTokenIsLeftAlone: a request whose token was refused is sent again
// only with another token, and only with its body.
func TestRefusedTokenIsLeftAlone(t *testing.T) {
	gone := errors.New("no body any more")
	for _, test := range []struct {
		name    string
		renewed func() (string, error)
		body    io.Reader
		again   func() (io.ReadCloser, error)
		sent    int
	}{
		{"no other token", func() (string, error) { return "", errors.New("no") }, strings.NewReader("body"), nil, 1},
		{"an empty one", func() (string, error) { return "", nil }, strings.NewReader("body"), nil, 1},
		{"a body that can be read once", func() (string, error) { return "new", nil }, io.MultiReader(strings.NewReader("body")), nil, 1},
		{"a body that cannot be had again", func() (string, error) { return "new", nil }, strings.NewReader("body"), func() (io.ReadCloser, error) { return nil, gone }, 1},
		{"no body", func() (string, error) { return "new", nil }, nil, nil, 2},
		{"a body", func() (string, error) { return "new", nil }, strings.NewReader("body"), nil, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &server{answer: func(n int) (*http.Response, error) {
				if n > 1 {
					return answer(200, "fine")
				}
				return answer(401, "the vendor's words")
			}}
			base, err := url.Parse("https://desk.example")
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			c, _ := transport.NewClient(transport.Options{Client: &http.Client{Transport: s}}, transport.Vendor{
				Base: base, Header: "Authorization",
				Token: func(context.Context) (string, error) {
					if asked++; asked > 1 {
						return test.renewed()
					}
					return "old", nil
				},
			})
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example/x", test.body)
			if err != nil {
				t.Fatal(err)
			}
			if test.again != nil {
				request.GetBody = test.again
			}
			got, err := c.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			words, err := io.ReadAll(got.Body)
			want := map[int]string{1: "the vendor's words", 2: "fine"}[test.sent]
			if err != nil || len(s.bodies) != test.sent || string(words) != want {
				t.Errorf("%d requests, the answer is %q, %v; want %d, %q", len(s.bodies), words, err, test.sent, want)
			}
			for i, body := range s.bodies {
				if test.body != nil && body != "body" {
					t.Errorf("request %d has the body %q", i+1, body)
				}
			}
		})
	}
}

// TestTokenFails: without a token nothing is sent, and it is the token's fault.
func TestTokenFails(t *testing.T) {
	s := &server{answer: func(int) (*http.Response, error) { return answer(200, "") }}
	base, err := url.Parse("https://desk.example")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	c, _ := transport.NewClient(transport.Options{Client: &http.Client{Transport: s}}, transport.Vendor{
		Base: base, Header: "Authorization", Token: func(context.Context) (string, error) {
			asked++
			return "", errors.New("the vault is locked")
		},
	})
	_, err = post(t, t.Context(), c)
	failure, _ := transport.Failure(t.Context(), err, nil)
	if failure.Class != adapters.ErrUnauthenticated || failure.Code != adapters.CodeToken || len(s.bodies) != 0 || asked != 1 {
		t.Errorf("%v after %d requests; it was asked for %d times", failure, len(s.bodies), asked)
	}
	if !strings.Contains(err.Error(), "no token: the Token function failed") {
		t.Errorf("who has no chain above this one reads %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = post(t, ended, c); !errors.Is(err, context.Canceled) || asked != 1 {
		t.Errorf("for a call that has ended: %v, and the token was asked for %d times", err, asked)
	}
}

// TestTokenFailsWhereItIsCountedBy: the limiter, which asks first then, says so
// itself.
func TestTokenFailsWhereItIsCountedBy(t *testing.T) {
	w := newWire()
	asked := 0
	limit := ten
	limit.ByToken = true
	c, _ := openVendor(w, transport.Options{}, transport.Vendor{Limit: limit, Token: func(context.Context) (string, error) {
		asked++
		return "", errors.New("the vault is locked")
	}})
	body := &closedBody{Reader: strings.NewReader("body")}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example/x", body)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(req)
	failure, _ := transport.Failure(t.Context(), err, nil)
	if failure.Class != adapters.ErrUnauthenticated || failure.Code != adapters.CodeToken || asked != 1 || len(w.sent) != 0 {
		t.Errorf("%v; asked %d times, %d requests", failure, asked, len(w.sent))
	}
	if !body.closed {
		t.Error("the request's body was left open")
	}
}

// closedBody is a body that tells whether it was closed.
type closedBody struct {
	io.Reader
	closed bool
}

func (b *closedBody) Close() error { b.closed = true; return nil }
