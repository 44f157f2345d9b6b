package chatwoottest

import (
	"math/big"
	"mime"
	"strings"

	"github.com/deskattr/deskattr/adapters/internal/fake"
)

// readParams is Rails' params: the body, if it is a JSON object, with the query over it. Another content type counts
// as no body; a body that is JSON but no object brings no parameters that anybody asks for.
func readParams(r *fake.Request) (*object, error) {
	params := newObject()
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media == "application/json" && len(r.Body) > 0 {
		body, err := parse(r.Body, true)
		if err != nil {
			return nil, err
		}
		if o, ok := body.(*object); ok {
			params = o
		}
	}
	for name, values := range r.Query {
		params.set(name, values[len(values)-1])
	}
	return params, nil
}

// truthy is ActiveModel's cast to a boolean. "no" is true, and so is "False"; null and "" are nil, which is not.
func truthy(value any) bool {
	switch v := value.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		switch v {
		case "", "0", "f", "F", "false", "FALSE", "off", "OFF":
			return false
		}
	case *big.Int:
		return v.Sign() != 0
	}
	return true
}

// castID reads the digits a path value starts with, as Rails casts it: 7abc is "7". Nothing to read is "".
func castID(text string) string {
	digits := strings.IndexFunc(text, func(c rune) bool { return c < '0' || c > '9' })
	if digits >= 0 {
		text = text[:digits]
	}
	return strings.TrimLeft(text, "0")
}
