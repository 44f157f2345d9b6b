package fake

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"time"
)

// strike is what goes wrong with one request.
type strike struct {
	fault     Fault // the one that does more than to slow down; without a type: none
	latency   time.Duration
	slowClose time.Duration
	rate      int // bytes a millisecond; 0: at once
	slicer    *slicer
}

// slicer cuts a body into pieces.
type slicer struct {
	average, variation int
	delay              time.Duration
	random             *rand.Rand
}

// add lets one more fault strike. Whatever is drawn is drawn here, in the order of the requests, or from a source that
// was made here: so a seed gives the same again whatever the answers take.
func (h *strike) add(f *armed) {
	switch f.Type {
	case FaultLatency:
		jitter := int64(f.Jitter) * int64(time.Millisecond)
		h.latency += max(0, milliseconds(f.Latency)+time.Duration(f.random.Int64N(2*jitter+1)-jitter))
	case FaultBandwidth:
		if h.rate == 0 || f.Rate < h.rate {
			h.rate = f.Rate // the narrowest place decides
		}
	case FaultSlicer:
		delay := time.Duration(f.Delay) * time.Microsecond
		h.slicer = &slicer{f.AverageSize, f.SizeVariation, delay, rand.New(rand.NewPCG(f.random.Uint64(), 0))}
	case FaultSlowClose:
		h.slowClose += milliseconds(f.Delay)
	default:
		h.fault = f.Fault
	}
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// next is the size of the next piece.
func (c *slicer) next() int {
	return c.average - c.variation + c.random.IntN(2*c.variation+1)
}

// withholds tells that no answer goes back.
func (h *strike) withholds() bool {
	return h.fault.Type == FaultLostAnswer || h.fault.Type == FaultTimeout || h.fault.Type == FaultResetPeer
}

// answer is the answer of a fault that has one of its own.
func (f *Fault) answer() Answer {
	header := http.Header{}
	for name, value := range f.Header {
		header.Set(name, value)
	}
	return Answer{f.Status, header, []byte(f.Body)}
}

// disturb makes of an answer what arrives of it. It says what is wrong with a fault that has nothing to do here.
func (f *Fault) disturb(answer Answer) (Answer, string) {
	switch f.Type {
	case FaultContentType:
		answer.Header = withHeader(answer.Header, "Content-Type", f.ContentType)
	case FaultTruncatedJSON:
		half := answer.Body[:len(answer.Body)/2]
		if len(half) == 0 || !json.Valid(answer.Body) || json.Valid(half) {
			return answer, "truncated_json finds no JSON that half of would be broken"
		}
		answer.Body = half
	case FaultLimitData:
		if f.Bytes >= len(answer.Body) {
			return answer, "limit_data cuts nothing, the answer's body is not longer"
		}
	case FaultClockSkew:
		clock := time.Now().UTC().Add(time.Duration(f.Skew) * time.Second)
		answer.Header = withHeader(answer.Header, "Date", clock.Format(http.TimeFormat))
		if f.RetryAfter > 0 {
			answer.Header.Set("Retry-After", clock.Add(time.Duration(f.RetryAfter)*time.Second).Format(http.TimeFormat))
		}
	}
	return answer, ""
}

// withHeader leaves the header as it is, which may be the vendor's own.
func withHeader(header http.Header, name, value string) http.Header {
	changed := maps.Clone(header)
	if changed == nil {
		changed = http.Header{}
	}
	changed.Set(name, value)
	return changed
}
