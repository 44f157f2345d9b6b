package transport_test

import (
	"fmt"
	"net/http"
	"testing"

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
