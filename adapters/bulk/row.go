package bulk

import (
	"fmt"

	"github.com/deskattr/deskattr/adapters"
)

// Row is what is to be set on one record.
type Row struct {
	// Number is the row's place in the input, from 1. A journal knows rows by it:
	// when a run is resumed, the same row must have the same number.
	Number int64

	// Line and Byte are where the row begins in the input, for messages; 0: unknown.
	Line, Byte int64

	// Ref is the record. Where its ID is empty, Lookup says how to find it.
	Ref    adapters.Ref
	Lookup adapters.Lookup

	// Attributes are set, and cleared where they are Clear().
	Attributes adapters.Attributes

	// Raw is the row as it stands in the input, as UTF-8, for Rejects.
	Raw string

	left adapters.Attributes // of a row of Undo: the named attributes as the run left them
}

// RowError is a row that cannot be read: the run goes on with the next. Any other
// error of an input ends the run.
type RowError struct {
	Number, Line, Byte int64
	Err                error // holds no value of the row
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d (byte %d): %v", e.Line, e.Byte, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }

// Outcome is what became of a row.
type Outcome string

// The outcomes.
const (
	Done      Outcome = "done"      // the record was written, or needed nothing
	Unchanged Outcome = "unchanged" // it was as asked, and nothing was sent
	Failed    Outcome = "failed"    // see the error, and its Effect
	Left      Outcome = "left"      // the run ended before it
)

// Summary counts rows. Read = Done + Unchanged + Failed + Left.
type Summary struct {
	Read      int64                   `json:"read"`
	Done      int64                   `json:"done"`
	Unchanged int64                   `json:"unchanged"`
	Failed    int64                   `json:"failed"`
	Left      int64                   `json:"left"`
	Codes     map[adapters.Code]int64 `json:"codes,omitempty"`   // of the failures
	Stopped   string                  `json:"stopped,omitempty"` // why the run ended before its input
}

func (s *Summary) count(outcome Outcome, code adapters.Code) {
	switch outcome {
	case Done:
		s.Done++
	case Unchanged:
		s.Unchanged++
	case Left:
		s.Left++
	case Failed:
		s.Failed++
		if s.Codes == nil {
			s.Codes = map[adapters.Code]int64{}
		}
		s.Codes[code]++
	}
}
