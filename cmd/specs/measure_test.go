package main

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// toyFiles are a module with a client, and an adapter that is small and has all
// that could mislead: types named as methods, a method of something else, an iterator that does not go
// through its method, a test that calls what the adapter does not, a test whose
// name begins as another's, an example.
var toyFiles = map[string]string{
	"go.mod": "module toy.example\n\ngo 1.26\n",
	"specs/toy/openapi.yaml": `
openapi: 3.0.3
paths:
  /things:
    parameters: [{name: page, in: query}]
    get: {operationId: listThings}
    post: {operationId: createThing}
  /things/{id}:
    get: {operationId: getThing}
    put: {operationId: updateThing}
    delete: {operationId: deleteThing}
  /version:
    get: {operationId: getVersion}
`,
	"gen/toy/toy.gen.go": `package toy

type API struct{ Sent []string }

type UpdateThing struct{}
type GetVersion struct{}

func (api *API) ListThings() { api.send("listThings") }
func (api *API) ListThingsAll() func() {
	return func() {
		api.send("listThings")
	}
}
func (api *API) CreateThing() { api.send("createThing") }
func (api *API) GetThing()    { api.send("getThing") }
func (api *API) UpdateThing(UpdateThing) {
	api.send("updateThing")
}
func (api *API) DeleteThing() {
	if len(api.Sent) > 5 {
		return
	}
	api.send("deleteThing")
}
func (api *API) GetVersion() { api.send("getVersion") }

func (api *API) send(operation string) { api.Sent = append(api.Sent, operation) }

// Other is no client, though it names an operation.
type Other struct{}

func (o *Other) Name() string { return "createThing" }
`,
	"adapters/toy/toy.go": `package toy

import "toy.example/gen/toy"

type Adapter struct{ api *toy.API }

func (a *Adapter) API() *toy.API { return a.api }
func (a *Adapter) List()         { a.api.ListThingsAll()() }
func (a *Adapter) Read()         { a.API().GetThing() }
func (a *Adapter) Remove()       { remove := a.api.DeleteThing; remove() }
func (a *Adapter) Create()       { a.api.CreateThing() }
func (a *Adapter) Change() any   { return toy.UpdateThing{} }
`,
	"adapters/toy/version.go": `package toy

import client "toy.example/gen/toy"

func (a *Adapter) Version() any { return client.GetVersion{} }
`,
	"adapters/toy/toy_test.go": `package toy

import (
	"os"
	"testing"

	"toy.example/gen/toy"
)

func adapter() *Adapter { return &Adapter{&toy.API{}} }

func TestRead(t *testing.T) {
	if _, err := os.Stat("toy.go"); err != nil {
		t.Fatal("not in the folder of the package")
	}
	adapter().Read()
}
func TestReadAll(t *testing.T) { adapter().List() }
func TestAll(t *testing.T) {
	a := adapter()
	a.Read()
	a.List()
	a.Remove()
	a.Change()
	a.API().GetVersion()
	a.API().UpdateThing(toy.UpdateThing{})
	new(toy.Other).Name()
}
func TestNothing(*testing.T)         {}
func BenchmarkCreate(*testing.B)     { adapter().Create() }
func ExampleAdapter_Create()         { adapter().Create() } // Output:
`,
}

// toyModule goes to a folder with the toy module in it.
func toyModule(t *testing.T) vendor {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range toyFiles {
		writeFile(t, name, text)
	}
	return vendor{name: "toy"}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestMeasure runs the whole: it finds the operation without a test, stores,
// checks, and finds nothing more when there is a test.
func TestMeasure(t *testing.T) {
	toy := toyModule(t)
	const lacks = "adapters/toy: no test reaches CreateThing (POST /things), which the adapter calls: add one there"
	table := usesHeader +
		"DELETE /things/{id}\tdeleteThing\tDeleteThing\tTestAll\n" +
		"GET /things\tlistThings\tListThings\tTestAll TestReadAll\n" +
		"GET /things/{id}\tgetThing\tGetThing\tTestAll TestRead\n" +
		"POST /things\tcreateThing\tCreateThing\t\n"
	measured := func(check bool) (string, error) {
		var out bytes.Buffer
		err := tests(t.Context(), []vendor{toy}, check, &out)
		return out.String(), err
	}
	out, err := measured(true)
	if err != errFound || !strings.Contains(out, "specs/toy/adapter.tsv: it lacks: GET /things is reached by TestAll\n") {
		t.Errorf("checked before anything is stored: %v\n%s", err, out)
	}
	if _, err := os.Stat(usesFile(toy)); err == nil {
		t.Error("a check has written the table")
	}
	out, err = measured(false)
	if stored, _ := os.ReadFile(usesFile(toy)); err != errFound || string(stored) != table || !strings.Contains(out, lacks) {
		t.Errorf("%v\n%s\nstored\n%s", err, out, stored)
	}
	if !strings.HasPrefix(out, "toy\n  DELETE /things/{id}, by DeleteThing\n      TestAll\n") || !strings.Contains(out, "  POST /things, by CreateThing\n      none\n") ||
		!strings.HasSuffix(out, "\nspecs/toy/adapter.tsv: written; commit it\n") {
		t.Errorf("printed\n%s", out)
	}

	writeFile(t, "adapters/toy/create_test.go", "package toy\n\nimport \"testing\"\n\nfunc TestCreate(*testing.T) { adapter().Create() }\n")
	out, err = measured(true)
	if err != errFound || strings.Contains(out, lacks) || strings.Count(out, "adapter.tsv: it lacks: ") != 1 ||
		!strings.Contains(out, "adapter.tsv: it lacks: POST /things is reached by TestCreate\nmend with: go run ./cmd/specs tests toy, and commit specs/toy/adapter.tsv\n") {
		t.Errorf("a test more: %v\n%s", err, out)
	}
	writeFile(t, usesFile(toy), strings.Replace(table, "CreateThing\t\n", "CreateThing\tTestCreate\n", 1))
	if out, err = measured(true); err != nil || !strings.HasSuffix(out, "\nspecs/toy/adapter.tsv: as measured\n") {
		t.Errorf("checked what is stored: %v\n%s", err, out)
	}
	if out, err = measured(false); err != nil || !strings.HasSuffix(out, "\nspecs/toy/adapter.tsv: unchanged\n") {
		t.Errorf("measured what is stored: %v\n%s", err, out)
	}

	writeFile(t, "adapters/toy/create_test.go", "package toy\n\nimport \"testing\"\n\nfunc TestCreate(t *testing.T) { t.Fatal() }\n")
	if _, err = measured(false); err == nil || !strings.Contains(err.Error(), "TestCreate fails when it runs alone") || !strings.Contains(err.Error(), "go test ./adapters/toy -run '^TestCreate$'") {
		t.Errorf("a test that fails: %v", err)
	}
}

// TestReached: which blocks of a profile are of which operation.
func TestReached(t *testing.T) {
	c := client{methods: []typedMethod{
		{"GetThing", "getThing", "toy.gen.go", 10, 14}, {"ListThings", "listThings", "toy.gen.go", 15, 20}, {"ListThingsAll", "listThings", "toy.gen.go", 21, 30},
		{"GetOther", "getOther", "other.gen.go", 10, 14},
	}}
	for _, test := range []struct {
		name, profile string
		want          []string // nil: an error
	}{
		{"empty", "mode: set\n", []string{}},
		{"nothing ran", "mode: set\nm/gen/toy/toy.gen.go:10.2,14.3 1 0\n", []string{}},
		{"first and last line", "mode: count\nm/gen/toy/toy.gen.go:10.2,14.3 1 7\n", []string{"getThing"}},
		{"one of two blocks", "mode: set\nm/gen/toy/toy.gen.go:10.2,11.3 1 1\nm/gen/toy/toy.gen.go:11.3,12.3 1 0\n", []string{"getThing"}},
		{"an iterator", "mode: set\nm/gen/toy/toy.gen.go:22.1,23.2 1 1\n", []string{"listThings"}},
		{"between methods", "mode: set\nm/gen/toy/toy.gen.go:31.1,40.2 1 1\nm/gen/toy/toy.gen.go:1.1,9.2 1 1\n", []string{}},
		{"another file", "mode: set\nm/gen/toy/other.gen.go:10.1,14.2 1 1\n", []string{"getOther"}},
		{"a path with a colon", "mode: set\nC:/gen/toy/toy.gen.go:10.1,14.2 1 1\n", []string{"getThing"}},
		{"no profile", "", nil},
		{"no mode", "m/gen/toy/toy.gen.go:10.2,14.3 1 1\n", nil},
		{"cut off", "mode: set\nm/gen/toy/toy.gen.go:10.2,14\n", nil},
		{"no colon", "mode: set\n10.2,14.3 1 1\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			ids, err := c.reached(test.profile)
			if got := slices.Sorted(maps.Keys(ids)); !slices.Equal(got, test.want) || (err != nil) != (test.want == nil) {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
}

// TestCalled: what is wrong in the code or beside it is said with where it is.
func TestCalled(t *testing.T) {
	for _, test := range []struct{ name, file, old, new, says string }{
		{"raw client", "adapters/toy/toy.go", "a.API().GetThing()", "a.api.Client.GetThing()", filepath.Join("adapters", "toy", "toy.go") + ":9:36: the raw client"},
		{"adapter is no Go", "adapters/toy/toy.go", "package toy", "packages", "toy.go:1:1"},
		{"client is old", "gen/toy/toy.gen.go", "DeleteThing()", "RemoveThing()", "gen/toy: no method of API is named after operation deleteThing of the document: run make generate"},
		{"document is no YAML", "specs/toy/openapi.yaml", "paths:", "paths: [", filepath.Join("specs", "toy", "openapi.yaml")},
	} {
		t.Run(test.name, func(t *testing.T) {
			toy := toyModule(t)
			if !strings.Contains(toyFiles[test.file], test.old) {
				t.Fatalf("%s has no %s", test.file, test.old)
			}
			writeFile(t, test.file, strings.Replace(toyFiles[test.file], test.old, test.new, 1))
			c, err := toy.client()
			if err == nil {
				_, err = c.called(toy)
			}
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want %q", err, test.says)
			}
		})
	}
	t.Run("no adapter", func(t *testing.T) {
		toy := toyModule(t)
		c, err := toy.client()
		if err != nil {
			t.Fatal(err)
		}
		toy.name = "none"
		if _, err := c.called(toy); err == nil || !strings.Contains(err.Error(), filepath.Join("adapters", "none")+": it has no Go files") {
			t.Error(err)
		}
	})
	t.Run("nothing there", func(t *testing.T) {
		t.Chdir(t.TempDir())
		if _, err := measure(t.Context(), vendor{name: "toy"}); err == nil || !strings.Contains(err.Error(), "run this at the root of the module") {
			t.Error(err)
		}
	})
}

func TestDifferUses(t *testing.T) {
	stored := []use{{"GET /a", "getA", "GetA", []string{"TestA", "TestB"}}, {"GET /b", "getB", "GetB", nil}}
	measured := []use{{"GET /a", "readA", "GetA", []string{"TestB", "TestC"}}, {"GET /c", "getC", "GetC", []string{"TestC"}}}
	want := []string{
		"it lacks: GET /a is called by GetA (readA)",
		"it lacks: GET /a is reached by TestC",
		"it lacks: GET /c is called by GetC (getC)",
		"it lacks: GET /c is reached by TestC",
		"true no more: GET /a is called by GetA (getA)",
		"true no more: GET /a is reached by TestA",
		"true no more: GET /b is called by GetB (getB)",
	}
	if got := differUses(stored, measured); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	if got := differUses(stored, stored); len(got) > 0 {
		t.Errorf("from itself: %q", got)
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  string // "": an error
	}{
		{nil, "chatwoot kustomer dixa"}, {[]string{"dixa"}, "dixa"}, {[]string{"dixa", "chatwoot"}, "dixa chatwoot"}, {[]string{"dixa", "nobody"}, ""},
	} {
		chosen, err := choose(test.names)
		var names []string
		for _, v := range chosen {
			names = append(names, v.name)
		}
		if got := strings.Join(names, " "); got != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q: %s, %v", test.names, got, err)
		}
	}
}

// TestTestsUsage: a vendor that is none is refused before anything is measured.
func TestTestsUsage(t *testing.T) {
	var out, errOut bytes.Buffer
	if status := run([]string{"tests", "dixa", "nobody"}, &out, &errOut); status != 2 || out.Len() > 0 || !strings.Contains(errOut.String(), `no vendor "nobody"`) {
		t.Errorf("status %d: %s%s", status, out.String(), errOut.String())
	}
}
