package bulk

import (
	"fmt"
	"hash/maphash"

	"github.com/deskattr/deskattr/adapters"
)

// A row that failed, or that a run which broke off has left, and that is sent when
// later rows for its record have been, writes over what they have set. So all of
// those are sent again, in the order of the input, and a run may break off in the
// midst of that. Where a later row was sent is known from the journal: its address
// may lead elsewhere by now.
//
// Each try of a row reads what is there, for a before of its own: an undoing takes
// back each write, the last one first, through all that was there.

// home is a record in a few bytes: there is one for each row of a run that goes on.
type home uint64

var seed = maphash.MakeSeed()

func homeOf(of adapters.Ref) home { return home(maphash.Comparable(seed, record(of))) }

// order is what is known of the order in which the rows for a record were sent.
type order struct {
	last int64 // the row with the highest number that was sent
	from int64 // what has to be sent again: rows from this one on; 0: none
}

// reorder takes in an entry, in a second reading: only then is it known which
// records matter.
func (s *state) reorder(at int64, e entry) error {
	switch {
	case e.Before != nil: // it may have been written, or not
		if o := s.orders[homeOf(adapters.Ref(e.Before.Ref))]; o != nil && e.Before.Row <= o.last {
			o.from = e.Before.Row
		}
	case e.After != nil:
		is, row := homeOf(adapters.Ref(e.After.Ref)), e.After.Row
		if row > s.lines+1e7 { // those that wait for others are fewer
			return fmt.Errorf("byte %d: no input has a row %d", at, row)
		}
		if missing := row + 1 - int64(len(s.homes)); missing > 0 {
			s.homes = append(s.homes, make([]home, missing)...)
		}
		s.homes[row] = is
		if o := s.orders[is]; o != nil {
			o.sent(row)
		}
	}
	return nil
}

func (o *order) sent(row int64) {
	if row < o.last {
		o.from = row + 1
	} else {
		o.last, o.from = row, 0
	}
}

// sentLate notes that a row was sent to a record after later ones.
func (s *state) sentLate(row int64, ref ref) {
	if at := homeOf(adapters.Ref(ref)); row < s.reached && ref.ID != "" && s.orders[at] == nil {
		s.orders[at] = &order{}
	}
}

// late notes that a row is to be sent, or may have been: later rows for the record
// come after it.
func (s *state) late(at home, row int64) {
	o := s.orders[at]
	if o == nil {
		o = &order{}
		s.orders[at] = o
	}
	if o.from == 0 || row < o.from {
		o.from = row + 1
	}
}

// retry notes that a run which broke off may have had rows on its way that had
// failed before, and of which it says nothing.
func (s *state) retry() {
	if s.begun > 1 && !s.ended {
		for row, f := range s.failed {
			s.late(f.at, row)
		}
	}
}

// stale tells whether a row that was done has to be sent again.
func (s *state) stale(row int64) bool {
	if row >= int64(len(s.homes)) {
		return false
	}
	o := s.orders[s.homes[row]]
	return o != nil && o.from > 0 && row >= o.from
}
