package specs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/gen/chatwoot"
	"github.com/deskattr/deskattr/gen/dixa"
	"github.com/deskattr/deskattr/gen/kustomer"
	"github.com/deskattr/deskattr/specs"
)

// server is where every client in these tests sends its requests to; recorder
// takes them before they leave.
const server = "https://desk.example/base"

// recorder answers each request with the answer it was given.
type recorder struct {
	request  *http.Request
	body     []byte
	received atomic.Int64 // bytes of the body so far
	status   int
	answer   []byte
}

func (r *recorder) Do(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	r.request, r.body = request, nil
	if request.Body != nil {
		r.body, _ = io.ReadAll(io.TeeReader(request.Body, r))
		_ = request.Body.Close()
	}
	return &http.Response{StatusCode: r.status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(r.answer)), Request: request}, nil
}

// Write counts what has been received of a body.
func (r *recorder) Write(chunk []byte) (int, error) {
	r.received.Add(int64(len(chunk)))
	return len(chunk), nil
}

// client is one generated client and its document.
type client struct {
	document string
	open     func(doer) any // *API
}

// doer is what all clients send their requests through.
type doer interface {
	Do(*http.Request) (*http.Response, error)
}

var clients = map[string]client{
	"chatwoot": {specs.Chatwoot, func(r doer) any { api, _ := chatwoot.NewAPI(server, chatwoot.WithHTTPClient(r)); return api }},
	"kustomer": {specs.Kustomer, func(r doer) any { api, _ := kustomer.NewAPI(server, kustomer.WithHTTPClient(r)); return api }},
	"dixa":     {specs.Dixa, func(r doer) any { api, _ := dixa.NewAPI(server, dixa.WithHTTPClient(r)); return api }},
}

// TestEveryOperation calls each operation of each document by its typed method:
// the request must be the one that the document has, and each answer that fits
// the document must be understood, also one with more in it than is known today.
func TestEveryOperation(t *testing.T) {

	for name, c := range clients {
		t.Run(name, func(t *testing.T) {
			document, err := openapi3.NewLoader().LoadFromData([]byte(c.document))
			if err != nil {
				t.Fatal(err)
			}
			document.Servers = openapi3.Servers{{URL: server}}
			router, err := legacy.NewRouter(document)
			if err != nil {
				t.Fatal(err)
			}
			for path, item := range document.Paths.Map() {
				for method, operation := range item.Operations() {
					t.Run(operation.OperationID, func(t *testing.T) {
						o := call{t, router, method, path, operation, item.Parameters}
						o.run(c.open)
					})
				}
			}
		})
	}
}

// call is one operation under test.
type call struct {
	*testing.T
	router    routers.Router
	method    string
	path      string
	operation *openapi3.Operation
	shared    openapi3.Parameters // of the path
}

func (c call) run(open func(doer) any) {
	r := &recorder{}
	method := c.typed(open(r), "")
	status, schema := c.success()
	full := shape{optional: true, depth: 8}
	for name, s := range map[string]shape{"all fields": full, "required fields": {depth: 8}, "unknown fields": {optional: true, unknown: true, depth: 8}} {
		r.status, r.answer = status, nil
		if schema != nil {
			r.answer = encode(c.T, s.value(schema))
		}
		result, err := invoke(method, c.arguments(method.Type(), full))
		if err != nil {
			c.Fatalf("answer with %s: %v\n%s", name, err, r.answer)
		}
		c.check(r, full)
		if name == "all fields" && schema != nil {
			for _, lost := range differ(r.answer, encode(c.T, result.Interface())) {
				c.Errorf("the answer came out with %s", lost)
			}
		}
	}
	c.upload(r, open(r), status)
}

// typed is the method of the operation: its id but for capitals (an id is an ID
// in Go).
func (c call) typed(api any, suffix string) reflect.Value {
	for i := range reflect.TypeOf(api).NumMethod() {
		if strings.EqualFold(reflect.TypeOf(api).Method(i).Name, c.operation.OperationID+suffix) {
			return reflect.ValueOf(api).Method(i)
		}
	}
	c.Fatalf("the client has no method %s%s", c.operation.OperationID, suffix)
	return reflect.Value{}
}

// success is the answer that the typed method promises.
func (c call) success() (status int, schema *openapi3.SchemaRef) {
	for _, code := range []int{200, 201, 202, 204} {
		response := c.operation.Responses.Status(code)
		if response == nil {
			continue
		}
		if media := response.Value.Content["application/json"]; media != nil {
			return code, media.Schema
		}
		if status == 0 {
			status = code
		}
	}
	if status == 0 {
		c.Fatalf("the document has no success for it")
	}
	return status, nil
}

// parameters are those of the path and of the operation.
func (c call) parameters(in string) []*openapi3.Parameter {
	var all []*openapi3.Parameter
	for _, ref := range append(append(openapi3.Parameters{}, c.shared...), c.operation.Parameters...) {
		if ref.Value.In == in {
			all = append(all, ref.Value)
		}
	}
	return all
}

// arguments are those of the typed method: the context, the parameters of the
// path in its order, the struct of the others, the body.
func (c call) arguments(method reflect.Type, s shape) []reflect.Value {
	arguments := []reflect.Value{reflect.ValueOf(c.Context())}
	into := func(value any) {
		argument := reflect.New(method.In(len(arguments)))
		if err := json.Unmarshal(encode(c.T, value), argument.Interface()); err != nil {
			c.Fatalf("argument %d: %v", len(arguments), err)
		}
		arguments = append(arguments, argument.Elem())
	}
	for _, segment := range strings.Split(c.path, "{")[1:] {
		name, _, _ := strings.Cut(segment, "}")
		for _, parameter := range c.parameters("path") {
			if parameter.Name == name {
				into(s.value(parameter.Schema))
			}
		}
	}
	if query := append(c.parameters("query"), c.parameters("header")...); len(query) > 0 {
		values := map[string]any{}
		for _, parameter := range query {
			values[parameter.Name] = s.value(parameter.Schema)
		}
		into(values)
	}
	if body := c.body("application/json"); body != nil {
		into(s.value(body))
	} else if len(arguments) < method.NumIn()-1 {
		arguments = append(arguments, reflect.ValueOf("text/plain"), reflect.ValueOf(strings.NewReader("content")))
	}
	return arguments
}

func (c call) body(media string) *openapi3.SchemaRef {
	if c.operation.RequestBody == nil || c.operation.RequestBody.Value.Content[media] == nil {
		return nil
	}
	return c.operation.RequestBody.Value.Content[media].Schema
}

// check holds the request that was sent against the document.
func (c call) check(r *recorder, s shape) {
	c.Helper()
	path := c.path
	for _, parameter := range c.parameters("path") {
		path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(fmt.Sprint(s.value(parameter.Schema))))
	}
	if got := r.request.URL.EscapedPath(); r.request.Method != c.method || got != "/base"+path {
		c.Errorf("sent %s %s, want %s /base%s", r.request.Method, got, c.method, path)
	}
	query := r.request.URL.Query()
	for _, parameter := range c.parameters("query") {
		want := s.value(parameter.Schema)
		if list, ok := want.([]any); ok && len(list) > 0 {
			want = list[0]
		}
		if number, ok := want.(float64); ok {
			want = strconv.FormatFloat(number, 'f', -1, 64)
		}
		if _, composed := want.(map[string]any); !query.Has(parameter.Name) || !composed && query.Get(parameter.Name) != fmt.Sprint(want) {
			c.Errorf("the query %q lacks %s=%v", r.request.URL.RawQuery, parameter.Name, want)
		}
		query.Del(parameter.Name)
	}
	if len(query) > 0 {
		c.Errorf("the query has %v, which the document does not", query)
	}
	if r.request.Header.Get("Accept") != "application/json" {
		c.Errorf("Accept is %q", r.request.Header.Get("Accept"))
	}
	if c.body("application/json") == nil {
		return
	}
	if got := r.request.Header.Get("Content-Type"); got != "application/json" {
		c.Errorf("Content-Type is %q", got)
	}
	request := r.request.Clone(context.Background())
	request.Body = io.NopCloser(bytes.NewReader(r.body))
	route, params, err := c.router.FindRoute(request)
	if err != nil || route.Operation.OperationID != c.operation.OperationID {
		c.Fatalf("the document routes %s %s elsewhere: %v", request.Method, request.URL, err)
	}
	err = openapi3filter.ValidateRequest(c.Context(), &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	})
	if err != nil {
		c.Errorf("the document refuses the request: %v\n%s", err, r.body)
	}
}

// upload sends a file where the operation takes one.
func (c call) upload(r *recorder, api any, status int) {
	if c.body("multipart/form-data") == nil {
		return
	}
	method := c.typed(api, "WithFiles")
	shorter := c
	shorter.operation = &openapi3.Operation{Parameters: c.operation.Parameters}
	count := method.Type().NumIn() - 3 // fields, files, editors
	arguments := shorter.arguments(method.Type(), shape{optional: true, depth: 8})[:count]
	files := reflect.MakeSlice(method.Type().In(count+1), 1, 1)
	file := files.Index(0)
	file.FieldByName("Field").SetString("file")
	file.FieldByName("Name").SetString(`a "b".txt`)
	content := &streamed{t: c.T, r: r, left: 10}
	file.FieldByName("Content").Set(reflect.ValueOf(content))
	r.status = status
	r.received.Store(0)
	if _, err := invoke(method, append(arguments, reflect.ValueOf(url.Values{"name": {"é"}}), files)); err != nil {
		c.Fatalf("with a file: %v", err)
	}
	_, parameters, _ := mime.ParseMediaType(r.request.Header.Get("Content-Type"))
	form, err := multipart.NewReader(bytes.NewReader(r.body), parameters["boundary"]).ReadForm(1 << 20)
	if err != nil || form.Value["name"][0] != "é" || form.File["file"][0].Filename != `a "b".txt` || form.File["file"][0].Size != 10*chunk {
		c.Errorf("the form that arrived: %+v, %v", form, err)
	}
}

// chunk is how much of a file is read at a time.
const chunk = 8000

// streamed is a file that checks, at each read, that what was read before is
// with the server already: nothing is kept back to be sent as one.
type streamed struct {
	t          *testing.T
	r          *recorder
	read, left int
}

func (s *streamed) Read(p []byte) (int, error) {
	if received := int(s.r.received.Load()); received < s.read-chunk { // one may be on its way
		s.t.Errorf("%d bytes of the file were read when the server had %d", s.read, received)
	}
	if s.left == 0 {
		return 0, io.EOF
	}
	s.left--
	n := copy(p, bytes.Repeat([]byte("x"), chunk))
	s.read += n
	return n, nil
}

// differ names the places where two JSON values are not the same.
func differ(want, got []byte) []string {
	var x, y map[string]json.RawMessage
	if json.Unmarshal(want, &x) != nil || json.Unmarshal(got, &y) != nil {
		var list, other []json.RawMessage
		switch {
		case adapters.JSON(want).Equal(adapters.JSON(got)):
			return nil
		case json.Unmarshal(want, &list) == nil && json.Unmarshal(got, &other) == nil && len(list) == len(other):
			var places []string
			for i := range list {
				for _, place := range differ(list[i], other[i]) {
					places = append(places, "[]"+place)
				}
			}
			return places
		}
		return []string{fmt.Sprintf(": %s, want %s", got, want)}
	}
	var places []string
	for name := range x {
		if y[name] == nil {
			places = append(places, fmt.Sprintf(".%s left out, want %s", name, x[name]))
			continue
		}
		for _, place := range differ(x[name], y[name]) {
			places = append(places, "."+name+place)
		}
	}
	for name := range y {
		if x[name] == nil {
			places = append(places, fmt.Sprintf(".%s added: %s", name, y[name]))
		}
	}
	return places
}

// invoke calls a typed method and takes its results apart.
func invoke(method reflect.Value, arguments []reflect.Value) (result reflect.Value, err error) {
	results := method.Call(arguments)
	if last := results[len(results)-1]; !last.IsNil() {
		err = last.Interface().(error)
	}
	return results[0], err
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
