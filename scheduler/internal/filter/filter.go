// Package filter says which nodes a pod may go to. Each filter is a row of the
// table below and a small file of its own: the check, the words for users when
// it refuses, and what can happen that makes it think better of it.
//
// There are two kinds. A check of the node alone sees the pod and one node:
// its answer holds until that node changes, and for all pods of one shape. A
// check that looks further, at where other pods are, is prepared once for a
// pod and then asked about each node.
package filter

import (
	"slices"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Filter is one reason why a node may not do.
type Filter struct {
	// Name is upstream's.
	Name string
	// Check looks at the node alone; nil when it will do. It may read of the
	// pod only what is part of its Shape.
	Check func(p *cluster.Pod, n *cluster.Node) *Refusal
	// Prepare looks further. It is called when a decision begins; the cluster
	// does not change until it ends.
	Prepare func(p *cluster.Pod, c *cluster.Cluster) Prepared
	// Frees is what can happen that has the filter let a pod pass that it
	// refused.
	Frees cluster.Happening
	// Concerns, when set, says whether an event of these kinds may do so for
	// this pod.
	Concerns func(p *cluster.Pod, e *cluster.Event, c *cluster.Cluster) bool
}

// Prepared is what a filter knows about a pod before it looks at nodes. The
// zero value has nothing against any.
type Prepared struct {
	// Check is nil when every node will do.
	Check func(n *cluster.Node) *Refusal
	// Refused is why no node will do, whichever.
	Refused *Refusal
	// Only are the names of the nodes that are looked at; nil is all.
	Only []string
}

// Refusal is why a node will not do.
type Refusal struct {
	// Filter is the name of the filter that refused.
	Filter string
	// Reasons are the words for users; more than one when several things are
	// missing.
	Reasons []string
	// Lasting says that taking other pods off the node would not help.
	Lasting bool
}

// All are the filters in the order in which they are asked; the first to
// refuse is the one that users read. Those that look further come last.
var All = []Filter{
	{Name: Unschedulable, Check: checkUnschedulable, Frees: cluster.NodeAdded | cluster.NodeCordon},
	{Name: NodeName, Check: checkNodeName, Frees: cluster.NodeAdded},
	{Name: Taints, Check: checkTaints, Frees: cluster.NodeAdded | cluster.NodeTaints},
	{Name: NodeAffinity, Check: checkNodeAffinity, Prepare: namedNodes, Frees: cluster.NodeAdded | cluster.NodeLabels},
	{Name: Ports, Check: checkPorts, Frees: cluster.NodeAdded | cluster.PodGone},
	{Name: Fit, Check: checkFit, Frees: cluster.NodeAdded | cluster.NodeRoom | cluster.PodGone | cluster.PodShrunk},
	{Name: VolumeRestrictions, Prepare: prepareRestrictions, Frees: cluster.PodGone | cluster.VolumeChanged, Concerns: concernsUsers},
	{Name: VolumeBinding, Prepare: prepareBinding, Frees: cluster.NodeAdded | cluster.NodeLabels | cluster.VolumeChanged, Concerns: concernsClaims},
	{Name: VolumeZone, Prepare: prepareZone, Frees: cluster.NodeAdded | cluster.NodeLabels | cluster.VolumeChanged, Concerns: concernsClaims},
	{Name: Spread, Prepare: prepareSpread, Frees: ofPods | cluster.NodeGone | cluster.NodeTaints, Concerns: concernsSpread},
	{Name: PodAffinity, Prepare: prepareAffinity, Frees: ofPods | cluster.NamespaceLabels, Concerns: concernsAffinity},
}

// ofPods is what those filters hear of that count pods in places.
const ofPods = cluster.NodeAdded | cluster.NodeLabels | cluster.PodPlaced | cluster.PodGone | cluster.PodLabels

// The names of the filters.
const (
	Unschedulable = "NodeUnschedulable"
	NodeName      = "NodeName"
	Taints        = "TaintToleration"
	NodeAffinity  = "NodeAffinity"
	Ports         = "NodePorts"
	Fit           = "NodeResourcesFit"
	Spread        = "PodTopologySpread"

	VolumeRestrictions = "VolumeRestrictions"
	VolumeBinding      = "VolumeBinding"
	VolumeZone         = "VolumeZone"

	PodAffinity = "InterPodAffinity"
)

// CheckNode asks the filters that look at the node alone; nil when it will do.
func CheckNode(filters []Filter, p *cluster.Pod, n *cluster.Node) *Refusal {
	for i := range filters {
		if check := filters[i].Check; check != nil {
			if r := check(p, n); r != nil {
				return r
			}
		}
	}
	return nil
}

// Caring are the names of the filters that may let pods pass because of h.
func Caring(filters []Filter, h cluster.Happening) []string {
	var names []string
	for i := range filters {
		if filters[i].Frees&h != 0 {
			names = append(names, filters[i].Name)
		}
	}
	return names
}

// Freed says whether e may let p pass, which those filters refused. When e has
// changed a node's mind only for another filter to object to it, that one is
// named: what frees the pod now is what frees it there.
func Freed(filters []Filter, p *cluster.Pod, refused map[string]bool, e *cluster.Event, c *cluster.Cluster) (freed bool, objects []string) {
	for i := range filters {
		f := &filters[i]
		if !refused[f.Name] || f.Frees&e.Happening == 0 || f.Concerns != nil && !f.Concerns(p, e, c) {
			continue
		}
		if f.Check == nil || e.Node == nil {
			return true, nil
		}
		r := CheckNode(filters, p, e.Node)
		if r == nil {
			return true, nil
		}
		if r.Filter != f.Name {
			objects = append(objects, r.Filter)
		}
	}
	return false, objects
}

// Without is the filters but for those of these names.
func Without(filters []Filter, names []string) []Filter {
	return slices.DeleteFunc(slices.Clone(filters), func(f Filter) bool { return slices.Contains(names, f.Name) })
}
