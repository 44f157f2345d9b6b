// Command mutate breaks the code that retries, limits and merges, one small fault
// at a time, and tells which faults no test sees. See README.md.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// wanted is the share of mutants, in percent, that the tests have to see.
const wanted = 85

func main() {
	only := flag.String("only", "", "just the mutants whose line, as it is shown, matches this `expression`")
	list := flag.Bool("list", false, "show the mutants and run nothing")
	workers := flag.Int("workers", 2, "how many mutants are tried at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	if err := mutate(ctx, os.Stdout, *only, *list, *workers); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		stop()
		os.Exit(1)
	}
}

// job is a mutant and what is to see it.
type job struct {
	mutant mutant
	suites []string
	result outcome
}

func mutate(ctx context.Context, out io.Writer, only string, list bool, workers int) error {
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	jobs, err := collect(root, targets)
	if err != nil {
		return err
	}
	listed, err := parseReasons(equivalentText)
	if err != nil {
		return err
	}
	jobs, skipped := without(jobs, listed)
	if stale := listed.stale(); len(stale) > 0 {
		return fmt.Errorf("equivalent.txt has lines that no mutant answers to; take them out or mend them:\n%s", strings.Join(stale, "\n"))
	}
	wantedLines, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	jobs = slices.DeleteFunc(jobs, func(j *job) bool { return !wantedLines.MatchString(j.mutant.String()) })
	if list {
		for _, j := range jobs {
			fmt.Fprintln(out, j.mutant)
		}
		return nil
	}
	if err := try(ctx, root, jobs, workers, out); err != nil {
		return err
	}
	return report(out, jobs, skipped)
}

func moduleRoot(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("go list -m: %w", err)
	}
	return strings.TrimSpace(string(output)), nil
}

// collect makes the mutants of the targets.
func collect(root string, targets []target) ([]*job, error) {
	var jobs []*job
	for _, t := range targets {
		for _, pattern := range t.files {
			paths, err := filepath.Glob(filepath.Join(root, pattern))
			if err != nil {
				return nil, err
			}
			paths = slices.DeleteFunc(paths, func(path string) bool { return strings.HasSuffix(path, "_test.go") })
			if len(paths) == 0 {
				return nil, fmt.Errorf("there is no %s: mend the list of targets", pattern)
			}
			for _, path := range paths {
				source, err := os.ReadFile(path)
				if err != nil {
					return nil, err
				}
				file, err := filepath.Rel(root, path)
				if err != nil {
					return nil, err
				}
				found, err := mutants(filepath.ToSlash(file), source, t.functions)
				if err != nil {
					return nil, err
				}
				for _, m := range found {
					jobs = append(jobs, &job{mutant: m, suites: t.tests})
				}
			}
		}
	}
	return jobs, nil
}

// without takes away the mutants that are listed, and counts them by file.
func without(jobs []*job, listed reasons) ([]*job, map[string]int) {
	skipped := map[string]int{}
	return slices.DeleteFunc(jobs, func(j *job) bool {
		if !listed.of(j.mutant) {
			return false
		}
		skipped[j.mutant.file]++
		return true
	}), skipped
}

// try runs the jobs, and shows the survivors as they come.
func try(ctx context.Context, root string, jobs []*job, workers int, out io.Writer) error {
	temp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	r := runner{root: root, temp: temp}
	suites := map[string]suite{}
	for _, j := range jobs {
		for _, pkg := range j.suites {
			if _, done := suites[pkg]; done {
				continue
			}
			s := suite{Package: pkg, Args: suiteArgs[pkg]}
			if err := r.baseline(ctx, &s); err != nil {
				return err
			}
			suites[pkg] = s
		}
	}
	var (
		todo    = make(chan *job)
		group   sync.WaitGroup
		mu      sync.Mutex
		failure error
		done    int
	)
	for range workers {
		group.Go(func() {
			for j := range todo {
				var order []suite
				for _, pkg := range j.suites {
					order = append(order, suites[pkg])
				}
				result, err := r.try(ctx, j.mutant, order)
				mu.Lock()
				j.result, failure = result, cmp.Or(failure, err)
				if result == survived || result == timedOut {
					fmt.Fprintf(out, "%-9s %s\n", result, j.mutant)
				}
				if done++; done%50 == 0 {
					fmt.Fprintf(out, "%d of %d\n", done, len(jobs))
				}
				mu.Unlock()
			}
		})
	}
	for _, j := range jobs {
		todo <- j
	}
	close(todo)
	group.Wait()
	return failure
}

// report prints a row for each file. It fails where too many survived.
func report(out io.Writer, jobs []*job, skipped map[string]int) error {
	counts := map[string]map[outcome]int{}
	total := map[outcome]int{}
	for _, j := range jobs {
		file := j.mutant.file
		if counts[file] == nil {
			counts[file] = map[outcome]int{}
		}
		counts[file][j.result]++
		total[j.result]++
	}
	fmt.Fprintf(out, "%-40s %8s %9s %8s %10s %8s %7s\n", "file", "killed", "timed out", "survived", "equivalent", "not Go", "caught")
	row := func(name string, n map[outcome]int, skipped int) {
		fmt.Fprintf(out, "%-40s %8d %9d %8d %10d %8d %6.1f%%\n", name, n[killed], n[timedOut], n[survived], skipped, n[notViable], share(n))
	}
	all := 0
	for _, file := range slices.Sorted(maps.Keys(counts)) {
		row(file, counts[file], skipped[file])
		all += skipped[file]
	}
	row("all", total, all)
	if share(total) < wanted {
		return fmt.Errorf("the tests see %.1f %% of the mutants, fewer than %d %%: write tests that see those above", share(total), wanted)
	}
	return nil
}

// share is the percentage of mutants that were seen, of those that compile.
func share(n map[outcome]int) float64 {
	seen := n[killed] + n[timedOut]
	if seen+n[survived] == 0 {
		return 100
	}
	return 100 * float64(seen) / float64(seen+n[survived])
}
