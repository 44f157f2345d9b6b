package fake

import (
	"net/http"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
)

func TestConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := pipeBench(t)
		expect := func(what string, want int) {
			t.Helper()
			synctest.Wait()
			if got := b.Connections(); got != want {
				t.Errorf("%s: %d connections, want %d", what, got, want)
			}
		}
		expect("before any", 0)
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		expect("kept and used again", 1)
		b.SetFaults(Fault{Type: "latency", Latency: 1000, Times: 3})
		var three sync.WaitGroup
		for range 3 {
			three.Go(func() { b.expect("PATCH", "/v1/things/1", red, 200, red) })
		}
		expect("three at once", 3)
		three.Wait()
		b.client.CloseIdleConnections()
		expect("given back", 0)
		for _, fault := range []Fault{{Type: "down"}, {Type: "reset_peer"}, {Type: "lost_answer"}, {Type: "slow_close", Delay: 1}} {
			b.SetFaults(fault)
			b.watch(t.Context(), "PATCH", "/v1/things/1", red)
			expect(string(fault.Type), 0)
		}
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		b.Close()
		expect("closed", 0)
	})
}

func TestConnectionsOfASocket(t *testing.T) {
	b := inProcessBench(t)
	if err := b.Listen(""); err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	b.base = b.URL
	clients := make([]http.Transport, 3)
	for i := range clients {
		b.client = &http.Client{Transport: &clients[i]}
		b.expect("PATCH", "/v1/things/1", red, 200, red)
		if n := b.Connections(); n != i+1 {
			t.Errorf("%d connections after %d", n, i+1)
		}
	}
	for i := range clients {
		clients[i].CloseIdleConnections()
	}
	for b.Connections() != 0 { // the server hears of it in its own time
		runtime.Gosched()
	}
}
