package bulk

import "io"

// File is the file of a journal, for tests that let it fail.
type File interface {
	io.WriteCloser
	Sync() error
}

// Through puts f around the file of every journal that is opened from now on; nil:
// nothing.
func Through(f func(File) File) {
	throughTest = nil
	if f != nil {
		throughTest = func(s storage) storage { return f(s) }
	}
}
