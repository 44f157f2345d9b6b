package bulk_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// refusing is an adapter that refuses some records, and notes which were asked for.
type refusing struct {
	adapters.Adapter
	refused map[string]error

	mu    sync.Mutex
	asked []string
}

func (a *refusing) UpdateAttributes(ctx context.Context, ref adapters.Ref, changes adapters.Attributes, options ...adapters.UpdateOption) (adapters.Result, error) {
	a.mu.Lock()
	a.asked = append(a.asked, ref.ID)
	a.mu.Unlock()
	if err := a.refused[ref.ID]; err != nil {
		return adapters.Result{}, err
	}
	return a.Adapter.UpdateAttributes(ctx, ref, changes, options...)
}

// TestFailures: a record that is refused is one row, a token that is refused is all
// of them; and what ends a run does so before the next row is sent.
func TestFailures(t *testing.T) {
	failure := func(class error, code adapters.Code) error {
		return &adapters.Error{Vendor: "memory", Op: "set", Class: class, Code: code, Effect: adapters.EffectNone}
	}
	forbidden := failure(adapters.ErrForbidden, adapters.CodeNotPermitted)
	after := func(most int64) func(failed, read int64) bool {
		return func(failed, _ int64) bool { return failed > most }
	}
	for name, test := range map[string]struct {
		refused     map[string]error
		maxFailures func(failed, read int64) bool
		ends        error
		asked       int // of ten rows
		failed      int64
	}{
		"forbidden":          {map[string]error{"3": forbidden, "5": forbidden}, nil, nil, 10, 2},
		"no such record":     {map[string]error{"3": failure(adapters.ErrNotFound, adapters.CodeRecordNotFound)}, nil, nil, 10, 1},
		"not allowed in":     {map[string]error{"3": failure(adapters.ErrUnauthenticated, adapters.CodeBadToken)}, nil, adapters.ErrUnauthenticated, 3, 1},
		"at the first":       {map[string]error{"3": forbidden, "5": forbidden}, after(0), bulk.ErrTooManyFailures, 3, 1},
		"at the second":      {map[string]error{"3": forbidden, "5": forbidden}, after(1), bulk.ErrTooManyFailures, 5, 2},
		"no more than these": {map[string]error{"3": forbidden, "5": forbidden}, after(2), nil, 10, 2},
	} {
		t.Run(name, func(t *testing.T) {
			memory, ids := deskOf(10)
			desk := &refusing{Adapter: memory, refused: test.refused}
			journal := filepath.Join(t.TempDir(), "journal")
			options := bulk.Options{Adapter: desk, Journal: journal, Run: account, Workers: 1, MaxFailures: test.maxFailures}
			summary, err := bulk.Apply(t.Context(), rowsOf(ids...), options)
			if !errors.Is(err, test.ends) || test.ends == nil && err != nil {
				t.Errorf("it ended with %v, want %v", err, test.ends)
			}
			done := int64(test.asked) - test.failed
			check(t, summary, summary.Read, done, 0, test.failed, summary.Read-int64(test.asked))
			if len(desk.asked) != test.asked {
				t.Errorf("records %v were asked for, want the first %d", desk.asked, test.asked)
			}
			if (summary.Stopped != "") != (test.ends != nil) {
				t.Errorf("the summary says that it was stopped by %q", summary.Stopped)
			}
			desk.refused, options.Resume, options.MaxFailures = nil, true, nil
			summary, err = bulk.Apply(t.Context(), rowsOf(ids...), options)
			if err != nil {
				t.Fatal(err)
			}
			check(t, summary, 10, 10, 0, 0, 0)
		})
	}
}

// TestFailuresOfEarlierRuns: what failed before and is kept as it is counts, too.
func TestFailuresOfEarlierRuns(t *testing.T) {
	memory, ids := deskOf(10)
	refused := &adapters.Error{Class: adapters.ErrForbidden, Code: adapters.CodeNotPermitted, Effect: adapters.EffectNone}
	desk := &refusing{Adapter: memory, refused: map[string]error{"1": refused, "2": refused, "9": refused}}
	stop := make(chan struct{})
	options := bulk.Options{
		Adapter: desk, Journal: filepath.Join(t.TempDir(), "journal"), Run: account, Workers: 1, Stop: stop,
		Event: func(e bulk.Event) {
			if e.Row.Number == 2 {
				close(stop)
			}
		},
	}
	if _, err := bulk.Apply(t.Context(), rowsOf(ids...), options); !errors.Is(err, bulk.ErrStopped) {
		t.Fatal(err)
	}
	options.Stop, options.Event, options.Resume, options.KeepFailed = nil, nil, true, true
	options.MaxFailures = func(failed, _ int64) bool { return failed > 2 }
	desk.asked = nil
	summary, err := bulk.Apply(t.Context(), rowsOf(ids...), options)
	if !errors.Is(err, bulk.ErrTooManyFailures) || summary.Failed != 3 || desk.asked[len(desk.asked)-1] != "9" {
		t.Errorf("%+v, %v; asked for %v", summary, err, desk.asked)
	}
}
