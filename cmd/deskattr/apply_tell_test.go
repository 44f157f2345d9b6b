package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deskattr/deskattr/adapters/bulk"
)

// TestProgress: where nobody watches on a terminal, a line now and then says where
// a run is, how much of the limit it takes, and how long it will take yet.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		a := &account{}
		a.sent.Store(7) // before the run
		tell := newTeller(environment{stderr: &said}, formatText, 100, a, 10)
		rows := int64(0)
		run := func(n int64, took time.Duration) {
			for range n {
				time.Sleep(took / time.Duration(n))
				rows++
				a.sent.Add(2)
				tell.event(bulk.Event{Outcome: bulk.Done, Summary: bulk.Summary{Read: rows, Done: rows - 1, Failed: 1}})
			}
		}
		run(1, time.Hour) // of reading
		run(25, 10*time.Second)
		run(10, 10*time.Second)
		run(4, 5*time.Second) // too early for a line
		run(40, 5*time.Second)
		run(31, 11*time.Second)
		want := "26 of 100 rows, 1 failed, 5.0 requests a second (50% of 10), about 30s left\n" +
			"36 of 100 rows, 1 failed, 2.0 requests a second (20% of 10), about 37s left\n" +
			"80 of 100 rows, 1 failed, 8.8 requests a second (88% of 10), about 8s left\n" +
			"109 of 109 rows, 1 failed, 5.6 requests a second (56% of 10), about 0s left\n" // an undoing of rows that were written twice
		if said.String() != want {
			t.Errorf("it said\n%swant\n%s", said.String(), want)
		}
	})
}
