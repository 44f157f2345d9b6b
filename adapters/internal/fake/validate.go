package fake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// Deviation is a place where the real server does what its document forbids. It is not reported.
type Deviation struct {
	Operation string
	Status    int    // the answer's status, if it is the answer that does not fit; 0: the request
	Field     string // JSON pointer into the body ("*" is any one key), or "" for the body as a whole
	Reason    string // the vendor's behaviour, and where it is known from
}

type route = routers.Route

// document is an OpenAPI document ready for use. It is not changed after load, so all fakes of a vendor share it.
type document struct {
	router     routers.Router
	operations map[string]bool // operationIds
}

var documents = struct {
	sync.Mutex
	loaded map[string]*document
}{loaded: map[string]*document{}}

// load prepares a document once per process: it costs milliseconds, and a test binary starts hundreds of fakes.
func load(text string) (*document, error) {
	documents.Lock()
	defer documents.Unlock()
	if d := documents.loaded[text]; d != nil {
		return d, nil
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	doc.Servers = nil // a fake has its own address
	// Not gorillamux: it takes /customers/email={email} for /customers/{id}.
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	d := &document{router, map[string]bool{}}
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.OperationID == "" {
				return nil, fmt.Errorf("document: %s %s has no operationId", method, path)
			}
			d.operations[operation.OperationID] = true
		}
	}
	// The validator reads no HTML of its own accord, and its decoders are global: leave another's alone.
	if openapi3filter.RegisteredBodyDecoder("text/html") == nil {
		openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.PlainBodyDecoder)
	}
	documents.loaded[text] = d
	return d, nil
}

// find returns the operation the request is for, and its path parameters; nil if there is none. It matches the path
// as it was sent, so that a %2F within a parameter does not end it.
func (d *document) find(prefixes []string, r *http.Request) (*route, map[string]string) {
	if len(prefixes) == 0 {
		prefixes = []string{""}
	}
	for _, prefix := range prefixes {
		path, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
		if !ok {
			continue
		}
		found, params, err := d.router.FindRoute(&http.Request{Method: r.Method, URL: &url.URL{Path: path}})
		// The router overlooks a slash at the end and lets a parameter be empty: /contacts/ would be /contacts/{id}.
		if err != nil || strings.HasSuffix(path, "/") != strings.HasSuffix(found.Path, "/") || !unescape(params) {
			continue
		}
		return found, params
	}
	return nil, nil
}

// unescape decodes the parameters in place; it reports whether all of them hold something.
func unescape(params map[string]string) bool {
	for name, value := range params {
		decoded, err := url.PathUnescape(value)
		if err != nil || decoded == "" {
			return false
		}
		params[name] = decoded
	}
	return true
}

var options = &openapi3filter.Options{
	AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc, // Before is the one who asks for credentials
	IncludeResponseStatus:             true,
	MultiError:                        true, // a deviation must not hide what else is wrong
	RejectWhenRequestBodyNotSpecified: true,
	SkipSettingDefaults:               true, // the handler sees what was sent
	SchemaValidationOptions:           []openapi3.SchemaValidationOption{openapi3.DisableSchemaErrorDetails()},
}

// input is the request as the validator wants it, with a body of its own to read.
func (r *Request) input() *openapi3filter.RequestValidationInput {
	return &openapi3filter.RequestValidationInput{
		Request: &http.Request{
			Method: r.Method, Header: r.Header,
			URL:  &url.URL{Path: r.Path, RawQuery: r.Query.Encode()},
			Body: io.NopCloser(bytes.NewReader(r.Body)), ContentLength: int64(len(r.Body)),
		},
		PathParams: r.Params, QueryParams: r.Query, Route: r.route, Options: options,
	}
}

func (s *Server) checkRequest(r *Request) {
	s.reportMisfits(r, 0, "request", openapi3filter.ValidateRequest(context.Background(), r.input()))
	// The validator does not mind parameters that nobody declared.
	for _, name := range slices.Sorted(maps.Keys(r.Query)) {
		if r.route.Operation.Parameters.GetByInAndName("query", name) == nil &&
			r.route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			s.report(r, "query parameter %q is not in the document", name)
		}
	}
}

func (s *Server) checkAnswer(r *Request, answer Answer) {
	if r.route == nil {
		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: r.input(), Status: answer.Status, Header: answer.Header, Options: options,
	}
	err := openapi3filter.ValidateResponse(context.Background(), input.SetBodyBytes(answer.Body))
	if err == nil && len(answer.Body) > 0 && !declaresBody(r.route, answer.Status) {
		err = errors.New("has a body where the document has none")
	}
	s.reportMisfits(r, answer.Status, fmt.Sprintf("answer %d", answer.Status), err)
}

func declaresBody(route *route, status int) bool {
	response := route.Operation.Responses.Status(status)
	if response == nil {
		response = route.Operation.Responses.Default()
	}
	return response != nil && len(response.Value.Content) > 0
}

func (s *Server) reportMisfits(r *Request, status int, what string, err error) {
	for _, m := range misfits(nil, err) {
		if m.parameter == "" && slices.ContainsFunc(s.config.Deviations, func(d Deviation) bool {
			return d.Operation == r.Operation && d.Status == status && pointsAt(d.Field, m.pointer)
		}) {
			continue
		}
		where := what
		switch {
		case m.parameter != "":
			where = m.parameter
		case m.pointer != "":
			where += " body at " + m.pointer
		}
		s.report(r, "%s: %s", where, m.reason)
	}
}

// pointsAt reports whether field, which may hold "*" for any one key, is pointer.
func pointsAt(field, pointer string) bool {
	return slices.EqualFunc(strings.Split(field, "/"), strings.Split(pointer, "/"), func(want, key string) bool {
		return want == "*" || want == key
	})
}

// misfit is one thing that does not fit the document.
type misfit struct {
	parameter string // which one, if it is one
	pointer   string // into the body
	reason    string
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// misfits takes the validator's nested errors apart.
func misfits(found []misfit, err error) []misfit {
	switch e := err.(type) { //nolint:errorlint // it is the tree of errors that is walked
	case nil:
		return found
	case openapi3.MultiError:
		for _, err := range e {
			found = misfits(found, err)
		}
		return found
	case *openapi3filter.RequestError:
		if p := e.Parameter; p != nil {
			return append(found, misfit{parameter: fmt.Sprintf("%s parameter %q", p.In, p.Name), reason: e.Err.Error()})
		}
		if isSchemaError(e.Err) {
			return misfits(found, e.Err)
		}
	case *openapi3filter.ResponseError:
		// A header's error is a schema error too, but only the words around it name the header.
		if isSchemaError(e.Err) && strings.HasPrefix(e.Reason, "response body") {
			return misfits(found, e.Err)
		}
	case *openapi3.SchemaError:
		// Every branch of an allOf is about the value itself, so each has its say. Those of a oneOf are alternatives.
		var branches openapi3.MultiError
		if e.SchemaField == "allOf" && errors.As(e.Origin, &branches) {
			return misfits(found, branches)
		}
		m := misfit{reason: e.Reason}
		for _, key := range e.JSONPointer() {
			m.pointer += "/" + pointerEscape.Replace(key)
		}
		if e.SchemaField == "oneOf" && e.Origin != nil {
			m.reason = e.Origin.Error()
		}
		return append(found, m)
	}
	return append(found, misfit{reason: err.Error()})
}

func isSchemaError(err error) bool { return errors.As(err, new(*openapi3.SchemaError)) }
