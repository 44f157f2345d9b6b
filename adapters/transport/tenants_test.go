package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// tenants are 400 adapters of a host each. They share the connections and the
// Limiter.
func tenants(way http.RoundTripper, limiter *transport.Limiter, base func(i int) string) []*http.Client {
	all := make([]*http.Client, 400)
	for i := range all {
		u, _ := url.Parse(base(i))
		all[i], _ = transport.NewClient(transport.Options{Client: &http.Client{Transport: way}, Limiter: limiter, Timeout: 5 * time.Second}, transport.Vendor{
			Base: u, Header: "Authorization", Token: adapters.StaticToken("secret-token"),
			Limit: transport.Limit{Requests: 3000, Per: time.Minute, Key: u.Host + fmt.Sprint(i), Share: 0.5},
		})
	}
	return all
}

// percentile is the slowest hundredth.
func percentile(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*99/100]
}

// TestTenants: a vendor that hangs or fails is nothing to the other 399.
func TestTenants(t *testing.T) {
	const workers, calls = 2, 3 // for each tenant
	broken := map[string]func(*http.Request) (*http.Response, error){
		"hangs":      silent,
		"drips":      dripping(200),
		"fails":      func(*http.Request) (*http.Response, error) { return answer(503, "", "Retry-After", "1") },
		"is limited": func(*http.Request) (*http.Response, error) { return answer(429, "") },
		"is gone": func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
		},
		"is no name":  func(*http.Request) (*http.Response, error) { return nil, &net.DNSError{Name: "tenant-0"} },
		"is all well": nil,
	}
	slowest := func(t *testing.T, broken func(*http.Request) (*http.Response, error)) (slow time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			way := roundTripper(func(r *http.Request) (*http.Response, error) {
				if broken != nil && r.URL.Host == "tenant-0.example" {
					return broken(r)
				}
				time.Sleep(10 * ms)
				return answer(200, "{}")
			})
			var mu sync.Mutex
			var took []time.Duration
			var all sync.WaitGroup
			for i, c := range tenants(way, &transport.Limiter{}, func(i int) string { return fmt.Sprintf("https://tenant-%d.example", i) }) {
				for range workers {
					all.Go(func() {
						for range calls {
							begun := time.Now()
							ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
							got, err := get(ctx, c, fmt.Sprintf("https://tenant-%d.example/x", i))
							cancel()
							if i == 0 {
								continue
							}
							if err != nil || got != 200 {
								t.Errorf("tenant %d: %d, %v", i, got, err)
							}
							mu.Lock()
							took = append(took, time.Since(begun))
							mu.Unlock()
						}
					})
				}
			}
			all.Wait()
			slow = percentile(took)
		})
		return slow
	}
	alone := slowest(t, nil)
	for name, answers := range broken {
		t.Run(name, func(t *testing.T) {
			if slow := slowest(t, answers); slow > alone+alone/10 {
				t.Errorf("the slowest hundredth took %v, without a broken vendor %v", slow, alone)
			}
		})
	}
}

func get(ctx context.Context, c *http.Client, target string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return 0, err
	}
	got, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	defer got.Body.Close()
	_, err = io.Copy(io.Discard, got.Body)
	return got.StatusCode, err
}

// BenchmarkTenants is the same over loopback: what the slowest hundredth of the
// calls takes, with all well and beside a server that never answers.
func BenchmarkTenants(b *testing.B) {
	fine := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer fine.Close()
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer hanging.Close()
	for _, first := range []struct {
		name, url string
		callers   int // of the first tenant
	}{{"all=well", fine.URL, 0}, {"one=hanging", hanging.URL, 64}} {
		b.Run(first.name, func(b *testing.B) {
			connections := &http.Transport{MaxIdleConnsPerHost: 512}
			defer connections.CloseIdleConnections()
			all := tenants(connections, &transport.Limiter{Rate: 1e6}, func(i int) string {
				if i == 0 {
					return first.url
				}
				return fine.URL
			})
			ctx, cancel := context.WithCancel(b.Context())
			var hung sync.WaitGroup
			for range first.callers {
				hung.Go(func() {
					for ctx.Err() == nil {
						_, _ = get(ctx, all[0], first.url)
					}
				})
			}
			took := make([]time.Duration, 0, b.N)
			for i := 0; b.Loop(); i++ {
				begun := time.Now()
				if _, err := get(ctx, all[1+i%399], fine.URL); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begun))
			}
			b.ReportMetric(float64(percentile(took).Microseconds()), "p99-µs")
			cancel()
			hung.Wait()
		})
	}
}
