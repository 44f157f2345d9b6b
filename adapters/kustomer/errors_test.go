package kustomer_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

// TestTooLarge: each text fits, and all together do not.
func TestTooLarge(t *testing.T) {
	server, adapter := start(t, nil)
	changes := adapters.Attributes{}
	for i := range 100 {
		changes[fmt.Sprintf("note%dStr", i)] = adapters.String(strings.Repeat("x", 1024))
	}
	_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), changes)
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || failure.Code != adapters.CodeTooLarge || failure.Effect != adapters.EffectNone ||
		!strings.Contains(err.Error(), "100 kB") {
		t.Errorf("%v", err)
	}
	if got := server.State().Conversations[present].Custom["note0Str"]; got != nil {
		t.Errorf("stored %s", got)
	}
}

// TestWhoMayNot: Kustomer's pages have a missing role under either status.
func TestWhoMayNot(t *testing.T) {
	for status, class := range map[int]error{http.StatusUnauthorized: adapters.ErrUnauthenticated, http.StatusForbidden: adapters.ErrForbidden} {
		server, adapter := start(t, nil)
		server.SetFaults(kustomertest.Fault{Type: "status", Times: -1, Status: status, Body: `{"errors":[{"title":"No"}]}`})
		_, err := adapter.Attributes(t.Context(), adapters.ContactRef(present))
		if !errors.Is(err, class) || !strings.Contains(err.Error(), "not accept") || !strings.Contains(err.Error(), "roles") {
			t.Errorf("%d: %v", status, err)
		}
	}
}
