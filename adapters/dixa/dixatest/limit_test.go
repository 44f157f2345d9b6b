package dixatest

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const tooMany = `{"message":"Too many requests"}`

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, InProcess())
		b.client = b.Server.Client()
		// passed is how many of n requests at once pass.
		passed := func(n int) (count int) {
			t.Helper()
			for range n {
				switch status, text := b.do("GET", conversation42, ""); {
				case status == 429 && text != tooMany:
					t.Errorf("429 %s", text)
				case status != 429:
					count++
				}
			}
			return count
		}
		expect := func(what string, got, want int) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %d requests pass, want %d", what, got, want)
			}
		}
		expect("without a limit", passed(50), 50)
		b.SetLimit(10, 4)
		expect("a burst", passed(10), 4)
		time.Sleep(100*time.Millisecond - time.Nanosecond)
		expect("a moment too early", passed(3), 0)
		time.Sleep(time.Nanosecond)
		expect("after a tenth of a second", passed(3), 1)
		time.Sleep(250 * time.Millisecond)
		expect("after a quarter", passed(4), 2)
		time.Sleep(50 * time.Millisecond)
		expect("what was left of it is not lost", passed(4), 1)
		time.Sleep(time.Hour)
		expect("never more than the burst", passed(10), 4)
		steady := 0
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			steady += passed(1)
		}
		expect("ten a second", steady, 100)

		// A token each; those that are unknown share one.
		for token, want := range map[string]int{"limited": 4, "": 4, "token": 0} {
			b.token = token
			expect("of "+token, passed(10), want)
		}
		b.token = "unknown"
		expect("of another that is unknown", passed(10), 0)

		b.token = "token"
		b.SetLimit(1, 0) // counts anew, and the burst is the vendor's
		expect("one a second", passed(10), 4)
		b.SetLimit(1, 1)
		expect("one at a time", passed(10), 1)
		time.Sleep(999 * time.Millisecond)
		expect("too early", passed(1), 0)
		time.Sleep(time.Millisecond)
		expect("in time", passed(2), 1)
		b.SetLimit(0, 0)
		expect("without a limit again", passed(50), 50)
	})
}

func TestLimitComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, InProcess())
		b.client = b.Server.Client()
		b.SetLimit(1, 1)
		b.token = "wrong"
		b.expect("GET", conversation42, "", 401, message("Unauthorized"))
		b.expect("GET", conversation42, "", 429, tooMany)
		b.expect("PATCH", patch42, "{", 429, tooMany)
		b.expect("GET", "/v1/nowhere", "", 429, tooMany)
	})
}

func TestLimitInTheState(t *testing.T) {
	both(t, func(b *bench) {
		state := b.State()
		state.Limit, state.Burst = 1, 1
		b.SetState(state)
		if got := b.State(); got.Limit != 1 || got.Burst != 1 {
			b.t.Errorf("%+v", got)
		}
		// Slow as it may be, of so many two come within a second.
		refused := false
		for range 1000 {
			if status, _ := b.do("GET", "/v1/endusers/"+alice, ""); status == 429 {
				refused = true
				break
			}
		}
		if !refused {
			b.t.Error("the limit of the state is not kept")
		}
		if status, text := b.do("PUT", "/_fake/state", `{"token":"token","limit":1,"burst":1}`); status != 204 {
			b.t.Errorf("%d %s", status, text)
		}
		b.expect("GET", conversation42, "", 404, message(gone)) // counts anew
	})
	for want, limit := range map[string][2]int{"negative": {-1, 0}, "is negative": {1, -1}, "a burst needs a limit": {0, 4}} {
		f := &fatal{TB: t}
		server := New(f, InProcess())
		func() {
			defer func() { _ = recover() }()
			server.SetLimit(limit[0], limit[1])
		}()
		if !strings.Contains(f.text, want) || server.State().Limit != 0 {
			t.Errorf("%q, want %q", f.text, want)
		}
	}
}
