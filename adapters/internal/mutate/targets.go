package main

// target is code to break, and the tests that are to see it: those of its own
// package first, because they are the quickest.
type target struct {
	files     []string // patterns, below the root
	functions []string // of them; none: all
	tests     []string
}

// targets is the code where a mistake loses what somebody wrote, or writes it
// twice: retries, limits, merging.
var targets = []target{
	{files: []string{"adapters/chatwoot/merge.go", "adapters/chatwoot/owed.go"}, tests: []string{"adapters/chatwoot"}},
	{files: []string{"adapters/driver/update.go", "adapters/driver/lock.go"}, tests: []string{"adapters/driver", "adapters/kustomer", "adapters/dixa", "adapters/chatwoot"}},
	{files: []string{"adapters/kustomer/driver.go"}, functions: []string{"Write", "patch"}, tests: []string{"adapters/kustomer"}},
	{files: []string{
		"adapters/transport/retry.go", "adapters/transport/budget.go", "adapters/transport/trace.go", "adapters/transport/sent.go", "adapters/transport/together.go",
		"adapters/transport/limit*.go", "adapters/transport/bucket.go", "adapters/transport/pace.go", "adapters/transport/learn.go",
	}, tests: []string{"adapters/transport", "adapters/driver"}},
}

// slow matches the tests that come last: they take longer than all others.
const slow = "^(TestSuiteFindsFaults|TestFaults|TestMatrixFindsFaults|TestLimit|TestModel|TestInterleavings|TestLyingForkFails|TestTenants|TestOutage)$"

// The model tests draw at random: always the same here, and without a file for
// what they find.
var modelArgs = []string{"-rapid.seed=1", "-rapid.nofailfile"}

var suiteArgs = map[string][]string{
	"adapters/chatwoot": modelArgs,
	"adapters/kustomer": modelArgs,
	"adapters/dixa":     modelArgs,
}
