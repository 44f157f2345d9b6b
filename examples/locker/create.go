package locker

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// create makes the file that must not exist yet: what every system can do.
func create(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(file, os.Getpid()) // for whoever finds it left behind
	file.Close()
	return func() { _ = os.Remove(path) }, nil
}
