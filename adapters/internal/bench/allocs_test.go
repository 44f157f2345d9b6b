package bench

import (
	"context"
	"fmt"
	"testing"
)

// most is how many times the allocations of the client written by hand a call of
// an adapter may cost. When this was written, with one attribute and with five:
// Chatwoot's conversation 1.36 and 1.40 times, its contact 1.17 and 1.21, Kustomer's
// conversation 1.55 and 1.57, Dixa's 1.26 and 1.32. 1.5 everywhere would be a prize.
const most = 2.0

// TestAllocations counts both in one run. Unlike time, allocations do not depend
// on the machine.
func TestAllocations(t *testing.T) {
	count := func(t *testing.T, u update, id string) float64 {
		t.Helper()
		return testing.AllocsPerRun(200, func() {
			if _, err := u(context.Background(), id); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, c := range cases {
		for _, attributes := range []int{1, 5} {
			t.Run(fmt.Sprintf("%s %s %d", c.vendor, c.kind, attributes), func(t *testing.T) {
				c := c.few(attributes)
				connection := inProcess{c.answers(t)}
				theirs := count(t, ready(t, newHandwritten, c, "http://localhost", connection), c.id)
				lean := count(t, ready(t, newLean, c, "http://localhost", connection), c.id)
				ours := count(t, ready(t, newDeskattr, c, "http://localhost", connection), c.id)
				t.Logf("%.0f allocations, %.0f by hand: %.2f times; %.2f times those of a lean one", ours, theirs, ours/theirs, ours/lean)
				if ours > most*theirs {
					t.Errorf("%.0f allocations are %.2f times the %.0f of the client written by hand; at most %.1f are wanted", ours, ours/theirs, theirs, most)
				}
			})
		}
	}
}
