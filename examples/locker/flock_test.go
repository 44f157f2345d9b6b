//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package locker_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestHolderDies: the system frees the lock of a process that was killed. A file
// that was created stays, and keeps others out until it is removed.
func TestHolderDies(t *testing.T) {
	for way, want := range map[string]error{"the system's": nil, "created": context.DeadlineExceeded} {
		t.Run(way, func(t *testing.T) {
			path := t.TempDir()
			holder := exec.CommandContext(t.Context(), os.Args[0])
			holder.Env = append(os.Environ(), "LOCKER_HOLDER=yes", "LOCKER_WAY="+way, "LOCKER_FOLDER="+path)
			stdin, err := holder.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			stdout, err := holder.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := holder.Start(); err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held: <nil>\n" {
				t.Fatalf("the holder says %q (%v)", line, err)
			}
			if err := holder.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = holder.Wait()

			folder, err := open(way, path)
			if err != nil {
				t.Fatal(err)
			}
			limit := time.Minute // more than it takes
			if want != nil {
				limit = 20 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			unlock, err := folder.Lock(ctx, "k")
			if !errors.Is(err, want) {
				t.Fatalf("%v, want %v", err, want)
			}
			if err == nil {
				unlock()
			}
			if files, err := os.ReadDir(path); err != nil || len(files) != 1 {
				t.Errorf("%d files, want the one that stays (%v)", len(files), err)
			}
		})
	}
}
