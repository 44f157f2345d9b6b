package fake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong with matching requests: an answer that is not the vendor's, a delay, a cut
// connection. Empty Operation, Method and Path match anything; requests to /_fake/ never match.
//
// Go's own client repeats a GET by itself when a connection it had used before breaks without an answer. A Reset or
// LostAnswer that happens once can therefore go unseen there; give it Times 2, or close idle connections first.
type Fault struct {
	Operation string `json:"operation,omitempty"` // operationId
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"` // exact, decoded, with its prefix

	Skip  int `json:"skip,omitempty"`  // so many matching requests pass first
	Times int `json:"times,omitempty"` // 0: once; -1: always

	DelayMS int `json:"delay_ms,omitempty"` // ahead of everything else

	// Answered without the vendor; the request is neither authenticated nor validated.
	Status int               `json:"status,omitempty"`
	Header map[string]string `json:"header,omitempty"`
	Body   string            `json:"body,omitempty"`

	Reset      bool `json:"reset,omitempty"`       // cut before the vendor sees the request
	LostAnswer bool `json:"lost_answer,omitempty"` // cut after the vendor did what was asked
	TruncateAt int  `json:"truncate_at,omitempty"` // cut after so many bytes of the body, though Content-Length promises all
}

// SetFaults replaces the faults. They are tried in order, the first that matches applies, and a spent one is gone.
// While a fault skips, later ones get their chance. A fault that makes no sense ends the test.
func (s *Server) SetFaults(faults ...Fault) {
	s.t.Helper()
	if err := s.setFaults(faults); err != nil {
		s.t.Fatalf("%s fake: %v", s.config.Vendor, err)
	}
}

func (s *Server) setFaults(faults []Fault) error {
	faults = slices.Clone(faults)
	for i := range faults {
		f := &faults[i]
		if f.Operation != "" && !s.document.operations[f.Operation] {
			return fmt.Errorf("fault %d: the document has no operation %q", i, f.Operation)
		}
		if err := f.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
		if f.Times == 0 {
			f.Times = 1
		}
		f.Header = maps.Clone(f.Header)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
	return nil
}

// check refuses what cannot happen or would do nothing: a mistyped fault must not pass for a survived one.
func (f *Fault) check() error {
	answers := f.Status != 0
	switch {
	case f.Skip < 0 || f.DelayMS < 0 || f.TruncateAt < 0:
		return errors.New("skip, delay_ms and truncate_at are not negative")
	case f.Times < -1:
		return errors.New("times is -1 (always), 0 (once) or a count")
	case answers && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case !answers && (len(f.Header) > 0 || f.Body != ""):
		return errors.New("header and body need a status")
	case answers && f.Body != "" && !bodyAllowed(f.Status):
		return fmt.Errorf("an answer of status %d has no body", f.Status)
	case f.Reset && (answers || f.LostAnswer || f.TruncateAt > 0):
		return errors.New("after a reset there is no answer: status, lost_answer and truncate_at do not go with it")
	case f.LostAnswer && (answers || f.TruncateAt > 0):
		return errors.New("the lost answer is the vendor's: status and truncate_at do not go with it")
	case !answers && !f.Reset && !f.LostAnswer && f.TruncateAt == 0 && f.DelayMS == 0:
		return errors.New("it does nothing")
	}
	return nil
}

// takeFault returns the fault for this request, or one that does nothing. The lock is held.
func (s *Server) takeFault(r *Request) Fault {
	for i := range s.faults {
		f := &s.faults[i]
		if !f.matches(r) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		taken := *f
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return taken
	}
	return Fault{}
}

func (f *Fault) matches(r *Request) bool {
	return (f.Operation == "" || f.Operation == r.Operation) &&
		(f.Method == "" || strings.EqualFold(f.Method, r.Method)) &&
		(f.Path == "" || f.Path == r.Path)
}

// before is what happens ahead of the vendor. The lock is not held: others go on during a delay, and testing/synctest
// advances its clock only while nobody waits for a mutex.
func (f *Fault) before(ctx context.Context) {
	if f.DelayMS > 0 {
		select {
		case <-time.After(time.Duration(f.DelayMS) * time.Millisecond):
		case <-ctx.Done():
			panic(http.ErrAbortHandler) // nobody waits for the answer
		}
	}
	if f.Reset {
		panic(http.ErrAbortHandler)
	}
}

// answer is the answer of a fault with a status.
func (f *Fault) answer() Answer {
	header := http.Header{}
	for name, value := range f.Header {
		header.Set(name, value)
	}
	return Answer{f.Status, header, []byte(f.Body)}
}
