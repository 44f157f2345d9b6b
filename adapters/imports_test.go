package adapters_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/deskattr/deskattr/"

// goPackage is what go list tells of a package.
type goPackage struct {
	ImportPath string
	Standard   bool
	Module     *struct{ Path string }
	Deps       []string
}

func goList(t *testing.T, args ...string) []goPackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Standard,Module,Deps"}, args...)...)
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		t.Fatalf("go list: %v: %s", err, exit.Stderr)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(output))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// TestImports holds the direction of imports: who imports one adapter pulls in
// no other vendor, no validator and none of the command's libraries.
func TestImports(t *testing.T) {
	vendors := []string{"chatwoot", "kustomer", "dixa"}
	core := []string{"adapters", "adapters/driver", "adapters/transport"}
	ours := map[string][]string{ // which packages of this module each may link
		"adapters":                 {"adapters"},
		"adapters/transport":       {"adapters", "adapters/transport"},
		"adapters/driver":          core,
		"adapters/memory":          append([]string{"adapters/memory"}, core...),
		"adapters/bulk":            {"adapters", "adapters/bulk", "adapters/transport"},
		"adapters/adapterstest":    {"adapters", "adapters/adapterstest"},
		"adapters/internal/fake":   {"adapters/internal/fake"},
		"adapters/internal/model":  append([]string{"adapters/internal/model"}, core[0]),
		"adapters/internal/limits": {"adapters/internal/limits", "adapters", "adapters/transport"},
		"adapters/internal/matrix": {"adapters", "adapters/internal/matrix", "adapters/internal/fake"},
		"specs":                    {"specs"},
	}
	for _, v := range vendors {
		ours["gen/"+v] = []string{"gen/" + v}
		ours["adapters/"+v] = append([]string{"gen/" + v, "adapters/" + v}, core...)
		ours["adapters/internal/bench/stock/"+v] = []string{"gen/" + v} // for two types that the documents name
		ours["adapters/"+v+"/"+v+"test"] = []string{"adapters/" + v + "/" + v + "test", "adapters/internal/fake", "specs"}
	}
	runtime := []string{"github.com/oapi-codegen/runtime", "github.com/apapsch/go-jsonmerge/v2", "github.com/google/uuid"}
	foreign := map[string][]string{} // which modules beyond the standard library
	for _, v := range vendors {
		foreign["gen/"+v] = runtime
		foreign["adapters/"+v] = runtime
	}
	foreign["adapters/bulk"] = []string{"github.com/gofrs/flock", "golang.org/x/sys"} // the lock of a journal
	modules := map[string]string{}
	for _, p := range goList(t, "-deps", "./...") {
		if p.Module != nil {
			modules[p.ImportPath] = p.Module.Path
		}
	}
	for _, p := range goList(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module)
		fake := strings.HasSuffix(name, "test") || strings.Contains(name, "internal")
		for _, dep := range p.Deps {
			of := modules[dep]
			switch {
			case of == "": // the standard library
			case strings.HasPrefix(dep, module):
				if strings.HasPrefix(name, "cmd/") {
					if strings.Contains(dep, "/internal/") && !linkedByFake(t, dep) {
						t.Errorf("%s imports %s, which a user could not", name, dep)
					}
				} else if allowed, known := ours[name]; !known {
					t.Errorf("%s is in no row of this test; add it", name)
				} else if dep := strings.TrimPrefix(dep, module); !slices.Contains(allowed, dep) {
					t.Errorf("%s links %s", name, dep)
				}
			case !fake && !strings.HasPrefix(name, "cmd/") && !slices.Contains(foreign[name], of):
				t.Errorf("%s links %s of module %s", name, dep, of)
			}
		}
	}
	for name := range ours {
		if _, ok := modules[module+name]; !ok {
			t.Errorf("%s does not exist; take its row out of this test", name)
		}
	}
}

// linkedByFake: the command links the base of the fakes by way of the vendors'
// public fakes. What it imports itself is another matter.
func linkedByFake(t *testing.T, dep string) bool {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-f", `{{join .Imports "\n"}}`, "./cmd/...")
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	return !slices.Contains(strings.Fields(string(output)), dep)
}
