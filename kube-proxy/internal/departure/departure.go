// Package departure answers the kubelets' question before they end a pod: do
// this node's rules still send new connections to it?
//
// A kubelet holds a pod's SIGTERM back until every node's proxy has said no.
// The answer is about rules that are in the kernel, not about what is known:
// the loop notes slices as it takes them, and confirms them once the back end
// has been given their rules. A question may wait for its answer, so that
// nobody has to ask twice.
//
// A proxy that lags behind may not have heard yet that a pod is listed, and send
// to it later. So the node's own proxy tells which revision listed the pod, and the
// others say that they do not list it only once they have come as far.
package departure

import (
	"strconv"
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

	mu     sync.Mutex
	slices map[meta.Key][]listing
	pods   map[meta.UID]count
	// revision is how far the slices are known whose rules the kernel has.
	revision int64
	whole    bool          // the rules were made once, so what is not listed is not sent to
	changed  chan struct{} // closed at the next change
	waiting  int
}

// listing is one endpoint of a slice.
type listing struct {
	pod       meta.UID
	receiving bool
}

// count is how many slices list a pod, how many have it receive, and the last
// revision of those that list it.
type count struct {
	listed, receiving int
	revision          int64
}

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
		rev := revisionOf(s)
		l.revision = max(l.revision, rev)
		l.replace(key, listings(s), rev)
	}
	clear(l.noted)
	close(l.changed)
	l.changed = make(chan struct{})
}

// revisionOf is a slice's resourceVersion, 0 for none.
func revisionOf(s *discovery.EndpointSlice) int64 {
	if s == nil {
		return 0
	}
	n, _ := strconv.ParseInt(s.ResourceVersion, 10, 64) // what is no number is as good as none
	return n
}

func (l *Ledger) replace(key meta.Key, now []listing, rev int64) {
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
		c.revision = max(c.revision, rev)
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

// of is the state of a pod for who knows that revision, and what is closed when it
// may have changed: a pod that is not listed may still receive if the slices are not
// known that far.
func (l *Ledger) of(pod meta.UID, revision int64) (Answer, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.pods[pod]
	switch {
	case !l.whole || c.receiving > 0:
		return Answer{Receiving, c.revision}, l.changed
	case c.listed > 0:
		return Answer{Leaving, c.revision}, l.changed
	case l.revision < revision:
		return Answer{State: Receiving}, l.changed
	}
	return Answer{State: Unlisted}, l.changed
}
