package matrix

import (
	"fmt"
	"net/http"
)

// most is how often a request is sent, and a write that is built anew is built.
const most = 3

// order holds each attempt against those around it: what fails in passing is
// tried again, three times in all; what was built on a read is not sent again but
// read and built anew; after any other failure nothing comes, unless the vendor's
// rules know another way.
func (r *run) order() (wrong []string) {
	rules := r.world.Rules
	times, built := 0, 0 // of this request in a row, and of those that were built on a read
	fresh := false       // there was a read since the last one of these
	for i, a := range r.attempts {
		complain := func(what string) { wrong = append(wrong, fmt.Sprintf("attempt %d %s", i+1, what)) }
		if a.open {
			complain("has an answer that nobody closed")
		}
		var last, next *Attempt
		if i > 0 {
			last = r.attempts[i-1]
		}
		if i+1 < len(r.attempts) {
			next = r.attempts[i+1]
		}
		again := last != nil && a.same(last)
		if !again {
			times = 0
		}
		times++
		spent := times >= most
		builtOnRead := is(rules.BuiltOnRead, a)
		if builtOnRead {
			built++
			spent = built >= most
			if !fresh {
				complain("was built on a read, and there is none before it")
			}
			fresh = false
		}
		if again && rules.good(last) {
			complain("is sent again after a success")
		}
		if rules.good(a) {
			fresh = fresh || a.Method == http.MethodGet
			continue
		}
		passes := (rules.passes(a) || builtOnRead && a.Status == http.StatusConflict) && !r.kind.noTime
		other := !passes && rules.AnotherWay != nil && rules.AnotherWay(a, r.attempts[:i])
		switch {
		case next == nil && r.ended != nil:
		case next == nil && passes && !spent:
			complain("failed in passing and is not tried again")
		case next == nil && other:
			complain("failed in a way that has another way around it, which is not taken")
		case next == nil:
		case passes && spent, !passes && !other:
			complain("is followed by another, and should have ended the call")
		case passes && !builtOnRead && !a.same(next):
			complain("failed in passing, and another request follows")
		}
	}
	return wrong
}
