package chatwoottest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// statusOf sends a GET and returns the status, and of a 429 whether it is Rack::Attack's.
func statusOf(t *testing.T, server *Server, path, token string) int {
	t.Helper()
	request, err := http.NewRequest("GET", server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("api-access-token", token)
	request.Header.Set("Accept", "application/json")
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode == 429 {
		names := slices.Sorted(maps.Keys(response.Header))
		if string(body) != "Retry later\n" || response.Header.Get("Content-Type") != "text/plain" || !slices.Equal(names, []string{"Content-Length", "Content-Type", "Date"}) {
			t.Errorf("429 %q %v", body, response.Header)
		}
	}
	return response.StatusCode
}

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := New(t, InProcess())
		server.SetLimit(3)
		expect := func(want int, path, token string) {
			t.Helper()
			if got := statusOf(t, server, path, token); got != want {
				t.Errorf("%v %s: %d, want %d", time.Now().UTC().Format(time.TimeOnly), path, got, want)
			}
		}
		time.Sleep(59 * time.Second) // the clock of a bubble begins with a whole minute
		expect(200, contact, "admin")
		expect(401, contact, "wrong") // counts as well
		expect(200, "/api", "")       // and so does this
		expect(429, contact, "admin")
		expect(429, contact, "wrong")
		expect(429, "/api", "")
		expect(429, "/nowhere", "")
		time.Sleep(time.Second - time.Nanosecond)
		expect(429, contact, "admin")
		time.Sleep(time.Nanosecond) // the next minute of the clock, a second after the first request
		for range 3 {
			expect(200, contact, "admin")
		}
		expect(429, contact, "admin")
		time.Sleep(59 * time.Second)
		expect(429, contact, "admin")
		server.SetLimit(1) // counts anew
		expect(200, contact, "admin")
		expect(429, contact, "admin")
		server.SetLimit(0)
		for range 10 {
			expect(200, contact, "admin")
		}
	})
}

func TestLimitInTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := New(t, WithState(State{Limit: 1, Contacts: map[string]Contact{"1": {Name: "Robin"}}}), InProcess())
		if got := []int{statusOf(t, server, contact, "admin"), statusOf(t, server, contact, "admin")}; !slices.Equal(got, []int{200, 429}) {
			t.Errorf("%d", got)
		}
		if got := server.State(); got.Limit != 1 {
			t.Errorf("State has the limit %d", got.Limit)
		}
		put := func(state string, want int) {
			t.Helper()
			request, _ := http.NewRequest("PUT", server.URL+"/_fake/state", strings.NewReader(state))
			response, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%s: %d", state, response.StatusCode)
			}
		}
		put(`{"limit":2}`, 204) // counts anew
		put(`{"limit":-1}`, 400)
		if got := []int{statusOf(t, server, "/api", ""), statusOf(t, server, "/api", ""), statusOf(t, server, "/api", "")}; !slices.Equal(got, []int{200, 200, 429}) {
			t.Errorf("%d", got)
		}
		put(`{}`, 204)
		for range 10 {
			if got := statusOf(t, server, "/api", ""); got != 200 {
				t.Errorf("without a limit: %d", got)
			}
		}
	})
	tb := &fatalTB{TB: t}
	server := New(tb, InProcess())
	if server.SetLimit(-1); tb.fatal != "chatwoot fake: the limit is negative" || server.State().Limit != 0 {
		t.Errorf("%q", tb.fatal)
	}
}

// fatalTB keeps what would have ended the test.
type fatalTB struct {
	TB
	fatal string
}

func (tb *fatalTB) Fatalf(format string, args ...any) { tb.fatal = fmt.Sprintf(format, args...) }

func TestLimitOverASocket(t *testing.T) {
	b := start(t)
	b.SetLimit(1)
	b.expect("GET", contact, "", nil, 200, "~Robin")
	// The minute of the clock may end between the two; then a third is too much.
	if response, _ := b.send("GET", contact, "", nil); response.StatusCode == 200 {
		b.expect("GET", contact, "", nil, 429, "Retry later\n")
	}
	b.expectReport("")
}
