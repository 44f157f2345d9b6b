package fake

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const red = `{"attributes":{"color":"red"}}`

func (b *bench) expectBroken(method, path, body string) {
	b.Helper()
	response, err := b.send(method, path, body)
	if err == nil {
		response.Body.Close()
		b.Errorf("%s %s: answered %d", method, path, response.StatusCode)
	} else if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		b.Errorf("%s %s: %v", method, path, err)
	}
}

func (b *bench) color() string {
	var color string
	b.Locked(func() { color = string(b.vendor.Things["1"]["color"]) })
	return color
}

func TestFaultStatus(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Status: 503, Header: map[string]string{"retry-after": "7"}, Body: "later"})
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

func TestFaultResetAndLostAnswer(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{Reset: true})
		b.expectBroken("PATCH", "/v1/things/1", red)
		if b.color() != `"a<b"` {
			b.Error("reset, and yet done")
		}
		b.SetFaults(Fault{LostAnswer: true})
		b.expectBroken("PATCH", "/v1/things/1", red)
		if b.color() != `"red"` {
			b.Error("the answer is lost, and the change too")
		}
	})
}

func TestFaultTruncate(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(Fault{TruncateAt: 5}, Fault{Status: 502, Body: "0123456789", TruncateAt: 4})
		for _, want := range []struct {
			status   int
			promised int64
			body     string
		}{{200, 30, red[:5]}, {502, 10, "0123"}} {
			response, err := b.send("PATCH", "/v1/things/1", red)
			if err != nil {
				b.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			response.Body.Close()
			if !errors.Is(err, io.ErrUnexpectedEOF) || string(body) != want.body || response.StatusCode != want.status || response.ContentLength != want.promised {
				b.Errorf("%d %d %q %v", response.StatusCode, response.ContentLength, body, err)
			}
		}
		b.SetFaults(Fault{TruncateAt: 30})
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		b.expectReports("tiny fake: PATCH /v1/things/1: fault: truncate_at 30 cuts nothing, the answer's body has 30 bytes")
	})
}

func TestFaultMatching(t *testing.T) {
	const path, ok = "/v1/things/1", `{"attributes":{"color":"a<b"}}`
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(
			Fault{Operation: "findThing", Status: 500},
			Fault{Method: "DELETE", Status: 501},
			Fault{Path: "/v1/things/2", Status: 502},
			Fault{Operation: "getThing", Method: "get", Path: path, Skip: 1, Times: 2, Status: 503},
			Fault{Skip: 3, Times: -1, Status: 504},
		)
		b.expect("GET", path, "", 200, ok) // skipped by the fourth and, for the first time, by the fifth
		b.expect("GET", path, "", 503, "")
		b.expect("GET", path, "", 503, "")
		b.expect("GET", "/v1/things/2", "", 502, "")
		b.expect("GET", path, "", 200, ok)
		b.expect("GET", path, "", 200, ok)
		for range 3 {
			b.expect("GET", path, "", 504, "")
		}
		b.expect("GET", "/v1/things/mail=x", "", 500, "")
		b.expect("GET", "/_fake/state", "", 200, `{"things":{"1":{"color":"a<b"}}}`) // never the control endpoints
		b.SetFaults()
		b.expect("GET", path, "", 200, ok)
	})
}

func TestFaultDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inProcessBench(t)
		b.SetFaults(Fault{DelayMS: 1500, Status: 503}, Fault{DelayMS: 1500}, Fault{DelayMS: 60_000})
		start := time.Now()
		b.expect("GET", "/v1/things/1", "", 503, "")
		b.expect("PATCH", "/v1/things/1", red, 200, red) // a delay alone: late, and otherwise as ever
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		// A wait ends with its request; nobody is there to be answered, so nothing is done.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		request, _ := http.NewRequestWithContext(ctx, "PATCH", b.base+"/v1/things/1", strings.NewReader(`{"attributes":{}}`))
		request.Header.Set("Authorization", "secret")
		start = time.Now()
		if _, err := b.client.Do(request); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		synctest.Wait()
		if took := time.Since(start); took != time.Second || b.color() != `"red"` {
			t.Errorf("took %v, color %s", took, b.color())
		}
		// Others are served meanwhile.
		b.SetFaults(Fault{Method: "GET", DelayMS: 60_000})
		var slow sync.WaitGroup
		slow.Go(func() { b.expect("GET", "/v1/things/1", "", 200, `{"attributes":{"color":"blue"}}`) })
		synctest.Wait()
		start = time.Now()
		b.expect("PATCH", "/v1/things/1", `{"attributes":{"color":"blue"}}`, 200, `{"attributes":{"color":"blue"}}`)
		if took := time.Since(start); took != 0 {
			t.Errorf("waited %v for another's delay", took)
		}
		slow.Wait()
		b.expectReports()
	})
}

// Over a socket the server learns of a client's leaving by its connection.
func TestFaultDelayEndsWhenTheClientHangsUp(t *testing.T) {
	b := inProcessBench(t)
	arrived, ended := make(chan struct{}), make(chan any, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- recover() }()
		close(arrived)
		b.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	b.SetFaults(Fault{DelayMS: 3_600_000})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-arrived
		cancel()
	}()
	request, _ := http.NewRequestWithContext(ctx, "GET", server.URL+"/v1/things/1", nil)
	if _, err := server.Client().Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if v := <-ended; v != http.ErrAbortHandler {
		t.Errorf("recovered %v", v)
	}
}

var nonsense = map[string]struct {
	fault Fault
	json  string
}{
	"status 99 is not between 200 and 599": {Fault{Status: 99}, `{"status":99}`},
	"status 600":                           {Fault{Status: 600}, `{"status":600}`},
	"skip, delay_ms and truncate_at":       {Fault{Skip: -1, Reset: true}, `{"skip":-1,"reset":true}`},
	"delay_ms and truncate_at are not":     {Fault{DelayMS: -1}, `{"delay_ms":-1}`},
	"truncate_at are not negative":         {Fault{TruncateAt: -1}, `{"truncate_at":-1}`},
	"times is -1":                          {Fault{Times: -2, Reset: true}, `{"times":-2,"reset":true}`},
	"header and body need a status":        {Fault{Body: "x", DelayMS: 1}, `{"body":"x","delay_ms":1}`},
	"status 204 has no body":               {Fault{Status: 204, Body: "x"}, `{"status":204,"body":"x"}`},
	"after a reset there is no answer":     {Fault{Reset: true, Status: 500}, `{"reset":true,"status":500}`},
	"the lost answer is the vendor's":      {Fault{LostAnswer: true, TruncateAt: 1}, `{"lost_answer":true,"truncate_at":1}`},
	"it does nothing":                      {Fault{Method: "GET", Skip: 1}, `{"method":"GET","skip":1}`},
	`the document has no operation "x"`:    {Fault{Operation: "x", Reset: true}, `{"operation":"x","reset":true}`},
}

func TestNonsensicalFaults(t *testing.T) {
	b := inProcessBench(t)
	b.SetFaults(Fault{Times: -1, Status: 503})
	for want, c := range nonsense {
		b.tb.fatal = nil
		b.SetFaults(c.fault)
		if len(b.tb.fatal) != 1 || !strings.Contains(b.tb.fatal[0], "tiny fake: fault 0: ") || !strings.Contains(b.tb.fatal[0], want) {
			t.Errorf("want %q, got %q", want, b.tb.fatal)
		}
	}
	b.expect("GET", "/v1/things/1", "", 503, "") // the old faults stand
}
