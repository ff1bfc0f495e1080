package server

import "runtime"

// requestStack is about how much stack a write needs, in bytes.
const requestStack = 16 << 10

// deepen makes the stack of a request's goroutine as large as it will need, in
// one step. Every request begins on a small stack of its own; left alone it
// grows by doubling, and each time all frames that are on it by then are copied,
// which took 5 % of the CPU of a create.
//
//go:noinline
func deepen() {
	var room [requestStack]byte
	runtime.KeepAlive(&room)
}
