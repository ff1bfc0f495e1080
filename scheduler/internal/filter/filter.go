// Package filter says which nodes a pod may go to. Each filter is a pure
// function in a file of its own: the check, and the words for users when it
// refuses.
package filter

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Filter is one reason why a node may not do.
type Filter struct {
	// Name is upstream's.
	Name string
	// Check is nil when the node will do.
	Check func(p *cluster.Pod, n *cluster.Node) *Refusal
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
// refuse is the one that users read.
var All = []Filter{
	{Unschedulable, checkUnschedulable},
	{NodeName, checkNodeName},
	{Taints, checkTaints},
	{NodeAffinity, checkNodeAffinity},
	{Ports, checkPorts},
	{Fit, checkFit},
}

// The names of the filters.
const (
	Unschedulable = "NodeUnschedulable"
	NodeName      = "NodeName"
	Taints        = "TaintToleration"
	NodeAffinity  = "NodeAffinity"
	Ports         = "NodePorts"
	Fit           = "NodeResourcesFit"
)

// Check asks all filters; nil when the node will do.
func Check(p *cluster.Pod, n *cluster.Node) *Refusal {
	for i := range All {
		if r := All[i].Check(p, n); r != nil {
			return r
		}
	}
	return nil
}
