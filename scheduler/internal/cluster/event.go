package cluster

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Happening is a kind of change that may make room for a pod. They are bits,
// so that a filter can name several.
type Happening uint32

// What can happen.
const (
	// NodeAdded is a node that was not there.
	NodeAdded Happening = 1 << iota
	// NodeGone is one that is not there any more.
	NodeGone
	// NodeRoom is an allocatable amount that has changed.
	NodeRoom
	// NodeLabels are labels of a node that have changed.
	NodeLabels
	// NodeTaints are taints that have changed.
	NodeTaints
	// NodeCordon is a node that was cordoned or is not any more.
	NodeCordon
	// PodPlaced is a pod that has been given a node.
	PodPlaced
	// PodGone is a pod that has left its node.
	PodGone
	// PodShrunk is a pod on a node that asks for less.
	PodShrunk
	// PodLabels are labels of a pod on a node that have changed, or that it is
	// on its way out now.
	PodLabels
	// NamespaceLabels are labels of a namespace that have changed.
	NamespaceLabels
	// VolumeChanged is a claim, a volume, a class or what a node says about
	// its drivers that has changed.
	VolumeChanged
)

// OfNode are the happenings that concern one node.
const OfNode = NodeAdded | NodeRoom | NodeLabels | NodeTaints | NodeCordon

// Event is something that has happened. The cluster shows it already.
type Event struct {
	Happening Happening
	// Node is where, nil when it is nowhere or has gone.
	Node *Node
	// Pod is the pod, Old how it was before, if the event is about one.
	Pod, Old *Pod
	// Claim names the claim that VolumeChanged is about, when it is about one.
	Claim meta.Key
}

// NodeChange says what is different about a node that filters look at.
func NodeChange(old, n *core.Node) Happening {
	if old == nil {
		return NodeAdded
	}
	var h Happening
	if !sameAmounts(old.Status.Allocatable, n.Status.Allocatable) {
		h |= NodeRoom
	}
	if !sameLabels(old, n) {
		h |= NodeLabels
	}
	if !sameTaints(old, n) {
		h |= NodeTaints
	}
	if old.Spec.Unschedulable != n.Spec.Unschedulable {
		h |= NodeCordon
	}
	return h
}
