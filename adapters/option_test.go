package adapters_test

import (
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

func TestSettings(t *testing.T) {
	none := adapters.Settings()
	if none.Verify || none.IfEqual != nil {
		t.Errorf("no options are %+v", none)
	}
	settings := adapters.Settings(
		adapters.IfEqual(adapters.Attributes{"a": adapters.Int(1), "b": adapters.Int(1)}), adapters.Verify(),
		adapters.IfEqual(nil), adapters.IfEqual(adapters.Attributes{"b": adapters.Clear()}),
	)
	if !settings.Verify || len(settings.IfEqual) != 2 || !settings.IfEqual["a"].Equal(adapters.Int(1)) || settings.IfEqual["b"].Kind() != adapters.ValueClear {
		t.Errorf("several options are %+v; want all expectations, of one name the last", settings)
	}
}
