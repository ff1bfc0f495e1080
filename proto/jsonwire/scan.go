package jsonwire

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at together: a byte's top bit is set in the result
// when the byte ends a run of plain characters.
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// special marks the bytes of w that are a quote, a backslash, a control
// character or not ASCII. Only the lowest mark is exact, since a subtraction
// may borrow from the byte above; callers use only that one.
func special(w uint64) uint64 {
	quote := w ^ (ones * '"')
	slash := w ^ (ones * '\\')
	return (w | (w - ones*0x20) | (quote - ones) | (slash - ones)) & tops
}

// plain is the index of the first byte from i on that special marks, or len(s).
func plain(s []byte, i int) int {
	for ; i+8 <= len(s); i += 8 {
		if m := special(binary.LittleEndian.Uint64(s[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// plainString is plain for a string.
func plainString(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		if m := special(w); m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x80 || c == '"' || c == '\\' {
			break
		}
	}
	return i
}
