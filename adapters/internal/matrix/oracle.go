package matrix

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// expected is what the rules make of a record. Without a class and a cause it is
// a success.
type expected struct {
	class  error
	cause  error // of a context that ended
	code   adapters.Code
	effect adapters.Effect
	status int           // 0: any
	later  time.Duration // Retry-After, 0: any
}

// judge holds a run against the rules.
func (r *run) judge() (wrong []string) {
	want := r.expect()
	wrong = r.order()
	if r.ended != nil && !r.kind.cancel && r.kind.deadline == 0 {
		return append(wrong, "it is not over before its deadline")
	}
	if want.class == nil && want.cause == nil {
		return append(wrong, r.succeeded()...)
	}
	if r.survives() && want.code != adapters.CodeNotEqual {
		return append(wrong, "it is to be survived, and is not")
	}
	return append(append(wrong, want.unlike(r.call, r.err)...), r.recordAfter(want.effect)...)
}

// survives tells whether the rules leave nothing but success, whatever was sent.
func (r *run) survives() bool {
	switch {
	case r.quiet == nil || r.kind.harmless:
		return true
	case !r.kind.passes || r.mode != once:
		return false
	}
	late := 0
	for _, a := range r.attempts {
		if a.late {
			late++
		}
	}
	return late <= 1 // else this machine was too slow for others too: what was sent tells what has to come of it
}

// expect computes from what was on the wire what the call must have given.
func (r *run) expect() expected {
	applied, doubtful := r.world.Rules.count(r.attempts)
	effect := adapters.EffectNone
	switch {
	case r.call.changes == nil:
	case applied > 0 && r.call.verify && applied >= r.undisturbedWrites():
		effect = adapters.EffectApplied // all of it was, and what failed is the confirming
	case applied > 0:
		effect = adapters.EffectPartial
	case doubtful > 0:
		effect = adapters.EffectUnknown
	}
	if r.ended != nil {
		code := adapters.CodeCanceled
		if errors.Is(r.ended, context.DeadlineExceeded) {
			code = adapters.CodeTimeout
		}
		return expected{cause: r.ended, code: code, effect: effect}
	}
	last := r.attempts[len(r.attempts)-1]
	if !r.world.Rules.good(last) && !(r.call.op == "get" && is(r.world.Rules.Spare, last)) {
		want := expected{effect: effect}
		want.code, want.class = r.world.Rules.class(last)
		if last.Status >= 300 && r.call.op != "find" { // which may make "nobody" of a 404
			want.status = last.Status
		}
		if r.kind.noTime {
			want.later = muchLater
		}
		return want
	}
	// A write that was refused is built anew, and compared anew. Who had it sent
	// twice and was answered the second time cannot know that the first one wrote:
	// somebody else may have, and IfEqual is there to tell of that.
	if last.Method == "GET" && applied+doubtful == 0 && r.call.stale(r.after) {
		return expected{class: adapters.ErrConflict, code: adapters.CodeNotEqual, effect: effect}
	}
	return expected{}
}

func (r *run) undisturbedWrites() int {
	if r.quiet == nil {
		return 0
	}
	return r.quiet.writes
}

// stale tells that a record is not as IfEqual expects any more: it is as the call
// sets it.
func (c call) stale(stored map[string]json.RawMessage) bool {
	return c.ifEqual != nil && equal(stored[c.ifEqual.Key], c.ifEqual.Stored)
}

// succeeded says what is wrong with a call that had to succeed.
func (r *run) succeeded() (wrong []string) {
	want := r.call.wanted(r.before)
	switch {
	case r.err != nil:
		return []string{"it is to succeed"}
	case r.quiet != nil && r.read != r.quiet.read:
		return []string{fmt.Sprintf("it read %s, want %s", r.read, r.quiet.read)}
	case !same(r.after, want) && !r.toldTooLittle():
		return []string{fmt.Sprintf("the record is %s, want %s", r.after, want)}
	}
	if unlike := r.call.unlike(r.result, r.after); unlike != "" {
		wrong = append(wrong, unlike)
	}
	return wrong
}

// toldTooLittle: a success that says nothing was enough. Where it was not the
// vendor's, nobody could know that nothing was written.
func (r *run) toldTooLittle() bool {
	return slices.ContainsFunc(r.attempts, func(a *Attempt) bool { return r.world.Rules.good(a) && !a.good() })
}

// unlike holds an error against what is expected.
func (e expected) unlike(c call, err error) (wrong []string) {
	var failure *adapters.Error
	if !errors.As(err, &failure) {
		return []string{fmt.Sprintf("it is no *adapters.Error, want %v %s", cmp.Or(e.class, e.cause), e.code)}
	}
	if failure.Class != e.class || e.class != nil && !errors.Is(err, e.class) {
		wrong = append(wrong, fmt.Sprintf("the class is %v, want %v", failure.Class, e.class))
	}
	if e.cause != nil && !errors.Is(err, e.cause) {
		wrong = append(wrong, fmt.Sprintf("it is not %v", e.cause))
	}
	if failure.Code != e.code {
		wrong = append(wrong, fmt.Sprintf("the code is %s, want %s", failure.Code, e.code))
	}
	if failure.Effect != e.effect {
		wrong = append(wrong, fmt.Sprintf("the effect is %v, want %v", failure.Effect, e.effect))
	}
	if e.status != 0 && failure.Status != e.status {
		wrong = append(wrong, fmt.Sprintf("the status is %d, want %d", failure.Status, e.status))
	}
	if e.later != 0 && failure.RetryAfter != e.later {
		wrong = append(wrong, fmt.Sprintf("the RetryAfter is %v, want %v", failure.RetryAfter, e.later))
	}
	if failure.Op != c.op {
		wrong = append(wrong, fmt.Sprintf("the op is %s, want %s", failure.Op, c.op))
	}
	return wrong
}

// recordAfter holds the record against the effect of a failure.
func (r *run) recordAfter(effect adapters.Effect) (wrong []string) {
	want := r.call.wanted(r.before)
	// Whoever gives a request to the vendor twice and shows the second refusal
	// makes of what was written something that was not. No rule can help there.
	twice := r.kind.name == "duplicate"
	for key := range union(union(r.before, want), r.after) {
		now, old, wished := r.after[key], r.before[key], want[key]
		named := !equal(old, wished)
		may := equal(now, old)
		switch {
		case effect == adapters.EffectApplied:
			may = equal(now, wished)
		case effect == adapters.EffectNone && !twice:
		default:
			may = may || named && equal(now, wished) || r.world.Lies && absent(now)
		}
		if !may {
			wrong = append(wrong, fmt.Sprintf("%s is %s (before %s), which is not what %q says", key, show(now), show(old), effect.String()))
		}
	}
	return wrong
}

func show(raw json.RawMessage) string {
	if absent(raw) {
		return "absent"
	}
	return string(raw)
}
