package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// journal is an Observer and a logger that write down what they are told.
type journal struct {
	told []string
	log  bytes.Buffer
}

type markKey struct{}

func (j *journal) options() transport.Options {
	tell := func(ctx context.Context, event string, r transport.Request, more ...any) {
		if ctx.Value(markKey{}) != "span" && event != "started" && r.Method != "" {
			event += " without the context that Started gave"
		}
		j.told = append(j.told, strings.TrimSpace(fmt.Sprintln(append([]any{event, r.Vendor, r.Account, r.Method, r.Host + r.Route}, more...)...)))
	}
	return transport.Options{
		Logger: slog.New(slog.NewTextHandler(&j.log, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})),
		Observers: []*transport.Observer{{}, {
			Started: func(ctx context.Context, r transport.Request) context.Context {
				tell(ctx, "started", r)
				return context.WithValue(ctx, markKey{}, "span")
			},
			Retried: func(ctx context.Context, r transport.Request, attempts, status int, wait time.Duration) {
				tell(ctx, "retried", r, attempts, status, wait)
			},
			Limited: func(ctx context.Context, r transport.Request, wait time.Duration) { tell(ctx, "limited", r, wait) },
			Finished: func(ctx context.Context, r transport.Request, o transport.Outcome) {
				tell(ctx, "finished", r, o.Attempts, o.Status, o.RequestID, o.Duration, o.Err)
			},
		}},
	}
}

// TestWatch: each event is told once, with what there is to tell.
func TestWatch(t *testing.T) {
	for _, test := range []struct {
		name string
		way  []func(*http.Request) (*http.Response, error) // each attempt
		told []string
		log  []string
	}{
		{"a success", []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) {
				time.Sleep(20 * ms)
				return answer(200, "", "X-Request-Id", "r-1")
			},
		}, []string{
			"started desk shop PATCH desk.example/records/7",
			"finished desk shop PATCH desk.example/records/7 1 200 r-1 20ms <nil>",
		}, []string{
			`msg="deskattr attempt" vendor=desk account=shop method=PATCH route=/records/7 attempts=1 status=200 duration=20ms request_id=r-1`,
			`msg="deskattr request" vendor=desk account=shop method=PATCH route=/records/7 attempts=1 status=200 duration=20ms request_id=r-1`,
		}},
		{"a failure, a broken connection and a refusal", []func(*http.Request) (*http.Response, error){
			func(*http.Request) (*http.Response, error) {
				return answer(503, "", "Retry-After", "2", "X-Request-Id", "r-1")
			},
			func(*http.Request) (*http.Response, error) {
				return answer(429, "", "Retry-After", "3", "X-Request-Id", "r-2")
			},
			func(*http.Request) (*http.Response, error) { return answer(422, "", "X-Request-Id", "r-3") },
		}, []string{
			"started desk shop PATCH desk.example/records/7",
			"retried desk shop PATCH desk.example/records/7 1 503 2s",
			"retried desk shop PATCH desk.example/records/7 2 429 3s",
			"finished desk shop PATCH desk.example/records/7 3 422 r-3 5s <nil>",
		}, []string{
			`msg="deskattr attempt" vendor=desk account=shop method=PATCH route=/records/7 attempts=1 status=503 duration=0s request_id=r-1`,
			`msg="deskattr wait" vendor=desk account=shop method=PATCH route=/records/7 for="another attempt" wait=2s`,
			`msg="deskattr attempt" vendor=desk account=shop method=PATCH route=/records/7 attempts=2 status=429 duration=0s request_id=r-2`,
			`msg="deskattr wait" vendor=desk account=shop method=PATCH route=/records/7 for="another attempt" wait=3s`,
			`msg="deskattr attempt" vendor=desk account=shop method=PATCH route=/records/7 attempts=3 status=422 duration=0s request_id=r-3`,
			`msg="deskattr request" vendor=desk account=shop method=PATCH route=/records/7 attempts=3 status=422 duration=5s request_id=r-3`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j := &journal{}
				n := 0
				way := roundTripper(func(r *http.Request) (*http.Response, error) { n++; return test.way[n-1](r) })
				c, _ := openVendor(way, j.options(), transport.Vendor{Name: "desk", Account: "shop", Limit: ten})
				if _, err := call(t.Context(), c, http.MethodPatch, "/records/7"); err != nil {
					t.Fatal(err)
				}
				j.expect(t, test.told, test.log)
			})
		})
	}
}

func (j *journal) expect(t *testing.T, told, log []string) {
	t.Helper()
	if !slices.Equal(j.told, told) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(j.told, "\n"), strings.Join(told, "\n"))
	}
	got := strings.TrimSuffix(strings.ReplaceAll(j.log.String(), "level=DEBUG ", ""), "\n")
	if want := strings.Join(log, "\n"); got != want {
		t.Errorf("logged\n%s\nwant\n%s", got, want)
	}
}

// TestWatchWithoutAnswer: then the error is told, in our words.
func TestWatchWithoutAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &journal{}
		way := roundTripper(func(*http.Request) (*http.Response, error) {
			return nil, errors.New("malformed HTTP status code of jane@example.com")
		})
		options := j.options()
		options.Attempts = 1
		c, _ := openVendor(way, options, transport.Vendor{Name: "desk", Account: "shop"})
		if _, err := call(t.Context(), c, http.MethodGet, "/x"); err == nil {
			t.Fatal("no error")
		}
		const words = "unavailable: the connection broke before an answer came"
		j.expect(t, []string{
			"started desk shop GET desk.example/x",
			"finished desk shop GET desk.example/x 1 0  0s " + words,
		}, []string{
			`msg="deskattr attempt" vendor=desk account=shop method=GET route=/x attempts=1 status=0 duration=0s error="` + words + `"`,
			`msg="deskattr request" vendor=desk account=shop method=GET route=/x attempts=1 status=0 duration=0s error="` + words + `"`,
		})
	})
}

// TestWatchLimited: a wait for the limit, and a core's wait before it builds a
// whole write anew.
func TestWatchLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &journal{}
		c, retry := openVendor(newWire(), j.options(), transport.Vendor{Name: "desk", Account: "shop", Limit: one})
		for range 2 {
			if _, err := call(t.Context(), c, http.MethodGet, "/x"); err != nil {
				t.Fatal(err)
			}
		}
		if !retry.Wait(t.Context(), 1, 409, 5*time.Second) {
			t.Fatal("no wait")
		}
		j.expect(t, []string{
			"started desk shop GET desk.example/x",
			"finished desk shop GET desk.example/x 1 200  0s <nil>",
			"started desk shop GET desk.example/x",
			"limited desk shop GET desk.example/x 100ms",
			"finished desk shop GET desk.example/x 1 200  100ms <nil>",
			"retried desk shop   1 409 5s",
		}, []string{
			`msg="deskattr attempt" vendor=desk account=shop method=GET route=/x attempts=1 status=200 duration=0s`,
			`msg="deskattr request" vendor=desk account=shop method=GET route=/x attempts=1 status=200 duration=0s`,
			`msg="deskattr wait" vendor=desk account=shop method=GET route=/x for="the vendor's limit" wait=100ms`,
			`msg="deskattr attempt" vendor=desk account=shop method=GET route=/x attempts=1 status=200 duration=100ms`,
			`msg="deskattr request" vendor=desk account=shop method=GET route=/x attempts=1 status=200 duration=100ms`,
			`msg="deskattr wait" vendor=desk account=shop method="" route="" for="another attempt" wait=5s`,
		})
	})
}
