package bench

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// BenchmarkRatio is the time of a call of ours over that of the same call by the
// client written by hand. Both take turns of a few calls, so that what slows the
// machine down for a while slows both: the ratio of two benchmarks that run one after
// the other moves by a fifth from run to run, this one by a twentieth.
func BenchmarkRatio(b *testing.B) {
	for _, c := range cases {
		for _, attributes := range []int{1, 5} {
			for _, wire := range []string{"inprocess", "loopback"} {
				b.Run(fmt.Sprintf("vendor=%s/kind=%s/attrs=%d/wire=%s", c.vendor, c.kind, attributes, wire), func(b *testing.B) {
					base, connection := "http://localhost", http.RoundTripper(nil)
					if wire == "inprocess" {
						connection = inProcess{c.answers(b)}
					} else {
						base = serve(b, c.answers(b), 0)
					}
					updates := [2]update{
						ready(b, newHandwritten, c.few(attributes), base, connection),
						ready(b, newDeskattr, c.few(attributes), base, connection),
					}
					var spent [2]time.Duration
					for i := 0; b.Loop(); i++ {
						for _, who := range [2]int{i % 2, 1 - i%2} { // each is first as often as the other
							spent[who] += turn(b, updates[who], c.id)
						}
					}
					b.ReportMetric(0, "ns/op") // of both together: it would only mislead
					b.ReportMetric(float64(spent[1])/float64(spent[0]), "x-handwritten")
				})
			}
		}
	}
}

// turn is how long a few calls take: enough for the processor to have their code at
// hand.
func turn(b *testing.B, u update, id string) time.Duration {
	b.Helper()
	begin := time.Now()
	for range 20 {
		if _, err := u(context.Background(), id); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begin)
}
