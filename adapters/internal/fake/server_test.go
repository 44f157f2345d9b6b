package fake

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

func TestVendorAnswers(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		response := b.expect("GET", "/v1/things/1?limit=3", "", 200, `{"attributes":{"color":"a<b"}}`)
		if date, err := http.ParseTime(response.Header.Get("Date")); err != nil || time.Since(date).Abs() > time.Hour {
			b.Errorf("Date %q", response.Header.Get("Date"))
		}
		if response.ContentLength != 30 {
			b.Errorf("Content-Length %d", response.ContentLength)
		}
		b.expect("GET", "/beta/things/1", "", 200, `{"attributes":{"color":"a<b"}}`)
		b.expect("PATCH", "/v1/things/2", `{"attributes":{"n":1},"merge":true}`, 200, `{"attributes":{"n":1}}`)
		b.expect("GET", "/v1/things/3", "", 404, "<p>no thing</p>")
		b.expectAs("busy", "GET", "/v1/things/1", "", 429, "Retry later\n")
		response = b.expect("HEAD", "/v1/things/1", "", 200, "")
		if response.ContentLength != 30 {
			b.Errorf("HEAD: Content-Length %d", response.ContentLength)
		}
		b.expect("DELETE", "/v1/things/1", "", 501, "the tiny fake does not play deleteThing")
	})
}

func TestNoContentTypeIsGuessed(t *testing.T) {
	bothWays(t, func(c *Config) {
		c.Before = func(*Request) *Answer { return &Answer{Status: 204} }
	}, func(b *bench) {
		response := b.expect("DELETE", "/v1/things/1", "", 204, "")
		if _, ok := response.Header["Content-Length"]; ok {
			b.Errorf("a 204 with Content-Length")
		}
		b.SetFaults(Fault{Type: "status", Status: 502, Body: "<html>bad</html>"})
		response = b.expect("GET", "/v1/things/1", "", 502, "<html>bad</html>")
		if kind, ok := response.Header["Content-Type"]; ok {
			b.Errorf("Content-Type %q", kind)
		}
	})
}

func TestRouting(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		// Beside /things/{id}: the more literal path wins, a parameter is decoded, %2F stays within it.
		b.expect("GET", "/v1/things/mail=a%2Fb%40c.d", "", 200, `{"attributes":{"mail":"a/b@c.d"}}`)
		const nowhere = "tiny knows no such place"
		for _, path := range []string{"/things/1", "/v1", "/v1/things", "/v1/things/", "/v1/things/1/", "/v1things/1", "/v1/things/1/2"} {
			b.expect("GET", path, "", 404, nowhere)
			b.expectReports("tiny fake: GET " + path + ": the document has no such path or method")
		}
		b.expect("PUT", "/v1/things/1", "", 404, nowhere)
		b.expectReports("tiny fake: PUT /v1/things/1: the document has no such path or method")
	})
	bothWays(t, func(c *Config) { c.Prefixes = nil }, func(b *bench) {
		b.expect("GET", "/things/1", "", 200, `{"attributes":{"color":"a<b"}}`)
	})
}

func TestBeforeComesBeforeValidationAndNoRoute(t *testing.T) {
	bothWays(t, func(c *Config) {
		// The document knows no 401 of this operation, and that is said.
		c.Deviations = append(c.Deviations, Deviation{Operation: "setThing", Status: 401, Reason: "not in the document"})
	}, func(b *bench) {
		b.expectAs("wrong", "PATCH", "/v1/things/1?what=1", "[1]", 401, "who are you")
		b.expectAs("wrong", "GET", "/nowhere", "", 401, "who are you")
		b.expectReports()
		b.expectAs("wrong", "GET", "/v1/things/1", "", 401, "who are you")
		b.expectReports("tiny fake: GET /v1/things/1: answer 401: status is not supported")
	})
}

func TestRequests(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.expect("PATCH", "/v1/things/2?q=1&q=2", `{"attributes":{}}`, 200, `{"attributes":{}}`)
		b.tb.reports()
		b.SetFaults(Fault{Type: "lost_answer"})
		if _, err := b.send("PATCH", "/v1/things/3", `{"attributes":{}}`); err == nil {
			b.Error("no error")
		}
		got := b.Requests()
		if len(got) != 2 {
			b.Fatalf("%d requests", len(got))
		}
		first := got[0]
		if first.Method != "PATCH" || first.Path != "/v1/things/2" || !slices.Equal(first.Query["q"], []string{"1", "2"}) ||
			first.Header.Get("Authorization") != "secret" || string(first.Body) != `{"attributes":{}}` ||
			first.Operation != "setThing" || first.Params["id"] != "2" || first.Status != 200 || first.Time.IsZero() {
			b.Errorf("%+v", first)
		}
		if got[1].Path != "/v1/things/3" || got[1].Status != 0 {
			b.Errorf("a lost answer: %+v", got[1])
		}
		// Copies: nothing done to them reaches the next caller.
		first.Body[0], first.Params["id"], first.Query["q"][0], first.Header["Authorization"][0] = 'X', "X", "X", "X"
		again := b.Requests()[0]
		if again.Body[0] == 'X' || again.Params["id"] == "X" || again.Query["q"][0] == "X" || again.Header.Get("Authorization") == "X" {
			b.Errorf("shared with the caller: %+v", again)
		}
	})
}

func TestRequestBodyLimit(t *testing.T) {
	b := inProcessBench(t)
	just := `{"attributes":{}}` + strings.Repeat(" ", maxBody-17)
	b.expect("PATCH", "/v1/things/1", just, 200, `{"attributes":{}}`)
	b.expect("PATCH", "/v1/things/1", just+" ", 413, "request body too large")
	b.expectReports("tiny fake: PATCH /v1/things/1: the request's body is larger than 4194304 bytes")
	b.expect("PUT", "/_fake/state", just+" ", 413, "request body too large\n")
	if got := b.Requests(); len(got) != 2 || got[1].Status != 413 {
		t.Errorf("%d requests", len(got))
	}
}

func TestHandlersAreAtomic(t *testing.T) {
	seen := 0
	bothWays(t, func(c *Config) {
		seen = 0
		c.Before = nil
		c.Operations["getThing"] = func(*Request) Answer { seen++; return JSON(200, map[string]any{"attributes": map[string]any{}}) }
	}, func(b *bench) {
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if response, err := b.send("GET", "/v1/things/1", ""); err == nil {
					response.Body.Close()
				}
			})
		}
		all.Wait()
		b.Locked(func() {
			if seen != 50 {
				b.Errorf("%d of 50", seen)
			}
		})
		if n := len(b.Requests()); n != 50 {
			b.Errorf("%d recorded", n)
		}
	})
}

func TestCloseCutsAndSilences(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.expect("GET", "/v1/things/1", "", 200, `{"attributes":{"color":"a<b"}}`)
		if len(b.tb.cleanups) != 1 {
			b.Fatalf("%d cleanups", len(b.tb.cleanups))
		}
		b.tb.cleanups[0]()
		b.Close()
		if _, err := b.send("GET", "/nowhere", ""); err == nil {
			b.Error("answered after Close")
		}
	})
	b := inProcessBench(t)
	b.Close()
	if err := b.Listen(""); err == nil {
		t.Error("listens after Close")
	}
}

func TestListenOnlyOnLoopback(t *testing.T) {
	for _, addr := range []string{":0", "0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.com:0", "127.0.0.1", "127.0.0.1:x"} {
		tb := &recordingTB{}
		s := Start(tb, new(tiny).config(), addr)
		s.Close()
		if len(tb.fatal) != 1 || !strings.HasPrefix(tb.fatal[0], "tiny fake: ") {
			t.Errorf("%s: %q", addr, tb.fatal)
		}
	}
	for _, addr := range []string{"", "127.0.0.1:0", "localhost:0", "127.1.2.3:0"} {
		tb := &recordingTB{}
		s := Start(tb, new(tiny).config(), addr)
		if len(tb.fatal) > 0 || !strings.HasPrefix(s.URL, "http://127.") && !strings.HasPrefix(s.URL, "http://[::1]") {
			t.Errorf("%s: %s %q", addr, s.URL, tb.fatal)
		}
		if err := s.Listen(""); err == nil {
			t.Errorf("%s: listens twice", addr)
		}
		s.Close()
	}
}

func TestConfigIsHeldAgainstTheDocument(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"NoRoute, State and SetState are required": func(c *Config) { c.NoRoute = nil },
		`no operation "getThings"`:                 func(c *Config) { c.Operations["getThings"] = nil },
		`deviation: the document has no operation`: func(c *Config) { c.Deviations = []Deviation{{Operation: "x"}} },
		"document: ": func(c *Config) { c.Document = "openapi: [" },
		"has no operationId": func(c *Config) {
			c.Document = strings.ReplaceAll(tinyDocument, "operationId: getThing\n", "summary: x\n")
		},
	} {
		config := new(tiny).config()
		change(&config)
		if _, err := New(&recordingTB{}, config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestJSONPanicsOnWhatItCannotEncode(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	JSON(200, func() {})
}

// A client that goes away in the middle of its request has sent none.
func TestHalfARequestIsNone(t *testing.T) {
	b := inProcessBench(t)
	broken := io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF))
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("recovered %v", v)
		}
		if len(b.Requests()) != 0 {
			t.Error("recorded")
		}
	}()
	b.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("PATCH", "/v1/things/1", broken))
}

// The command serves fakes: package testing, with its flags, stays out of it.
func TestDoesNotImportTesting(t *testing.T) {
	deps, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(errors.Join(err, errors.New(string(deps))))
	}
	if slices.Contains(strings.Fields(string(deps)), "testing") {
		t.Error("imports testing")
	}
}

func inProcessBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, tb: &recordingTB{}, vendor: &tiny{}, base: "http://tiny.example.com"}
	var err error
	if b.Server, err = New(b.tb, b.vendor.config()); err != nil {
		t.Fatal(err)
	}
	b.client = &http.Client{Transport: RoundTripper(b.Handler())}
	return b
}

func BenchmarkNew(b *testing.B) {
	config := new(tiny).config()
	for b.Loop() {
		if _, err := New(&recordingTB{}, config); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInProcessRoundTrip(b *testing.B) {
	s, err := New(b, new(tiny).config())
	if err != nil {
		b.Fatal(err)
	}
	transport := RoundTripper(s.Handler())
	for b.Loop() {
		r, _ := http.NewRequest("PATCH", "http://tiny.example.com/v1/things/1", strings.NewReader(`{"attributes":{"a":"b"}}`))
		r.Header.Set("Authorization", "secret")
		r.Header.Set("Content-Type", "application/json")
		if response, err := transport.RoundTrip(r); err != nil || response.StatusCode != 200 {
			b.Fatal(response, err)
		}
	}
}

// A fake that serves a million requests does not hold them all.
func TestOnlyTheNewestRequestsAreKept(t *testing.T) {
	b := inProcessBench(t)
	b.SetFaults(Fault{Type: "status", Status: 204, Times: -1})
	const sent = maxRequests + 1234
	for i := range sent {
		response, err := b.send("GET", "/v1/things/"+strconv.Itoa(i), "")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	got := b.Requests()
	if len(got) != maxRequests {
		t.Fatalf("%d are kept", len(got))
	}
	for i, r := range got {
		if want := strconv.Itoa(sent - maxRequests + i); r.Params["id"] != want {
			t.Fatalf("request %d is of %s, want %s", i, r.Params["id"], want)
		}
	}
}
