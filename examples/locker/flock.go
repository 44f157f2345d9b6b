//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package locker

import (
	"errors"
	"os"
	"syscall"
)

// try takes the lock of an open file, which each opening has for itself: so it
// keeps out this process's other callers as well. The file stays: removing it would
// let a new one be locked while somebody still holds, or just got, the old one.
func try(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return func() { file.Close() }, nil // the lock goes with the file
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	return nil, &os.PathError{Op: "flock", Path: path, Err: err}
}
