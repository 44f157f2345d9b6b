package observed_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/examples/observed"
)

const (
	token = "s3cret-token"
	value = "s3cret-value"
	email = "alice@example.com"
)

// bench is both observers and what they made.
type bench struct {
	t         *testing.T
	spans     *tracetest.InMemoryExporter
	tracer    api.Tracer
	registry  *prometheus.Registry
	observers []*transport.Observer
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, spans: tracetest.NewInMemoryExporter(), registry: prometheus.NewRegistry()}
	b.tracer = trace.NewTracerProvider(trace.WithSyncer(b.spans)).Tracer("test")
	b.observers = []*transport.Observer{observed.Traces(b.tracer), observed.Metrics(b.registry)}
	return b
}

// dixa is an adapter of a fake Dixa, with a limit of one request a second.
func (b *bench) dixa(ask func(context.Context) (string, error), faults ...dixatest.Fault) *dixa.Adapter {
	b.t.Helper()
	server := dixatest.New(b.t, dixatest.InProcess())
	state := server.State()
	state.Token = token
	server.SetState(state)
	server.SetFaults(faults...)
	desk, err := dixa.New(dixa.Config{
		URL: server.URL + "/v1", Account: "shop", Token: ask,
		Transport: transport.Options{Client: server.Client(), Observers: b.observers, Limiter: &transport.Limiter{Rate: 1}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return desk
}

// lines are the ended spans, in their order, as "name (parent) status: attributes"
// and a line for each event.
func (b *bench) lines() []string {
	ended := b.spans.GetSpans()
	names := map[api.SpanID]string{}
	for _, span := range ended {
		names[span.SpanContext.SpanID()] = span.Name
	}
	var lines []string
	for _, span := range ended {
		line := fmt.Sprintf("%s %s (%s) %s:", span.SpanKind, span.Name, names[span.Parent.SpanID()], span.Status.Code)
		for _, a := range span.Attributes {
			line += fmt.Sprintf(" %s=%s", a.Key, a.Value.String())
		}
		lines = append(lines, line)
		for _, event := range span.Events {
			line := "  " + event.Name
			for _, a := range event.Attributes {
				line += fmt.Sprintf(" %s=%s", a.Key, a.Value.String())
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func (b *bench) expectSpans(want string) {
	b.t.Helper()
	got := strings.Join(b.lines(), "\n")
	if want := strings.TrimSpace(want); got != want {
		b.t.Errorf("spans:\n%s\nwant:\n%s", got, want)
	}
}

// expectMetrics holds all series of these metrics against the text.
func (b *bench) expectMetrics(want string, names ...string) {
	b.t.Helper()
	if err := testutil.GatherAndCompare(b.registry, strings.NewReader(want), names...); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) page() string {
	page := httptest.NewRecorder()
	promhttp.HandlerFor(b.registry, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return page.Body.String()
}

// TestCalls makes calls of which each goes another way, in virtual time: the
// waits are exact.
func TestCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		desk := b.dixa(adapters.StaticToken(token), // the answers quote what was sent, as servers do
			dixatest.Fault{Type: "status", Method: "PATCH", Status: 503, Body: value, Header: map[string]string{"Retry-After": "5"}},
			dixatest.Fault{Type: "status", Path: "/v1/conversations/99", Status: 404, Body: email, Header: map[string]string{"X-Request-Id": "r-1"}},
		)
		ctx, span := b.tracer.Start(t.Context(), "call")
		_, err := desk.UpdateAttributes(ctx, adapters.ConversationRef("42"), adapters.Attributes{"order_id": adapters.String(value)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := desk.Attributes(ctx, adapters.ConversationRef("99")); err == nil {
			t.Fatal("conversation 99 was found")
		}
		if _, err := desk.Find(ctx, adapters.Contact, adapters.Lookup{By: adapters.ByEmail, Value: email}); err != nil {
			t.Fatal(err)
		}
		span.End()

		// One request goes a second. The retry comes after five.
		b.expectSpans(`
client GET /v1/custom-attributes (call) Unset: http.request.method=GET url.template=/v1/custom-attributes server.address=dixa.invalid url.path=/v1/custom-attributes deskattr.vendor=dixa deskattr.account=shop http.response.status_code=200
client PATCH /v1/conversations/{id}/custom-attributes (call) Unset: http.request.method=PATCH url.template=/v1/conversations/{id}/custom-attributes server.address=dixa.invalid url.path=/v1/conversations/42/custom-attributes deskattr.vendor=dixa deskattr.account=shop http.response.status_code=200 http.request.resend_count=1
  deskattr.limit deskattr.wait_seconds=1
  deskattr.retry deskattr.attempts=1 deskattr.wait_seconds=5 http.response.status_code=503
client GET /v1/conversations/{id} (call) Error: http.request.method=GET url.template=/v1/conversations/{id} server.address=dixa.invalid url.path=/v1/conversations/99 deskattr.vendor=dixa deskattr.account=shop http.response.status_code=404 http.response.header.x-request-id=["r-1"] error.type=404
  deskattr.limit deskattr.wait_seconds=1
client GET /v1/endusers (call) Unset: http.request.method=GET url.template=/v1/endusers server.address=dixa.invalid url.path=/v1/endusers deskattr.vendor=dixa deskattr.account=shop http.response.status_code=200
  deskattr.limit deskattr.wait_seconds=1
internal call () Unset:`)

		b.expectMetrics(`
# HELP deskattr_requests_total Requests that ended, however often they were sent. The status is the last answer's, or without one the error's code.
# TYPE deskattr_requests_total counter
deskattr_requests_total{account="shop",method="GET",route="/v1/conversations/{id}",status="404",vendor="dixa"} 1
deskattr_requests_total{account="shop",method="GET",route="/v1/custom-attributes",status="200",vendor="dixa"} 1
deskattr_requests_total{account="shop",method="GET",route="/v1/endusers",status="200",vendor="dixa"} 1
deskattr_requests_total{account="shop",method="PATCH",route="/v1/conversations/{id}/custom-attributes",status="200",vendor="dixa"} 1
# HELP deskattr_retries_total Requests that went once more. The status is that of the answer before, 0 without one.
# TYPE deskattr_retries_total counter
deskattr_retries_total{account="shop",status="503",vendor="dixa"} 1
# HELP deskattr_limit_wait_seconds_total Waits for the vendor's limit.
# TYPE deskattr_limit_wait_seconds_total counter
deskattr_limit_wait_seconds_total{account="shop",vendor="dixa"} 3
`, "deskattr_requests_total", "deskattr_retries_total", "deskattr_limit_wait_seconds_total")

		page := b.page()
		for _, line := range []string{
			`deskattr_request_duration_seconds_sum{method="PATCH",route="/v1/conversations/{id}/custom-attributes",vendor="dixa"} 6`,
			`deskattr_request_duration_seconds_count{method="PATCH",route="/v1/conversations/{id}/custom-attributes",vendor="dixa"} 1`,
			`deskattr_request_duration_seconds_sum{method="GET",route="/v1/endusers",vendor="dixa"} 1`,
		} {
			if !slices.Contains(strings.Split(page, "\n"), line) {
				t.Errorf("the page lacks %s:\n%s", line, page)
			}
		}

		everything := page + fmt.Sprintf("%+v", b.spans.GetSpans())
		for _, secret := range []string{token, value, email, "alice"} {
			if strings.Contains(everything, secret) {
				t.Errorf("%s is told", secret)
			}
		}
		if strings.Contains(page, "42") || strings.Contains(page, "99") {
			t.Errorf("the id of a record is a label:\n%s", page)
		}
	})
}

// TestWithoutAnAnswer has the error's code where there is no status.
func TestWithoutAnAnswer(t *testing.T) {
	good := adapters.StaticToken(token)
	broken := func(context.Context) (string, error) { return "", errors.New("asking /login?secret=" + token) }
	for _, test := range []struct {
		name     string
		deadline time.Duration
		ask      func(context.Context) (string, error)
		faults   []dixatest.Fault
		code     string
		retries  int
	}{
		{"connection", time.Minute, good, []dixatest.Fault{{Type: "down", Times: -1}}, "connection", 2},
		{"deadline", 500 * time.Millisecond, good, []dixatest.Fault{{Type: "latency", Latency: 1000}}, "timeout", 0},
		{"no token", time.Minute, broken, nil, "token", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t)
				ctx, cancel := context.WithTimeout(t.Context(), test.deadline)
				defer cancel()
				if _, err := b.dixa(test.ask, test.faults...).Attributes(ctx, adapters.ConversationRef("42")); err == nil {
					t.Fatal("no error")
				}
				ended := b.spans.GetSpans()
				if len(ended) != 1 || ended[0].Status.Code != codes.Error {
					t.Fatalf("%+v", ended)
				}
				line := b.lines()[0]
				if !strings.Contains(line, " error.type="+test.code) || strings.Contains(line, "status_code") {
					t.Error(line)
				}
				if strings.Contains(b.page()+fmt.Sprintf("%+v", ended), token) {
					t.Error("the token is told")
				}
				retried := 0
				for _, event := range ended[0].Events {
					if event.Name == "deskattr.retry" {
						retried++
					}
				}
				if retried != test.retries {
					t.Errorf("%d retries, want %d: %+v", retried, test.retries, ended[0].Events)
				}
				b.expectMetrics(`
# HELP deskattr_requests_total Requests that ended, however often they were sent. The status is the last answer's, or without one the error's code.
# TYPE deskattr_requests_total counter
deskattr_requests_total{account="shop",method="GET",route="/v1/conversations/{id}",status="`+test.code+`",vendor="dixa"} 1
`, "deskattr_requests_total")
			})
		})
	}
}

// TestBuiltAnew has a write that the core builds anew after a failure: between
// its two requests there is none, so the wait belongs to the call.
func TestBuiltAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		server := chatwoottest.New(t, chatwoottest.InProcess(), chatwoottest.Version("4.16.2")) // replaces the whole map
		server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "updateConversationCustomAttributes", Status: 503, Header: map[string]string{"Retry-After": "3"}})
		desk, err := chatwoot.New(chatwoot.Config{
			URL: server.URL, AccountID: 1, Account: "1", Token: adapters.StaticToken("admin"),
			Transport: transport.Options{Client: server.Client(), Observers: b.observers},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, span := b.tracer.Start(t.Context(), "call")
		if _, err := desk.UpdateAttributes(ctx, adapters.ConversationRef("7"), adapters.Attributes{"order_id": adapters.String(value)}); err != nil {
			t.Fatal(err)
		}
		span.End()
		lines := b.lines()
		if last := lines[len(lines)-1]; last != "  deskattr.retry deskattr.attempts=1 deskattr.wait_seconds=3 http.response.status_code=503" {
			t.Errorf("the call's span has no event:\n%s", strings.Join(lines, "\n"))
		}
		b.expectMetrics(`
# HELP deskattr_retries_total Requests that went once more. The status is that of the answer before, 0 without one.
# TYPE deskattr_retries_total counter
deskattr_retries_total{account="1",status="503",vendor="chatwoot"} 1
`, "deskattr_retries_total")
	})
}

func TestTemplate(t *testing.T) {
	for route, want := range map[string]string{
		"/api/v1/accounts/1/conversations/7/custom_attributes": "/api/v1/accounts/{id}/conversations/{id}/custom_attributes",
		"/v1/conversations/42":                                 "/v1/conversations/{id}",
		"/beta/endusers/0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f01":  "/beta/endusers/{id}",
		"/v1/customers/5f1e4c0ab0e3d2001a2b3c4d/conversations": "/v1/customers/{id}/conversations",
		"/v1/customers/…":                                      "/v1/customers/…",
		"/v1/klasses/order/5f1e4c0ab0e3d2001a2b3c4d":           "/v1/klasses/order/{id}",
		"/v2/metadata/customer":                                "/v2/metadata/customer",
		"/v1/teams/v12":                                        "/v1/teams/{id}",
		"":                                                     "",
	} {
		t.Run(route, func(t *testing.T) {
			b := newBench(t)
			request := transport.Request{Vendor: "toydesk", Method: "GET", Route: route}
			traces, metrics := b.observers[0], b.observers[1]
			outcome := transport.Outcome{Attempts: 1, Status: 200}
			traces.Finished(traces.Started(t.Context(), request), request, outcome)
			metrics.Finished(t.Context(), request, outcome)
			if got := b.spans.GetSpans()[0].Name; got != "GET "+want {
				t.Errorf("span %q", got)
			}
			if page := b.page(); !strings.Contains(page, `route="`+want+`",status="200"`) {
				t.Errorf("want %s:\n%s", want, page)
			}
		})
	}
}
