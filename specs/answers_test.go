package specs_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/deskattr/deskattr/gen/chatwoot"
	"github.com/deskattr/deskattr/gen/dixa"
	"github.com/deskattr/deskattr/gen/kustomer"
)

// failures are the types of the vendors' error bodies.
var failures = map[string]reflect.Type{
	"chatwoot": reflect.TypeFor[chatwoot.Error](),
	"kustomer": reflect.TypeFor[kustomer.ErrorEnvelope](),
	"dixa":     reflect.TypeFor[dixa.Error](),
}

// TestAnswers holds the clients against answers in the shapes that the vendors
// really send: decoded by the typed method and encoded again they must be the
// same JSON. The files are OPERATION-WHAT.json, or OPERATION-STATUS-WHAT.json for
// the body of a failure.
func TestAnswers(t *testing.T) {
	files, err := filepath.Glob("*/testdata/answers/*.json")
	if err != nil || len(files) < 60 {
		t.Errorf("%d answers, want at least 60 (%v)", len(files), err)
	}
	operations := map[string]map[string]call{}
	for name, c := range clients {
		document, err := openapi3.NewLoader().LoadFromData([]byte(c.document))
		if err != nil {
			t.Fatal(err)
		}
		operations[name] = map[string]call{}
		for path, item := range document.Paths.Map() {
			for method, operation := range item.Operations() {
				operations[name][operation.OperationID] = call{nil, nil, method, path, operation, item.Parameters}
			}
		}
	}
	for _, file := range files {
		vendor := strings.Split(filepath.ToSlash(file), "/")[0]
		words := strings.Split(strings.TrimSuffix(filepath.Base(file), ".json"), "-")
		t.Run(vendor+" "+strings.Join(words, " "), func(t *testing.T) {
			o, ok := operations[vendor][words[0]]
			if !ok {
				t.Fatalf("the document has no operation %s", words[0])
			}
			o.T = t
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if status, err := strconv.Atoi(words[1]); err == nil {
				testFailure(o, clients[vendor], failures[vendor], status, body)
			} else {
				testAnswer(o, clients[vendor], body)
			}
		})
	}
}

func testAnswer(o call, c client, body []byte) {
	r := &recorder{answer: body}
	r.status, _ = o.success()
	method := o.typed(c.open(r), "")
	result, err := invoke(method, o.arguments(method.Type(), shape{depth: 8}))
	if err != nil {
		o.Fatal(err)
	}
	for _, lost := range differ(body, encode(o.T, result.Interface())) {
		o.Errorf("it came out with %s", lost)
	}
}

// testFailure: the typed method gives the status and the body, and the body is
// of the vendor's type of errors.
func testFailure(o call, c client, typ reflect.Type, status int, body []byte) {
	method := o.typed(c.open(&recorder{status: status, answer: body}), "")
	results := method.Call(o.arguments(method.Type(), shape{depth: 8}))
	err, _ := results[len(results)-1].Interface().(error)
	var answer interface {
		error
		HTTPAnswer() (int, http.Header, []byte)
	}
	if !errors.As(err, &answer) {
		o.Fatalf("%v is no StatusError", err)
	}
	code, _, text := answer.HTTPAnswer()
	if code != status || string(text) != string(body) {
		o.Errorf("status %d and body %s", code, text)
	}
	failure := reflect.New(typ)
	if err := json.Unmarshal(text, failure.Interface()); err != nil {
		o.Fatal(err)
	}
	for _, lost := range differ(body, encode(o.T, failure.Interface())) {
		o.Errorf("it came out with %s", lost)
	}
}
