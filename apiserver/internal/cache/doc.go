// Package cache holds every object of the cluster in memory, as the bytes that
// clients are sent, and answers all reads from there.
//
// One etcd watch over /registry/ feeds a Table per resource: an ordered
// copy-on-write tree of Objects, so that a snapshot costs nothing however
// large the table is, and a log of the latest changes, from which watches
// resume and snapshots of past revisions are made. An Object is its final JSON
// with the few fields that selectors need lifted out beside it; nothing here
// decodes or encodes an object to answer a request.
//
// What always holds: changes are applied in the order of their revisions, all
// changes of one revision at once; Cache.Revision rises only after they were
// applied and queued for the watchers; whoever waits for a revision sees
// everything up to it. Objects, events and the bytes they hand out are shared
// and never change.
//
// Read cache.go first (the watch), then table.go (what a change does), list.go
// and watch.go (what a request gets). scan.go lifts fields out of JSON.
package cache
