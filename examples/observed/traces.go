package observed

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/deskattr/deskattr/adapters/transport"
)

// Traces makes a client span of each request, from the first attempt to the last,
// with an event for each wait. Names are those of OpenTelemetry's conventions for
// HTTP, and begin with deskattr where these have none. An Observer does not know
// the server, so server.address and url.full are missing.
//
// Nothing is added to the request: the vendor sees no traceparent.
func Traces(tracer trace.Tracer) *transport.Observer {
	return &transport.Observer{
		Started: func(ctx context.Context, r transport.Request) context.Context {
			ctx, _ = tracer.Start(ctx, r.Method+" "+template(r.Route),
				trace.WithSpanKind(trace.SpanKindClient),
				trace.WithAttributes(
					semconv.HTTPRequestMethodKey.String(r.Method),
					semconv.URLTemplate(template(r.Route)),
					semconv.ServerAddress(r.Host),
					semconv.URLPath(r.Route),
					attribute.String("deskattr.vendor", r.Vendor),
					attribute.String("deskattr.account", r.Account),
				))
			return ctx
		},
		// Where a whole write is built anew, its requests are over: then the event
		// lands on the span around the call.
		Retried: func(ctx context.Context, _ transport.Request, attempts, status int, wait time.Duration) {
			attributes := []attribute.KeyValue{attribute.Int("deskattr.attempts", attempts), seconds(wait)}
			if status > 0 {
				attributes = append(attributes, semconv.HTTPResponseStatusCode(status))
			}
			trace.SpanFromContext(ctx).AddEvent("deskattr.retry", trace.WithAttributes(attributes...))
		},
		Limited: func(ctx context.Context, _ transport.Request, wait time.Duration) {
			trace.SpanFromContext(ctx).AddEvent("deskattr.limit", trace.WithAttributes(seconds(wait)))
		},
		Finished: func(ctx context.Context, _ transport.Request, o transport.Outcome) {
			end(trace.SpanFromContext(ctx), o)
		},
	}
}

// end ends a span. A status below 400 leaves it unset, as the conventions want.
func end(span trace.Span, o transport.Outcome) {
	if o.Status > 0 {
		span.SetAttributes(semconv.HTTPResponseStatusCode(o.Status))
	}
	if o.Attempts > 1 {
		span.SetAttributes(semconv.HTTPRequestResendCount(o.Attempts - 1))
	}
	if o.RequestID != "" {
		span.SetAttributes(semconv.HTTPResponseHeader("x-request-id", o.RequestID))
	}
	if o.Err != nil || o.Status >= http.StatusBadRequest {
		span.SetStatus(codes.Error, "") // the type says what; who called has the error
		span.SetAttributes(semconv.ErrorTypeKey.String(result(o)))
	}
	span.End()
}

func seconds(wait time.Duration) attribute.KeyValue {
	return attribute.Float64("deskattr.wait_seconds", wait.Seconds())
}
