package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const ms = time.Millisecond

// long is a change whose echo has 4000 bytes.
var long = `{"attributes":{"a":"` + strings.Repeat("x", 3977) + `"}}`

func TestFaultLatency(t *testing.T) {
	virtually(t, func(b *bench) {
		for name, c := range map[string]struct {
			faults []Fault
			want   time.Duration
			status int // 0: cut
			done   bool
		}{
			"alone":             {[]Fault{{Type: "latency", Latency: 1500}}, 1500 * ms, 200, true},
			"two add up":        {[]Fault{{Type: "latency", Latency: 1500}, {Type: "latency", Latency: 500}}, 2000 * ms, 200, true},
			"before a status":   {[]Fault{{Type: "status", Status: 503}, {Type: "latency", Latency: 10}}, 10 * ms, 503, false},
			"before a cut":      {[]Fault{{Type: "latency", Latency: 10}, {Type: "down"}}, 10 * ms, 0, false},
			"of a lost answer":  {[]Fault{{Type: "latency", Latency: 10}, {Type: "lost_answer"}}, 10 * ms, 0, true},
			"before a timeout":  {[]Fault{{Type: "latency", Latency: 10}, {Type: "timeout", Timeout: 30}}, 40 * ms, 0, true},
			"jitter is no gain": {[]Fault{{Type: "latency", Jitter: 0, Latency: 1}}, ms, 200, true},
		} {
			b.Locked(func() { b.vendor.config() }) // as at the start
			b.SetFaults(c.faults...)
			got := b.watch(b.Context(), "PATCH", "/v1/things/1", red)
			if got.end != c.want || got.status != c.status || (c.status == 0) != (got.err != nil) {
				b.Errorf("%s: %+v", name, got)
			}
			if done := b.color() == `"red"`; done != c.done {
				b.Errorf("%s: done: %v", name, done)
			}
		}
		b.SetFaults()
		if got := b.watch(b.Context(), "GET", "/v1/things/1", ""); got.end != 0 {
			b.Errorf("without a fault: %+v", got)
		}
	})
}

func TestJitterIsReproducible(t *testing.T) {
	times := func(b *bench, seed uint64) (list []time.Duration) {
		b.SetFaults(Fault{Type: "latency", Latency: 50, Jitter: 80, Times: 50, Seed: seed})
		for range 50 {
			list = append(list, b.watch(b.Context(), "GET", "/v1/things/1", "").end)
		}
		return list
	}
	virtually(t, func(b *bench) {
		first := times(b, 1)
		if least, most := slices.Min(first), slices.Max(first); least != 0 || most < 90*ms || most > 130*ms {
			b.Errorf("from %v to %v", least, most)
		}
		if !slices.Equal(first, times(b, 1)) || slices.Equal(first, times(b, 2)) {
			b.Error("the seed does not decide")
		}
	})
}

// Of one seed, and yet not of one mind.
func TestFaultsOfOneSeedDrawApart(t *testing.T) {
	virtually(t, func(b *bench) {
		b.SetFaults(Fault{Type: "latency", Latency: 1, Times: -1, Toxicity: 0.5}, Fault{Type: "latency", Latency: 2, Times: -1, Toxicity: 0.5})
		seen := map[time.Duration]bool{}
		for range 100 {
			seen[b.watch(b.Context(), "GET", "/v1/things/1", "").end] = true
		}
		if len(seen) != 4 {
			b.Errorf("of none, one, the other and both only %v were seen", seen)
		}
	})
}

func TestOthersAreServedDuringAWait(t *testing.T) {
	virtually(t, func(b *bench) {
		b.SetFaults(Fault{Type: "latency", Method: "GET", Latency: 60_000})
		var slow sync.WaitGroup
		slow.Go(func() { b.expect("GET", "/v1/things/1", "", 200, `{"attributes":{"color":"a<b"}}`) })
		synctest.Wait()
		if got := b.watch(b.Context(), "PATCH", "/v1/things/1", red); got.end != 0 || got.status != 200 {
			b.Errorf("waited for another: %+v", got)
		}
		slow.Wait()
	})
}

// waits are faults that wait, and what the client sees of each until it goes.
var waits = map[string]struct {
	faults []Fault
	status int
}{
	"latency":    {[]Fault{{Type: "latency", Latency: 60_000}}, 0},
	"timeout":    {[]Fault{{Type: "timeout", Timeout: 60_000}}, 0},
	"for ever":   {[]Fault{{Type: "timeout"}}, 0},
	"reset_peer": {[]Fault{{Type: "reset_peer", Timeout: 60_000}}, 0},
	"down":       {[]Fault{{Type: "latency", Latency: 60_000}, {Type: "down"}}, 0},
	"late cut":   {[]Fault{{Type: "slow_close", Delay: 60_000}, {Type: "lost_answer"}}, 0},
	"bandwidth":  {[]Fault{{Type: "bandwidth", Rate: 1}}, 200},
	"slicer":     {[]Fault{{Type: "slicer", AverageSize: 1, Delay: 60_000}}, 200},
	"slow_close": {[]Fault{{Type: "slow_close", Delay: 60_000}}, 200},
}

func TestAWaitEndsWithItsClient(t *testing.T) {
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			virtually(t, func(b *bench) {
				b.SetFaults(wait.faults...)
				ctx, cancel := context.WithTimeout(b.Context(), 2*time.Second)
				defer cancel()
				got := b.watch(ctx, "PATCH", "/v1/things/1", long)
				if got.status != wait.status || !errors.Is(got.err, context.DeadlineExceeded) || got.end != 2*time.Second {
					b.Errorf("%+v", got)
				}
				synctest.Wait()
				if n := b.Connections(); n != 0 {
					b.Errorf("%d connections are left", n)
				}
				// In the bubble a request that went on waiting would be found here, by the clock.
			})
		})
	}
}

func TestAWaitEndsWithTheFake(t *testing.T) {
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			virtually(t, func(b *bench) {
				b.SetFaults(wait.faults...)
				time.AfterFunc(time.Second, b.Close)
				got := b.watch(b.Context(), "PATCH", "/v1/things/1", long)
				if got.status != wait.status || got.end != time.Second || name != "slow_close" && !broken(got.err) {
					b.Errorf("%+v", got)
				}
			})
		})
	}
}

// In-process a client hangs up by closing the body.
func TestClosingTheBodyHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inProcessBench(t)
		var ended time.Duration
		start := time.Now()
		b.client.Transport = RoundTripper(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() { ended = time.Since(start) }()
			b.Handler().ServeHTTP(w, r)
		}))
		b.SetFaults(Fault{Type: "bandwidth", Rate: 1})
		response, err := b.send("PATCH", "/v1/things/1", long)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(response.Body, make([]byte, 200)); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		synctest.Wait()
		if ended != 200*ms {
			t.Errorf("ended after %v", ended)
		}
	})
}

// Over a socket the server learns of a client's leaving by its connection.
func TestAWaitEndsWhenTheClientHangsUp(t *testing.T) {
	b := inProcessBench(t)
	arrived, ended := make(chan struct{}), make(chan any, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { ended <- recover() }()
		close(arrived)
		b.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	b.SetFaults(Fault{Type: "timeout"})
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

// Over a socket as well, though how long they take is seen in virtual time only.
func TestSlowFaultsLoseNothing(t *testing.T) {
	bothWays(t, nil, func(b *bench) {
		b.SetFaults(
			Fault{Type: "latency", Latency: 1, Times: -1}, Fault{Type: "bandwidth", Rate: 5000, Times: -1},
			Fault{Type: "slicer", AverageSize: 1000, SizeVariation: 999, Delay: 1, Times: -1}, Fault{Type: "slow_close", Delay: 1, Skip: 1},
			Fault{Type: "status", Skip: 2, Status: 204}, Fault{Type: "timeout", Skip: 2, Timeout: 1},
		)
		b.expect("PATCH", "/v1/things/1", long, 200, long)
		b.expect("PATCH", "/v1/things/1", long, 200, long)
		b.expect("PATCH", "/v1/things/1", long, 204, "")
		b.expectBroken("PATCH", "/v1/things/1", long)
		b.expect("HEAD", "/v1/things/1", "", 200, "")
	})
}

func TestFaultBandwidth(t *testing.T) {
	virtually(t, func(b *bench) {
		b.SetFaults(Fault{Type: "bandwidth", Rate: 100}, Fault{Type: "bandwidth", Rate: 2}, Fault{Type: "bandwidth", Rate: 50})
		got := b.watch(b.Context(), "PATCH", "/v1/things/1", long)
		if got.head != 0 || got.end != 2000*ms || got.body() != long || got.promised != 4000 || got.err != nil {
			b.Errorf("head after %v, end after %v, %d of %d bytes, %v", got.head, got.end, len(got.body()), got.promised, got.err)
		}
		if len(got.pieces) != 20 || len(got.pieces[0]) != 200 || got.at[0] != 100*ms {
			b.Errorf("%d pieces at %v", len(got.pieces), got.at)
		}
		// Without a body there is nothing to slow down.
		b.SetFaults(Fault{Type: "bandwidth", Rate: 1}, Fault{Type: "status", Status: 503})
		if got := b.watch(b.Context(), "PATCH", "/v1/things/1", red); got.end != 0 || got.status != 503 || got.err != nil {
			b.Errorf("%+v", got)
		}
	})
}

func TestFaultSlicer(t *testing.T) {
	sizes := func(b *bench, seed uint64, more ...Fault) (string, watched) {
		b.SetFaults(append(more, Fault{Type: "slicer", AverageSize: 100, SizeVariation: 40, Delay: 500, Seed: seed})...)
		got := b.watch(b.Context(), "PATCH", "/v1/things/1", long)
		list := ""
		for i, piece := range got.pieces {
			if len(piece) < 60 && i < len(got.pieces)-1 || len(piece) > 140 {
				b.Errorf("a piece of %d bytes", len(piece))
			}
			list += fmt.Sprint(len(piece), " ")
		}
		return list, got
	}
	virtually(t, func(b *bench) {
		first, got := sizes(b, 3)
		if got.body() != long || got.end != time.Duration(len(got.pieces)-1)*500*time.Microsecond || len(got.pieces) < 30 {
			b.Errorf("%d bytes in %d pieces after %v", len(got.body()), len(got.pieces), got.end)
		}
		if again, _ := sizes(b, 3); again != first {
			b.Errorf("the same seed gave %s and %s", first, again)
		}
		if other, _ := sizes(b, 4); other == first {
			b.Error("the seed does not decide")
		}
		_, got = sizes(b, 3, Fault{Type: "bandwidth", Rate: 4}) // the time for the bytes, and that between the pieces
		if want := 1000*ms + time.Duration(len(got.pieces)-1)*500*time.Microsecond; got.end != want {
			b.Errorf("with a rate: %v, want %v", got.end, want)
		}
	})
}

func TestFaultSlowClose(t *testing.T) {
	virtually(t, func(b *bench) {
		for name, c := range map[string]struct {
			faults   []Fault
			method   string
			body     string
			promised int64
			end      time.Duration
			whole    bool
		}{
			"the end is late":        {[]Fault{{Type: "slow_close", Delay: 700}}, "PATCH", red, -1, 700 * ms, true},
			"twice":                  {[]Fault{{Type: "slow_close", Delay: 700}, {Type: "slow_close", Delay: 1}}, "PATCH", red, -1, 701 * ms, true},
			"a cut is late":          {[]Fault{{Type: "slow_close", Delay: 700}, {Type: "limit_data", Bytes: 4}}, "PATCH", red[:4], 30, 700 * ms, false},
			"no answer, late":        {[]Fault{{Type: "slow_close", Delay: 700}, {Type: "lost_answer"}}, "PATCH", "", 0, 700 * ms, false},
			"after a timeout":        {[]Fault{{Type: "slow_close", Delay: 700}, {Type: "timeout", Timeout: 100}}, "PATCH", "", 0, 800 * ms, false},
			"nothing to wait for":    {[]Fault{{Type: "slow_close", Delay: 700}, {Type: "status", Status: 204}}, "PATCH", "", 0, 0, true},
			"only a head is awaited": {[]Fault{{Type: "slow_close", Delay: 700}}, "HEAD", "", 30, 0, true},
		} {
			b.SetFaults()
			b.expect("PATCH", "/v1/things/1", red, 200, red)
			b.SetFaults(c.faults...)
			sent := ""
			if c.method == "PATCH" {
				sent = red
			}
			got := b.watch(b.Context(), c.method, "/v1/things/1", sent)
			if got.body() != c.body || got.promised != c.promised || got.end != c.end || c.whole != (got.err == nil) {
				b.Errorf("%s: %+v", name, got)
			}
			if c.body != "" && got.at[0] != 0 {
				b.Errorf("%s: the body came late, after %v", name, got.at)
			}
			if got.header.Get("Transfer-Encoding") != "" {
				b.Errorf("%s: %v", name, got.header)
			}
		}
	})
}

func TestFaultTimeout(t *testing.T) {
	virtually(t, func(b *bench) {
		b.SetFaults(Fault{Type: "timeout", Timeout: 5000})
		got := b.watch(b.Context(), "PATCH", "/v1/things/1", red)
		if got.end != 5*time.Second || !broken(got.err) || b.color() != `"red"` || b.Requests()[0].Status != 0 {
			b.Errorf("%+v, color %s", got, b.color())
		}
	})
}
