package fake

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFaultStatus(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Type: "status", Status: 503, Header: map[string]string{"retry-after": "7"}, Body: "later"})
		// Ahead of authentication and validation, and once.
		response := b.expectAs("wrong", "PATCH", "/v1/things/1", "[]", 503, "later")
		if response.Header.Get("Retry-After") != "7" {
			b.Errorf("header %v", response.Header)
		}
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		if got := b.Requests(); len(got) != 2 || got[0].Status != 503 || got[0].Operation != "setThing" {
			b.Errorf("%+v", got)
		}
	})
}

func TestFaultHTML(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		header := map[string]string{"X-A": "b"}
		b.SetFaults(Fault{Type: "html"}, Fault{Type: "html", Status: 200}, Fault{Type: "html", Status: 200, Body: "<p>Sign in", Header: header})
		for _, want := range []struct {
			status int
			page   string
		}{{502, "<h1>Bad Gateway</h1>"}, {200, "<h1>OK</h1>"}, {200, "<p>Sign in"}} {
			answer := b.watch(b.Context(), "PATCH", "/v1/things/1", red)
			if answer.status != want.status || !strings.Contains(answer.body(), want.page) || answer.header.Get("Content-Type") != "text/html; charset=utf-8" || answer.err != nil {
				b.Errorf("%+v", answer)
			}
		}
		if b.color() != `"a<b"` {
			b.Error("the vendor saw the request")
		}
		if len(header) != 1 {
			b.Errorf("the caller's header is now %v", header)
		}
	})
}

func TestFaultContentType(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Type: "content_type", ContentType: "text/plain"})
		if response := b.expect("PATCH", "/v1/things/1", red, 200, red); response.Header.Get("Content-Type") != "text/plain" {
			b.Errorf("%v", response.Header)
		}
		if response := b.expect("PATCH", "/v1/things/1", red, 200, red); response.Header.Get("Content-Type") != "application/json" {
			b.Errorf("for good: %v", response.Header)
		}
	})
}

func TestFaultTruncatedJSON(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Type: "truncated_json"})
		response := b.expect("PATCH", "/v1/things/1", red, 200, red[:len(red)/2])
		if response.ContentLength != int64(len(red)/2) || response.Header.Get("Content-Type") != "application/json" {
			b.Errorf("%d %v", response.ContentLength, response.Header)
		}
		if b.color() != `"red"` {
			b.Error("the vendor did nothing")
		}
		b.SetFaults(Fault{Type: "truncated_json"})
		b.expect("GET", "/v1/things/9", "", 404, "<p>no thing</p>")
		b.expectReports("tiny fake: GET /v1/things/9: fault: truncated_json finds no JSON that half of would be broken")
	})
	bothWays(t, func(c *Config) {
		c.Operations["getThing"] = func(*Request) Answer {
			return Answer{200, http.Header{"Content-Type": {"application/json"}}, []byte(`{"attributes":{}}` + strings.Repeat(" ", 20))}
		}
	}, func(b *bench) {
		b.SetFaults(Fault{Type: "truncated_json"})
		b.expect("GET", "/v1/things/1", "", 200, `{"attributes":{}}`+strings.Repeat(" ", 20))
		b.expectReports("tiny fake: GET /v1/things/1: fault: truncated_json finds no JSON that half of would be broken")
	})
	bothWays(t, func(c *Config) {
		c.Operations["deleteThing"] = func(*Request) Answer { return Answer{Status: 204} }
	}, func(b *bench) {
		b.SetFaults(Fault{Type: "truncated_json"})
		b.expect("DELETE", "/v1/things/1", "", 204, "")
		b.expectReports("tiny fake: DELETE /v1/things/1: fault: truncated_json finds no JSON that half of would be broken")
	})
}

func TestFaultDownAndLostAnswer(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Type: "down"})
		b.expectBroken("PATCH", "/v1/things/1", red)
		if b.color() != `"a<b"` {
			b.Error("down, and yet done")
		}
		b.SetFaults(Fault{Type: "lost_answer"})
		b.expectBroken("PATCH", "/v1/things/1", red)
		if b.color() != `"red"` {
			b.Error("the answer is lost, and the change too")
		}
		for _, r := range b.Requests() {
			if r.Status != 0 {
				b.Errorf("answered %d", r.Status)
			}
		}
		b.SetFaults(Fault{Type: "down", Times: -1})
		b.expectBroken("GET", "/v1/things/1", "")
		b.expectBroken("GET", "/nowhere", "")
		b.expect("PUT", "/_fake/faults", "[]", 204, "") // there is a way back
		b.expect("GET", "/v1/things/1", "", 200, red)
	})
}

func TestFaultResetPeer(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Type: "reset_peer"}, Fault{Type: "reset_peer", Timeout: 1})
		for range 2 {
			response, err := b.send("PATCH", "/v1/things/1", red)
			if err == nil {
				response.Body.Close()
			}
			if !errors.Is(err, syscall.ECONNRESET) {
				b.Errorf("%v", err)
			}
		}
		if got := b.Requests(); b.color() != `"red"` || len(got) != 2 || got[1].Status != 0 {
			b.Errorf("color %s, %+v", b.color(), got)
		}
		b.expect("PATCH", "/v1/things/1", red, 200, red) // on a connection that works
	})
}

func TestFaultLimitData(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Type: "limit_data", Bytes: 5}, Fault{Type: "limit_data"}, Fault{Type: "limit_data", Bytes: 29})
		for _, want := range []string{red[:5], "", red[:29]} {
			answer := b.watch(b.Context(), "PATCH", "/v1/things/1", red)
			if !errors.Is(answer.err, io.ErrUnexpectedEOF) || answer.body() != want || answer.status != 200 || answer.promised != 30 {
				b.Errorf("%+v, want %q", answer, want)
			}
		}
		b.SetFaults(Fault{Type: "limit_data", Bytes: 30})
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		b.expectReports("tiny fake: PATCH /v1/things/1: fault: limit_data cuts nothing, the answer's body is not longer")
	})
}

func TestFaultDuplicate(t *testing.T) {
	deliveries := 0
	bothWays(t, func(c *Config) {
		deliveries = 0
		set := c.Operations["setThing"]
		c.Operations["setThing"] = func(r *Request) Answer {
			if deliveries++; deliveries == 2 {
				return JSON(200, map[string]any{"attributes": map[string]int{"second": 2}})
			}
			return set(r)
		}
	}, func(b *bench) {
		b.SetFaults(Fault{Type: "duplicate"})
		b.expect("PATCH", "/v1/things/1", red, 200, `{"attributes":{"second":2}}`)
		got := b.Requests()
		if len(got) != 2 || string(got[1].Body) != red || got[1].Params["id"] != "1" || got[0].Status != 0 || got[1].Status != 200 {
			b.Errorf("%+v", got)
		}
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		if deliveries != 3 {
			b.Errorf("delivered %d times", deliveries)
		}
	})
}

func TestFaultClockSkew(t *testing.T) {
	virtually(t, func(b *bench) {
		b.SetFaults(
			Fault{Type: "clock_skew", Skew: -3600},
			Fault{Type: "clock_skew", Skew: 90, Status: 429, RetryAfter: 30, Body: "slow", Header: map[string]string{"Date": "never"}},
			Fault{Type: "clock_skew", Skew: 1, Status: 503},
		)
		// The clock of a bubble begins with a whole second.
		at := func(seconds int) string {
			return time.Now().UTC().Add(time.Duration(seconds) * time.Second).Format(http.TimeFormat)
		}
		for _, want := range []struct {
			status           int
			body             string
			date, retryAfter string
		}{{200, red, at(-3600), ""}, {429, "slow", at(90), at(120)}, {503, "", at(1), ""}, {200, red, at(0), ""}} {
			response := b.expect("PATCH", "/v1/things/1", red, want.status, want.body)
			if got := response.Header; got.Get("Date") != want.date || got.Get("Retry-After") != want.retryAfter || len(got["Date"]) != 1 {
				b.Errorf("got %q and %q, want %+v", got["Date"], got.Get("Retry-After"), want)
			}
		}
	})
}

// A fault leaves what the vendor made its answers of as it is.
func TestFaultsLeaveTheVendorsHeaderAlone(t *testing.T) {
	header := http.Header{"Content-Type": {"application/json"}}
	bothWays(t, func(c *Config) {
		c.Operations["getThing"] = func(*Request) Answer { return Answer{200, header, []byte(red)} }
	}, func(b *bench) {
		b.SetFaults(Fault{Type: "content_type", ContentType: "a/b"}, Fault{Type: "clock_skew", Skew: 1})
		b.expect("GET", "/v1/things/1", "", 200, red)
		b.expect("GET", "/v1/things/1", "", 200, red)
		if len(header) != 1 || header.Get("Content-Type") != "application/json" {
			b.Errorf("%v", header)
		}
	})
}
