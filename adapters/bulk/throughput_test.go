package bulk_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/transport"
	client "github.com/deskattr/deskattr/gen/chatwoot"
)

// BenchmarkThroughput sends rows with 256 workers to a server that answers after
// 50 ms: with a journal and without undo, and beside it the typed client in a plain
// loop with as many workers. The ratio is what the journal, the order and the
// contract cost.
func BenchmarkThroughput(b *testing.B) {
	const workers, rows = 256, 256 * 40
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		id := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
		fmt.Fprintf(w, `{"payload":{"id":%s,"name":"N","custom_attributes":{"plan":"pro","kept":1}}}`, id)
	}))
	defer server.Close()
	pool := http.DefaultTransport.(*http.Transport).Clone()
	pool.MaxIdleConns, pool.MaxIdleConnsPerHost = 0, workers
	defer pool.CloseIdleConnections()
	for b.Loop() {
		plain := loop(b, server.URL, pool, workers, rows)
		desk, err := chatwoot.New(chatwoot.Config{
			URL: server.URL, AccountID: 1, Token: adapters.StaticToken("t"),
			Transport: transport.Options{Client: &http.Client{Transport: pool}, Limiter: &transport.Limiter{Rate: 1e9}},
		})
		if err != nil {
			b.Fatal(err)
		}
		input := func(yield func(bulk.Row, error) bool) {
			for n := range rows {
				if !yield(bulk.Row{Number: int64(n + 1), Ref: adapters.ContactRef(fmt.Sprint(n + 1)), Attributes: adapters.Attributes{"plan": adapters.String("pro")}}, nil) {
					return
				}
			}
		}
		begun := time.Now()
		summary, err := bulk.Apply(b.Context(), iter.Seq2[bulk.Row, error](input), bulk.Options{
			Adapter: desk, Workers: workers, Journal: filepath.Join(b.TempDir(), "journal"), Run: account, NoUndo: true,
		})
		if err != nil || summary.Done != rows {
			b.Fatalf("%+v, %v", summary, err)
		}
		ours := time.Since(begun)
		b.ReportMetric(rows/ours.Seconds(), "rows/s")
		b.ReportMetric(rows/plain.Seconds(), "plain-rows/s")
		b.ReportMetric(100*plain.Seconds()/ours.Seconds(), "%-of-plain")
	}
}

// loop is how long the typed client takes by itself.
func loop(b *testing.B, url string, pool http.RoundTripper, workers, rows int) time.Duration {
	api, err := client.NewAPI(url, client.WithHTTPClient(&http.Client{Transport: pool}))
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	next := make(chan int64)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for id := range next {
				if _, err := api.UpdateContact(b.Context(), 1, id, client.UpdateContact{CustomAttributes: map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)}}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for n := range rows {
		next <- int64(n + 1)
	}
	close(next)
	group.Wait()
	return time.Since(begun)
}
