package bulk

import "time"

// Bucket counts what ended in one part of a run's time.
type Bucket struct {
	At        time.Time `json:"at"` // when it begins
	Done      int64     `json:"done"`
	Unchanged int64     `json:"unchanged"`
	Failed    int64     `json:"failed"`
	Begun     int64     `json:"begun"` // how often the run began or was resumed in it
}

func (b *Bucket) add(outcome Outcome) {
	switch outcome {
	case Done:
		b.Done++
	case Unchanged:
		b.Unchanged++
	case Failed:
		b.Failed++
	}
}

const maxBuckets = 120

// widths are those a bucket may have. Each is a multiple of the one before, so
// that buckets can be put together; beyond them it is doubled.
var widths = []time.Duration{
	10 * time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond,
	time.Second, 2 * time.Second, 10 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// timeline counts over time without knowing how long a run will be: when there are
// too many buckets, they become wider.
type timeline struct {
	began   time.Time
	step    int // of widths
	buckets []Bucket
}

// at is the bucket of a time. What is before the beginning, because a clock was
// set, counts with the first.
func (t *timeline) at(when time.Time) *Bucket {
	since := max(0, when.Sub(t.began))
	for since/t.width() >= maxBuckets {
		t.widen()
	}
	i := int(since / t.width())
	for len(t.buckets) <= i {
		t.buckets = append(t.buckets, Bucket{})
	}
	return &t.buckets[i]
}

func (t *timeline) width() time.Duration {
	if t.step < len(widths) {
		return widths[t.step]
	}
	return widths[len(widths)-1] << (t.step - len(widths) + 1)
}

func (t *timeline) widen() {
	before := t.width()
	t.step++
	factor := int(t.width() / before)
	for i, b := range t.buckets {
		t.buckets[i] = Bucket{}
		to := &t.buckets[i/factor]
		to.Done += b.Done
		to.Unchanged += b.Unchanged
		to.Failed += b.Failed
		to.Begun += b.Begun
	}
	t.buckets = t.buckets[:(len(t.buckets)+factor-1)/factor]
}

// finish gives the buckets, and their width in milliseconds.
func (t *timeline) finish() ([]Bucket, int64) {
	for i := range t.buckets {
		t.buckets[i].At = t.began.Add(time.Duration(i) * t.width())
	}
	return t.buckets, t.width().Milliseconds()
}
