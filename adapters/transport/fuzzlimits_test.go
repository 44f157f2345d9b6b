package transport_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// FuzzLimits: whatever an answer says of the limit, it is within bounds, and does
// not stop an adapter for good.
func FuzzLimits(f *testing.F) {
	f.Add("300", "299", "60", `"default";r=50;t=30`, `"default";q=100;w=60`, "7", "Sat, 01 Jan 2000 00:00:00 GMT", true)
	f.Add("0", "0", "0", `"a";r=0;t=0, "b";r=1;t=86401`, `"a";q=0;w=0, "b";q=1;w=3600`, "-1", "Sat, 01 Jan 2000 00:07:00 GMT", false)
	f.Add("99999999999999999999", "-1", "946684860", `r=1;t=99999999999999999999`, `q=99999999999999999999;w=99999999999999999999`, "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", true)
	f.Add("1", "1", "9223372036854775807", ";;=;r=;t", ";q=;w=,,", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", false)
	f.Add("2147483648", "4294967296", "1099511627776", `"x;r=5";r=50`, `q=2147483647;w=1`, "", "x", true)
	f.Fuzz(func(t *testing.T, limit, remaining, reset, current, policy, after, date string, refused bool) {
		fields := header("X-Ratelimit-Limit", limit, "X-Ratelimit-Remaining", remaining, "X-Ratelimit-Reset", reset, "RateLimit", current, "RateLimit-Policy", policy, "Retry-After", after, "Date", date)
		n, left, until, per := transport.ReadLimits(fields, time.Now())
		if n < 0 || left < -1 || until < 0 || until > 24*time.Hour || per < 0 || per > time.Hour || per > 0 && n == 0 {
			t.Errorf("limit %d, remaining %d, reset %v, per %v", n, left, until, per)
		}
		synctest.Test(t, func(t *testing.T) {
			w := newWire()
			w.reply = func(int, *http.Request) *http.Response {
				got, _ := answer(map[bool]int{true: 429, false: 200}[refused], "")
				got.Header = fields
				return got
			}
			c := open(w, transport.Options{Attempts: 1}, transport.Limit{Requests: 3000, Per: time.Minute, Windows: true})
			for range 3 {
				if _, err := call(t.Context(), c, http.MethodGet, "/x"); err != nil {
					t.Fatal(err)
				}
			}
			// A policy of one in an hour is kept; half of it is, after a 429.
			if took := time.Since(w.begun); took > 6*time.Hour {
				t.Errorf("three requests took %v", took)
			}
		})
	})
}

// FuzzRoute: a route as it is told has nothing in it that could be an e-mail
// address, a telephone number with its plus, or a name with its value.
func FuzzRoute(f *testing.F) {
	for _, path := range []string{"", "/", "/v1/customers/5f0000000000000000000007", "/v1/customers/email=a@b.c", "/a%2Fb%40c", "//", "/./..", "/\x00é", "/" + strings.Repeat("a", 65), "/a b", "/%", "/+45"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		var told string
		c := open(newWire(), transport.Options{Observers: []*transport.Observer{{Started: func(ctx context.Context, r transport.Request) context.Context {
			told = r.Route
			return ctx
		}}}}, transport.Limit{})
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://desk.example", nil)
		req.URL.Path, req.URL.RawPath = path, ""
		if u, err := url.Parse("https://desk.example/" + path); err == nil {
			req.URL = u // as one that came escaped
		}
		if _, err := c.Transport.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(told, "/") {
			if part != "…" && (len(part) > 64 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "") {
				t.Errorf("the route of %q is told as %q", path, told)
			}
		}
		if strings.Count(told, "/") > strings.Count(req.URL.EscapedPath(), "/") {
			t.Errorf("the route of %q is told as %q", path, told)
		}
	})
}
