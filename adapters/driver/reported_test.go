package driver_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// TestReportedNames: what is reported has the caller's names, sorted, also where
// the record that was read does not hold the attributes and tells no names.
func TestReportedNames(t *testing.T) {
	d := &toy{definitions: []adapters.Definition{{Key: "key-8", Name: "alpha"}, {Key: "key-7", Name: "beta"}, {Key: "key-6", Name: "gamma"}}}
	a := open(t, d, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: {"alias": "gamma"}}})
	_, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"key-9": adapters.String("x")}, adapters.IfEqual(adapters.Attributes{
		"alpha": adapters.String("x"), "beta": adapters.String("x"), "alias": adapters.String("x"),
	}))
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Code != adapters.CodeNotEqual {
		t.Fatalf("%v", err)
	}
	var names []string
	for _, detail := range failure.Details {
		names = append(names, detail.Name)
	}
	if want := []string{"alias", "alpha", "beta"}; !slices.Equal(names, want) || failure.Name != want[0] {
		t.Errorf("the error names %q, first %q; want %q", names, failure.Name, want)
	}
}
