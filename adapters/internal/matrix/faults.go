package matrix

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// kind is something that goes wrong.
type kind struct {
	name  string
	fault fake.Fault

	harmless bool // the answer says what it says, late or oddly: nobody may notice
	passes   bool // what may be better the next time
	silent   bool // no answer comes
	noTime   bool // but the next time is beyond the deadline
	ends     bool // the call, in any case
	slow     bool // mostly waits

	timeout  time.Duration // of each attempt of the adapter
	deadline time.Duration // of the call
	cancel   bool          // the call is cancelled when the head of the answer is here
	refused  bool          // the server is gone: no connection comes about
}

// patience is the time that an adapter gives an attempt where it is to run out.
// It is long beside what an answer takes on a busy machine.
const patience = time.Second

// muchLater is beyond the deadline of any call.
const muchLater = time.Hour

// kinds are what goes wrong in a world.
func (w World) kinds() []kind {
	kinds := []kind{
		{name: "latency", harmless: true, fault: fake.Fault{Type: fake.FaultLatency, Latency: 2, Jitter: 1}},
		{name: "bandwidth", harmless: true, fault: fake.Fault{Type: fake.FaultBandwidth, Rate: 1000}},
		{name: "slicer", harmless: true, fault: fake.Fault{Type: fake.FaultSlicer, AverageSize: 200, SizeVariation: 100, Delay: 10}},
		{name: "slow_close", harmless: true, fault: fake.Fault{Type: fake.FaultSlowClose, Delay: 2}},
		{name: "content_type text", harmless: true, fault: fake.Fault{Type: fake.FaultContentType, ContentType: "text/plain"}},
		{name: "content_type html", harmless: true, fault: fake.Fault{Type: fake.FaultContentType, ContentType: "text/html; charset=utf-8"}},
		{name: "clock_skew", harmless: true, fault: fake.Fault{Type: fake.FaultClockSkew, Skew: 86400}},

		{name: "duplicate", passes: true, fault: fake.Fault{Type: fake.FaultDuplicate}},
		{name: "down", passes: true, silent: true, fault: fake.Fault{Type: fake.FaultDown}},
		{name: "reset_peer", passes: true, silent: true, fault: fake.Fault{Type: fake.FaultResetPeer}},
		{name: "lost_answer", passes: true, silent: true, fault: fake.Fault{Type: fake.FaultLostAnswer}},
		{name: "timeout, then cut", passes: true, silent: true, fault: fake.Fault{Type: fake.FaultTimeout, Timeout: 1}},
		{name: "timeout", passes: true, silent: true, slow: true, timeout: patience, fault: fake.Fault{Type: fake.FaultTimeout}},
		{name: "clock_skew 429", passes: true, slow: true, fault: fake.Fault{Type: fake.FaultClockSkew, Skew: 3600, Status: 429, RetryAfter: 1}},
		{name: "refused", passes: true, refused: true},

		{name: "limit_data", fault: fake.Fault{Type: fake.FaultLimitData, Bytes: 1}},
		{name: "limit_data, nothing", fault: fake.Fault{Type: fake.FaultLimitData}},
		{name: "truncated_json", fault: fake.Fault{Type: fake.FaultTruncatedJSON}},
		{name: "html 502", passes: true, fault: fake.Fault{Type: fake.FaultHTML}},
		{name: "html 200", fault: fake.Fault{Type: fake.FaultHTML, Status: 200}},
		{name: "200 {}", fault: fake.Fault{Type: fake.FaultStatus, Status: 200, Body: "{}"}},
		{name: "stalled", passes: true, silent: true, slow: true, timeout: patience, fault: fake.Fault{Type: fake.FaultSlicer, AverageSize: 1, Delay: 10_000_000}},
		{name: "429, much later", noTime: true, fault: fake.Fault{Type: fake.FaultStatus, Status: 429, Header: map[string]string{"Retry-After": fmt.Sprint(muchLater.Seconds())}}},

		{name: "deadline", slow: true, ends: true, deadline: patience / 4, fault: fake.Fault{Type: fake.FaultTimeout}},
		{name: "cancelled", ends: true, cancel: true, fault: fake.Fault{Type: fake.FaultSlicer, AverageSize: 1, Delay: 10_000_000}},
	}
	for _, status := range []int{302, 400, 401, 403, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504} {
		kinds = append(kinds, w.answers(Answer{fmt.Sprint("status ", status), status, ""}))
	}
	for _, answer := range w.More {
		kinds = append(kinds, w.answers(answer))
	}
	return slices.DeleteFunc(kinds, func(k kind) bool { return w.Faults != nil && !slices.Contains(w.Faults, k.name) })
}

func (w World) answers(a Answer) kind {
	k := kind{name: a.Name, fault: fake.Fault{Type: fake.FaultStatus, Status: a.Status, Body: a.Body}}
	if a.Status == http.StatusFound {
		k.fault.Header = map[string]string{"Location": "https://elsewhere.invalid/"}
	}
	k.passes = w.Rules.passes(&Attempt{Status: a.Status, Answer: []byte(a.Body)})
	return k
}

// mode is how often a fault strikes, from one request on.
type mode string

const (
	once          mode = "once"
	always        mode = "always"
	thisOperation mode = "always this operation"
)

// job is one run.
type job struct {
	servers *pool
	world   World
	call    call
	quiet   *outcome // the call undisturbed; nil: this is it
	kind    kind
	mode    mode
	at      int // the request that is struck, from 0
}

func (j job) String() string {
	if j.quiet == nil {
		return fmt.Sprintf("%s, %s, undisturbed", j.world.Name, j.call.name)
	}
	return fmt.Sprintf("%s, %s, %s at request %d (%s), %s", j.world.Name, j.call.name, j.kind.name, j.at+1, j.quiet.operations[j.at], j.mode)
}

// jobs strike each request of a call with each fault; in short each fault
// strikes one of the requests, in turns.
func jobs(servers *pool, c call, quiet outcome, short bool) []job {
	var all []job
	for at, operation := range quiet.operations {
		// From here on there may be nothing but this operation.
		only := !slices.ContainsFunc(quiet.operations[at:], func(other string) bool { return other != operation })
		for turn, k := range servers.world.kinds() {
			if short && turn%len(quiet.operations) != at {
				continue
			}
			for _, m := range []mode{once, always, thisOperation} {
				switch {
				case m == once && k.refused: // who is gone stays away
				case m != once && (k.ends || k.final()): // there is no second time
				case m != once && k.harmless && at > 0: // from the first on is all of it
				case m == thisOperation && (only || k.slow || k.harmless || k.refused):
				default:
					all = append(all, job{servers, servers.world, c, &quiet, k, m, at})
				}
			}
		}
	}
	return all
}

// final tells a failure that ends a call at every vendor. That nothing comes after
// it is judged by what was sent.
func (k kind) final() bool {
	switch k.fault.Status {
	case 401, 404, 409, 422, 500: // here it may go another way, or write anew
		return false
	}
	return !k.passes && !k.harmless
}

// fault is the fault as the server plays it.
func (j job) fault() fake.Fault {
	f := j.kind.fault
	f.Skip = j.at
	switch j.mode {
	case always:
		f.Times = -1
	case thisOperation:
		f.Times, f.Skip, f.Operation = -1, 0, j.quiet.operations[j.at]
		for _, operation := range j.quiet.operations[:j.at] {
			if operation == f.Operation {
				f.Skip++
			}
		}
	}
	return f
}
