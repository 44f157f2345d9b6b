package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

func TestTokenStaysWithItsHost(t *testing.T) {
	s := &server{answer: func(int) (*http.Response, error) { return answer(200, "") }}
	c := client(s, transport.Options{}, nil)
	for _, elsewhere := range []string{"https://other.example/x", "http://desk.example/x", "https://desk.example:444/x", "https://desk.example.evil.example/x"} {
		if _, err := c.Get(elsewhere); !errors.Is(err, adapters.ErrInvalid) {
			t.Errorf("%s: %v, want a refusal", elsewhere, err)
		}
	}
	if len(s.bodies) != 0 {
		t.Errorf("%d requests left", len(s.bodies))
	}
}

func TestLinksNeverSeeTheToken(t *testing.T) {
	s := &server{answer: func(n int) (*http.Response, error) {
		if n == 1 {
			return answer(503, "")
		}
		return answer(200, "")
	}}
	var order []string
	link := func(name string) func(http.RoundTripper) http.RoundTripper {
		return func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) {
				order = append(order, name)
				answer, err := next.RoundTrip(r)
				if header := r.Header.Get("Authorization"); header != "" {
					t.Errorf("link %s sees %q", name, header)
				}
				return answer, err
			})
		}
	}
	options := transport.Options{Backoff: 1, Links: []func(http.RoundTripper) http.RoundTripper{link("outer"), link("inner")}}
	if _, err := post(t, t.Context(), client(s, options, nil)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, " "); got != "outer inner" {
		t.Errorf("the links ran as %q, want each once, the outer one first", got)
	}
}

func TestRenewedToken(t *testing.T) {
	for _, test := range []struct {
		name   string
		tokens []string
		want   []string // the tokens sent
	}{
		{"renewed", []string{"old", "new"}, []string{"Bearer old", "Bearer new"}},
		{"the same", []string{"old", "old"}, []string{"Bearer old"}},
		{"renewed, and no better", []string{"old", "bad"}, []string{"Bearer old", "Bearer bad"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var sent []string
			vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				sent = append(sent, r.Header.Get("Authorization"))
				if string(body) != "body" {
					t.Errorf("the body is %q", body)
				}
				if r.Header.Get("Authorization") != "Bearer new" {
					w.WriteHeader(http.StatusUnauthorized)
				}
			}))
			defer vendor.Close()
			base, _ := url.Parse(vendor.URL)
			asked := 0
			c, _ := transport.NewClient(transport.Options{}, transport.Vendor{
				Base: base, Header: "Authorization", Prefix: "Bearer ",
				Token: func(context.Context) (string, error) {
					asked++
					return test.tokens[min(asked, len(test.tokens))-1], nil
				},
			})
			answer, err := c.Post(vendor.URL, "text/plain", strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if got := strings.Join(sent, ", "); got != strings.Join(test.want, ", ") {
				t.Errorf("sent %s, want %s", got, test.want)
			}
		})
	}
}

func TestTokensThatNoHeaderCanCarry(t *testing.T) {
	s := &server{answer: func(int) (*http.Response, error) { return answer(200, "") }}
	base, _ := url.Parse("https://desk.example")
	for _, token := range []string{"", "a b", "a\r\nX-Evil: 1", "a\x00", "tök"} {
		c, _ := transport.NewClient(transport.Options{Client: &http.Client{Transport: s}}, transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken(token)})
		_, err := post(t, t.Context(), c)
		failure, _ := transport.Failure(t.Context(), err, nil)
		if failure.Class != adapters.ErrUnauthenticated || failure.Code != adapters.CodeToken || token != "" && strings.Contains(failure.Error(), token) {
			t.Errorf("token %q: %v", token, failure)
		}
	}
	if len(s.bodies) != 0 {
		t.Errorf("%d requests left", len(s.bodies))
	}
}

func TestBaseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://desk.example":              "https://desk.example",
		"https://desk.example/v1/":          "https://desk.example/v1",
		"http://127.0.0.1:8080":             "http://127.0.0.1:8080",
		"http://localhost":                  "http://localhost",
		"http://[::1]:80":                   "http://[::1]:80",
		"http://desk.example":               "",
		"desk.example":                      "",
		"":                                  "",
		"ftp://desk.example":                "",
		"https://user:secret@desk.example":  "",
		"https://desk.example?token=secret": "",
		"https://desk.example/#x":           "",
		"https://desk.example/%zz":          "",
		"http://127.0.0.1.evil.example":     "",
	} {
		u, err := transport.Options{}.BaseURL(raw)
		switch {
		case want == "" && (err == nil || strings.Contains(err.Error(), "secret")):
			t.Errorf("%q: %v, %v; want a refusal without what may be secret", raw, u, err)
		case want != "" && (err != nil || u.String() != want):
			t.Errorf("%q: %v, %v; want %s", raw, u, err, want)
		}
	}
	if u, err := (transport.Options{AllowHTTP: true}).BaseURL("http://desk.example"); err != nil {
		t.Errorf("allowed http: %v, %v", u, err)
	}
}
