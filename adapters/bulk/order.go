package bulk

import "github.com/deskattr/deskattr/adapters"

// order is what is known of the order in which the rows for a record were sent. A
// row that failed and is tried again comes late: it writes over what later rows
// have set, and all of those are to be sent again, in the order of the input. A run
// may break off in the midst of that.
//
// Whatever comes late has a before of its own, and so have those that follow it: an
// undoing takes back each write, the last one first, through all that was there.
// Only a row that nothing came after keeps its before: what is read now may be its
// own write.
type order struct {
	last    int64 // the row with the highest number that was sent
	latest  int64 // the row that was sent last
	pending int64 // the row that was about to be sent and has no end; 0: none
	from    int64 // what has to be sent again: rows from this one on; 0: none
	dirt    int64 // and this one on where rows that failed are tried again; 0: none
	begun   bool  // in this run, a row was sent
}

// reorder takes in an entry, in a second reading: only then is it known which
// records matter.
func (s *state) reorder(at int64, e entry) error {
	switch {
	case e.Before != nil:
		if o := s.orders[e.Before.Ref.record()]; o != nil && o.pending != e.Before.Row {
			delete(s.open, o.pending) // something comes after it
			o.pending = e.Before.Row
			s.open[o.pending] = opened{record: e.Before.Ref.record(), at: at}
		}
	case e.After != nil:
		if o := s.orders[e.After.Ref.record()]; o != nil {
			delete(s.open, o.pending) // it has ended, or something came after it
			o.pending = 0
			o.sent(e.After.Row)
		}
	}
	return nil
}

func (o *order) sent(row int64) {
	if o.latest = row; row < o.last {
		o.from = row + 1
	} else {
		o.last, o.from = row, 0
	}
}

// again notes that a row which failed is to be tried again.
func (o *order) again(row int64) {
	if o.dirt == 0 || row < o.dirt {
		o.dirt = row
	}
}

// retry says what trying again the rows that failed means for the others. A run that
// broke off may have had one of them on its way.
func (s *state) retry() {
	for row, f := range s.failed {
		o := s.orders[f.record]
		if o == nil {
			continue
		}
		o.again(row)
		if s.begun > 1 && !s.ended && (o.from == 0 || row < o.from) {
			o.from = row + 1
		}
		if o.latest == row && o.pending == 0 && f.at > 0 {
			s.open[row] = opened{record: f.record, at: f.at}
		}
	}
}

// begin notes that a row is about to be sent, and tells where its before is; 0: it
// is to be read.
func (s *state) begin(record adapters.Ref, row int64) int64 {
	o := s.orders[record]
	first := o == nil || !o.begun
	if o != nil {
		o.begun = true
	}
	if open := s.open[row]; first && open.record == record {
		return open.at
	}
	return 0
}

// late notes that a record is found for a row that failed because it was not: the
// later rows for it come after this one.
func (s *state) late(record adapters.Ref, row int64) {
	o := s.orders[record]
	if o == nil {
		o = &order{}
		s.orders[record] = o
	}
	o.again(row)
}

// stale tells whether a row that was done has to be sent again.
func (s *state) stale(record adapters.Ref, row int64, keepFailed bool) bool {
	o := s.orders[record]
	if o == nil {
		return false
	}
	return o.from > 0 && row >= o.from || !keepFailed && o.dirt > 0 && row >= o.dirt
}
