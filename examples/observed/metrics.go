package observed

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/deskattr/deskattr/adapters/transport"
)

// Metrics counts requests, retries and waits. It registers its metrics, so call
// it once for a registry.
func Metrics(registry prometheus.Registerer) *transport.Observer {
	metrics := promauto.With(registry)
	requests := metrics.NewCounterVec(prometheus.CounterOpts{
		Name: "deskattr_requests_total",
		Help: "Requests that ended, however often they were sent. The status is the last answer's, or without one the error's code.",
	}, []string{"vendor", "account", "method", "route", "status"})
	duration := metrics.NewHistogramVec(prometheus.HistogramOpts{
		Name: "deskattr_request_duration_seconds",
		Help: "How long requests took, all attempts and waits together.",
		// The last ones are for waits: a vendor may ask for a minute.
		Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120},
	}, []string{"vendor", "method", "route"})
	retries := metrics.NewCounterVec(prometheus.CounterOpts{
		Name: "deskattr_retries_total",
		Help: "Requests that went once more. The status is that of the answer before, 0 without one.",
	}, []string{"vendor", "account", "status"})
	limited := metrics.NewCounterVec(prometheus.CounterOpts{
		Name: "deskattr_limit_wait_seconds_total",
		Help: "Waits for the vendor's limit.",
	}, []string{"vendor", "account"})

	return &transport.Observer{
		Retried: func(_ context.Context, r transport.Request, _, status int, _ time.Duration) {
			retries.WithLabelValues(r.Vendor, r.Account, strconv.Itoa(status)).Inc()
		},
		Limited: func(_ context.Context, r transport.Request, wait time.Duration) {
			limited.WithLabelValues(r.Vendor, r.Account).Add(wait.Seconds())
		},
		Finished: func(_ context.Context, r transport.Request, o transport.Outcome) {
			route := template(r.Route)
			requests.WithLabelValues(r.Vendor, r.Account, r.Method, route, result(o)).Inc()
			duration.WithLabelValues(r.Vendor, r.Method, route).Observe(o.Duration.Seconds())
		},
	}
}
