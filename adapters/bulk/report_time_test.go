package bulk_test

import (
	"math"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters/bulk"
)

func TestOverTime(t *testing.T) {
	for _, length := range []time.Duration{
		0, 9 * time.Millisecond, 1199 * time.Millisecond, 1200 * time.Millisecond, 13 * time.Second, 2 * time.Minute, 5 * time.Minute, 59 * time.Minute,
		7 * time.Hour, 3 * 24 * time.Hour, 119 * 24 * time.Hour, 400 * 24 * time.Hour, 20 * 365 * 24 * time.Hour,
	} {
		t.Run(length.String(), func(t *testing.T) {
			h := &hand{}
			h.begin(0, nil)
			const rows = 3000
			for row := 1; row <= rows; row++ {
				h.after(length/rows*time.Duration(row), row, []string{"done", "done", "unchanged", "failed"}[row%4], nil)
				if row == rows/2 {
					h.begin(length/rows*time.Duration(row), nil)
				}
			}
			h.end(length, rows)
			r := read(t, h.file(t))
			width := time.Duration(r.BucketMillis) * time.Millisecond
			if n := len(r.OverTime); n > 120 || n < min(20, int(length/(10*time.Millisecond))) {
				t.Errorf("%d buckets of %v", n, width)
			}
			var sum bulk.Bucket
			for i, b := range r.OverTime {
				if want := day.Add(time.Duration(i) * width); !b.At.Equal(want) {
					t.Fatalf("bucket %d begins at %v, want %v", i, b.At, want)
				}
				sum.Done += b.Done
				sum.Unchanged += b.Unchanged
				sum.Failed += b.Failed
				sum.Begun += b.Begun
				all, even := float64(b.Done+b.Unchanged+b.Failed), rows*width.Seconds()/length.Seconds()
				if last := i == len(r.OverTime)-1; !last && math.Abs(all-even) > 2 {
					t.Errorf("in bucket %d of %v are %v rows, want %v", i, width, all, even)
				}
			}
			if want := (bulk.Bucket{Done: rows / 2, Unchanged: rows / 4, Failed: rows / 4, Begun: 2}); sum != want {
				t.Errorf("together %+v, want %+v", sum, want)
			}
			if span := width * time.Duration(len(r.OverTime)); span < length || span-width > length {
				t.Errorf("%d buckets of %v for %v", len(r.OverTime), width, length)
			}
			if resumed := r.OverTime[int(length/2/width)]; length > 0 && resumed.Begun == 0 {
				t.Errorf("it was not resumed in the middle: %+v", r.OverTime)
			}
		})
	}
}
