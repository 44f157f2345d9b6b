package chatwoottest

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// BenchmarkWorkers is 64 clients at once.
func BenchmarkWorkers(b *testing.B) {
	for _, way := range []string{"socket", "in-process"} {
		b.Run(way, func(b *testing.B) {
			var options []Option
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
			if way == "in-process" {
				options = append(options, InProcess())
			}
			server := New(b, options...)
			if way == "in-process" {
				client = server.Client()
			}
			defer client.CloseIdleConnections()
			b.ReportAllocs()
			var workers sync.WaitGroup
			jobs := make(chan struct{})
			for range 64 {
				workers.Go(func() {
					for range jobs {
						r, _ := http.NewRequest("POST", server.URL+"/api/v1/accounts/1/conversations/7/custom_attributes", strings.NewReader(`{"custom_attributes":{"a":"b"},"merge":true}`))
						r.Header.Set("api-access-token", "admin")
						r.Header.Set("Content-Type", "application/json")
						response, err := client.Do(r)
						if err != nil {
							b.Error(err)
							continue
						}
						io.Copy(io.Discard, response.Body)
						response.Body.Close()
					}
				})
			}
			for b.Loop() {
				jobs <- struct{}{}
			}
			close(jobs)
			workers.Wait()
		})
	}
}
