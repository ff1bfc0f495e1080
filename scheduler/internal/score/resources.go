package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// leastAllocated prefers nodes with much left of CPU and memory.
func leastAllocated(p *cluster.Pod, n *cluster.Node) int64 {
	cpu := free(n.Scored.MilliCPU+p.Scored.MilliCPU, n.Allocatable.MilliCPU)
	memory := free(n.Scored.Memory+p.Scored.Memory, n.Allocatable.Memory)
	return (cpu + memory) / 2
}

// free is what is left, in parts of Best.
func free(taken, there int64) int64 {
	if there <= 0 || taken > there {
		return 0
	}
	return (there - taken) * Best / there
}

// balanced prefers nodes whose CPU and memory are taken to the same part, so
// that neither is left over without the other.
func balanced(p *cluster.Pod, n *cluster.Node) int64 {
	cpu := part(n.Scored.MilliCPU+p.Scored.MilliCPU, n.Allocatable.MilliCPU)
	memory := part(n.Scored.Memory+p.Scored.Memory, n.Allocatable.Memory)
	// The standard deviation of two numbers is half their distance.
	deviation := (cpu - memory) / 2
	if deviation < 0 {
		deviation = -deviation
	}
	return int64((1 - deviation) * Best)
}

// part is the part that is taken, 1 at most.
func part(taken, there int64) float64 {
	if there <= 0 {
		return 1
	}
	return min(float64(taken)/float64(there), 1)
}
