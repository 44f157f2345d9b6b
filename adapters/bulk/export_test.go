package bulk

import "io"

// File is the file of a journal, for tests that let it fail.
type File interface {
	io.WriteCloser
	Sync() error
}

// Through puts f around the file of every journal that is opened from now on.
func Through(f func(File) File) { throughTest = func(s storage) storage { return f(s) } }
