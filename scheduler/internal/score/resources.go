package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// leastAllocated prefers nodes with much left of CPU and memory.
func leastAllocated(p *cluster.Pod, n *cluster.Node) int64 {
	return average(p, n, func(taken, there int64) int64 {
		if taken > there {
			return 0
		}
		return (there - taken) * Best / there
	})
}

// mostAllocated prefers nodes with little left.
func mostAllocated(p *cluster.Pod, n *cluster.Node) int64 {
	return average(p, n, func(taken, there int64) int64 { return min(taken, there) * Best / there })
}

// average is the mean over those of CPU and memory that the node has.
func average(p *cluster.Pod, n *cluster.Node, mark func(taken, there int64) int64) int64 {
	var sum, kinds int64
	if there := n.Allocatable.MilliCPU; there > 0 {
		sum, kinds = sum+mark(n.Scored.MilliCPU+p.Scored.MilliCPU, there), kinds+1
	}
	if there := n.Allocatable.Memory; there > 0 {
		sum, kinds = sum+mark(n.Scored.Memory+p.Scored.Memory, there), kinds+1
	}
	if kinds == 0 {
		return 0
	}
	return sum / kinds
}

// asksForMuch leaves out pods that ask for neither CPU nor memory: wherever
// they go, the balance stays.
func asksForMuch(p *cluster.Pod) bool { return p.Requests.MilliCPU > 0 || p.Requests.Memory > 0 }

// balanced prefers nodes whose CPU and memory are taken to the same part, so
// that neither is left over without the other.
func balanced(p *cluster.Pod, n *cluster.Node) int64 {
	if n.Allocatable.MilliCPU <= 0 || n.Allocatable.Memory <= 0 {
		return Best
	}
	cpu := part(n.Requested.MilliCPU+p.Requests.MilliCPU, n.Allocatable.MilliCPU)
	memory := part(n.Requested.Memory+p.Requests.Memory, n.Allocatable.Memory)
	// The standard deviation of two numbers is half their distance.
	deviation := (cpu - memory) / 2
	if deviation < 0 {
		deviation = -deviation
	}
	return int64((1 - deviation) * Best)
}

// part is the part that is taken, 1 at most.
func part(taken, there int64) float64 { return min(float64(taken)/float64(there), 1) }
