package transport_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters/transport"
)

// TestTraceOfEachStatus: what a status says of a write.
func TestTraceOfEachStatus(t *testing.T) {
	for status, want := range map[int]string{
		101: "doubtful", 199: "doubtful", 200: "applied", 204: "applied", 299: "applied", 300: "refused", 304: "refused",
		399: "refused", 400: "refused", 422: "refused", 499: "refused", 500: "doubtful", 503: "doubtful", 599: "doubtful",
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			s := &server{answer: func(int) (*http.Response, error) { return answer(status, "") }}
			ctx, trace := transport.Follow(t.Context())
			if _, err := post(t, ctx, client(s, transport.Options{Attempts: 1}, nil)); err != nil {
				t.Fatal(err)
			}
			got := "refused"
			switch {
			case trace.Applied() == 1 && trace.Doubtful() == 0:
				got = "applied"
			case trace.Applied() == 0 && trace.Doubtful() == 1:
				got = "doubtful"
			case trace.Applied()+trace.Doubtful() != 0:
				got = "more than one"
			}
			if got != want || !trace.Used() || trace.LastOnce() {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
}

// TestTraceWithinATrace: who follows a whole call sees what its parts see, and
// those no more than their own.
func TestTraceWithinATrace(t *testing.T) {
	status := 200
	s := &server{answer: func(int) (*http.Response, error) { return answer(status, "") }}
	c := client(s, transport.Options{Attempts: 2, Backoff: time.Nanosecond}, nil)
	outerCtx, outer := transport.Follow(t.Context())
	innerCtx, inner := transport.Follow(outerCtx)
	if _, err := post(t, innerCtx, c); err != nil {
		t.Fatal(err)
	}
	if !outer.Used() {
		t.Error("a request of a part was not told to who follows the whole")
	}
	inner.Doubt()
	if _, err := post(t, outerCtx, c); err != nil {
		t.Fatal(err)
	}
	status = 503
	if _, err := post(t, innerCtx, c); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]struct {
		trace                       *transport.Trace
		requests, applied, doubtful int
	}{"outer": {outer, 4, 1, 3}, "inner": {inner, 3, 0, 3}} {
		if tr := got.trace; tr.Requests() != got.requests || tr.Applied() != got.applied || tr.Doubtful() != got.doubtful || !tr.Used() {
			t.Errorf("%s: %d requests, %d applied, %d doubtful; want %d, %d, %d",
				name, tr.Requests(), tr.Applied(), tr.Doubtful(), got.requests, got.applied, got.doubtful)
		}
	}
}
