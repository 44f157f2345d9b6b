package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/deskattr/deskattr/adapters"
)

// The exit statuses. Scripts depend on them.
const (
	exitDone        = 0
	exitUnexpected  = 1
	exitUsage       = 2
	exitInvalid     = 3
	exitDenied      = 4
	exitNotFound    = 5
	exitConflict    = 6
	exitRateLimited = 7
	exitUnavailable = 8
	exitRows        = 9
	exitLocal       = 10
	exitUnknown     = 11
	exitInterrupted = 130
	exitTerminated  = 143
)

const exitHelp = `Exit status:
    0  done
    1  unexpected
    2  usage, settings, unreadable input
    3  invalid, or the vendor cannot hold it
    4  not authenticated or not allowed
    5  not found
    6  conflict
    7  rate limited
    8  unavailable, or the answer cannot be understood
    9  some rows failed, or could not be put back
   10  a local file or the disk, for example where the output goes
   11  it may have been written, nobody knows; making the same call again is safe
  130  interrupted
  143  terminated`

// outcomes are the classes of failure: the word in the JSON and the status.
var outcomes = []struct {
	class  error
	word   string
	status int
}{
	{adapters.ErrInvalid, "invalid", exitInvalid},
	{adapters.ErrUnsupported, "unsupported", exitInvalid},
	{adapters.ErrUnauthenticated, "unauthenticated", exitDenied},
	{adapters.ErrForbidden, "forbidden", exitDenied},
	{adapters.ErrNotFound, "not_found", exitNotFound},
	{adapters.ErrConflict, "conflict", exitConflict},
	{adapters.ErrRateLimited, "rate_limited", exitRateLimited},
	{adapters.ErrUnavailable, "unavailable", exitUnavailable},
	{adapters.ErrMalformed, "malformed", exitUnavailable},
	{errUsage, "usage", exitUsage},
	{errRows, "rows", exitRows},
	{errLocal, "local", exitLocal},
	{context.Canceled, "canceled", exitUnexpected}, // a signal has its own status
}

// Classes of failure that are the command's own.
var (
	errUsage = errors.New("usage")
	errLocal = errors.New("local")
	errRows  = errors.New("rows")
)

// failed is a failure of the command itself: a class and one line.
type failed struct {
	class error
	text  string
}

func (f failed) Error() string        { return f.text }
func (f failed) Is(target error) bool { return target == f.class }

// usage is a mistake in the command line, the settings or an input file. Its
// text must hold no attribute value and no token.
func usage(format string, args ...any) error {
	return failed{errUsage, fmt.Sprintf(format, args...)}
}

// advised is a failure of an adapter, and what a person needs to go on.
type advised struct {
	error
	text string   // follows the failure's own
	ids  []string // of the records that a look-up found
}

func (a advised) Error() string { return a.error.Error() + a.text }
func (a advised) Unwrap() error { return a.error }

// outcome is the word and the exit status of a failure.
func outcome(err error) (word string, status int) {
	var failure *adapters.Error
	ofVendor := errors.As(err, &failure)
	if ofVendor && failure.Class != nil {
		err = failure.Class
	}
	word, status = "unexpected", exitUnexpected
	for _, o := range outcomes {
		if errors.Is(err, o.class) {
			word, status = o.word, o.status
			break
		}
	}
	if ofVendor && failure.Effect == adapters.EffectUnknown && status >= exitConflict && status <= exitUnavailable {
		status = exitUnknown // above all, the caller must know that it may be written
	}
	return word, status
}

// exitStatus is the status of a run that ended with err. A failure that came of
// a signal has the signal's.
func exitStatus(ctx context.Context, err error) int {
	if err == nil {
		return exitDone
	}
	var by stopped
	if errors.As(context.Cause(ctx), &by) && errors.Is(err, context.Canceled) {
		if by.signal == syscall.SIGTERM {
			return exitTerminated
		}
		return exitInterrupted
	}
	_, status := outcome(err)
	return status
}

// stopped is the cause of a context that a signal ended.
type stopped struct{ signal os.Signal }

func (s stopped) Error() string { return s.signal.String() }

// cancelledBySignal is a context that the first SIGINT or SIGTERM ends. The
// second one ends the program at once, as without us.
func cancelledBySignal(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		by := <-signals
		signal.Stop(signals)
		cancel(stopped{by})
	}()
	return ctx
}
