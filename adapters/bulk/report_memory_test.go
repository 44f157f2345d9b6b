package bulk_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestReportMemory: what is held does not grow with the journal. After each
// collection the live heap is looked at.
func TestReportMemory(t *testing.T) {
	rows := *long
	path := longJournal(t, rows)
	defer debug.SetGCPercent(debug.SetGCPercent(10)) // little is dead when it collects
	runtime.GC()
	before, peak, stop := live(), new(atomic.Uint64), new(atomic.Bool)
	watch(peak, stop)
	report := read(t, path)
	stop.Store(true)
	if report.Done != int64(rows-rows/100) || report.Failed != int64(rows/100) {
		t.Errorf("%v", counts(report))
	}
	grown := int64(peak.Load()) - int64(before)
	info, _ := os.Stat(path)
	t.Logf("%d KB of journal, the live heap grew by at most %d KB", info.Size()>>10, grown>>10)
	if peak.Load() == 0 || grown > 8<<20 {
		t.Errorf("the live heap grew by %d bytes, from %d", grown, before)
	}
}

// longJournal has half a kilobyte for each row; one of a hundred failed.
func longJournal(t *testing.T, rows int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	note := strings.Repeat("x", 100)
	part := &hand{}
	part.begin(0, nil)
	for row := 1; row <= rows; row++ {
		about := fmt.Sprintf(`"row":%d,"ref":{"kind":"contact","id":"%d"},"time":%q`, row, row, day.Add(time.Duration(row)*time.Millisecond).Format(time.RFC3339Nano))
		part.line(fmt.Sprintf(`{"before":{%s,"was":{"note":null},"set":{"note":{"string":%q}}}}`, about, note))
		if row%100 == 0 {
			part.line(fmt.Sprintf(`{"after":{%s,"outcome":"failed","code":"stale","message":%q,"ms":7}}`, about, note))
		} else {
			part.line(fmt.Sprintf(`{"after":{%s,"outcome":"done","is":{"note":{"string":%q}},"ms":7}}`, about, note))
		}
		if part.Len() > 1<<20 {
			if _, err := io.WriteString(file, part.String()); err != nil {
				t.Fatal(err)
			}
			part.Reset()
		}
	}
	if _, err := io.WriteString(file, part.String()); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func live() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// watch looks at the live heap after each collection: what nobody holds is
// finalized then, and left behind anew.
func watch(peak *atomic.Uint64, stop *atomic.Bool) {
	type sentinel struct{ _ [64]byte }
	runtime.SetFinalizer(&sentinel{}, func(*sentinel) {
		if !stop.Load() {
			peak.Store(max(peak.Load(), live()))
			watch(peak, stop)
		}
	})
}
