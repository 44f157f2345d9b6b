package main

import (
	"os"

	"github.com/deskattr/deskattr/adapters/bulk"
)

// rejectFile is the file of --rejects, made when the first row fails: a file of an
// earlier run is not replaced by nothing.
type rejectFile struct {
	path  string
	input *rowFile
	file  *os.File
	rows  *bulk.Rejects
	err   error
}

// openRejects looks at the path before anything is sent.
func (f *applyFlags) openRejects(input *rowFile) (*rejectFile, error) {
	r := &rejectFile{path: f.rejects, input: input}
	if r.path == "" {
		return r, nil
	}
	if _, err := os.Stat(r.path); err == nil {
		return nil, failed{errLocal, "--rejects: " + r.path + " is there already; give another name"}
	}
	file, err := os.OpenFile(r.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, failed{errLocal, "--rejects: " + err.Error()}
	}
	r.file, r.rows = file, input.Rejects(file)
	return r, nil
}

func (r *rejectFile) add(e bulk.Event) {
	if r.rows != nil && r.err == nil {
		r.err = r.rows.Add(e)
	}
}

func (r *rejectFile) close() error {
	if r.file == nil {
		return nil
	}
	info, statErr := r.file.Stat()
	if err := r.file.Close(); r.err == nil {
		r.err = err
	}
	if r.err == nil && statErr == nil && info.Size() == 0 {
		r.err = os.Remove(r.path) // no row failed
	}
	if r.err != nil {
		return failed{errLocal, "--rejects: " + r.err.Error()}
	}
	return nil
}
