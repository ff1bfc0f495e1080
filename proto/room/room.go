// Package room bounds the memory that an object may take while it is read. Two
// or three bytes can be an element of half a kilobyte, so that a body of three
// megabytes would hold a million of these and half a gigabyte of memory. Both
// decoders, of JSON and of protobuf, keep count with a Room.
package room

import (
	"errors"
	"unsafe"
)

// ErrNone is the error about an object that takes more than its Room.
var ErrNone = errors.New("the lists in the object have too many elements")

// A text's lists and maps may allocate so many bytes, and so many more for each
// byte of the text. What can be stored, and lists of it, do not come near.
const (
	base    = 32 << 20
	perByte = 32
)

// minElement is what an element counts at least: what validation says about it
// takes room too.
const minElement = 128

// Room is how many bytes may still be allocated.
type Room int

// For is the room for what a text of n bytes holds.
func For(n int) Room { return Room(base + perByte*n) }

// Take takes the room of n elements and says whether there was as much.
func Take[T any](r *Room, n int) bool {
	var zero T
	*r -= Room(n * int(max(unsafe.Sizeof(zero), minElement)))
	return *r >= 0
}
