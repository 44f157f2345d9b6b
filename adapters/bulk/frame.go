package bulk

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// A journal is lines: the CRC-32C of the JSON in eight hexadecimal digits, a
// space, the JSON, a line feed. So a person can read it, and a line that a crash
// left half written is known for what it is.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maxFrame bounds a line: the largest map of attributes that an answer can hold,
// twice.
const maxFrame = 40 << 20

// errTorn means that the last line is not whole.
var errTorn = errors.New("the last line is not whole")

// frame appends an entry's line.
func frame(to []byte, e entry) ([]byte, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return to, err
	}
	to = fmt.Appendf(to, "%08x ", crc32.Checksum(text, castagnoli))
	return append(append(to, text...), '\n'), nil
}

// unframe reads a line without its line feed.
func unframe(line []byte) (entry, error) {
	var e entry
	if len(line) < 10 || line[8] != ' ' {
		return e, errors.New("it is not a line of a journal")
	}
	sum, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil || uint32(sum) != crc32.Checksum(line[9:], castagnoli) {
		return e, errors.New("its checksum is wrong")
	}
	if err := json.Unmarshal(line[9:], &e); err != nil {
		return e, errors.New("it holds what this version does not know")
	}
	return e, nil
}

// scan calls f for each entry and the offset of its line, from the beginning. It
// returns the length of what is whole. errTorn says that something follows that is
// not: what a crash leaves, which is a part of the last line. Anything else that
// cannot be read is damage.
func scan(from io.Reader, f func(at int64, e entry) error) (whole int64, err error) {
	in := bufio.NewReaderSize(from, 64<<10)
	for {
		line, err := readLine(in)
		if err == io.EOF && len(line) == 0 {
			return whole, nil
		}
		if err != nil && err != io.EOF {
			return whole, err
		}
		e, bad := unframe(bytes.TrimSuffix(line, []byte("\n")))
		if err == io.EOF {
			return whole, errTorn // without its line feed it was not all written, whatever it says
		}
		if bad != nil {
			if _, err := in.Peek(1); err == io.EOF {
				return whole, errTorn
			}
			return whole, fmt.Errorf("byte %d: %w", whole, bad)
		}
		if err := f(whole, e); err != nil {
			return whole, err
		}
		whole += int64(len(line))
	}
}

// readLine reads up to and with the next line feed, as far as a line can be.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		if len(line) > maxFrame {
			return line, errors.New("a line is longer than any this program writes")
		}
	}
}
