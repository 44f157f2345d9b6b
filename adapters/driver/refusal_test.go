package driver_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// encoder is a vendor that cannot encode.
type encoder struct {
	toy
	err error
}

func (d *encoder) Encode(adapters.Kind, string, adapters.Value) (json.RawMessage, error) {
	return nil, d.err
}

// TestDriverFailsToEncode: what is no refusal is still one error of the contract,
// and nothing is written.
func TestDriverFailsToEncode(t *testing.T) {
	d := &encoder{err: errors.New("the table is missing")}
	a, err := driver.New(d, driver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.UpdateAttributes(t.Context(), adapters.ContactRef("a"), adapters.Attributes{"key-1": adapters.String("x")})
	var failure *adapters.Error
	if !errors.As(err, &failure) || failure.Op != "set" || failure.Effect != adapters.EffectNone || d.values != nil {
		t.Errorf("%v, stored %v", err, d.values)
	}
}

// TestLongNamesAreNotCompared: a name that is no slip of a finger gets no advice.
func TestLongNamesAreNotCompared(t *testing.T) {
	long := strings.Repeat("x", 150)
	for name, advice := range map[string]bool{long[:99]: true, long: false} {
		err := driver.Unknown(name, []string{name + "y"})
		if strings.Contains(err.Error(), "did you mean") != advice {
			t.Errorf("a name of %d letters: %.80s", len(name), err)
		}
	}
}
