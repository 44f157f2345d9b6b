package fake

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// FaultType says what goes wrong.
type FaultType string

// The first eight are toxiproxy's words and mean what they mean there, of the way back from the vendor. The first four
// only slow an answer down: all of them that match a request strike it. Of the others, one does.
const (
	FaultLatency   FaultType = "latency"    // the answer is late
	FaultBandwidth FaultType = "bandwidth"  // its body comes at a rate
	FaultSlicer    FaultType = "slicer"     // its body comes in pieces
	FaultSlowClose FaultType = "slow_close" // the connection is closed late, and the answer ends with that

	FaultDown      FaultType = "down"       // cut before the vendor sees the request
	FaultTimeout   FaultType = "timeout"    // the vendor does it, nothing comes back, the connection is closed
	FaultResetPeer FaultType = "reset_peer" // the vendor does it, the connection is reset
	FaultLimitData FaultType = "limit_data" // cut within the body, though Content-Length promises all

	FaultStatus        FaultType = "status"         // an answer that is not the vendor's; it sees no request
	FaultHTML          FaultType = "html"           // the same with an HTML page
	FaultContentType   FaultType = "content_type"   // the vendor's answer under another Content-Type
	FaultTruncatedJSON FaultType = "truncated_json" // the first half of the vendor's JSON, as if that were all
	FaultLostAnswer    FaultType = "lost_answer"    // cut after the vendor did it
	FaultDuplicate     FaultType = "duplicate"      // the vendor gets the request twice; its second answer goes back
	FaultClockSkew     FaultType = "clock_skew"     // Date and Retry-After are of another clock
)

// Fault is something that goes wrong with matching requests. Empty Operation, Method and Path match anything;
// requests to /_fake/ never match. Numbers are in toxiproxy's units.
//
// Go's own client repeats a GET by itself when a connection it had used before breaks without an answer. A down,
// reset_peer or lost_answer that happens once can therefore go unseen there; give it Times 2, or close idle
// connections first.
type Fault struct {
	Type FaultType `json:"type"`

	Operation string `json:"operation,omitempty"` // operationId
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"` // exact, decoded, with its prefix

	Skip     int     `json:"skip,omitempty"`     // so many matching requests pass first
	Times    int     `json:"times,omitempty"`    // 0: once; -1: always
	Toxicity float64 `json:"toxicity,omitempty"` // chance to strike, up to 1; 0: 1
	Seed     uint64  `json:"seed,omitempty"`     // of all that is drawn: toxicity, jitter, sizes

	Latency       int `json:"latency,omitempty"`        // latency: milliseconds
	Jitter        int `json:"jitter,omitempty"`         // latency: milliseconds more or less
	Rate          int `json:"rate,omitempty"`           // bandwidth: kilobytes (of 1000) a second
	AverageSize   int `json:"average_size,omitempty"`   // slicer: bytes of a piece
	SizeVariation int `json:"size_variation,omitempty"` // slicer: bytes more or less
	Delay         int `json:"delay,omitempty"`          // slow_close: milliseconds; slicer: microseconds between pieces
	Timeout       int `json:"timeout,omitempty"`        // timeout, reset_peer: milliseconds until then; 0: of timeout never, of reset_peer at once
	Bytes         int `json:"bytes,omitempty"`          // limit_data: so many of the body arrive

	Status      int               `json:"status,omitempty"`       // status, clock_skew, html (there 0 is 502)
	Header      map[string]string `json:"header,omitempty"`       // beside a status
	Body        string            `json:"body,omitempty"`         // beside a status; html has a page of its own
	ContentType string            `json:"content_type,omitempty"` // content_type
	Skew        int               `json:"skew,omitempty"`         // clock_skew: seconds that the vendor's clock is ahead
	RetryAfter  int               `json:"retry_after,omitempty"`  // clock_skew, beside a status: in so many seconds, as a date of that clock
}

// armed is a fault that waits for its requests.
type armed struct {
	Fault
	random *rand.Rand
}

// SetFaults replaces the faults. They are tried in order, and a spent one is gone. While a fault skips, later ones get
// their chance. A fault that makes no sense ends the test.
func (s *Server) SetFaults(faults ...Fault) {
	s.t.Helper()
	if err := s.setFaults(faults); err != nil {
		s.t.Fatalf("%s fake: %v", s.config.Vendor, err)
	}
}

func (s *Server) setFaults(faults []Fault) error {
	next := make([]*armed, len(faults))
	for i, f := range faults {
		if f.Operation != "" && !s.document.operations[f.Operation] {
			return fmt.Errorf("fault %d: the document has no operation %q", i, f.Operation)
		}
		f.complete()
		if err := f.check(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
		// Two faults of one seed are not to strike the same requests.
		next[i] = &armed{f, rand.New(rand.NewPCG(f.Seed, uint64(i)))}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = next
	return nil
}

// complete fills in what was left out.
func (f *Fault) complete() {
	if f.Times == 0 {
		f.Times = 1
	}
	if f.Toxicity == 0 {
		f.Toxicity = 1
	}
	f.Header = maps.Clone(f.Header)
	if f.Type != FaultHTML {
		return
	}
	if f.Status == 0 {
		f.Status = http.StatusBadGateway
	}
	if f.Body == "" {
		f.Body = fmt.Sprintf("<!DOCTYPE html>\n<title>%d</title>\n<h1>%s</h1>\n", f.Status, http.StatusText(f.Status))
	}
	if f.Header == nil {
		f.Header = map[string]string{}
	}
	f.Header["Content-Type"] = "text/html; charset=utf-8"
}

// take returns what strikes this request. The lock is held.
func (s *Server) take(r *Request) strike {
	var hit strike
	s.faults = slices.DeleteFunc(s.faults, func(f *armed) bool {
		if !f.matches(r) || !faultTypes[f.Type].slows && hit.fault.Type != "" {
			return false
		}
		if f.Skip > 0 {
			f.Skip--
			return false
		}
		if f.Toxicity < 1 && f.random.Float64() >= f.Toxicity {
			return false
		}
		hit.add(f)
		if f.Times > 0 {
			f.Times--
		}
		return f.Times == 0
	})
	return hit
}

func (f *Fault) matches(r *Request) bool {
	return (f.Operation == "" || f.Operation == r.Operation) &&
		(f.Method == "" || strings.EqualFold(f.Method, r.Method)) &&
		(f.Path == "" || f.Path == r.Path)
}
