package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // --time-zone works where the system has no zones

	"github.com/spf13/pflag"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/bulk"
)

// inputFlags say how a file is read.
type inputFlags struct {
	format, kind, kindColumn, idColumn, separator, empty, dateFormat, timeZone string
	columns                                                                    []string
}

func (f *inputFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.format, "format", "", "`FORMAT` of the file, csv or jsonl, where its name does not tell")
	flags.StringVar(&f.kind, "kind", "", "`KIND` of all records, where no column says it")
	flags.StringVar(&f.kindColumn, "kind-column", "", "`NAME` of the column with the kind (kind)")
	flags.StringVar(&f.idColumn, "id-column", "", "`NAME` of the column with the id (id)")
	flags.StringArrayVar(&f.columns, "column", nil, "`COLUMN=ATTRIBUTE` for a column of another name; COLUMN= leaves it out")
	flags.StringVar(&f.separator, "separator", "", "`SIGN` between cells: , ; | or tab, where the header does not tell")
	flags.StringVar(&f.empty, "empty", "skip", "`WHAT` empty cells mean: skip, clear (remove the attribute) or text (set an empty text)")
	flags.StringVar(&f.dateFormat, "date-format", "", "`FORM` of dates: DD/MM/YYYY, MM/DD/YYYY or DD.MM.YYYY, beside YYYY-MM-DD")
	flags.StringVar(&f.timeZone, "time-zone", "", "`ZONE` of times without one, like Europe/Copenhagen")
}

// rowFile is a file that was read through once: what is in it is known before
// anything is sent.
type rowFile struct {
	*bulk.Input
	digest    string
	rows, bad int64
	lookups   bool // some rows have to be looked up
	file      *os.File
	found     os.FileInfo // what it was like then
	temporary bool
}

func (r *rowFile) close() {
	_ = r.file.Close()
	if r.temporary {
		_ = os.Remove(r.file.Name())
	}
}

// Rows are the rows of the file, as long as it is the one that was read through. In
// one that somebody writes to meanwhile, rows would be lost or come twice.
func (r *rowFile) Rows() iter.Seq2[bulk.Row, error] {
	return func(yield func(bulk.Row, error) bool) {
		for row, err := range r.Input.Rows() {
			if changed := r.changed(); changed != nil { // this row may be half of one and half of another
				yield(bulk.Row{}, changed)
				return
			}
			if !yield(row, err) {
				return
			}
		}
		if err := r.changed(); err != nil {
			yield(bulk.Row{}, err)
		}
	}
}

// changed is an error where the file is not the one that was read through.
func (r *rowFile) changed() error {
	now, err := r.file.Stat()
	if err == nil && (now.Size() != r.found.Size() || !now.ModTime().Equal(r.found.ModTime())) {
		err = errors.New("it was changed since it was looked at; no row that was read after that is sent")
	}
	if err != nil {
		return fmt.Errorf("%w %s: %w", bulk.ErrInput, r.file.Name(), err)
	}
	return nil
}

// open opens the file, or a copy of standard input: it is read more than once.
func (f *inputFlags) open(ctx context.Context, a *account, path string) (*rowFile, error) {
	lines, err := f.isLines(path)
	if err != nil {
		return nil, err
	}
	csv, err := f.csv(lines)
	if err != nil {
		return nil, err
	}
	r := &rowFile{}
	if r.file, r.temporary, err = opened(ctx, path); err != nil {
		return nil, err
	}
	if err := f.through(ctx, a, r, csv, lines); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

// through reads the file: its digest, then its rows, and opens it for the run.
func (f *inputFlags) through(ctx context.Context, a *account, r *rowFile, csv bulk.CSVOptions, lines bool) error {
	json := bulk.JSONOptions{Kind: csv.Kind}
	digest, input := csv.Digest, func() (*bulk.Input, error) { return bulk.CSV(r.file, csv) }
	if lines {
		digest, input = json.Digest, func() (*bulk.Input, error) { return bulk.JSONLines(r.file, json) }
	}
	var err error
	if r.found, err = r.file.Stat(); err != nil {
		return unreadable(r.file.Name(), err)
	}
	if r.digest, err = digest(r.file); err != nil {
		return unreadable(r.file.Name(), err)
	}
	if !lines {
		if csv.Definitions, err = definitions(ctx, a, csv.Kind); err != nil {
			return err
		}
	}
	if err := r.rewind(input); err != nil {
		return err
	}
	for row, err := range r.Rows() {
		var bad *bulk.RowError
		switch {
		case errors.As(err, &bad):
			r.bad++
		case err != nil:
			return unreadable(r.file.Name(), err)
		}
		r.rows++
		r.lookups = r.lookups || row.Lookup.Value != ""
	}
	return r.rewind(input)
}

func (r *rowFile) rewind(input func() (*bulk.Input, error)) (err error) {
	if _, err = r.file.Seek(0, io.SeekStart); err == nil {
		r.Input, err = input()
	}
	if err != nil {
		return unreadable(r.file.Name(), err)
	}
	return nil
}

// definitions say what the cells of a CSV file hold. Of a kind without any, every
// cell is text.
func definitions(ctx context.Context, a *account, kind adapters.Kind) (map[adapters.Kind][]adapters.Definition, error) {
	all := map[adapters.Kind][]adapters.Definition{}
	for _, k := range kinds {
		if kind != "" && k != kind {
			continue
		}
		definitions, err := a.Definitions(ctx, k)
		if err != nil {
			return nil, err
		}
		all[k] = definitions
	}
	return all, nil
}

func unreadable(name string, err error) error {
	return usage("%s: %v", name, err)
}

func (f *inputFlags) isLines(path string) (bool, error) {
	name := strings.TrimSuffix(path, ".gz")
	switch {
	case f.format == "jsonl", f.format == "" && slices.Contains([]string{".jsonl", ".ndjson"}, filepath.Ext(name)):
		return true, nil
	case f.format == "csv", f.format == "" && slices.Contains([]string{".csv", ".tsv", ".txt"}, filepath.Ext(name)):
		return false, nil
	case f.format == "":
		return false, usage("the name does not tell what is in the file; give --format csv or --format jsonl")
	}
	return false, usage("--format is csv or jsonl")
}

// csv are the options of a CSV file.
func (f *inputFlags) csv(lines bool) (bulk.CSVOptions, error) {
	o := bulk.CSVOptions{
		KindColumn: f.kindColumn, IDColumn: f.idColumn, Columns: map[string]string{},
		Empty: bulk.EmptyCells(f.empty), DateFormat: f.dateFormat,
	}
	if lines && (f.kindColumn+f.idColumn+f.separator+f.dateFormat+f.timeZone != "" || len(f.columns) > 0 || f.empty != "skip") {
		return o, usage("--kind-column, --id-column, --column, --separator, --empty, --date-format and --time-zone are for CSV")
	}
	if f.kind != "" {
		kind, err := findKind(f.kind)
		if err != nil {
			return o, err
		}
		o.Kind = kind
	}
	for _, column := range f.columns {
		name, attribute, ok := strings.Cut(column, "=")
		if !ok || name == "" {
			return o, usage("--column: write COLUMN=ATTRIBUTE")
		}
		o.Columns[name] = attribute
	}
	switch f.separator {
	case "":
	case "tab", "\t":
		o.Separator = '\t'
	case ",", ";", "|":
		o.Separator = rune(f.separator[0])
	default:
		return o, usage("--separator is , ; | or tab")
	}
	if f.timeZone != "" {
		zone, err := time.LoadLocation(f.timeZone)
		if err != nil {
			return o, usage("--time-zone: there is no zone %q; write one like Europe/Copenhagen", f.timeZone)
		}
		o.TimeZone = zone
	}
	return o, nil
}

// opened is the file, or a copy of standard input.
func opened(ctx context.Context, path string) (file *os.File, temporary bool, err error) {
	if path != "-" {
		file, err = os.Open(path)
		if err != nil {
			return nil, false, usage("%v", err)
		}
		if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
			_ = file.Close()
			return nil, false, usage("%s is no file; - reads standard input", path)
		}
		return file, false, nil
	}
	file, err = os.CreateTemp("", "deskattr-*")
	if err != nil {
		return nil, false, failed{errLocal, "standard input cannot be copied: " + err.Error()}
	}
	_ = os.Remove(file.Name()) // where a system has names for open files alone, at the end
	copied := make(chan error, 1)
	go func() { _, err := io.Copy(file, os.Stdin); copied <- err }()
	select {
	case err = <-copied:
	case <-ctx.Done():
		_ = file.Close()
		_ = os.Remove(file.Name())
		return nil, false, broken("stopped: nothing was sent")
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = file.Close()
		_ = os.Remove(file.Name())
		return nil, false, failed{errLocal, "standard input cannot be copied: " + err.Error()}
	}
	return file, true, nil
}
