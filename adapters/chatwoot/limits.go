package chatwoot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/transport"
	"github.com/deskattr/deskattr/gen/chatwoot"
)

// overLimit names what is stored over the limits, where that is why a write was
// refused: the server checks the whole map again, also what it has long kept.
// Such values come from before the limits were, or from an import.
func (d *vendor) overLimit(ctx context.Context, err error, stored map[string]json.RawMessage, change driver.Change) error {
	var answer *chatwoot.StatusError
	if !errors.As(err, &answer) || answer.StatusCode != http.StatusUnprocessableEntity || statementTimeout(answer.StatusCode, answer.Body) {
		return err
	}
	failure, _ := transport.Failure(ctx, err, d.Explain)
	var bad []*adapters.Error
	for _, key := range keptOverLimit(stored, change) {
		blame := *failure
		code, limit := limitOf(stored[key])
		blame.Name, blame.Code = key, code
		blame.Err = fmt.Errorf("it is stored already and over the limit of %s; set or clear it in the same call", limit)
		bad = append(bad, &blame)
	}
	if len(bad) == 0 {
		return err
	}
	return adapters.Join(bad)
}

// keptOverLimit are the keys of what is stored over a limit and stays so.
func keptOverLimit(stored map[string]json.RawMessage, change driver.Change) []string {
	named := change.WithNulls()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(stored)), func(key string) bool {
		_, ours := named[key]
		code, _ := limitOf(stored[key])
		return ours || code == ""
	})
}

// limitOf is the limit that a stored value is over, "" if none.
func limitOf(raw json.RawMessage) (code adapters.Code, limit string) {
	switch value, _ := driver.Plain(raw); {
	case value.Kind() == adapters.ValueString && utf8.RuneCountInString(value.Text()) > maxText:
		return adapters.CodeTooLong, fmt.Sprintf("%d code points", maxText)
	case value.Kind() == adapters.ValueNumber && beyond(value.Number().String()):
		return adapters.CodeTooLarge, strconv.Itoa(maxInteger)
	}
	return "", ""
}
