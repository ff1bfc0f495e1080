package worker

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// fits refuses a pod that asks for more than the others leave of the node.
func fits(pod *core.Pod, n *Node) (reason, message string) {
	used := core.ResourceList{}
	for _, o := range n.Others {
		for name, q := range core.PodRequests(o) {
			used[name] = used[name].Add(q)
		}
	}
	used[core.ResourcePods] = quantity.FromInt(int64(len(n.Others)), quantity.DecimalSI)
	return short(pod, used, n.Allocatable)
}

// exceeds refuses a pod that asks for more than the whole node has.
func exceeds(pod *core.Pod, allocatable core.ResourceList) (reason, message string) {
	wants := core.PodRequests(pod)
	for _, n := range []core.ResourceName{core.ResourceCPU, core.ResourceMemory} {
		if q := wants[n]; amount(n, q) > amount(n, allocatable[n]) {
			return "OutOf" + string(n), fmt.Sprintf("Node didn't have enough capacity: %s, requested: %d, capacity: %d", n, amount(n, q), amount(n, allocatable[n]))
		}
	}
	return "", ""
}

// short finds the first resource of which the node has too little, in
// upstream's order.
func short(pod *core.Pod, used, allocatable core.ResourceList) (reason, message string) {
	wants := core.PodRequests(pod)
	wants[core.ResourcePods] = quantity.FromInt(1, quantity.DecimalSI)
	first := []core.ResourceName{core.ResourcePods, core.ResourceCPU, core.ResourceMemory, core.ResourceEphemeralStorage}
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(wants)), func(n core.ResourceName) bool { return slices.Contains(first, n) })
	for _, n := range append(first, rest...) {
		asked, taken, has := amount(n, wants[n]), amount(n, used[n]), amount(n, allocatable[n])
		if _, known := allocatable[n]; !known && slices.Contains(first, n) {
			continue // a node that does not count it
		}
		if asked > 0 && taken+asked > has {
			return "OutOf" + string(n), fmt.Sprintf("Node didn't have enough resource: %s, requested: %d, used: %d, capacity: %d", n, asked, taken, has)
		}
	}
	return "", ""
}

// amount is a quantity as the scheduler counts: CPU in thousandths.
func amount(n core.ResourceName, q quantity.Quantity) int64 {
	if n == core.ResourceCPU {
		return q.MilliValue()
	}
	return q.Value()
}
