package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// outcome is what became of a mutant.
type outcome string

const (
	killed    outcome = "killed"
	timedOut  outcome = "timed out" // counts as killed: it hangs
	survived  outcome = "SURVIVED"
	notViable outcome = "does not compile"
)

// suite is the tests of one package.
type suite struct {
	Package string        // as a folder below the root
	Args    []string      // for the test binary
	limit   time.Duration // after which it counts as hanging
}

// runner runs tests with a file replaced. The tree is never changed: the
// compiler is told to read another file.
type runner struct {
	root string // of the module
	temp string
}

// baseline runs a suite as it is, to see that it holds and how long it takes.
func (r runner) baseline(ctx context.Context, s *suite) error {
	binary := filepath.Join(r.temp, filepath.Base(s.Package)+"-baseline")
	defer func() { _ = os.Remove(binary) }()
	if output, err := r.build(ctx, s.Package, binary, ""); err != nil {
		return fmt.Errorf("%s does not build: %w: %s", s.Package, err, output)
	}
	begun := time.Now()
	if output, err := r.test(ctx, *s, binary); err != nil {
		return fmt.Errorf("the tests of %s fail without a mutant: %w: %s", s.Package, err, output)
	}
	s.limit = 5*time.Since(begun) + 20*time.Second // others work on this machine, too
	return nil
}

// try runs the suites, one after another, until one of them sees the fault.
func (r runner) try(ctx context.Context, m mutant, suites []suite) (outcome, error) {
	folder, err := os.MkdirTemp(r.temp, "mutant")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	changed, overlay, binary := filepath.Join(folder, "changed.go"), filepath.Join(folder, "overlay.json"), filepath.Join(folder, "tests")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(r.root, m.file): changed}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(changed, m.apply(), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, replace, 0o600); err != nil {
		return "", err
	}
	for _, s := range suites {
		if _, err := r.build(ctx, s.Package, binary, overlay); err != nil {
			return notViable, ctx.Err()
		}
		// The quick tests see most faults.
		for _, args := range [][]string{{"-test.skip=" + slow}, {"-test.run=" + slow}} {
			limited, cancel := context.WithTimeout(ctx, s.limit)
			_, err := r.test(limited, s, binary, args...)
			hangs := limited.Err() != nil
			cancel()
			switch {
			case ctx.Err() != nil:
				return "", ctx.Err()
			case hangs:
				return timedOut, nil
			case err != nil:
				return killed, nil
			}
		}
	}
	return survived, nil
}

func (r runner) build(ctx context.Context, pkg, binary, overlay string) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay="+overlay, "-o", binary, "./"+pkg)
	command.Dir = r.root
	return command.CombinedOutput()
}

// test runs a test binary where its package is, as go test would. The binary is
// our own child, so that its end is the end of it. Its memory is bounded: a loop
// that has lost its end may fill it.
func (r runner) test(ctx context.Context, s suite, binary string, args ...string) ([]byte, error) {
	const bounded = `ulimit -v 8000000 2>/dev/null; exec "$0" -test.failfast "$@"`
	command := exec.CommandContext(ctx, "sh", slices.Concat([]string{"-c", bounded, binary}, s.Args, args)...)
	command.Dir = filepath.Join(r.root, s.Package)
	command.Env = append(os.Environ(), "TMPDIR="+r.temp)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	command.WaitDelay = time.Second
	err := command.Run()
	return bytes.TrimSpace(output.Bytes()), err
}
