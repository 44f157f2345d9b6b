package bulk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// ErrJournal means that a journal cannot be written or read, or is not of this
// run. What is in it stands.
var ErrJournal = errors.New("journal")

// Identity says what a run is of. A journal is resumed only by a run of the same.
type Identity struct {
	Vendor  string `json:"vendor"`
	Account string `json:"account,omitempty"`
	Host    string `json:"host,omitempty"`
	Input   string `json:"input,omitempty"` // a digest of what is read and how
}

// storage is the file of a journal; tests have one that fails.
type storage interface {
	io.WriteCloser
	Sync() error
}

// throughTest is set by tests alone.
var throughTest func(storage) storage

// journal is one that is being written. Callers wait together for the disk: all
// that is appended while one write is on its way goes with the next.
type journal struct {
	file storage
	lock *flock.Flock

	mu       sync.Mutex
	pending  []byte
	spare    []byte // the buffer that was written last
	end      int64  // of what is appended
	safe     int64  // of what is on disk
	flushing chan struct{}
	err      error // the first failure; nothing is written after it
}

// maxPending bounds what waits for the disk.
const maxPending = 1 << 20

// append adds an entry and returns where it begins. It waits for the disk only
// where that is asked for, or much is waiting.
func (j *journal) append(e entry, wait bool) (at int64, err error) {
	line, err := frame(nil, e)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	at = j.end
	j.pending = append(j.pending, line...)
	j.end += int64(len(line))
	if !wait && len(j.pending) < maxPending {
		return at, j.err
	}
	return at, j.flush(j.end)
}

// sync waits until all that was appended is on disk.
func (j *journal) sync() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.flush(j.end)
}

// flush brings what is before the offset to the disk, or waits for who does. The
// lock is held, and given up meanwhile.
func (j *journal) flush(to int64) error {
	for j.safe < to && j.err == nil {
		if flushing := j.flushing; flushing != nil {
			j.mu.Unlock()
			<-flushing
			j.mu.Lock()
			continue
		}
		lines, end, done := j.pending, j.end, make(chan struct{})
		j.pending, j.flushing = j.spare[:0], done
		j.mu.Unlock()
		_, err := j.file.Write(lines)
		if err == nil {
			err = j.file.Sync()
		}
		j.mu.Lock()
		if err != nil {
			j.err = fmt.Errorf("%w: %w", ErrJournal, err)
		} else {
			j.safe = end
		}
		j.spare, j.flushing = lines, nil
		close(done)
	}
	return j.err
}

// close brings everything to the disk and lets the next run in.
func (j *journal) close() error {
	err := j.sync()
	if closed := j.file.Close(); err == nil && closed != nil {
		err = fmt.Errorf("%w: %w", ErrJournal, closed)
	}
	_ = j.lock.Close()
	return err
}

// resolve is a journal's path without links: two names of one file would have two
// locks.
func resolve(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%w %s: it is a link to what is not there", ErrJournal, path)
		}
		return path, nil
	}
	if err != nil {
		return "", fmt.Errorf("%w %s: %w", ErrJournal, path, plain(err))
	}
	return resolved, nil
}

// lockJournal keeps others from writing a journal, until it is closed or the
// process ends.
func lockJournal(path string) (*flock.Flock, error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err == nil && !held {
		err = errors.New("another run is writing it; wait until it has ended")
	}
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("%w %s: %w", ErrJournal, path, plain(err))
	}
	return lock, nil
}

// openJournal opens the journal of a run: a new one, or with resume the one that
// is there, which is read into the state.
func openJournal(path string, first begin, resume, again bool) (*journal, *state, error) {
	bad := func(format string, args ...any) (*journal, *state, error) {
		return nil, nil, fmt.Errorf("%w %s: %w", ErrJournal, path, fmt.Errorf(format, args...))
	}
	path, err := resolve(path)
	if err != nil {
		return nil, nil, err
	}
	lock, err := lockJournal(path)
	if err != nil {
		return nil, nil, err
	}
	keep := false
	defer func() {
		if !keep {
			_ = lock.Close()
		}
	}()
	_, statErr := os.Stat(path)
	switch there := statErr == nil; {
	case there && !resume && !again:
		return bad("it is there already; resume it, or give another name")
	case !there && resume:
		return bad("there is nothing to resume: %w", plain(statErr))
	case there: // what is in it stays: undo needs it
		first.Again, resume = again, true
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return bad("%w", plain(err))
	}
	is := newState()
	j := &journal{file: file, lock: lock}
	if throughTest != nil {
		j.file = throughTest(file)
	}
	if resume {
		whole, err := scan(file, is.take)
		if err == nil || errors.Is(err, errTorn) {
			err = is.check(first)
		}
		if err == nil && whole == 0 && !beginning(file) {
			err = errors.New("it is not a journal")
		}
		if err == nil && first.Kind == "apply" && !first.Again {
			if err = undone(path, is.since); err == nil {
				_, err = scan(io.NewSectionReader(file, 0, whole), is.reorder)
			}
			is.retry()
		}
		if err == nil && first.Again && is.begun > 0 {
			err = is.take(whole, entry{Begin: &first}) // what was done before counts no more
		}
		if err == nil && whole == 0 {
			err = file.Chmod(0o600) // somebody else made it
		}
		if err == nil {
			err = file.Truncate(whole)
		}
		if err == nil {
			_, err = file.Seek(whole, io.SeekStart)
		}
		if err != nil {
			_ = file.Close()
			return bad("%w", plain(err))
		}
		j.end, j.safe = whole, whole
	}
	first.Time = time.Now().UTC()
	if _, err = j.append(entry{Begin: &first}, true); err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		_ = file.Close()
		return bad("%w", plain(err))
	}
	keep = true
	return j, is, nil
}

// beginning tells whether a file holds no more than a part of the first line: any
// other file is not ours to write to.
func beginning(file io.ReaderAt) bool {
	const entry = `{"begin":`
	part := make([]byte, len("00000000 ")+len(entry))
	n, _ := file.ReadAt(part, 0)
	sum, text := part[:min(n, 9)], part[min(n, 9):n]
	for i, c := range sum {
		if hex := c >= '0' && c <= '9' || c >= 'a' && c <= 'f'; i < 8 && !hex || i == 8 && c != ' ' {
			return false
		}
	}
	return string(text) == entry[:len(text)]
}

// plain leaves out what the message says already: operation and path.
func plain(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// syncDir makes the name of a new file survive.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	_ = dir.Sync() // some systems cannot; the file itself is on disk
	return nil
}
