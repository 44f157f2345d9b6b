// Command demo makes two calls of a fake Dixa that is down for a moment, and
// prints what became of them: the spans, a line of JSON each, and the page that
// Prometheus reads.
//
//	cd examples && go run ./observed/demo
package main

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/examples/observed"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	exporter, err := stdouttrace.New(stdouttrace.WithWriter(out)) // a service exports to a collector
	if err != nil {
		return err
	}
	provider := trace.NewTracerProvider(trace.WithBatcher(exporter))
	defer func() { _ = provider.Shutdown(ctx) }()
	tracer := provider.Tracer("example.com/orders")
	registry := prometheus.NewRegistry()

	host := &host{}
	defer host.end()
	fake := dixatest.New(host)
	fake.SetFaults(dixatest.Fault{Type: "status", Method: "PATCH", Status: 503, Body: "down", Header: map[string]string{"Content-Type": "text/plain"}})
	desk, err := dixa.New(dixa.Config{
		URL: fake.URL + "/v1", Account: "shop", Token: adapters.StaticToken("token"),
		Transport: transport.Options{
			Observers: []*transport.Observer{observed.Traces(tracer), observed.Metrics(registry)},
			Limiter:   &transport.Limiter{Rate: 5}, // low, for a wait to be seen
		},
	})
	if err != nil {
		return err
	}

	call, span := tracer.Start(ctx, "order paid") // the requests become its children
	_, err = desk.UpdateAttributes(call, adapters.ConversationRef("42"), adapters.Attributes{"order_id": adapters.String("012345")})
	fmt.Fprintln(out, "a server that is down for a moment:", err)
	_, err = desk.Attributes(call, adapters.ConversationRef("99"))
	fmt.Fprintln(out, "a conversation that is not there:", err)
	span.End()

	if err := provider.ForceFlush(ctx); err != nil {
		return err
	}
	// A service serves this handler at /metrics.
	page := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequestWithContext(ctx, "GET", "/metrics", nil))
	_, err = page.Body.WriteTo(out)
	return err
}

// host is what a fake needs of a test, where there is none.
type host struct{ cleanups []func() }

func (h *host) Helper()                           {}
func (h *host) Errorf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
func (h *host) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
func (h *host) Cleanup(cleanup func())            { h.cleanups = append(h.cleanups, cleanup) }

func (h *host) end() {
	for _, cleanup := range h.cleanups {
		cleanup()
	}
}
