package bulk

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// Report is what a journal tells of its run. It holds names, ids and messages, no
// values. Fields are only ever added to its JSON.
type Report struct {
	Schema int      `json:"schema"` // 1
	Kind   string   `json:"kind"`   // "apply" or "undo"
	Run    Identity `json:"run"`

	Began         time.Time `json:"began"`
	Last          time.Time `json:"last"`       // of the newest entry
	RunningMillis int64     `json:"running_ms"` // without the pauses before it was resumed
	Resumed       int       `json:"resumed"`    // how often
	Again         int       `json:"again"`      // how often of these with all rows once more; rows are counted since the last time
	Finished      bool      `json:"finished"`   // it went through all its rows; else it broke off, was stopped, or is running
	Torn          bool      `json:"torn"`       // the last line is half written; whoever resumes leaves it out

	NoValues bool `json:"no_values"` // the journal was written without values, or purged
	Undoable bool `json:"undoable"`

	// Rows by their last outcome: one that failed, and was done when the run was
	// resumed, is done.
	Read      int64 `json:"read"` // rows of the input; 0 where the run did not finish, because nobody knows
	Done      int64 `json:"done"`
	Unchanged int64 `json:"unchanged"`
	Failed    int64 `json:"failed"`
	// InFlight are rows that were about to be sent and have no outcome: they may
	// have been written. It is known only where ReadFirst.
	InFlight  int64 `json:"in_flight"`
	Requests  int64 `json:"requests"`   // that the rows took which have an outcome, each time they were sent
	ReadFirst bool  `json:"read_first"` // records were read before they were written

	Failures []Failure `json:"failures"` // the commonest code first
	Slowest  []Slow    `json:"slowest"`  // records, by the row that took longest

	// OverTime are up to 120 equal parts of the time from Began to Last. They count
	// each try of a row, when it ended.
	OverTime     []Bucket `json:"over_time"`
	BucketMillis int64    `json:"bucket_ms"`
}

// Failure is the rows that failed with one code.
type Failure struct {
	Code     adapters.Code `json:"code"` // "": without a code, for example a row that could not be read
	Count    int64         `json:"count"`
	Examples []Example     `json:"examples"` // the first five of the input
}

// Example is a row that failed.
type Example struct {
	Row     int64         `json:"row"`
	Line    int64         `json:"line"` // 0: unknown
	Kind    adapters.Kind `json:"kind"`
	ID      string        `json:"id"` // "" also where the id was refused: it may be an e-mail address
	Message string        `json:"message"`
}

// Slow is a record that took long.
type Slow struct {
	Millis  int64         `json:"ms"`
	Row     int64         `json:"row"`
	Line    int64         `json:"line"` // 0: unknown
	Kind    adapters.Kind `json:"kind"`
	ID      string        `json:"id"`
	Outcome Outcome       `json:"outcome"`
}

const (
	maxExamples = 5
	maxSlow     = 20
)

// Read reads what a journal tells, also of a run that is still writing it. Memory
// is bounded: two bits for each row, and a little for each that failed.
func Read(path string) (Report, error) {
	bad := func(err error) (Report, error) {
		return Report{}, fmt.Errorf("%w %s: %w", ErrJournal, path, plain(err))
	}
	file, err := os.Open(path)
	if err != nil {
		return bad(err)
	}
	defer file.Close()
	r := &reading{state: newState(), failedAt: map[int64]int64{}, flying: map[int64]bool{}}
	whole, err := scan(file, r.take)
	if r.Torn = errors.Is(err, errTorn); r.Torn {
		err = nil
	}
	if err == nil && r.state.begun == 0 {
		err = errEmpty
	}
	if err == nil {
		r.count()
		err = r.examples(file, whole)
	}
	if err != nil {
		return bad(err)
	}
	return r.Report, nil
}

// reading is a journal on its way to be a Report.
type reading struct {
	Report
	state    *state
	failedAt map[int64]int64 // where a row failed last, also if it was done later
	flying   map[int64]bool  // rows with a before and no after since
	over     timeline
	session  time.Time // when the run began, or was resumed last
	latest   time.Time // the newest entry since
}

// take takes in an entry.
func (r *reading) take(at int64, e entry) error {
	if err := r.state.take(at, e); err != nil {
		return err
	}
	when := e.when()
	switch {
	case e.Begin != nil:
		r.begin(e.Begin)
	case e.Before != nil:
		r.ReadFirst = true
		r.flying[e.Before.Row] = true
	case e.After != nil:
		r.after(at, e.After)
	case e.End != nil:
		r.Read = e.End.Summary.Read
	}
	if when.After(r.latest) {
		r.latest = when
	}
	if when.After(r.Last) {
		r.Last = when
	}
	return nil
}

func (r *reading) begin(b *begin) {
	if r.state.begun == 1 {
		r.Began, r.Last = b.Time, b.Time
		r.over.began = b.Time
	} else {
		r.Resumed++
		r.RunningMillis += r.ran()
	}
	if b.Again { // as the state does
		r.Again++
		clear(r.flying)
	}
	r.session, r.latest = b.Time, b.Time
	r.Read = 0
	r.over.at(b.Time).Begun++
}

func (r *reading) after(at int64, a *after) {
	delete(r.flying, a.Row)
	if a.Outcome == Failed {
		r.failedAt[a.Row] = at
	}
	r.Requests += int64(max(a.Attempts, 0))
	r.over.at(a.Time).add(a.Outcome)
	r.slow(a)
}

// ran is how long the run has been running since it began or was resumed.
func (r *reading) ran() int64 { return r.latest.Sub(r.session).Milliseconds() }

// slow keeps the record if it is among the slowest.
func (r *reading) slow(a *after) {
	if a.Ref.ID == "" || refused(a.Code) || a.Millis < 1 {
		return
	}
	if n := len(r.Slowest); n == maxSlow && r.Slowest[n-1].Millis >= a.Millis {
		return
	}
	s := Slow{
		Millis: a.Millis, Row: a.Row, Line: a.Line, Outcome: clean(a.Outcome, maxName),
		Kind: clean(a.Ref.Kind, maxName), ID: clean(a.Ref.ID, maxName),
	}
	same := func(other Slow) bool { return other.Kind == s.Kind && other.ID == s.ID }
	if i := slices.IndexFunc(r.Slowest, same); i >= 0 {
		if r.Slowest[i].Millis >= s.Millis {
			return
		}
		r.Slowest = slices.Delete(r.Slowest, i, i+1)
	}
	i := 0
	for i < len(r.Slowest) && r.Slowest[i].Millis >= s.Millis {
		i++
	}
	r.Slowest = slices.Insert(r.Slowest, i, s)
	r.Slowest = r.Slowest[:min(len(r.Slowest), maxSlow)]
}

// count fills in what is known when everything was read.
func (r *reading) count() {
	first := r.state.first
	r.Schema, r.Kind = 1, clean(first.Kind, maxName)
	r.Run = Identity{
		Vendor: clean(first.Run.Vendor, maxName), Account: clean(first.Run.Account, maxName),
		Host: clean(first.Run.Host, maxName), Input: clean(first.Run.Input, maxName),
	}
	r.RunningMillis += r.ran()
	r.Finished = r.state.ended
	r.NoValues = first.NoValues
	r.Undoable = first.Kind == "apply" && !r.NoValues && r.ReadFirst
	for row := range r.state.outcomes.rows() {
		switch r.state.outcomes.of(row) {
		case Done:
			r.Done++
		case Unchanged:
			r.Unchanged++
		case Failed:
			r.Failed++
		}
	}
	r.InFlight = int64(len(r.flying))
	r.OverTime, r.BucketMillis = r.over.finish()
	if r.Slowest == nil {
		r.Slowest = []Slow{}
	}
}

// rows is one more than the highest row.
func (o *outcomes) rows() int64 { return int64(len(o.bits)) * 4 }

// examples fills in the failures. Which rows are shown is known only now: those
// that failed early on may have been done since.
func (r *reading) examples(file io.ReaderAt, whole int64) error {
	first := map[adapters.Code][]int64{} // rows
	counts := map[adapters.Code]int64{}
	for row, failed := range r.state.failed {
		code := failed.code
		counts[code]++
		i, _ := slices.BinarySearch(first[code], row)
		if i < maxExamples {
			rows := slices.Insert(first[code], i, row)
			first[code] = rows[:min(len(rows), maxExamples)]
		}
	}
	r.Failures = []Failure{}
	for code, rows := range first {
		f := Failure{Code: clean(code, maxName), Count: counts[code]}
		for _, row := range rows {
			at := r.failedAt[row]
			line, _ := readLine(bufio.NewReader(io.NewSectionReader(file, at, whole-at)))
			e, err := unframe([]byte(strings.TrimSuffix(string(line), "\n")))
			if err != nil || e.After == nil {
				return fmt.Errorf("byte %d: it was changed while it was read; read it again", at)
			}
			f.Examples = append(f.Examples, e.After.example())
		}
		r.Failures = append(r.Failures, f)
	}
	slices.SortFunc(r.Failures, func(a, b Failure) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(string(a.Code), string(b.Code))
	})
	return nil
}

func (a *after) example() Example {
	e := Example{Row: a.Row, Line: a.Line, Kind: clean(a.Ref.Kind, maxName), ID: clean(a.Ref.ID, maxName), Message: clean(a.Message, maxMessage)}
	if refused(a.Code) {
		e.ID = ""
	}
	return e
}

// refused tells whether the id of a row that failed so is not shown, as in its
// message: nobody looked at it, and it can be anything.
func refused(code adapters.Code) bool {
	return code == adapters.CodeBadRef || code == adapters.CodeUnsupportedKind
}
