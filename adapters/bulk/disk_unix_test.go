//go:build unix

package bulk_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/deskattr/deskattr/adapters/bulk"
)

// TestReadOnlyDirectory: where no journal can be, nothing is sent; and one that
// cannot be written any more is not gone on with.
func TestReadOnlyDirectory(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	desk, ids := deskOf(3)
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	stopped := errors.New("stopped")
	if _, err := bulk.Apply(t.Context(), func(yield func(bulk.Row, error) bool) { yield(bulk.Row{}, stopped) },
		bulk.Options{Adapter: desk, Journal: old, Run: account}); !errors.Is(err, stopped) {
		t.Fatal(err)
	}
	for _, path := range []string{old, old + ".lock"} {
		if err := os.Chmod(path, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o500); err != nil { //nolint:gosec // a directory has to be entered
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(dir, 0o700) }() //nolint:gosec // so that it can be removed
	for path, resume := range map[string]bool{filepath.Join(dir, "new"): false, old: true} {
		summary, err := bulk.Apply(t.Context(), rowsOf(ids...), bulk.Options{Adapter: desk, Journal: path, Run: account, Resume: resume})
		if !errors.Is(err, bulk.ErrJournal) || !errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error is %v", filepath.Base(path), err)
		}
		check(t, summary, 0, 0, 0, 0, 0)
	}
	if _, err := bulk.Undo(t.Context(), old, bulk.UndoOptions{Adapter: desk, Run: account}); !errors.Is(err, bulk.ErrJournal) || strings.Contains(err.Error(), "a run is writing it") {
		t.Errorf("undo: the error is %v", err)
	}
	for _, id := range ids {
		holds(t, desk, id, "n", "")
	}
}

// asNobody runs the test once more, as a user to whom permissions mean something.
func asNobody(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("root can write everywhere; run the tests as another user")
	}
	dir, err := os.MkdirTemp("", "nobody") //nolint:usetesting // unlike T.TempDir, it can be entered by others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	binary, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "tests"), binary, 0o755) //nolint:gosec // nobody has to run it
	}
	const nobody = 65534
	if err = errors.Join(err, os.Chown(dir, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(dir, "tests"), "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, []string{"TMPDIR=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v: %s", err, out)
	}
}
