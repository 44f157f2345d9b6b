package specs_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// pages plays a list of pages: as many items on each as it says, then what the
// vendor sends at the end.
type pages struct {
	*recorder
	call    call
	counts  []int  // of items, page by page
	link    string // instead of the link to the next page
	broken  int    // the page that answers 500, from 1
	same    bool   // every page is the first
	visited []string
}

func (p *pages) Do(request *http.Request) (*http.Response, error) {
	p.visited = append(p.visited, request.URL.RequestURI())
	number := len(p.visited)
	p.status = http.StatusOK
	if number == p.broken {
		p.status = http.StatusInternalServerError
	}
	if p.same {
		number = 1
	}
	p.answer = p.page(number)
	return p.recorder.Do(request)
}

// extension is the x-pages of the operation.
func (p *pages) extension(key string) string {
	extension, _ := p.call.operation.Extensions["x-pages"].(map[string]any)
	value, _ := extension[key].(string)
	return value
}

// page is a page as the document has it, with its items and its link.
func (p *pages) page(number int) []byte {
	_, schema := p.call.success()
	page := shape{depth: 8}.value(schema)
	count := 0
	if number <= len(p.counts) {
		count = p.counts[number-1]
	}
	item := shape{depth: 8}.value(at(schema, p.extension("items")).Value.Items)
	items := []any{}
	for range count {
		items = append(items, item)
	}
	page = put(page, p.extension("items"), items)
	if next := p.extension("next"); next != "" {
		var link any
		switch {
		case p.link != "":
			link = p.link
		case p.same:
			link = p.visited[0]
		case number < len(p.counts):
			link = fmt.Sprintf("/base/next?page=%d", number+1)
		}
		page = put(page, next, link)
	}
	return encode(p.call.T, page)
}

// at is the schema at a path of properties.
func at(schema *openapi3.SchemaRef, path string) *openapi3.SchemaRef {
	if path == "" {
		return schema
	}
	for _, name := range strings.Split(path, ".") {
		inner := schema.Value.Properties[name]
		for _, part := range schema.Value.AllOf {
			if inner == nil {
				inner = part.Value.Properties[name]
			}
		}
		schema = inner
	}
	return schema
}

// put sets the value at a path of keys.
func put(object any, path string, value any) any {
	if path == "" {
		return value
	}
	first, rest, _ := strings.Cut(path, ".")
	fields, _ := object.(map[string]any)
	if fields == nil {
		fields = map[string]any{}
	}
	fields[first] = put(fields[first], rest, value)
	return fields
}

// TestPages goes through the pages of every operation that has such.
func TestPages(t *testing.T) {
	for name, c := range clients {
		t.Run(name, func(t *testing.T) {
			document, err := openapi3.NewLoader().LoadFromData([]byte(c.document))
			if err != nil {
				t.Fatal(err)
			}
			for path, item := range document.Paths.Map() {
				for method, operation := range item.Operations() {
					if operation.Extensions["x-pages"] != nil {
						t.Run(operation.OperationID, func(t *testing.T) {
							testPages(t, c, call{t, nil, method, path, operation, item.Parameters})
						})
					}
				}
			}
		})
	}
}

func testPages(t *testing.T, c client, o call) {
	byLink := (&pages{call: o}).extension("by") == "link"
	last := 1 // an empty page ends a list that is counted
	if byLink {
		last = 0
	}
	for _, test := range []struct {
		name     string
		pages    pages
		take     int // items, then no more; 0 for all
		items    int
		requests int
		fails    bool
	}{
		{"all pages", pages{counts: []int{2, 1, 3}}, 0, 6, 3 + last, false},
		{"none", pages{counts: []int{0}}, 0, 0, 1, false},
		{"enough after one", pages{counts: []int{2, 1}}, 1, 1, 1, false},
		{"a failure on the second", pages{counts: []int{2, 1}, broken: 2}, 0, 2, 2, true},
		{"the same page for ever", pages{counts: []int{2}, same: true}, 0, 2, 0, true},
		{"a link to another host", pages{counts: []int{2, 1}, link: "https://elsewhere.example/next"}, 0, 2, 1, true},
	} {
		if test.pages.link != "" && !byLink {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			p := test.pages
			p.call, p.recorder = o, &recorder{}
			p.call.T = t
			items, err := p.all(t.Context(), c, test.take)
			if items != test.items || (err != nil) != test.fails {
				t.Errorf("%d items and %v, want %d", items, err, test.items)
			}
			if count := len(p.visited); count > 3+last || test.requests > 0 && count != test.requests {
				t.Errorf("%d requests: %s", count, strings.Join(p.visited, " "))
			}
		})
	}
	t.Run("the context", func(t *testing.T) {
		p := pages{call: o, recorder: &recorder{}, counts: []int{2, 1}}
		p.call.T = t
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.all(ctx, c, 0); err == nil {
			t.Errorf("a context that has ended does not end it")
		}
	})
}

// all ranges over the operation's iterator.
func (p *pages) all(ctx context.Context, c client, take int) (items int, err error) {
	method := p.call.typed(c.open(p), "All")
	arguments := p.call.arguments(method.Type(), shape{depth: 8})
	arguments[0] = reflect.ValueOf(ctx)
	if p.extension("by") == "number" { // from the first page on
		arguments[len(arguments)-1-btoi(p.call.body("application/json") != nil)].Elem().FieldByName(p.extension("param")).SetZero()
	}
	for _, failed := range method.Call(arguments)[0].Seq2() {
		if !failed.IsNil() {
			return items, failed.Interface().(error)
		}
		if items++; items == take {
			break
		}
	}
	return items, nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
