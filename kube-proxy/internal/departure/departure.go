// Package departure answers the kubelets' question before they end a pod: do
// this node's rules still send new connections to it?
//
// A kubelet holds a pod's SIGTERM back until every node's proxy has said no.
// The answer is about rules that are in the kernel, not about what is known:
// the loop notes slices as it takes them, and confirms them once the back end
// has been given their rules. A question may wait for its answer, so that
// nobody has to ask twice.
package departure

import (
	"sync"

	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// State is what the node's rules do with a pod.
type State string

// The states of a pod.
const (
	// Receiving: new connections may be sent to it.
	Receiving State = "Receiving"
	// Leaving: a service lists it, but no new connection is sent to it.
	Leaving State = "Leaving"
	// Unlisted: no service lists it.
	Unlisted State = "Unlisted"
)

// Ledger knows which pods the rules in the kernel send connections to. Note
// and Confirm belong to one goroutine; the rest is for any.
type Ledger struct {
	noted map[meta.Key]*discovery.EndpointSlice // not yet confirmed

	mu      sync.Mutex
	slices  map[meta.Key][]listing
	pods    map[meta.UID]count
	whole   bool          // the rules were made once, so what is not listed is not sent to
	changed chan struct{} // closed at the next change
	waiting int
}

// listing is one endpoint of a slice.
type listing struct {
	pod       meta.UID
	receiving bool
}

// count is how many slices list a pod, and how many have it receive.
type count struct{ listed, receiving int }

// New makes an empty ledger: until the first Confirm any pod may receive.
func New() *Ledger {
	return &Ledger{
		noted: map[meta.Key]*discovery.EndpointSlice{}, slices: map[meta.Key][]listing{},
		pods: map[meta.UID]count{}, changed: make(chan struct{}),
	}
}

// Note takes down that the rules being made are those of the slice under key,
// or of its absence when s is nil.
func (l *Ledger) Note(key meta.Key, s *discovery.EndpointSlice) { l.noted[key] = s }

// Confirm says that the kernel has the rules of all that was noted.
func (l *Ledger) Confirm() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.whole && len(l.noted) == 0 {
		return
	}
	l.whole = true
	for key, s := range l.noted {
		l.replace(key, listings(s))
	}
	clear(l.noted)
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *Ledger) replace(key meta.Key, now []listing) {
	for _, e := range l.slices[key] {
		c := l.pods[e.pod]
		c.listed--
		if e.receiving {
			c.receiving--
		}
		if c.listed == 0 {
			delete(l.pods, e.pod)
		} else {
			l.pods[e.pod] = c
		}
	}
	for _, e := range now {
		c := l.pods[e.pod]
		c.listed++
		if e.receiving {
			c.receiving++
		}
		l.pods[e.pod] = c
	}
	if len(now) == 0 {
		delete(l.slices, key)
	} else {
		l.slices[key] = now
	}
}

// listings are the pods of a slice. One that terminates counts as leaving even
// where it still gets connections because there is no other: holding it back
// would not find them a better one.
func listings(s *discovery.EndpointSlice) []listing {
	if s == nil || s.Labels[discovery.LabelServiceName] == "" {
		return nil
	}
	out := make([]listing, 0, len(s.Endpoints))
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		if e.TargetRef == nil || e.TargetRef.Kind != "Pod" || e.TargetRef.UID == "" {
			continue
		}
		ready := e.Conditions.Ready == nil || *e.Conditions.Ready
		terminating := e.Conditions.Terminating != nil && *e.Conditions.Terminating
		out = append(out, listing{pod: e.TargetRef.UID, receiving: ready && !terminating})
	}
	return out
}

// of is the state of a pod, and what is closed when it may have changed.
func (l *Ledger) of(pod meta.UID) (State, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.pods[pod]
	switch {
	case !l.whole || c.receiving > 0:
		return Receiving, l.changed
	case c.listed > 0:
		return Leaving, l.changed
	}
	return Unlisted, l.changed
}
