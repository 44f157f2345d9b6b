package transport_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain ends the run when goroutines are left over.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
