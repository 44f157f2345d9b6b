package transport_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestNothingSecretIsTold: neither the token nor what a request is about is in an
// error, a log, an event or the client as it prints.
func TestNothingSecretIsTold(t *testing.T) {
	secrets := []string{"t0k3n", "jane", "example.com", "4512345678", "s3cr3t-value", "evil"}
	paths := []string{
		"/v1/customers/email=jane@example.com", "/v1/customers/phone=%2B4512345678", "/v1/contacts/search?q=jane@example.com&phone=%2B4512345678",
		"/v1/customers/jane%40example.com/custom", "/x#jane", "/v1/customers/externalId=orders%2Fjane",
	}
	ways := map[string]func(*http.Request) (*http.Response, error){
		"a success": func(*http.Request) (*http.Response, error) { return answer(200, `{"name":"s3cr3t-value"}`) },
		"a refusal": func(r *http.Request) (*http.Response, error) {
			return answer(422, `{"message":"jane@example.com is taken"}`, "Www-Authenticate", r.Header.Get("Authorization"))
		},
		"not allowed": func(*http.Request) (*http.Response, error) { return answer(401, "t0k3n is no token") },
		"elsewhere": func(*http.Request) (*http.Response, error) {
			return answer(302, "", "Location", "https://evil.example/t0k3n")
		},
		"a failure": func(*http.Request) (*http.Response, error) { return answer(503, "s3cr3t-value") },
		"broken":    func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("%s: %v", r.URL, r.Header) },
		"broken in Go": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New("t0k3n")}
		},
		"not connected": func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("t0k3n")}
		},
	}
	for name, way := range ways {
		for _, path := range paths {
			t.Run(name+path, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					j := &journal{}
					c, _ := openVendor(roundTripper(way), j.options(), transport.Vendor{Name: "desk", Token: adapters.StaticToken("t0k3n")})
					req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://desk.example"+path, strings.NewReader("s3cr3t-value"))
					if err != nil {
						t.Fatal(err)
					}
					_, err = c.Do(req)
					texts := []string{j.log.String(), strings.Join(j.told, "\n"), fmt.Sprintf("%+v %#v %v", c, c, c.Transport)}
					if err != nil {
						failure, _ := transport.Failure(t.Context(), err, nil)
						texts = append(texts, failure.Error(), fmt.Sprintf("%+v", failure))
					}
					if len(j.told) == 0 || j.log.Len() == 0 {
						t.Error("nothing was told")
					}
					for _, text := range texts {
						for _, secret := range secrets {
							if strings.Contains(text, secret) {
								t.Errorf("%q is told in\n%s", secret, text)
							}
						}
					}
				})
			})
		}
	}
}

// TestNobodyWatches: what nobody wants to be told costs nothing. The chain's
// allocations are counted, those of the wire taken off.
func TestNobodyWatches(t *testing.T) {
	way := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
	})
	count := func(way http.RoundTripper) float64 {
		req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://desk.example/x", nil)
		return testing.AllocsPerRun(200, func() {
			if _, err := way.RoundTrip(req); err != nil {
				t.Fatal(err)
			}
		})
	}
	bare := count(way)
	for _, test := range []struct {
		name    string
		options transport.Options
		most    float64
	}{
		{"nobody", transport.Options{Limiter: &transport.Limiter{Rate: 1e9}}, 12},
		{"nobody, and no limiter", transport.Options{Limiter: &transport.Limiter{Off: true}}, 11},
	} {
		chain := count(open(way, test.options, ten).Transport) - bare
		t.Logf("%s: %.0f allocations", test.name, chain)
		if chain > test.most {
			t.Errorf("%s: %.0f allocations, more than %.0f", test.name, chain, test.most)
		}
		test.options.Observers = []*transport.Observer{{}}
		if watched := count(open(way, test.options, ten).Transport) - bare; watched <= chain {
			t.Errorf("watching costs nothing either: this test cannot tell")
		}
	}
}

// TestClientIsLeftAlone: the caller's client is copied, and its own ways kept.
func TestClientIsLeftAlone(t *testing.T) {
	way := newWire()
	given := &http.Client{Transport: way, Timeout: 7 * 1e9, CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("the caller's") }}
	before := *given
	base, _ := url.Parse("https://desk.example")
	c, _ := transport.NewClient(transport.Options{Client: given}, transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken("secret-token")})
	if _, err := call(t.Context(), c, http.MethodPost, "/x"); err != nil {
		t.Fatal(err)
	}
	if given.Transport != before.Transport || given.Timeout != before.Timeout || reflect.ValueOf(given.CheckRedirect).Pointer() != reflect.ValueOf(before.CheckRedirect).Pointer() || given.Jar != nil {
		t.Errorf("the caller's client is now %+v", given)
	}
	if c.Timeout != given.Timeout || c == given {
		t.Errorf("ours is %+v", c)
	}
}

// TestOldTLS: a server that speaks nothing newer than 1.1 is not spoken to. That its
// certificate is not known here would else come first.
func TestOldTLS(t *testing.T) {
	for version, code := range map[uint16]adapters.Code{tls.VersionTLS11: adapters.CodeConnection, tls.VersionTLS12: adapters.CodeUntrusted} {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
		server.StartTLS()
		base, err := url.Parse(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		client, _ := transport.NewClient(transport.Options{Attempts: 1}, transport.Vendor{Base: base, Header: "Authorization", Token: adapters.StaticToken("secret-token")})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		_, err = client.Do(req)
		if failure, _ := transport.Failure(t.Context(), err, nil); err == nil || failure.Code != code {
			t.Errorf("%s: %v, want %s", tls.VersionName(version), err, code)
		}
		server.Close()
	}
}

// TestWhoWeAre: the headers that are sent, beside those of the request, which stays
// as it was.
func TestWhoWeAre(t *testing.T) {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Path, "github.com/deskattr/") && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	var sent http.Header
	way := roundTripper(func(r *http.Request) (*http.Response, error) { sent = r.Header; return answer(200, "") })
	c := open(way, transport.Options{}, transport.Limit{})
	for accept, want := range map[string]string{"": "application/json", "text/csv": "text/csv"} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://desk.example/x", nil)
		req.Header["X-Own"] = []string{"1", "2"}
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		before := req.Header.Clone()
		if _, err := c.Do(req); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(req.Header, before) {
			t.Errorf("the request's own header is now %v", req.Header)
		}
		for name, want := range map[string]string{"Accept": want, "Authorization": "secret-token", "User-Agent": "deskattr/" + version + " (+https://github.com/deskattr/deskattr)"} {
			if got := sent.Values(name); len(got) != 1 || got[0] != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if got := sent["X-Own"]; len(got) != 2 {
			t.Errorf("X-Own: %q", got)
		}
		if !regexp.MustCompile(`^deskattr/\S+ \(\+https://\S+\)$`).MatchString(sent.Get("User-Agent")) {
			t.Errorf("User-Agent: %q", sent.Get("User-Agent"))
		}
	}
}

// TestTokenTakesTooLong: when the caller's time is over before there is a token,
// nothing is sent, and nothing can have been written.
func TestTokenTakesTooLong(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ctx, trace := transport.Follow(ctx)
	w := newWire()
	c, _ := openVendor(w, transport.Options{}, transport.Vendor{Token: func(context.Context) (string, error) { cancel(); return "late", nil }})
	if _, err := call(ctx, c, http.MethodPost, "/x"); !errors.Is(err, context.Canceled) || len(w.sent) != 0 || trace.Doubtful() != 0 {
		t.Errorf("%v; %d requests, %d in doubt", err, len(w.sent), trace.Doubtful())
	}
}
