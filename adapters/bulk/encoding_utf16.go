package bulk

import (
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Reader turns UTF-16 into UTF-8. Half of a surrogate pair becomes three
// bytes that are no UTF-8: so it is found where UTF-8 is checked, and a decoder's
// replacement for it is not taken for the text.
type utf16Reader struct {
	r     io.Reader
	order binary.ByteOrder

	raw  [16 << 10]byte
	have int    // bytes in raw that are not decoded yet: less than a pair
	text []byte // decoded, of which
	out  []byte // is not given yet
	err  error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// fill reads and decodes the next bytes.
func (u *utf16Reader) fill() {
	n, err := u.r.Read(u.raw[u.have:])
	u.err = err
	raw := u.raw[:u.have+n]
	u.text = u.text[:0]
	for len(raw) >= 2 {
		unit := rune(u.order.Uint16(raw))
		if unit >= 0xD800 && unit <= 0xDBFF {
			if len(raw) < 4 && err == nil {
				break // what comes next decides
			}
			if len(raw) >= 4 && u.order.Uint16(raw[2:])&0xFC00 == 0xDC00 {
				u.text = utf8.AppendRune(u.text, utf16.DecodeRune(unit, rune(u.order.Uint16(raw[2:]))))
				raw = raw[4:]
				continue
			}
		}
		if utf16.IsSurrogate(unit) {
			u.text = append(u.text, 0xE0|byte(unit>>12), 0x80|byte(unit>>6)&0x3F, 0x80|byte(unit)&0x3F)
		} else {
			u.text = utf8.AppendRune(u.text, unit)
		}
		raw = raw[2:]
	}
	u.out = u.text
	u.have = copy(u.raw[:], raw)
	if u.have > 0 && errors.Is(err, io.EOF) {
		u.err = errors.New("it is UTF-16 and ends with half of a unit")
	}
}
