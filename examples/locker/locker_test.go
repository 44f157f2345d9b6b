package locker_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/examples/locker"
)

// ways to lock; where there is no flock they are one.
var ways = []string{"the system's", "created"}

func open(way, path string) (*locker.Folder, error) {
	folder, err := locker.Open(path)
	if err == nil && way == "created" {
		folder = locker.Created(folder)
	}
	return folder, err
}

func TestLock(t *testing.T) {
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			folder, err := open(way, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			unlock, err := folder.Lock(ctx, "vendor/1/conversation/42")
			if err != nil {
				t.Fatal(err)
			}
			other, err := folder.Lock(ctx, "vendor/1/conversation/43")
			if err != nil {
				t.Fatalf("another key: %v", err)
			}
			other()

			short, cancelShort := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancelShort()
			if _, err := folder.Lock(short, "vendor/1/conversation/42"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a lock that is held: %v", err)
			}
			waiting := make(chan error, 1)
			go func() {
				unlock, err := folder.Lock(t.Context(), "vendor/1/conversation/42")
				if err == nil {
					unlock()
				}
				waiting <- err
			}()
			cancel()
			unlock() // also when its context has ended
			if err := <-waiting; err != nil {
				t.Errorf("who waited: %v", err)
			}
			if _, err := folder.Lock(ctx, "vendor/1/conversation/42"); !errors.Is(err, context.Canceled) {
				t.Errorf("a context that has ended: %v", err)
			}
		})
	}
}

func TestFileNames(t *testing.T) {
	path := t.TempDir()
	folder, err := locker.Open(path + "/below/made")
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"", ".", "../../x", "a/b", "a\x00b", `C:\x`, strings.Repeat("k", 5000)}
	for _, key := range keys {
		unlock, err := folder.Lock(t.Context(), key)
		if err != nil {
			t.Fatalf("%.20q: %v", key, err)
		}
		defer unlock()
	}
	for path, want := range map[string]int{path: 1, path + "/below": 1, path + "/below/made": len(keys)} {
		if entries, err := os.ReadDir(path); err != nil || len(entries) != want {
			t.Errorf("%d files, want %d (%v)", len(entries), want, err)
		}
	}
}

// TestBrokenFolder: a lock that cannot be had is an error, not a wait.
func TestBrokenFolder(t *testing.T) {
	for _, way := range ways {
		path := t.TempDir() + "/folder"
		folder, err := open(way, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if _, err := folder.Lock(t.Context(), "k"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", way, err)
		}
	}
}
