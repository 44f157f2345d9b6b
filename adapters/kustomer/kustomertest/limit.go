package kustomertest

import (
	"net/http"
	"strconv"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// SetLimit refuses what exceeds so many requests of the organization in a minute, from now on; 0 refuses nothing.
func (s *Server) SetLimit(perMinute int) {
	s.t.Helper()
	s.changeState(func(state *State) { state.Limit = perMinute })
}

// SetObjectLimit refuses what exceeds so many updates of one record in a minute, from now on; 0 refuses nothing.
func (s *Server) SetObjectLimit(perMinute int) {
	s.t.Helper()
	s.changeState(func(state *State) { state.ObjectLimit = perMinute })
}

// limits is what was used of the two limits. The lock is held.
type limits struct {
	organization window
	objects      map[string]window // by path
	swept        time.Time         // when objects last lost its old windows
}

// window begins with a request and lasts a minute.
type window struct {
	end  time.Time
	used int
}

// use counts one more request.
func (w window) use(now time.Time) window {
	if !now.Before(w.end) {
		w = window{end: now.Add(time.Minute)}
	}
	w.used++
	return w
}

// object counts one more update of a record.
func (l *limits) object(path string, now time.Time) window {
	if l.objects == nil {
		l.objects = map[string]window{}
	}
	if now.Sub(l.swept) >= time.Minute { // else a million records would stay
		for path, w := range l.objects {
			if !now.Before(w.end) {
				delete(l.objects, path)
			}
		}
		l.swept = now
	}
	l.objects[path] = l.objects[path].use(now)
	return l.objects[path]
}

// throttle counts a request that was let in, and answers it if it is too much. Whose organization it is only the token
// tells, so that one without it has no limit.
func (s *Server) throttle(r *fake.Request) *fake.Answer {
	now := time.Now()
	exceeded := false
	if s.state.Limit > 0 {
		s.used.organization = s.used.organization.use(now)
		exceeded = s.used.organization.used > s.state.Limit
	}
	if s.state.ObjectLimit > 0 && r.Method == http.MethodPatch && !exceeded {
		exceeded = s.used.object(r.Path, now).used > s.state.ObjectLimit
	}
	if !exceeded {
		return nil
	}
	return new(refuse(problem{Status: http.StatusTooManyRequests, Code: "toomanyrequests", Title: "Too Many Requests"}))
}

// counted makes the headers of an answer tell what is left. Without a limit they say what they always say.
func (s *Server) counted(r *fake.Request, answer fake.Answer) fake.Answer {
	if w := s.used.organization; s.state.Limit > 0 {
		end := w.end
		if !time.Now().Before(end) {
			w.used, end = 0, time.Now().Add(time.Minute) // what would be counted from now
		}
		answer.Header.Set("X-Ratelimit-Limit", strconv.Itoa(s.state.Limit))
		answer.Header.Set("X-Ratelimit-Remaining", strconv.Itoa(max(0, s.state.Limit-w.used)))
		answer.Header.Set("X-Ratelimit-Reset", strconv.FormatInt(end.Add(time.Second-1).Unix(), 10)) // never too early
	}
	if s.state.ObjectLimit > 0 && answer.Header.Get("X-Ratelimit-Object-Limit") != "" {
		left := s.state.ObjectLimit - s.used.objects[r.Path].used
		answer.Header.Set("X-Ratelimit-Object-Limit", strconv.Itoa(s.state.ObjectLimit))
		answer.Header.Set("X-Ratelimit-Object-Remaining", strconv.Itoa(max(0, left)))
	}
	return answer
}

func (s *Server) countedHandler(handler fake.Handler) fake.Handler {
	return func(r *fake.Request) fake.Answer { return s.counted(r, handler(r)) }
}
