// Package matrix strikes every request of every call with every fault that the
// fakes play, and holds what comes of it against the rules: a passing fault that
// strikes once is survived; anything else is exactly the class, the code and the
// effect that the contract and the vendor's table give, and the record is as the
// effect says. It is real HTTP on loopback; no connection may be left open.
//
// The rules are written here and in each vendor's test once more, from the
// documentation. They look at what went over the wire (record.go), never at the
// adapter.
package matrix

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// World is a vendor, a kind of record, and a server with one such record.
type World struct {
	Name  string
	Rules Rules
	Ref   adapters.Ref

	// The record holds Replaced and Cleared as Old says and something else
	// besides, and has no Added.
	Replaced, Added, Cleared Attribute

	Lookup *adapters.Lookup // of the record; nil: the vendor has none
	Calls  []string         // the calls to play; nil: all
	Faults []string         // and the faults; nil: all
	More   []Answer         // beside those of every vendor

	// Lies: the server promises to keep what a write does not name and takes it
	// away. Until a call has succeeded it may be missing.
	Lies bool

	// Serve starts the server.
	Serve func(TB) Server

	// Open opens an adapter that sends with this client, gives each attempt that
	// long (0: a minute), waits a millisecond at most between two, and is held back
	// by no limiter.
	Open func(t TB, url string, client *http.Client, timeout time.Duration, strict bool) adapters.Adapter
}

// Attribute is an attribute before and after a call that sets it.
type Attribute struct {
	Name, Key string
	Old       adapters.Value
	New       adapters.Value
	Stored    json.RawMessage // New, at the server
}

// Answer is an answer that the vendor's table of errors has a row for.
type Answer struct {
	Name   string
	Status int
	Body   string
}

// Server is the server of a world.
type Server struct {
	*fake.Server
	// Reset gives the record back what it held at the start.
	Reset func()
	// Stored is what the record holds, by key: its attributes, and whatever else a
	// write must leave alone.
	Stored func() map[string]json.RawMessage
}

// Report is what came of a matrix.
type Report struct {
	Runs, Faults, Requests int
	Complaints             []string
}

// manyComplaints are as many as anybody reads.
const manyComplaints = 25

// Run plays the worlds and reports to the test. With -short, and under the race
// detector, which takes ten times as long, it plays a selection that has each
// fault still.
func Run(t *testing.T, worlds ...World) {
	t.Helper()
	report := Check(testing.Short() || race, worlds...)
	t.Logf("%d runs with %d kinds of fault, %d requests", report.Runs, report.Faults, report.Requests)
	for i, complaint := range report.Complaints {
		if i == manyComplaints {
			t.Errorf("and %d more", len(report.Complaints)-manyComplaints)
			break
		}
		t.Error(complaint)
	}
}

// Check plays the worlds.
func Check(short bool, worlds ...World) Report {
	var report Report
	var quick, slow []job
	kinds := map[string]bool{}
	for _, world := range worlds {
		servers := &pool{world: world}
		defer servers.close()
		for _, call := range world.calls(short) {
			quiet := play(job{servers: servers, world: world, call: call})
			report.add(quiet)
			for _, j := range jobs(servers, call, quiet, short) {
				kinds[j.kind.name] = true
				if j.kind.slow {
					slow = append(slow, j)
				} else {
					quick = append(quick, j)
				}
			}
		}
	}
	report.Faults = len(kinds)
	// Those that wait go side by side, next to those that compute.
	var waiting Report
	var group sync.WaitGroup
	group.Go(func() { waiting.all(slow, 128) })
	report.all(quick, 4)
	group.Wait()
	report.Runs, report.Requests = report.Runs+waiting.Runs, report.Requests+waiting.Requests
	report.Complaints = append(report.Complaints, waiting.Complaints...)
	return report
}

// all plays jobs, so many at a time.
func (r *Report) all(jobs []job, workers int) {
	var mu sync.Mutex
	var group sync.WaitGroup
	next := make(chan job)
	for range workers {
		group.Go(func() {
			for j := range next {
				result := play(j)
				mu.Lock()
				r.add(result)
				mu.Unlock()
			}
		})
	}
	for _, j := range jobs {
		next <- j
	}
	close(next)
	group.Wait()
}

func (r *Report) add(o outcome) {
	r.Runs++
	r.Requests += o.requests
	r.Complaints = append(r.Complaints, o.complaints...)
}
