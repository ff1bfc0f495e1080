package jsonwire

import "github.com/pilothouse/pilothouse/proto/room"

// Take notes that n elements are about to be allocated. When there is no room
// for them reading ends with room.ErrNone.
func Take[T any](d *Decoder, n int) {
	if !room.Take[T](&d.room, n) {
		d.crowded = true
		d.broken()
	}
}

// Grow is a list with room for more elements, at least one. It is another list,
// so that one on the stack can stay there.
func Grow[T any](d *Decoder, list []T) []T {
	n := max(1, 2*cap(list))
	Take[T](d, n)
	if d.crowded {
		n = len(list) + 1
	}
	return append(make([]T, 0, n), list...)
}
