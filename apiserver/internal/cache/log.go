package cache

import "sort"

// The log of a table keeps changes until it holds this much that nothing else
// needs any more (the versions that were replaced), or this many.
const (
	logBytes   = 16 << 20
	logChanges = 16384
)

// logTicks is how many ticks a change is kept at least, unless room is short.
// It is as long as etcd keeps what it has.
const logTicks = 5

// changeLog is the latest changes of a table in order, numbered from the
// start of the process. Everything after revision floor is in it.
type changeLog struct {
	changes []*change
	first   int64 // the number of changes[0]
	floor   int64
	bytes   int
	ticks   [logTicks]int64 // next, at each of the last ticks
}

// next is the number that the next change will have.
func (l *changeLog) next() int64 { return l.first + int64(len(l.changes)) }

func (l *changeLog) add(c *change) {
	l.changes = append(l.changes, c)
	l.bytes += c.weight()
	for len(l.changes) > 1 && (l.bytes > logBytes || len(l.changes) > logChanges) {
		l.drop()
	}
}

// weight is the bytes that only the log holds on to.
func (c *change) weight() int {
	const overhead = 512
	if c.prev == nil {
		return overhead
	}
	return overhead + len(c.prev.kept.bytes)
}

// drop forgets the oldest revision: all of its changes, for half a revision
// is none.
func (l *changeLog) drop() {
	rev := l.changes[0].rev
	n := 0
	for n < len(l.changes) && l.changes[n].rev == rev {
		l.bytes -= l.changes[n].weight()
		l.changes[n] = nil
		n++
	}
	l.changes = l.changes[n:]
	l.first += int64(n)
	l.floor = rev
}

// tick drops what is older than logTicks ticks: a quiet table gives its memory
// back.
func (l *changeLog) tick() {
	for len(l.changes) > 0 && l.first < l.ticks[0] {
		l.drop()
	}
	copy(l.ticks[:], l.ticks[1:])
	l.ticks[logTicks-1] = l.next()
}

// reset forgets everything: only what comes after rev will be known.
func (l *changeLog) reset(rev int64) {
	l.first = l.next()
	l.changes, l.bytes, l.floor = nil, 0, rev
}

// after is the number of the first change past rev.
func (l *changeLog) after(rev int64) int64 {
	i := sort.Search(len(l.changes), func(i int) bool { return l.changes[i].rev > rev })
	return l.first + int64(i)
}

// at is the change of that number, which must be in the log.
func (l *changeLog) at(n int64) *change { return l.changes[n-l.first] }
