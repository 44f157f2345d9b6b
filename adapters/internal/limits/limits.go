// Package limits drives an adapter against a vendor that enforces its limit, in
// virtual time, and counts what was refused.
package limits

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// World is a vendor and what is done there. Each case opens it anew, in a bubble.
type World struct {
	PerMinute int                  // what the vendor allows
	Share     float64              // of it, that an adapter takes by itself
	Vendor    http.RoundTripper    // the fake, in process
	Foreign   func() *http.Request // a request of somebody else who is counted too
	Open      func(connection http.RoundTripper, limiter *transport.Limiter) adapters.Adapter
	Update    func(i int) (adapters.Ref, adapters.Attributes) // is one request
}

// Case is one way to use the vendor.
type Case struct {
	Name    string
	Updates int           // a tenth of them in short tests, but not beside others: the share must be learned first
	Share   float64       // the Limiter's; 0: the vendor's
	Begin   time.Duration // after a whole minute of the clock
	Others  bool          // somebody else takes half of the limit all the while
}

const workers = 64

// Check makes the updates of a case by 64 workers. Alone, at most one request in a
// thousand may be refused, and a twentieth of the ideal time be lost, nor won by
// taking more than the vendor's share; beside somebody else, one request in a
// hundred. No update may fail.
func Check(t *testing.T, c Case, open func(t *testing.T) World) {
	t.Helper()
	if testing.Short() && !c.Others {
		c.Updates /= 10
	}
	synctest.Test(t, func(t *testing.T) {
		w := open(t)
		time.Sleep(c.Begin)
		wire := &wire{next: w.Vendor, random: rand.New(rand.NewPCG(1, 2))}
		adapter := w.Open(wire, &transport.Limiter{Share: c.Share})
		ctx, cancel := context.WithCancel(t.Context())
		others := sync.WaitGroup{}
		if c.Others {
			others.Go(func() { w.others(ctx) })
		}
		start := time.Now()
		updates(t, c.Updates, func(i int) error {
			ref, attributes := w.Update(i)
			_, err := adapter.UpdateAttributes(t.Context(), ref, attributes)
			return err
		})
		took := time.Since(start)
		cancel()
		others.Wait()

		share := w.Share
		if c.Share > 0 {
			share = c.Share
		}
		ideal := time.Duration(float64(wire.requests) / float64(w.PerMinute) / share * float64(time.Minute))
		t.Logf("%d updates, %d requests, %d refused, in %v; ideal %v: %+.1f %%", c.Updates, wire.requests, wire.refused, took, ideal, 100*(took.Seconds()/ideal.Seconds()-1))
		most := 0.001
		switch {
		case c.Others:
			most = 0.01
		case took > ideal+ideal/20:
			t.Errorf("took %v, more than a twentieth above %v", took, ideal)
		case c.Share == 0 && took < ideal-ideal/20:
			t.Errorf("took %v, more than a twentieth below %v: it took more than its share", took, ideal)
		}
		if float64(wire.refused) > most*float64(wire.requests) {
			t.Errorf("%d of %d requests were refused, more than %.1f %%", wire.refused, wire.requests, 100*most)
		}
	})
}

// TakeTurns is how long ten reads of a record take, through these adapters in turns:
// less where the vendor counts them apart.
func TakeTurns(t *testing.T, ref adapters.Ref, desks ...adapters.Adapter) time.Duration {
	t.Helper()
	begun := time.Now()
	for i := range 10 {
		if _, err := desks[i%len(desks)].Attributes(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(begun)
}

func updates(t *testing.T, n int, update func(i int) error) {
	next := make(chan int)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := range next {
				if err := update(i); err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// others send half of what the vendor allows, evenly, whatever is answered.
func (w World) others(ctx context.Context) {
	tick := time.NewTicker(2 * time.Minute / time.Duration(w.PerMinute))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if answer, err := w.Vendor.RoundTrip(w.Foreign()); err == nil {
			_ = answer.Body.Close()
		}
	}
}

// wire takes 5 to 15 milliseconds each way, and counts.
type wire struct {
	next              http.RoundTripper
	mu                sync.Mutex
	random            *rand.Rand
	requests, refused int
}

func (w *wire) way() {
	w.mu.Lock()
	takes := 5*time.Millisecond + time.Duration(w.random.Int64N(int64(10*time.Millisecond)))
	w.mu.Unlock()
	time.Sleep(takes)
}

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	w.way()
	answer, err := w.next.RoundTrip(req)
	w.way()
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	if answer.StatusCode == http.StatusTooManyRequests {
		w.refused++
	}
	return answer, nil
}
