// Package locker is an [adapters.Locker] of files: with it, several processes on
// one machine write to the same records without losing each other's writes.
//
// Every process takes the same folder and, in the vendor's Config, the same
// label for an account. Other machines are not kept out, and a folder on a network
// drive is only as good as that drive's locks: package pglock is for them.
//
// On Linux, macOS and the BSDs a lock is flock(2): the system frees it when its
// process ends, in whatever way. Elsewhere a lock is a file that must not exist
// yet. One that a dying process leaves behind keeps everybody out until somebody
// removes it: it is not taken over by age, because nothing tells a dead holder
// from a slow one, and two holders are what a lock is there to prevent.
package locker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// Folder keeps locks as files. It is safe for concurrent use.
type Folder struct {
	path string
	try  func(path string) (unlock func(), err error) // both nil: somebody else holds it
}

var _ adapters.Locker = (*Folder)(nil)

// Open returns the locks in a folder, which it makes if need be.
func Open(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return &Folder{path: path, try: try}, nil
}

// The wait between two tries: a fraction of the time that a write to a vendor takes.
const (
	shortest = time.Millisecond
	longest  = 50 * time.Millisecond
)

// Lock implements [adapters.Locker]. Who has waited longest has no precedence.
func (f *Folder) Lock(ctx context.Context, key string) (unlock func(), err error) {
	path := filepath.Join(f.path, file(key))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for wait := shortest; ; wait = min(2*wait, longest) {
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		if ctx.Err() != nil { // looked at in any case: of two that are ready, select takes either
			return nil, ctx.Err()
		}
		if unlock, err := f.try(path); unlock != nil || err != nil {
			return unlock, err
		}
		timer.Reset(wait)
	}
}

// file is the name of a key's file. A key has slashes in it, and maybe more letters
// than a name may have; its hash is safe, and no two keys share one.
func file(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:]) + ".lock"
}
