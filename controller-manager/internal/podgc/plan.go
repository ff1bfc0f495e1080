package podgc

import (
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
)

// removal is one pod to remove and why.
type removal struct {
	pod     *core.Pod
	node    string // the absent node on whose account it goes; to be confirmed
	message string // for the pod's DisruptionTarget condition; empty when it has ended by itself
}

// observed is what a sweep looks at.
type observed struct {
	pods   []*core.Pod
	nodes  map[string]*core.Node
	absent map[string]time.Time // nodes that pods name and nobody knows, since when
}

// rules bound a sweep.
type rules struct {
	threshold  int           // pods that have ended and may stay; 0 for no limit
	quarantine time.Duration // how long a node must be absent: it may be about to register
	// fence is by when a kubelet that is cut off begins to stop pods of which
	// two must never run at once. The node of such a pod may have been deleted
	// while it goes on running: it stays for this long more, and its grace.
	fence time.Duration
}

// plan lists the pods that nobody else will remove: those whose node is gone
// or out of service, those that were deleted before they had a node, and the
// oldest of those that have ended, beyond the threshold. again is when the
// next absent node's time is up.
func plan(o observed, r rules, now time.Time) (out []removal, again time.Duration) {
	var ended []*core.Pod
	for _, p := range o.pods {
		name := p.Spec.NodeName
		node, known := o.nodes[name]
		switch {
		case name == "" && p.DeletionTimestamp != nil:
			out = append(out, removal{pod: p})
		case name != "" && !known:
			since, noted := o.absent[name]
			wait := r.quarantine
			if podstate.AtMostOne(p) && !podstate.Terminal(p) {
				wait += r.fence + podstate.Grace(p)
			}
			if left := since.Add(wait).Sub(now); !noted || left > 0 {
				if !noted {
					left = wait
				}
				if again == 0 || left < again {
					again = left
				}
				continue
			}
			out = append(out, removal{pod: p, node: name, message: messageFor(p, "PodGC: node no longer exists")})
		case known && p.DeletionTimestamp != nil && outOfService(node):
			out = append(out, removal{pod: p})
		case podstate.Terminal(p) && p.DeletionTimestamp == nil:
			ended = append(ended, p)
		}
	}
	if r.threshold > 0 && len(ended) > r.threshold {
		slices.SortFunc(ended, func(a, b *core.Pod) int {
			return a.CreationTimestamp.Time.Compare(b.CreationTimestamp.Time)
		})
		for _, p := range ended[:len(ended)-r.threshold] {
			out = append(out, removal{pod: p})
		}
	}
	return out, again
}

// messageFor is text, or nothing when p has ended by itself.
func messageFor(p *core.Pod, text string) string {
	if podstate.Terminal(p) {
		return ""
	}
	return text
}

// outOfService tells whether an operator has declared n down for good and it
// is not ready indeed.
func outOfService(n *core.Node) bool {
	if !slices.ContainsFunc(n.Spec.Taints, func(t core.Taint) bool { return t.Key == core.TaintNodeOutOfService }) {
		return false
	}
	return !slices.ContainsFunc(n.Status.Conditions, func(c core.NodeCondition) bool {
		return c.Type == core.NodeReady && c.Status == core.ConditionTrue
	})
}
