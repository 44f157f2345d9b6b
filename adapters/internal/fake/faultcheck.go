package fake

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// faultTypes are the words, and what each may be given.
var faultTypes = map[FaultType]struct {
	takes string
	slows bool // and so combines with others
}{
	FaultLatency:   {"latency jitter", true},
	FaultBandwidth: {"rate", true},
	FaultSlicer:    {"average_size size_variation delay", true},
	FaultSlowClose: {"delay", true},

	FaultDown:      {},
	FaultTimeout:   {"timeout", false},
	FaultResetPeer: {"timeout", false},
	FaultLimitData: {"bytes", false},

	FaultStatus:        {"status header body", false},
	FaultHTML:          {"status header body", false},
	FaultContentType:   {"content_type", false},
	FaultTruncatedJSON: {},
	FaultLostAnswer:    {},
	FaultDuplicate:     {},
	FaultClockSkew:     {"skew status header body retry_after", false},
}

// largest bounds every number, so that nothing computed from it overflows: almost three hours of milliseconds.
const largest = 10_000_000

// check refuses what cannot happen or would do nothing: a mistyped fault must not pass for a survived one.
func (f *Fault) check() error {
	if _, ok := faultTypes[f.Type]; !ok {
		words := slices.Sorted(maps.Keys(faultTypes))
		return fmt.Errorf("no type %q; there are %s", f.Type, strings.Trim(fmt.Sprint(words), "[]"))
	}
	switch {
	case f.Skip < 0:
		return errors.New("skip is not negative")
	case f.Times < -1:
		return errors.New("times is -1 (always), 0 (once) or a count")
	case !(f.Toxicity > 0 && f.Toxicity <= 1): // NaN is neither
		return errors.New("toxicity is a chance between 0 and 1")
	}
	if err := f.checkGiven(); err != nil {
		return err
	}
	return f.checkNeeded()
}

// checkGiven holds what is given against what the type takes.
func (f *Fault) checkGiven() error {
	takes := strings.Fields(faultTypes[f.Type].takes)
	for _, given := range []struct {
		name string
		here bool
	}{{"header", len(f.Header) > 0}, {"body", f.Body != ""}, {"content_type", f.ContentType != ""}} {
		if given.here && !slices.Contains(takes, given.name) {
			return fmt.Errorf("%s takes no %s", f.Type, given.name)
		}
	}
	for _, given := range []struct {
		name  string
		value int
	}{
		{"latency", f.Latency}, {"jitter", f.Jitter}, {"rate", f.Rate}, {"average_size", f.AverageSize},
		{"size_variation", f.SizeVariation}, {"delay", f.Delay}, {"timeout", f.Timeout}, {"bytes", f.Bytes},
		{"status", f.Status}, {"skew", f.Skew}, {"retry_after", f.RetryAfter},
	} {
		switch {
		case given.value != 0 && !slices.Contains(takes, given.name):
			return fmt.Errorf("%s takes no %s", f.Type, given.name)
		case given.value < 0 && given.name != "skew":
			return fmt.Errorf("%s is not negative", given.name)
		case given.value > largest || given.value < -largest:
			return fmt.Errorf("%s is at most %d", given.name, largest)
		}
	}
	return nil
}

// checkNeeded looks for what the type cannot do without.
func (f *Fault) checkNeeded() error {
	answers := f.Status != 0
	switch {
	case f.Type == FaultLatency && f.Latency == 0 && f.Jitter == 0:
		return errors.New("latency needs latency or jitter")
	case f.Type == FaultBandwidth && f.Rate == 0:
		return errors.New("bandwidth needs a rate")
	case f.Type == FaultSlowClose && f.Delay == 0:
		return errors.New("slow_close needs a delay")
	case f.Type == FaultSlicer && f.AverageSize <= f.SizeVariation:
		return errors.New("slicer needs an average_size larger than size_variation")
	case f.Type == FaultContentType && f.ContentType == "":
		return errors.New("content_type needs a content_type")
	case f.Type == FaultClockSkew && f.Skew == 0:
		return errors.New("clock_skew needs a skew")
	case f.Type == FaultStatus && !answers:
		return errors.New("status needs a status")
	case !answers && (len(f.Header) > 0 || f.Body != "" || f.RetryAfter != 0):
		return errors.New("header, body and retry_after need a status")
	case answers && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("status %d is not between 200 and 599", f.Status)
	case answers && f.Body != "" && !bodyAllowed(f.Status):
		return fmt.Errorf("an answer of status %d has no body", f.Status)
	}
	return nil
}
