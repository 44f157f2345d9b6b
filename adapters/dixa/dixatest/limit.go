package dixatest

import (
	"net/http"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// SetLimit refuses what exceeds so many requests a second of one token, from now on, of which a burst may come at
// once; 0 is a burst of 4, and no limit refuses nothing. A limit that makes no sense ends the test.
func (s *Server) SetLimit(perSecond, burst int) {
	s.t.Helper()
	var err error
	s.Locked(func() {
		state := s.vendor.state
		state.Limit, state.Burst = perSecond, burst
		if err = state.checkLimit(); err == nil {
			s.vendor.state, s.vendor.used = state, nil
		}
	})
	if err != nil {
		s.t.Fatalf("dixa fake: %v", err)
	}
}

// buckets tell by token when its bucket is full again. Each request takes a place for the time that it takes to fill
// it.
type buckets map[string]time.Time

// take reports whether there was a place.
func (b buckets) take(token string, perSecond, burst int) bool {
	now, place := time.Now(), time.Second/time.Duration(perSecond)
	full := b[token]
	if full.Before(now) {
		full = now
	}
	if full.Sub(now) > time.Duration(burst-1)*place {
		return false
	}
	b[token] = full.Add(place)
	return true
}

// throttle answers what is too much. Nobody knows in what words.
func (v *vendor) throttle(r *fake.Request) *fake.Answer {
	if v.state.Limit == 0 {
		return nil
	}
	token := r.Header.Get("Authorization")
	if token != v.state.Token && !slices.Contains(v.state.LimitedTokens, token) {
		token = "" // all that are unknown are one
	}
	if v.used == nil {
		v.used = buckets{}
	}
	burst := v.state.Burst
	if burst == 0 {
		burst = 4
	}
	if v.used.take(token, v.state.Limit, burst) {
		return nil
	}
	return new(failure(http.StatusTooManyRequests, "Too many requests"))
}
