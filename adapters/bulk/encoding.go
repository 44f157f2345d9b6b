package bulk

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// maxRow is the most bytes that a row has, as UTF-8: one quote too many must not
// read a whole file into memory. maxRead is what is kept of a row before that is
// asked: a rejected row has more columns, and each cell may have an apostrophe
// before it.
const (
	maxRow  = 1 << 20
	maxRead = 2*maxRow + 64<<10
	buffer  = 64 << 10
)

// inputText is an input as UTF-8, whatever it is in the file.
type inputText struct {
	r    *bufio.Reader
	wide bool   // UTF-16: an offset counts two bytes for each unit
	mark bool   // it began with a byte order mark
	line int64  // of what comes next, from 1
	at   int64  // byte of the input at which that begins; of what was compressed
	kept []byte // of a part, used again
}

// newInputText looks at how an input begins.
func newInputText(r io.Reader) (*inputText, error) {
	t := &inputText{r: bufio.NewReaderSize(r, buffer), line: 1}
	head, err := t.r.Peek(4)
	if bytes.HasPrefix(head, []byte{0x1F, 0x8B}) {
		unzipped, err := gzip.NewReader(t.r)
		if err != nil {
			return nil, inputError("it begins as gzip does and is none: %w", err)
		}
		t.r = bufio.NewReaderSize(unzipped, buffer)
		head, err = t.r.Peek(4)
		if err != nil && err != io.EOF {
			return nil, inputError("the gzip is damaged or cut off: %w", err)
		}
	} else if err != nil && err != io.EOF {
		return nil, inputError("it cannot be read: %w", err)
	}
	var skip int
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		skip = 3
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		skip, order = 2, binary.LittleEndian
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		skip, order = 2, binary.BigEndian
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0")):
		return nil, inputError("it is a spreadsheet or an archive; save it as CSV in UTF-8")
	case bytes.IndexByte(head, 0) >= 0:
		return nil, inputError("it is no text, or UTF-16 without a byte order mark; save it as UTF-8")
	}
	_, _ = t.r.Discard(skip) // they were seen
	t.at, t.mark = int64(skip), skip > 0
	if order != nil {
		t.wide = true
		t.r = bufio.NewReaderSize(&utf16Reader{r: t.r, order: order}, buffer)
	}
	return t, nil
}

// width is how many bytes of the input text is.
func (t *inputText) width(text []byte) int64 {
	if !t.wide {
		return int64(len(text))
	}
	var width int64
	for _, b := range text {
		switch {
		case b >= 0xF0:
			width += 4 // a surrogate pair
		case b < 0x80 || b >= 0xC0:
			width += 2
		}
	}
	return width
}

// part is a piece of an input, a row of it for example, with its line end.
type part struct {
	text     string
	line, at int64
	long     bool // there was more than anybody wants: text is empty
}

// next gives what comes up to the next line end, io.EOF where nothing does.
// goesOn, where there is one, sees the text pass by, with its line, and tells
// whether the part goes on after a line end; io.ErrUnexpectedEOF is a part that
// wants to and cannot.
func (t *inputText) next(goesOn func(chunk []byte, line int64) (bool, error)) (part, error) {
	p := part{line: t.line, at: t.at}
	t.kept = t.kept[:0]
	for {
		chunk, err := t.r.ReadSlice('\n')
		end := err == io.EOF
		switch {
		case err != nil && !end && !errors.Is(err, bufio.ErrBufferFull):
			return p, inputError("line %d: it cannot be read any further: %w", t.line, err)
		case end && len(chunk) == 0 && t.at == p.at:
			return p, io.EOF
		}
		more := false
		if goesOn != nil {
			var broken error
			if more, broken = goesOn(chunk, t.line); broken != nil {
				return p, broken
			}
		}
		t.at += t.width(chunk)
		if err == nil {
			t.line++
		}
		if p.long = p.long || len(t.kept)+len(chunk) > maxRead; !p.long {
			t.kept = append(t.kept, chunk...)
		}
		switch {
		case end && more:
			return p, io.ErrUnexpectedEOF
		case end, err == nil && !more:
			if !p.long {
				p.text = string(t.kept)
			}
			return p, nil
		}
	}
}

// back gives a part once more.
func (t *inputText) back(p part) {
	t.r = bufio.NewReaderSize(io.MultiReader(strings.NewReader(p.text), t.r), buffer)
	t.line, t.at = p.line, p.at
}
