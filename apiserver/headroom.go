package apiserver

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// headroom is how much may be allocated between two collections, in bytes. By
// Go's measure, as much as is alive, a server of a few thousand objects collects
// thirty times a second under load and spends a fifth of its CPU on that.
const headroom = 96 << 20

// keepHeadroom sets the collector's pace anew after every collection, so that
// small heaps get the headroom and large ones Go's usual 100 %. An operator's
// GOGC is left alone.
func keepHeadroom() {
	if os.Getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	pace := 0
	var adjust func(*sentinel)
	adjust = func(*sentinel) {
		metrics.Read(live)
		want := pacePercent(live[0].Value.Uint64())
		if want < pace*9/10 || want > pace*11/10 {
			pace = want
			debug.SetGCPercent(want)
		}
		runtime.SetFinalizer(new(sentinel), adjust)
	}
	adjust(nil)
}

// sentinel is garbage from the start: its finalizer tells of the collection. It
// is large enough to be an allocation of its own.
type sentinel [4]uintptr

// pacePercent is the growth between collections, in per cent of what is alive.
func pacePercent(live uint64) int {
	const most = 1600 // a heap that is all but empty needs no more
	return int(max(100, min(most, headroom*100/max(live, 1))))
}
