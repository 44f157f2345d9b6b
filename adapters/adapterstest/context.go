package adapterstest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// contextCases are about calls whose context ends.
var contextCases = []Case{
	{10, "failures", "a context that has ended sends nothing", false, func(t TB, b *bench) {
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		before := b.Stored()
		_, err := b.Adapter.UpdateAttributes(ctx, b.Ref, set(b.text()))
		ended(t, err, context.Canceled, adapters.EffectNone)
		_, err = b.Adapter.Attributes(ctx, b.Ref)
		ended(t, err, context.Canceled, adapters.EffectNone)
		if sent := b.wire.sent(); len(sent) > 0 {
			t.Errorf("%d requests were sent, the first %s %s", len(sent), sent[0].Method, sent[0].Path)
		}
		b.kept(t, before)
	}},
	{10, "failures", "its end is the end of the wait for an answer", true, func(t TB, b *bench) {
		ctx, cancel := context.WithCancel(b.ctx)
		b.wire.onWrite(func(int) *reply { cancel(); return &reply{waiting: true} })
		_, err := b.Adapter.UpdateAttributes(ctx, b.Ref, set(b.text()))
		ended(t, err, context.Canceled, adapters.EffectUnknown)

		ctx, cancel = context.WithTimeout(b.ctx, 20*time.Millisecond)
		defer cancel()
		b.wire.on(func(Request) *reply { return &reply{waiting: true} })
		_, err = b.Adapter.Attributes(ctx, b.Ref)
		ended(t, err, context.DeadlineExceeded, adapters.EffectNone)
	}},
	{10, "failures", "its end is the end of the wait between attempts", true, func(t TB, b *bench) {
		ctx, cancel := context.WithCancel(b.ctx)
		b.wire.onWrite(func(int) *reply {
			time.AfterFunc(time.Millisecond, cancel)
			return &reply{status: http.StatusServiceUnavailable, header: http.Header{"Retry-After": {"30"}}}
		})
		_, err := b.Adapter.UpdateAttributes(ctx, b.Ref, set(b.text()))
		ended(t, err, context.Canceled, adapters.EffectUnknown)
	}},
	{10, "concurrent", "cancelling ends the wait for another writer", true, func(t TB, b *bench) {
		held := make(chan struct{})
		release := make(chan struct{})
		var once sync.Once
		b.wire.onWrite(func(int) *reply {
			once.Do(func() { close(held); <-release })
			return nil
		})
		var group sync.WaitGroup
		group.Go(func() { _, _ = b.Adapter.UpdateAttributes(b.ctx, b.Ref, set(b.Texts[0])) })
		<-held
		ctx, cancel := context.WithCancel(b.ctx)
		cancel()
		_, err := b.Adapter.UpdateAttributes(ctx, b.Ref, set(b.Texts[1]))
		close(release)
		group.Wait()
		ended(t, err, context.Canceled, adapters.EffectNone)
	}},
}

// ended checks the error of a call whose context ended.
func ended(t TB, err error, cause error, effect adapters.Effect) {
	t.Helper()
	failure := failureOf(t, err)
	if !errors.Is(err, cause) || failure.Class != nil {
		t.Errorf("the error does not wrap %v alone (class %v): %v", cause, failure.Class, err)
	}
	if failure.Effect != effect {
		t.Errorf("the effect is %v, want %v: %v", failure.Effect, effect, err)
	}
}
