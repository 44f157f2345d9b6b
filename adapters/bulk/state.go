package bulk

import (
	"errors"
	"fmt"

	"github.com/deskattr/deskattr/adapters"
)

// state is what a journal says of its rows.
type state struct {
	first    begin
	begun    int   // how often
	part     begin // the newest, for its part
	lines    int64
	since    int64 // the line with which all rows began to be sent again; 0: none
	ended    bool
	outcomes outcomes
	failed   map[int64]failure
	highest  int64           // the last row of the input that was begun
	reached  int64           // the same, when the run was resumed last
	orders   map[home]*order // of the records to which rows were sent late
	homes    []home          // of each row, where it was sent last
}

// failure is what is known of a row that failed.
type failure struct {
	at   home
	code adapters.Code
}

func newState() *state {
	return &state{failed: map[int64]failure{}, orders: map[home]*order{}}
}

// maxRows are as many as anybody has; beyond it a number is damage.
const maxRows = 1e9

// take takes in an entry.
func (s *state) take(at int64, e entry) error {
	if row := e.row(); row < 0 || row > maxRows {
		return fmt.Errorf("byte %d: no input has a row %d", at, row)
	}
	if err := e.known(); err != nil {
		return err
	}
	s.lines++
	switch {
	case s.begun == 0 && e.Begin == nil:
		return errors.New("it does not begin as a journal does")
	case e.Begin != nil:
		if s.begun == 0 {
			s.first = *e.Begin
		}
		if e.Begin.Again {
			fresh := newState()
			fresh.first, fresh.begun, fresh.lines, fresh.since = s.first, s.begun, s.lines, s.lines
			*s = *fresh
		}
		s.part = *e.Begin
		s.begun++
		s.ended, s.reached = false, s.highest
	case e.Before != nil:
		s.highest = max(s.highest, e.Before.Row)
		s.sentLate(e.Before.Row, e.Before.Ref)
	case e.After != nil:
		s.after(e.After)
	case e.End != nil:
		s.ended = true
	}
	return nil
}

// after takes in a row's end.
func (s *state) after(a *after) {
	s.outcomes.set(a.Row, a.Outcome)
	delete(s.failed, a.Row)
	if a.Outcome == Failed {
		s.failed[a.Row] = failure{homeOf(adapters.Ref(a.Ref)), a.Code}
	}
	s.highest = max(s.highest, a.Row)
	s.sentLate(a.Row, a.Ref)
}

// check tells whether a run may go on with this journal.
func (s *state) check(now begin) error {
	switch {
	case s.begun == 0:
		return nil // a crash came before its first line
	case s.first.Kind != now.Kind:
		return fmt.Errorf("it is of %s", s.first.Kind)
	case s.first.Run.Vendor != now.Run.Vendor || s.first.Run.Account != now.Run.Account || s.first.Run.Host != now.Run.Host:
		return fmt.Errorf("it is of another account: %s %s at %s", s.first.Run.Vendor, s.first.Run.Account, s.first.Run.Host)
	case s.first.Run.Input != now.Run.Input:
		return errors.New("it is of another input: the file was changed since, or is read in another way (kind, columns, empty cells); apply what is new under another journal")
	case s.ended && len(s.failed) == 0 && !now.Again && s.part.To == now.To:
		return errors.New(map[string]string{
			"apply": "all its rows were done; there is nothing to resume, but all can be sent again",
			"undo":  "everything was put back already",
		}[now.Kind])
	}
	return nil
}

// outcomes are two bits a row, so that a million rows are a quarter of a
// megabyte.
type outcomes struct{ bits []byte }

var outcomeCodes = []Outcome{"", Done, Unchanged, Failed}

func (o *outcomes) set(row int64, outcome Outcome) {
	i := int(row / 4)
	for len(o.bits) <= i {
		o.bits = append(o.bits, make([]byte, i-len(o.bits)+1)...)
	}
	for code, is := range outcomeCodes {
		if is == outcome {
			shift := uint(row%4) * 2
			o.bits[i] = o.bits[i]&^(3<<shift) | byte(code)<<shift
		}
	}
}

func (o *outcomes) of(row int64) Outcome {
	if i := int(row / 4); i < len(o.bits) {
		return outcomeCodes[o.bits[i]>>(uint(row%4)*2)&3]
	}
	return ""
}
