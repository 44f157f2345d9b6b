package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// outcome is what came of a run.
type outcome struct {
	complaints []string
	requests   int

	// Of a call undisturbed:
	operations []string // of its requests
	writes     int      // of its requests, those that write
	read       string   // what a read gives
}

// run is a call that was made.
type run struct {
	job
	attempts      []*Attempt
	before, after map[string]json.RawMessage
	read          string
	result        adapters.Result
	err           error
	ended         error // of the context
}

// deadline is when a call has to be over. None comes near it, so that one that
// hangs has another class than expected.
const deadline = 15 * time.Second

// play makes the call of a job.
func play(j job) (o outcome) {
	s := j.servers.take()
	defer func() {
		if v := recover(); v != nil && v != errFatal {
			panic(v)
		}
		for _, message := range s.messages {
			o.complaints = append(o.complaints, fmt.Sprintf("%v: %s", j, message))
		}
		if j.kind.refused {
			s.close()
		} else {
			j.servers.give(s)
		}
	}()
	s.Reset()
	// Go's own transport repeats a GET when a connection that it kept breaks, and
	// would hide a fault that strikes once.
	wire := &http.Transport{DisableKeepAlives: j.mode == once && j.kind.silent}
	record := &recorder{next: wire}
	adapter := j.world.Open(s, s.URL, &http.Client{Transport: record}, j.kind.timeout, j.call.strict)
	record.attempts = nil
	r := run{job: j, before: s.Stored()}
	r.make(s, adapter, record)
	s.SetFaults()
	s.quiet(wire) // with its connections the requests end that are still at work
	r.after = s.Stored()
	o = r.outcome(s)
	if wrong := r.judge(); len(wrong) > 0 {
		s.Errorf("%s\n\tit gave %s\n\tit sent\n\t\t%s", strings.Join(wrong, "\n\t"), r.gave(), r.sent())
	}
	if r.err != nil && !j.kind.refused && j.kind.timeout == 0 && len(s.messages) == 0 {
		r.again(s, adapter)
		o.requests += len(record.attempts) - len(r.attempts)
		s.quiet(wire)
	}
	return o
}

// make makes the call with its fault.
func (r *run) make(s *site, adapter adapters.Adapter, record *recorder) {
	ctx, cancel := context.WithTimeout(s.Context(), deadline)
	defer cancel()
	switch {
	case r.job.quiet == nil:
	case r.kind.refused:
		record.before = func(attempt int) {
			if attempt == r.at {
				record.next.CloseIdleConnections()
				s.Close()
			}
		}
	default:
		s.SetFaults(r.fault())
	}
	if r.kind.deadline > 0 {
		ctx, cancel = context.WithTimeout(ctx, r.kind.deadline)
		defer cancel()
	}
	if r.kind.cancel {
		record.answered = func(attempt int) {
			if attempt == r.at {
				cancel()
			}
		}
	}
	r.read, r.result, r.err = r.call.make(ctx, r.world, adapter)
	r.ended, r.attempts = ctx.Err(), record.attempts
	record.before, record.answered = nil, nil
}

// outcome counts, and notes what an undisturbed call did.
func (r *run) outcome(s *site) outcome {
	o := outcome{requests: len(r.attempts)}
	if r.quiet != nil {
		return o
	}
	o.read = r.read
	for _, request := range s.Requests() {
		o.operations = append(o.operations, request.Operation)
	}
	o.operations = o.operations[len(o.operations)-len(r.attempts):] // before were those of Open
	for _, a := range r.attempts {
		if r.world.Rules.writes(a) {
			o.writes++
		}
	}
	return o
}

// again makes the call again with nothing in its way: it may always be made again
// (7), and what it left half done is whole then.
func (r *run) again(s *site, adapter adapters.Adapter) {
	was := s.Stored()
	ctx, cancel := context.WithTimeout(s.Context(), deadline)
	defer cancel()
	read, result, err := r.call.make(ctx, r.world, adapter)
	now, want := s.Stored(), r.call.wanted(r.before)
	switch {
	case r.call.stale(was):
		if wrong := (expected{class: adapters.ErrConflict, code: adapters.CodeNotEqual, effect: adapters.EffectNone}).unlike(r.call, err); wrong != nil {
			s.Errorf("the same call again, of which IfEqual holds no more: %q", wrong)
		}
	case err != nil:
		s.Errorf("the same call again: %v", err)
	case read != r.quiet.read:
		s.Errorf("the same call again reads %s, want %s", read, r.quiet.read)
	case !same(now, want):
		s.Errorf("after the same call again the record is %s, want %s", now, want)
	case r.call.unlike(result, now) != "":
		s.Errorf("the same call again: %s", r.call.unlike(result, now))
	}
}

func (r *run) gave() string {
	if r.err != nil {
		return r.err.Error()
	}
	return "no error"
}

func (r *run) sent() string {
	var lines []string
	for _, a := range r.attempts {
		lines = append(lines, a.String())
	}
	return strings.Join(lines, "\n\t\t")
}
