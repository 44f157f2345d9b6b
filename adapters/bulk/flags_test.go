package bulk_test

import (
	"flag"
	"os"
	"testing"
)

var (
	crashes = flag.Int("crashes", 30, "how often TestCrashes kills the program")
	limited = flag.Int("limited", 3000, "rows of TestWithinTheLimit")
	orders  = flag.Uint64("orders", 200, "how many runs TestOrderModel and TestLookupModel make up each")
	long    = flag.Int("long", 200_000, "rows of TestReportMemory")
)

// short is what is enough under the race detector, which makes everything ten times
// as slow.
var short = map[string]string{"crashes": "6", "limited": "600", "orders": "40", "long": "20000"}

func TestMain(m *testing.M) {
	if os.Getenv(childMode) != "" {
		os.Exit(child())
	}
	flag.Parse()
	if testing.Short() {
		flag.Visit(func(given *flag.Flag) { delete(short, given.Name) })
		for name, value := range short {
			_ = flag.Set(name, value) // it is there
		}
	}
	os.Exit(m.Run())
}
