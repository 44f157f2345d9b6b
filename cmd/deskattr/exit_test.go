package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// Every class with every effect. Of what is unknown, only those are told apart
// that would otherwise say "try again": 6 to 8.
func TestExitStatus(t *testing.T) {
	effects := []adapters.Effect{adapters.EffectNone, adapters.EffectPartial, adapters.EffectApplied, adapters.EffectUnknown}
	for class, want := range map[error][4]int{
		adapters.ErrInvalid:         {3, 3, 3, 3},
		adapters.ErrUnsupported:     {3, 3, 3, 3},
		adapters.ErrUnauthenticated: {4, 4, 4, 4},
		adapters.ErrForbidden:       {4, 4, 4, 4},
		adapters.ErrNotFound:        {5, 5, 5, 5},
		adapters.ErrConflict:        {6, 6, 6, 11},
		adapters.ErrRateLimited:     {7, 7, 7, 11},
		adapters.ErrUnavailable:     {8, 8, 8, 11},
		adapters.ErrMalformed:       {8, 8, 8, 11},
		nil:                         {1, 1, 1, 1},
	} {
		for i, effect := range effects {
			err := fmt.Errorf("wrapped: %w", &adapters.Error{Class: class, Effect: effect})
			if got := exitStatus(context.Background(), err); got != want[i] {
				t.Errorf("class %v, effect %v: got %d, want %d", class, effect, got, want[i])
			}
		}
	}
}

func TestExitStatusOfTheCommand(t *testing.T) {
	interrupted, cancel := context.WithCancelCause(context.Background())
	cancel(stopped{os.Interrupt})
	terminated, cancel := context.WithCancelCause(context.Background())
	cancel(stopped{syscall.SIGTERM})
	ended := &adapters.Error{Err: context.Canceled, Effect: adapters.EffectUnknown}
	for _, row := range []struct {
		ctx  context.Context
		err  error
		want int
	}{
		{context.Background(), nil, 0},
		{context.Background(), errors.New("anything"), 1},
		{context.Background(), usage("wrong"), 2},
		{context.Background(), written(errors.New("disk full")), 10},
		{interrupted, ended, 130},
		{terminated, ended, 143},
		{terminated, context.Canceled, 143},
		{interrupted, nil, 0}, // it was done before the signal could end it
		{interrupted, usage("wrong"), 2},
		{interrupted, &adapters.Error{Class: adapters.ErrNotFound}, 5},
	} {
		if got := exitStatus(row.ctx, row.err); got != row.want {
			t.Errorf("%v: got %d, want %d", row.err, got, row.want)
		}
	}
}

// A cause of another class further down must not decide.
func TestOutcomeIsOfTheErrorsOwnClass(t *testing.T) {
	err := &adapters.Error{Class: adapters.ErrUnavailable, Effect: adapters.EffectNone, Err: adapters.ErrInvalid}
	if word, status := outcome(err); word != "unavailable" || status != 8 {
		t.Errorf("got %s, %d", word, status)
	}
}

func TestHelpTellsEveryStatus(t *testing.T) {
	for _, status := range []int{
		exitDone, exitUnexpected, exitUsage, exitInvalid, exitDenied, exitNotFound, exitConflict, exitRateLimited,
		exitUnavailable, exitLocal, exitUnknown, exitInterrupted, exitTerminated,
	} {
		if !strings.Contains(exitHelp, fmt.Sprintf("\n%5d  ", status)) {
			t.Errorf("the help lacks %d", status)
		}
	}
}
