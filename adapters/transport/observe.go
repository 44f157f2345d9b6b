package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// Observer is told what becomes of requests, for traces and metrics. Its
// functions are called in the midst of a call, by many goroutines at once: they
// must be quick. Any may be nil.
type Observer struct {
	// Started is told of a request before its first attempt. It returns the context
	// of the rest, which is that one or one derived from it: for a span to travel in.
	Started func(ctx context.Context, r Request) context.Context

	// Retried is told that a request goes once more, after so many attempts and a
	// wait; the status is that of the answer that failed, 0 without one.
	Retried func(ctx context.Context, r Request, attempts, status int, waited time.Duration)

	// Limited is told that a request waited for the vendor's limit, and how long.
	Limited func(ctx context.Context, r Request, waited time.Duration)

	// Finished is told how a request ended. What its caller makes of the answer's
	// body comes after that: one that is not understood is still a success here.
	Finished func(ctx context.Context, r Request, o Outcome)
}

// Request is a request as it may be shown: its route has no value, no e-mail
// address and no telephone number. It is empty but for vendor and account where a
// whole write is to be built anew.
type Request struct {
	Vendor, Account, Method, Host, Route string
}

// Outcome is how a request ended.
type Outcome struct {
	Attempts  int           // how often it was sent; 0: a limit or a missing token kept it
	Status    int           // of the last answer, 0 without one
	RequestID string        // the vendor's, for its support
	Duration  time.Duration // all attempts and waits together
	Err       error         // without an answer: why, an *adapters.Error; one line without secrets
}

// watch tells the logger and the observer. nil: there is neither.
type watch struct {
	vendor, account string
	logger          *slog.Logger
	observers       []*Observer
}

func newWatch(options Options, vendor Vendor) *watch {
	if options.Logger == nil && len(options.Observers) == 0 {
		return nil
	}
	w := &watch{vendor: vendor.Name, account: vendor.Account, logger: options.Logger, observers: options.Observers}
	if w.logger == nil {
		w.logger = slog.New(slog.DiscardHandler)
	}
	return w
}

type watchedKey struct{}

// watched is a request on its way.
type watched struct {
	Request
	attempts int
}

func (w *watch) of(ctx context.Context) *watched {
	if on, ok := ctx.Value(watchedKey{}).(*watched); ok {
		return on
	}
	return &watched{Request: Request{Vendor: w.vendor, Account: w.account}}
}

// watching is the link that sees a request begin and end.
type watching struct {
	next  http.RoundTripper
	watch *watch
}

func (l *watching) RoundTrip(req *http.Request) (*http.Response, error) {
	w, start := l.watch, time.Now()
	on := &watched{Request: Request{w.vendor, w.account, req.Method, req.URL.Host, route(req)}}
	ctx := context.WithValue(req.Context(), watchedKey{}, on)
	for _, o := range w.observers {
		if o.Started != nil {
			ctx = o.Started(ctx, on.Request) //nolint:fatcontext // one for each observer, and no more
		}
	}
	answer, err := l.next.RoundTrip(req.WithContext(ctx))
	outcome := w.outcome(ctx, answer, err, start)
	outcome.Attempts = on.attempts
	w.log(ctx, "request", on.Request, outcome.attrs()...)
	for _, o := range w.observers {
		if o.Finished != nil {
			o.Finished(ctx, on.Request, outcome)
		}
	}
	return answer, err
}

func (w *watch) outcome(ctx context.Context, answer *http.Response, err error, start time.Time) Outcome {
	o := Outcome{Duration: time.Since(start), Status: statusOf(answer)}
	if answer != nil {
		o.RequestID = requestID(answer.Header)
	}
	if err != nil {
		failure, _ := Failure(ctx, err, nil)
		failure.Effect = adapters.EffectNone // whether it was written is not asked here
		o.Err = failure
	}
	return o
}

func (o Outcome) attrs() []slog.Attr {
	attrs := []slog.Attr{slog.Int("attempts", o.Attempts), slog.Int("status", o.Status), slog.Duration("duration", o.Duration)}
	if o.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", o.RequestID))
	}
	if o.Err != nil {
		attrs = append(attrs, slog.String("error", o.Err.Error()))
	}
	return attrs
}

// now is the time, where somebody watches.
func (w *watch) now() time.Time {
	if w == nil {
		return time.Time{}
	}
	return time.Now()
}

func (w *watch) attempted(ctx context.Context, attempts int, answer *http.Response, err error, start time.Time) {
	if w == nil {
		return
	}
	if isUnsent(err) {
		return
	}
	on := w.of(ctx)
	on.attempts = attempts
	outcome := w.outcome(ctx, answer, err, start)
	outcome.Attempts = attempts
	w.log(ctx, "attempt", on.Request, outcome.attrs()...)
}

// waiting is told before a wait: a log is read by people who wonder what goes on.
func (w *watch) waiting(ctx context.Context, what string, wait time.Duration) {
	if w != nil {
		w.log(ctx, "wait", w.of(ctx).Request, slog.String("for", what), slog.Duration("wait", wait))
	}
}

func (w *watch) retried(ctx context.Context, attempts, status int, wait time.Duration) {
	if w == nil {
		return
	}
	on := w.of(ctx)
	for _, o := range w.observers {
		if o.Retried != nil {
			o.Retried(ctx, on.Request, attempts, status, wait)
		}
	}
}

func (w *watch) limited(ctx context.Context, begun time.Time) {
	if w == nil {
		return
	}
	on, wait := w.of(ctx), time.Since(begun)
	for _, o := range w.observers {
		if o.Limited != nil {
			o.Limited(ctx, on.Request, wait)
		}
	}
}

func (w *watch) log(ctx context.Context, event string, r Request, attrs ...slog.Attr) {
	if !w.logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	w.logger.LogAttrs(ctx, slog.LevelDebug, "deskattr "+event, append([]slog.Attr{
		slog.String("vendor", r.Vendor), slog.String("account", r.Account), slog.String("method", r.Method), slog.String("route", r.Route),
	}, attrs...)...)
}

// route is the path with every part left out that could be about a person: what
// is not plain letters, digits, hyphens and underscores (an e-mail address, a
// number with a plus, name=value), and what is long. An escaped slash is no end of
// a part: what is behind it belongs to the value. Of the query nothing is said.
func route(req *http.Request) string {
	parts := strings.Split(req.URL.EscapedPath(), "/")
	for i, part := range parts {
		if len(part) > 64 || strings.ContainsFunc(part, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
		}) {
			parts[i] = "…"
		}
	}
	return strings.Join(parts, "/")
}
