package chatwoottest

import (
	"errors"
	"net/http"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// SetLimit refuses what exceeds so many requests in a minute of the clock, from now on; 0 refuses nothing. A limit that
// makes no sense ends the test.
func (s *Server) SetLimit(perMinute int) {
	s.t.Helper()
	if err := checkLimit(perMinute); err != nil {
		s.t.Fatalf("chatwoot fake: %v", err)
		return
	}
	s.Locked(func() { s.state.Limit, s.minute = perMinute, minute{} })
}

func checkLimit(limit int) error {
	if limit < 0 {
		return errors.New("the limit is negative")
	}
	return nil
}

// minute counts the requests of one minute of the clock. Rack::Attack divides time so, and counts in front of the
// application: whoever calls and whatever is asked for, refused ones too.
type minute struct {
	number   int64 // since 1970
	requests int
}

// exceeded counts one more request.
func (m *minute) exceeded(limit int) bool {
	if now := time.Now().Unix() / 60; m.number != now {
		*m = minute{number: now}
	}
	m.requests++
	return m.requests > limit
}

// throttle answers what is too much, without any of the headers that the application sends.
func (s *Server) throttle() *fake.Answer {
	if s.state.Limit == 0 || !s.minute.exceeded(s.state.Limit) {
		return nil
	}
	return new(fake.Text(http.StatusTooManyRequests, "Retry later\n"))
}
