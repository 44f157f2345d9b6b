package bulk

import (
	"strings"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// dayLayouts are the forms of days, in those of package time. People and spreadsheets
// leave zeros in front out, save in years.
var dayLayouts = map[string]string{
	"": "", "YYYY-MM-DD": "",
	"DD/MM/YYYY": "2/1/2006", "MM/DD/YYYY": "1/2/2006", "DD.MM.YYYY": "2.1.2006",
}

// dayFormat is a date format without the time of day.
func dayFormat(format string) string {
	return strings.TrimSuffix(strings.TrimSuffix(format, ":SS"), " HH:MM")
}

// day is sent as a text, 2026-01-31, which is what definitions say of days: the
// moment at which a day begins would be another day in half of the world. A cell
// with time and zone is a moment, and stays what it is.
func (c cells) day(d adapters.Definition, cell string) (adapters.Value, *adapters.Error) {
	if _, ok := zoned(cell); ok {
		return adapters.String(cell), nil
	}
	t, ok := c.wall(cell)
	switch {
	case !ok:
		return adapters.Value{}, wrongType(d, c.write("2026-01-31"))
	case !t.Equal(t.Truncate(24 * time.Hour)):
		return adapters.Value{}, wrongType(d, "it has a time of day; leave that out")
	}
	return adapters.String(t.Format(time.DateOnly)), nil
}

// moment is a point in time. What is finer than a Value keeps stays a text.
func (c cells) moment(d adapters.Definition, cell string) (adapters.Value, *adapters.Error) {
	if t, ok := zoned(cell); ok {
		if !wholeMillis(t) {
			return adapters.String(cell), nil
		}
		return adapters.Time(t), nil
	}
	t, ok := c.wall(cell)
	switch {
	case !ok:
		return adapters.Value{}, wrongType(d, c.write("2026-01-31T09:30:00Z"))
	case c.zone == nil:
		return adapters.Value{}, wrongType(d, "it has no time zone; write it as 2026-01-31T09:30:00Z, or say of which zone the times are")
	case !wholeMillis(t):
		return adapters.Value{}, wrongType(d, "it is finer than a millisecond")
	}
	at, ok := inZone(c.zone, t)
	if !ok {
		return adapters.Value{}, wrongType(d, "clocks are set then: this time of day does not exist in its time zone, or comes twice; write it as 2026-01-31T09:30:00Z")
	}
	return adapters.Time(at), nil
}

func (c cells) write(example string) string {
	if c.layout == "" {
		return "write it as " + example + ", or say in which order day and month stand"
	}
	return "write it as " + example + ", or in the form that was said"
}

// wholeMillis tells whether a Value keeps all of a time.
func wholeMillis(t time.Time) bool { return t.Equal(t.Truncate(time.Millisecond)) }

// zoned reads a time with its zone, as RFC 3339 has it. Package time takes an hour
// of one digit too, and a comma.
func zoned(cell string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, cell)
	return t, err == nil && cell[len("2026-01-31T09")] == ':' && !strings.Contains(cell, ",")
}

// wall reads a day, and a time of day if there is one, as if in UTC.
func (c cells) wall(cell string) (time.Time, bool) {
	for _, day := range []string{time.DateOnly, c.layout} {
		for _, clock := range []string{"", " 15:04:05", " 15:04", "T15:04:05", "T15:04"} {
			if day == "" || clock != "" && clock[0] == 'T' && day != time.DateOnly {
				continue
			}
			if t, err := time.Parse(day+clock, cell); err == nil && !strings.Contains(cell, ",") {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// inZone is the moment at which clocks of a zone show this, if there is just one.
func inZone(zone *time.Location, wall time.Time) (time.Time, bool) {
	var found []time.Time
	// No clock is set twice within two days: one of these offsets is right.
	for _, near := range []time.Duration{-26 * time.Hour, 26 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second)
		if _, is := at.In(zone).Zone(); is == offset && (len(found) == 0 || !found[0].Equal(at)) {
			found = append(found, at)
		}
	}
	if len(found) != 1 {
		return time.Time{}, false
	}
	return found[0], true
}
