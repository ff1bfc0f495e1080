package tainteviction

import (
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Tolerance is how long pods that say nothing themselves stay on a node that
// is unhealthy, and after what time a silent node stops what must not run
// twice, whose grace is then added.
type Tolerance struct {
	NotReady    time.Duration
	Unreachable time.Duration
	Fence       time.Duration
	// NotBefore is the earliest time at which bad health drives anybody away: a
	// process that has just started has not heard the nodes yet.
	NotBefore time.Time
}

// verdict is what is to become of one pod.
type verdict struct {
	at    time.Time // when it is to be deleted; zero for never
	force bool      // nobody will confirm: remove the object without waiting for the kubelet
}

// taintID names a taint of a node.
type taintID struct {
	key, value string
	effect     core.TaintEffect
}

func idOf(t *core.Taint) taintID { return taintID{t.Key, t.Value, t.Effect} }

// plan decides what becomes of p on node: never (zero time), or when it is to
// be deleted. The time of a taint is the one stored with it, so that a new
// leader goes on with the old one's count; people's taints carry none, for
// these seen says when this process first saw them.
func plan(p *core.Pod, node *core.Node, seen map[taintID]time.Time, tol Tolerance) verdict {
	var v verdict
	for i := range node.Spec.Taints {
		t := &node.Spec.Taints[i]
		if t.Effect != core.TaintEffectNoExecute {
			continue
		}
		since := seen[idOf(t)]
		if t.TimeAdded != nil {
			since = t.TimeAdded.Time
		}
		if created := p.CreationTimestamp.Time; created.After(since) {
			since = created // it came to the taint, not the taint to it
		}
		at, evict := deadline(p, t, since, tol)
		if health(t) && at.Before(tol.NotBefore) {
			at = tol.NotBefore
		}
		if evict && (v.at.IsZero() || at.Before(v.at)) {
			v.at = at
		}
	}
	if v.at.IsZero() || !podstate.AtMostOne(p) {
		return v
	}
	// The kubelet of a silent node cannot tell us that it has stopped the pod.
	// After the fence time it begins to, after the pod's grace it has, and the
	// object can go at once.
	if t := unreachableSince(node); !t.IsZero() {
		if fenced := t.Add(tol.Fence + podstate.Grace(p)); fenced.After(v.at) {
			v.at = fenced
		}
		v.force = true
	}
	return v
}

// deadline is when taint t, borne since the given time, drives p away; evict
// is false when p bears it for ever. Of several tolerations the shortest counts.
func deadline(p *core.Pod, t *core.Taint, since time.Time, tol Tolerance) (at time.Time, evict bool) {
	matched, bounded := false, false
	var shortest time.Duration
	for i := range p.Spec.Tolerations {
		to := &p.Spec.Tolerations[i]
		if !to.Tolerates(t) {
			continue
		}
		matched = true
		if to.TolerationSeconds == nil {
			continue
		}
		d := time.Duration(max(*to.TolerationSeconds, 0)) * time.Second
		if !bounded || d < shortest {
			bounded, shortest = true, d
		}
	}
	switch {
	case matched && !bounded:
		return time.Time{}, false
	case matched:
		return since.Add(shortest), true
	case t.Key == core.TaintNodeNotReady:
		return since.Add(tol.NotReady), true
	case t.Key == core.TaintNodeUnreachable:
		return since.Add(tol.Unreachable), true
	}
	return since, true
}

// health tells whether t was put on for bad health, and not by people.
func health(t *core.Taint) bool {
	return t.Key == core.TaintNodeNotReady || t.Key == core.TaintNodeUnreachable
}

// unreachableSince is when node was marked unreachable; zero when it is not.
func unreachableSince(node *core.Node) time.Time {
	for i := range node.Spec.Taints {
		if t := &node.Spec.Taints[i]; t.Key == core.TaintNodeUnreachable && t.Effect == core.TaintEffectNoExecute && t.TimeAdded != nil {
			return t.TimeAdded.Time
		}
	}
	return time.Time{}
}

// mirror tells whether p only reflects a kubelet's own manifest; deleting it
// stops nothing.
func mirror(p *core.Pod) bool { _, ok := p.Annotations[core.AnnotationMirrorPod]; return ok }
