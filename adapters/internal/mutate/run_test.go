package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRun breaks a module of its own: a fault that its tests see, one that makes
// them hang, one that they do not see, and one that is no Go.
func TestRun(t *testing.T) {
	root := t.TempDir()
	code := `package p

func Add(a, b int) int { return a + b }

func Count(n int) (steps int) {
	for i := 0; i < n; i++ {
		steps++
	}
	return steps
}

func Unseen() int { return 1 }
`
	for name, text := range map[string]string{
		"go.mod":        "module p\n\ngo 1.26\n",
		"p/p.go":        code,
		"p/p_test.go":   "package p\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {\n\tif Add(2, 3) != 5 || Count(3) != 3 {\n\t\tt.Error()\n\t}\n}\n",
		"q/q_test.go":   "package q\n\nimport (\n\t\"testing\"\n\n\t\"p/p\"\n)\n\nfunc TestUnseen(t *testing.T) {\n\tif p.Unseen() == 0 {\n\t\tt.Error()\n\t}\n}\n",
		"red/r_test.go": "package red\n\nimport \"testing\"\n\nfunc TestRed(t *testing.T) { t.Error(\"always\") }\n",
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	r := runner{root: root, temp: t.TempDir()}
	suites := []suite{{Package: "p"}, {Package: "q"}}
	for i := range suites {
		if err := r.baseline(t.Context(), &suites[i]); err != nil {
			t.Fatal(err)
		}
		suites[i].limit = 2 * time.Second
	}
	found, err := mutants("p/p.go", []byte(code), nil)
	if err != nil {
		t.Fatal(err)
	}
	for change, want := range map[string]outcome{
		"a + b => a - b":                        killed,
		"i++ => i--":                            timedOut,
		"return 1 => return *new(int)":          killed, // by the second package
		"func Unseen() int { return {1 => 2} }": survived,
		"return 1 => nothing":                   notViable,
	} {
		i := slices.IndexFunc(found, func(m mutant) bool { return m.change == change })
		if i < 0 {
			t.Fatalf("there is no mutant %s", change)
		}
		if got, err := r.try(t.Context(), found[i], suites); got != want || err != nil {
			t.Errorf("%s is %s (%v), want %s", change, got, err, want)
		}
	}
	if now, err := os.ReadFile(filepath.Join(root, "p/p.go")); err != nil || string(now) != code {
		t.Error("the file was changed")
	}
	if err := r.baseline(t.Context(), &suite{Package: "red"}); err == nil || !strings.Contains(err.Error(), "always") {
		t.Errorf("tests that fail without a mutant: %v", err)
	}
	if err := r.baseline(t.Context(), &suite{Package: "none"}); err == nil {
		t.Error("a package that is not there passes")
	}
}

func TestReport(t *testing.T) {
	with := func(file string, result outcome) *job { return &job{mutant: mutant{file: file}, result: result} }
	jobs := []*job{with("a.go", killed), with("a.go", timedOut), with("a.go", notViable), with("b.go", survived)}
	var out strings.Builder
	err := report(&out, jobs, map[string]int{"a.go": 3})
	if err == nil || !strings.Contains(err.Error(), "66.7 %") {
		t.Errorf("two of three: %v", err)
	}
	for _, row := range []string{"a.go 1 1 0 3 1 100.0%", "b.go 0 0 1 0 0 0.0%", "all 1 1 1 3 1 66.7%"} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), row) {
			t.Errorf("no row %q in\n%s", row, &out)
		}
	}
	if err := report(&out, append(jobs, with("a.go", killed), with("a.go", killed), with("a.go", killed), with("a.go", killed)), nil); err != nil {
		t.Errorf("six of seven: %v", err)
	}
}
