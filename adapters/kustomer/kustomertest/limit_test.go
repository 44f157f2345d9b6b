package kustomertest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// told is what an answer tells of the limits: the status, then limit, remaining and reset, then the record's limit and
// what remains of it.
func told(t *testing.T, server *Server, method, path, token string) string {
	t.Helper()
	var body io.Reader
	if method == "PATCH" {
		body = strings.NewReader(`{"custom":{}}`)
	}
	request, err := http.NewRequest(method, server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	if response.StatusCode == 429 && string(text) != `{"errors":[{"status":429,"code":"toomanyrequests","title":"Too Many Requests"}]}` {
		t.Errorf("429 %s", text)
	}
	header := func(name string) string { return response.Header.Get("X-Ratelimit-" + name) }
	line := fmt.Sprint(response.StatusCode, " ", header("Limit"), " ", header("Remaining"), " ", header("Reset"))
	if header("Object-Limit") != "" {
		line += fmt.Sprint(" ", header("Object-Limit"), " ", header("Object-Remaining"))
	}
	return line
}

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{T: t}
		server := New(b, InProcess())
		server.SetLimit(2)
		epoch := time.Now()
		expect := func(status, remaining int, reset time.Duration, method, path, token string) {
			t.Helper()
			want := fmt.Sprint(status, " 2 ", remaining, " ", epoch.Add(reset).Unix())
			if got := told(t, server, method, path, token); strings.TrimSuffix(got, " 600 599") != want {
				t.Errorf("after %v, %s %s: %s, want %s", time.Since(epoch), method, path, got, want)
			}
		}
		const s = time.Second
		expect(401, 2, 60*s, "GET", customer1, "wrong") // has no organization, and so begins nothing
		time.Sleep(500 * time.Millisecond)
		expect(200, 1, 61*s, "GET", customer1, "token") // never told too early
		time.Sleep(20 * s)
		expect(200, 0, 61*s, "PATCH", conversation1, "token")
		expect(429, 0, 61*s, "PATCH", conversation1, "token")
		expect(429, 0, 61*s, "GET", "/v1/customers/7", "token")
		expect(429, 0, 61*s, "GET", "/v1/nowhere", "token")
		expect(401, 0, 61*s, "GET", customer1, "wrong")
		time.Sleep(40*s - time.Nanosecond)
		expect(429, 0, 61*s, "GET", customer1, "token")
		time.Sleep(time.Nanosecond) // a minute after the first request, and not of the clock
		expect(401, 2, 121*s, "GET", customer1, "wrong")
		time.Sleep(300 * s)
		expect(404, 1, 421*s, "GET", "/v1/customers/"+unknownID, "token")
		expect(400, 0, 421*s, "GET", "/v1/customers/7", "token")
		time.Sleep(60 * s)
		expect(404, 1, 481*s, "GET", "/v1/nowhere", "token")
		b.expectReports("no such path")
		server.SetLimit(0)
		if got := told(t, server, "GET", customer1, "token"); got != "200 1000 999 60" {
			t.Errorf("without a limit: %s", got)
		}
	})
}

func TestObjectLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := New(t, InProcess())
		server.SetObjectLimit(2)
		expect := func(want, method, path string) {
			t.Helper()
			if got := told(t, server, method, path, "token"); got != want {
				t.Errorf("%s %s: %s, want %s", method, path, got, want)
			}
		}
		expect("200 1000 999 60", "GET", customer2)
		expect("200 1000 999 60 2 1", "PATCH", customer2)
		time.Sleep(30 * time.Second)
		expect("200 1000 999 60 2 0", "PATCH", customer2)
		expect("429 1000 999 60", "PATCH", customer2) // the organization has room
		expect("200 1000 999 60", "GET", customer2)   // and reading is no update
		expect("200 1000 999 60 2 1", "PATCH", conversation2)
		time.Sleep(30*time.Second - time.Nanosecond)
		expect("429 1000 999 60", "PATCH", customer2)
		time.Sleep(time.Nanosecond)
		expect("200 1000 999 60 2 1", "PATCH", customer2)
		expect("200 1000 999 60 2 0", "PATCH", conversation2) // its minute is not over
		expect("429 1000 999 60", "PATCH", conversation2)
		server.SetLimit(2) // beside it
		reset := time.Now().Add(time.Minute).Unix()
		expect(fmt.Sprint("200 2 1 ", reset), "GET", customer2)
		time.Sleep(30 * time.Second)
		expect(fmt.Sprint("200 2 0 ", reset, " 2 1"), "PATCH", customer2)
		expect(fmt.Sprint("429 2 0 ", reset), "PATCH", customer2)
		time.Sleep(30 * time.Second)
		reset += 60
		expect(fmt.Sprint("200 2 1 ", reset, " 2 0"), "PATCH", customer2) // what was refused counts against no record
		expect(fmt.Sprint("429 2 0 ", reset), "PATCH", customer2)
	})
}

// A minute later a record is forgotten, and none sooner: a million would be held otherwise.
func TestObjectLimitForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := New(t, InProcess())
		server.SetObjectLimit(1)
		told(t, server, "PATCH", customer2, "token")
		time.Sleep(59 * time.Second)
		told(t, server, "PATCH", conversation2, "token")
		time.Sleep(time.Second)
		told(t, server, "PATCH", conversation1, "token")
		server.Locked(func() {
			if n := len(server.used.objects); n != 2 {
				t.Errorf("%d records are remembered, want 2", n)
			}
		})
		if got := told(t, server, "PATCH", conversation2, "token"); got != "429 1000 999 60" {
			t.Errorf("forgotten too early: %s", got)
		}
	})
}

func TestLimitsInTheState(t *testing.T) {
	b := start(t)
	state := b.State()
	state.Limit, state.ObjectLimit = 5, 1
	b.SetState(state)
	if got := b.State(); got.Limit != 5 || got.ObjectLimit != 1 {
		t.Errorf("%+v", got)
	}
	b.expect("PATCH", customer2, `{}`, 200, "")
	b.expect("PATCH", customer2, `{}`, 429, "")
	b.expect("PUT", "/_fake/state", `{"token":"token","limit":1}`, 204, "") // counts anew
	b.expect("GET", customer2, "", 404, "")
	b.expect("GET", customer2, "", 429, "")
	for _, set := range []func(){func() { b.SetLimit(-1) }, func() { b.SetObjectLimit(-1) }} {
		if set(); len(b.fatal) != 1 || b.fatal[0] != "kustomer fake: state: a limit is negative" {
			t.Errorf("%q", b.fatal)
		}
		b.fatal = nil
	}
	b.expect("PUT", "/_fake/state", `{"token":"token","object_limit":-1}`, 400, "")
	if got := b.State(); got.Limit != 1 || got.ObjectLimit != 0 {
		t.Errorf("refused, and yet %+v", got)
	}
}
