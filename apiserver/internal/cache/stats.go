package cache

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// counts are what a table has done since the process began.
type counts struct {
	loads      atomic.Int64 // how often it was read as a whole
	told       atomic.Int64 // changes, each as often as a watch was told of it
	initial    atomic.Int64 // objects that watches began with
	terminated atomic.Int64 // watches that were too slow
	fresh      atomic.Int64 // lists of the current state that it answered
}

// Stat is what one table holds, and what it has done since the process began.
type Stat struct {
	// Resource is the table's name.
	Resource string
	// Objects and Watches are how many there are of each.
	Objects, Watches int
	// Capacity is how many changes are kept for watches at most.
	Capacity int
	// Revision is what the table has reached.
	Revision int64
	// Loads is how often the table was read from etcd as a whole.
	Loads int64
	// Received are the changes that came from etcd, Told how often watches were
	// told of one, and Initial the objects that watches began with.
	Received, Told, Initial int64
	// Terminated are the watches that were ended because they were too slow.
	Terminated int64
	// Fresh are the lists of the current state.
	Fresh int64
}

// Stats tells what every table holds, sorted by name.
func (c *Cache) Stats() []Stat {
	var out []Stat
	reached := c.Revision()
	for name, t := range c.tables.Load().byName {
		t.mu.RLock()
		s := Stat{Resource: name, Objects: t.objects.Len(), Watches: t.watches.count(), Received: t.log.next(), Revision: max(reached, t.last)}
		t.mu.RUnlock()
		s.Capacity = logChanges
		s.Loads, s.Told, s.Initial = t.did.loads.Load(), t.did.told.Load(), t.did.initial.Load()
		s.Terminated, s.Fresh = t.did.terminated.Load(), t.did.fresh.Load()
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Stat) int { return cmp.Compare(a.Resource, b.Resource) })
	return out
}
