package bulk

import (
	_ "embed" // the page
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

//go:embed report.html
var reportHTML string

var reportPage = template.Must(template.New("report").Funcs(template.FuncMap{
	"digits": digits, "clock": clock, "place": placed, "record": shown, "code": Failure.code,
	"said": func(p page, e Example) string { return p.said(e) },
}).Parse(reportHTML))

// WriteHTML writes the report as one page that needs nothing else: no script, no
// font, no picture, no network.
func (r Report) WriteHTML(w io.Writer) error {
	_, text := r.ending()
	return reportPage.Execute(w, page{
		Report: r, Title: r.title(), EndText: text,
		Rows: r.rows(), Flying: r.inFlight(), Undo: r.undo(), TornText: torn, Chart: r.chart(),
	})
}

// page is what the template is given.
type page struct {
	Report
	Title, EndText, Rows, Flying, Undo, TornText string

	Chart chart
}

// chart is the outcome over time, in the SVG's own terms: percent from left to
// right, so that it is as wide as the page, and pixels from above.
type chart struct {
	Height  int    // of the plot, without what is below it
	Width   string // of a bar
	Each    string // how long a bar is
	Unit    string // of the time
	Bars    []bar
	Resumed []string // from the left
	X, Y    []tick
}

type bar struct {
	X     string
	Title string
	Parts []barPart
}

type barPart struct {
	Class   Outcome
	Y, Tall string
}

type tick struct{ At, Label string }

const (
	plotHeight = 200
	minSlots   = 24 // a short run has narrow bars, too
	maxTicks   = 6
)

func (r Report) chart() chart {
	each := time.Duration(r.BucketMillis) * time.Millisecond
	slots := max(minSlots, len(r.OverTime))
	slot := 100 / float64(slots)
	c := chart{Height: plotHeight, Width: percent(slot * 0.84), Each: span(each)}
	most := int64(1)
	for _, b := range r.OverTime {
		most = max(most, b.Done+b.Unchanged+b.Failed)
	}
	step := tickOf(most)
	top := (most + step - 1) / step * step
	for n := int64(0); n <= top; n += step {
		c.Y = append(c.Y, tick{pixels(plotHeight - tall(n, top)), digits(n)})
	}
	whole := each * time.Duration(slots)
	between := spanOf(whole)
	unit, name := unitOf(between)
	c.Unit = name
	for i := range int(whole/between) + 1 {
		t := time.Duration(i) * between
		c.X = append(c.X, tick{percent(100 * float64(t) / float64(whole)), digits(int64(t / unit))})
	}
	for i, b := range r.OverTime {
		x := slot * float64(i)
		if b.Begun > 1 || i > 0 && b.Begun > 0 { // the first time it began
			c.Resumed = append(c.Resumed, percent(x))
		}
		if b.Done+b.Unchanged+b.Failed == 0 {
			continue
		}
		drawn := bar{X: percent(x + slot*0.08), Title: fmt.Sprintf("%s: %s done, %s unchanged, %s failed", clock(b.At), digits(b.Done), digits(b.Unchanged), digits(b.Failed))}
		y := float64(plotHeight)
		for _, p := range []struct {
			outcome Outcome
			n       int64
		}{{Done, b.Done}, {Unchanged, b.Unchanged}, {Failed, b.Failed}} {
			if p.n > 0 {
				h := tall(p.n, top)
				y -= h
				drawn.Parts = append(drawn.Parts, barPart{p.outcome, pixels(y), pixels(h)})
			}
		}
		c.Bars = append(c.Bars, drawn)
	}
	return c
}

func tall(n, top int64) float64 { return plotHeight * float64(n) / float64(top) }

func percent(x float64) string { return fmt.Sprintf("%.3f%%", x) }
func pixels(y float64) string  { return fmt.Sprintf("%.2f", y) }

// tickOf is a round number of which a few make up the most.
func tickOf(most int64) int64 {
	step := int64(1)
	for i := 0; most/step >= maxTicks; i++ {
		step = step / []int64{1, 2, 5}[i%3] * []int64{2, 5, 10}[i%3]
	}
	return step
}

// spanOf is a round span of time of which a few make up the whole.
func spanOf(whole time.Duration) time.Duration {
	for _, step := range widths {
		for times := range 2 {
			if between := step * time.Duration(times+1); whole/between <= maxTicks {
				return between
			}
		}
	}
	step := widths[len(widths)-1]
	for whole/step > maxTicks {
		step *= 2
	}
	return step
}

// unitOf is the largest unit in which a span of time is a whole number.
func unitOf(d time.Duration) (unit time.Duration, name string) {
	switch {
	case d%(24*time.Hour) == 0:
		return 24 * time.Hour, "days"
	case d%time.Hour == 0:
		return time.Hour, "hours"
	case d%time.Minute == 0:
		return time.Minute, "minutes"
	case d%time.Second == 0:
		return time.Second, "seconds"
	}
	return time.Millisecond, "milliseconds"
}

// span is a bucket's width in words.
func span(d time.Duration) string {
	unit, name := unitOf(d)
	if n := int64(d / unit); n != 1 {
		return digits(n) + " " + name
	}
	return strings.TrimSuffix(name, "s")
}
