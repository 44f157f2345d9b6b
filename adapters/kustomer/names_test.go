package kustomer

import (
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// TestNamesOfDefinitions: a name is given where it means one attribute, and then
// that is what it sets.
func TestNamesOfDefinitions(t *testing.T) {
	for name, test := range map[string]struct {
		keys string // of the definitions, and one that is no longer in use
		want map[string]string
	}{
		"one":                       {"planStr", map[string]string{"planStr": "plan"}},
		"two of one stem":           {"planStr planNum", nil},
		"two alike":                 {"planStr PlanNum vip_levelNum", map[string]string{"vip_levelNum": "vip_level"}},
		"a key that is another's":   {"fooUrl fooUrlStr", map[string]string{"fooUrl": "foo"}},
		"the other is out of use":   {"planStr planNum-", map[string]string{"planStr": "plan"}},
		"no ending":                 {"plan", nil},
		"nothing before the ending": {"Str _Str", nil},
	} {
		t.Run(name, func(t *testing.T) {
			var all []adapters.Definition
			for _, key := range strings.Fields(test.keys) {
				key, archived := strings.CutSuffix(key, "-")
				all = append(all, adapters.Definition{Key: key, Archived: archived})
			}
			nameStems(all)
			for _, d := range all {
				if d.Name != test.want[d.Key] {
					t.Errorf("%s has the name %q, want %q", d.Key, d.Name, test.want[d.Key])
				}
				if d.Name == "" {
					continue
				}
				if got, err := find(d.Name, adapters.String("x"), all); err != nil || got != d.Key {
					t.Errorf("%q sets %q (%v), want %q", d.Name, got, err, d.Key)
				}
			}
		})
	}
}
