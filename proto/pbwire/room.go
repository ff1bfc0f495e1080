package pbwire

import "github.com/pilothouse/pilothouse/proto/room"

// Grow is the list with room for one more element. When there is none reading
// ends with room.ErrNone.
func Grow[L ~[]T, T any](d *Decoder, list L) L {
	if len(list) < cap(list) {
		return list
	}
	n := max(1, 2*cap(list))
	if !room.Take[T](&d.room, n) {
		d.Fail(room.ErrNone)
		n = len(list) + 1
	}
	return append(make(L, 0, n), list...)
}
