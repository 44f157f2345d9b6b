package transport

import (
	"math"
	"time"
)

// pace is a token bucket, kept as the time when it will be full again. So it counts
// in whole nanoseconds, a turn can be given back, and one that needs more than the
// burst can be taken all the same.
type pace struct {
	every time.Duration // between two turns; 0: no bound
	burst int           // turns that may come at once
	full  time.Time     // when all of them are back
}

// Both together fit into a Duration.
const (
	maxEvery = 24 * time.Hour
	maxBurst = 10_000
)

// set changes the pace. What was taken stays taken.
func (p *pace) set(at time.Time, perSecond float64, burst int) {
	every := time.Duration(min(math.Ceil(float64(time.Second)/perSecond), float64(maxEvery)))
	burst = min(max(burst, 1), maxBurst)
	if every == p.every && burst == p.burst {
		return
	}
	taken := 0.0
	if left := p.full.Sub(at); left > 0 && p.every > 0 {
		taken = float64(left) / float64(p.every)
	}
	p.every, p.burst = every, burst
	p.full = at.Add(time.Duration(math.Ceil(taken * float64(every))))
}

// wait is how long from then until so many turns are there.
func (p *pace) wait(at time.Time, n int) time.Duration {
	wait := float64(max(0, p.full.Sub(at))) + float64(n-p.burst)*float64(p.every)
	return time.Duration(min(max(wait, 0), 1<<62))
}

// take takes turns, and gives them back where there are less than none.
func (p *pace) take(at time.Time, n int) {
	p.full = later(p.full, at).Add(time.Duration(n) * p.every)
}

// start leaves one turn of the burst to begin with, then.
func (p *pace) start(at time.Time) {
	p.full = later(p.full, at.Add(time.Duration(p.burst-1)*p.every))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
