package bench

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// ready makes an update and calls it once: what an adapter has to learn first
// (whether a server merges, the definitions) is learnt, and all clients are seen
// to read the same eight attributes.
func ready(tb testing.TB, create func(testing.TB, vendorCase, string, http.RoundTripper) update, c vendorCase, base string, connection http.RoundTripper) update {
	tb.Helper()
	u := create(tb, c, base, connection)
	for range 2 {
		if told, err := u(context.Background(), c.id); err != nil || told != 8 {
			tb.Fatalf("%d attributes, want 8; %v", told, err)
		}
	}
	return u
}

// BenchmarkUpdate is one call after another.
func BenchmarkUpdate(b *testing.B) {
	for _, c := range cases {
		for _, attributes := range []int{1, 5} {
			for _, wire := range []string{"inprocess", "loopback"} {
				for _, client := range clients {
					b.Run(fmt.Sprintf("vendor=%s/kind=%s/attrs=%d/wire=%s/client=%s", c.vendor, c.kind, attributes, wire, client.name), func(b *testing.B) {
						base, connection := "http://localhost", http.RoundTripper(nil)
						if wire == "inprocess" {
							connection = inProcess{c.answers(b)}
						} else {
							base = serve(b, c.answers(b), 0)
						}
						u := ready(b, client.create, c.few(attributes), base, connection)
						ctx := context.Background()
						b.ReportAllocs()
						begin := cpu(b)
						for b.Loop() {
							if _, err := u(ctx, c.id); err != nil {
								b.Fatal(err)
							}
						}
						reportCPU(b, begin)
					})
				}
			}
		}
	}
}

// BenchmarkWorkers is many calls at once, each worker with a record of its own,
// to a server that answers at once and to one that takes a while.
func BenchmarkWorkers(b *testing.B) {
	c := cases[0].few(1)
	for _, wait := range []time.Duration{0, 5 * time.Millisecond} {
		for _, workers := range []int{1, 8, 64, 256} {
			for _, client := range clients {
				b.Run(fmt.Sprintf("wait=%v/workers=%d/client=%s", wait, workers, client.name), func(b *testing.B) {
					u := ready(b, client.create, c, serve(b, c.answers(b), wait), nil)
					ctx := context.Background()
					call := func(worker int) error {
						_, err := u(ctx, strconv.Itoa(100+worker))
						return err
					}
					run(b, workers, 4*workers, call) // so that the connections are there
					b.ReportAllocs()
					begin := cpu(b)
					b.ResetTimer()
					run(b, workers, b.N, call)
					reportCPU(b, begin)
					b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
				})
			}
		}
	}
}

// run shares this many calls among the workers.
func run(tb testing.TB, workers, calls int, call func(worker int) error) {
	tb.Helper()
	var begun atomic.Int64
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			for begun.Add(1) <= int64(calls) {
				if err := call(worker); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// reportCPU adds the time that the process itself spent since begin, a server in
// it included, to what a benchmark tells. On a machine that has other things to do
// the clock tells little.
func reportCPU(b *testing.B, begin time.Duration) {
	b.Helper()
	b.ReportMetric(float64(cpu(b)-begin)/float64(b.N), "cpu-ns/op")
}
