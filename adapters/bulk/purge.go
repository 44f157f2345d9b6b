package bulk

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Purge takes all values out of a journal, and out of that of its undoing where
// there is one; names, records and outcomes stay. Such a run cannot be undone any
// more. It can be reported, and resumed, and what is resumed is written without
// values, too.
//
// A journal is exchanged as a whole: with an error it is as it was. Copies,
// backups and what the disk keeps of the old file are not reached.
func Purge(path string) error {
	path, err := resolve(path)
	if err != nil {
		return err
	}
	return locked(path, func() error {
		if err := purge(path); err != nil {
			return err
		}
		undo := path + ".undo"
		if _, err := os.Stat(undo); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return locked(undo, func() error { return purge(undo) })
	})
}

// locked does something with a journal that nobody writes meanwhile.
func locked(path string, do func() error) error {
	lock, err := lockJournal(path)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	if err = do(); err == nil || errors.Is(err, ErrJournal) {
		return err
	}
	return fmt.Errorf("%w %s: %w", ErrJournal, path, plain(err))
}

// purge writes a journal anew without values, beside the old one, and puts it in
// its place.
func purge(path string) error {
	path, err := filepath.EvalSymlinks(path) // else the link would be exchanged, and the journal stay
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	purged, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".purge-*") // for nobody else to read
	if err != nil {
		return err
	}
	defer func() {
		_ = purged.Close()
		_ = os.Remove(purged.Name()) // it is not there any more where all went well
	}()
	out := bufio.NewWriterSize(purged, 64<<10)
	var p purging
	_, err = scan(file, func(at int64, e entry) error {
		line, err := p.line(at, e)
		if err == nil {
			_, err = out.Write(line)
		}
		return err
	})
	if errors.Is(err, errTorn) { // what is left out may hold values
		err = nil
	}
	if err == nil && p.end == 0 {
		err = errEmpty
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = purged.Sync()
	}
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", plain(err))
	}
	_ = file.Close() // some systems do not exchange an open file
	if err := purged.Close(); err != nil {
		return err
	}
	if err := os.Rename(purged.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// purging is a journal that is written anew.
type purging struct {
	end      int64   // of what is written
	was, are []int64 // where the befores were and are: an after may name one from any earlier run
	buf      []byte
}

// line is an entry's line without values.
func (p *purging) line(at int64, e entry) ([]byte, error) {
	switch {
	case p.end == 0 && e.Begin == nil:
		return nil, errors.New("it does not begin as a journal does")
	case e.Begin != nil:
		if err := e.known(); err != nil {
			return nil, err
		}
		e.Begin.NoValues = true
	case e.Before != nil:
		p.was, p.are = append(p.was, at), append(p.are, p.end)
		e.Before.Names = e.Before.names()
		e.Before.Was, e.Before.Set = nil, nil
	case e.After != nil:
		e.After.Is = nil
		if i, there := slices.BinarySearch(p.was, e.After.At); there {
			e.After.At = p.are[i]
		} else {
			e.After.At = 0 // it has none, or one that is not there
		}
	}
	var err error
	p.buf, err = frame(p.buf[:0], e)
	p.end += int64(len(p.buf))
	return p.buf, err
}

// names are those of the attributes that are set, in order.
func (b *before) names() []string {
	names := slices.Clone(b.Names)
	for name := range b.Was {
		names = append(names, name)
	}
	for name := range b.Set {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
