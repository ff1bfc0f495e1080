package filter

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// checkFit wants room for what the pod requests; it names all that is short.
// What the empty node would not have either is a lasting refusal.
func checkFit(p *cluster.Pod, n *cluster.Node) *Refusal {
	var short shortage
	short.check("Too many pods", 1, n.Requested.Pods, n.Allocatable.Pods)
	r := &p.Requests
	short.check("Insufficient cpu", r.MilliCPU, n.Requested.MilliCPU, n.Allocatable.MilliCPU)
	short.check("Insufficient memory", r.Memory, n.Requested.Memory, n.Allocatable.Memory)
	short.check("Insufficient ephemeral-storage", r.EphemeralStorage, n.Requested.EphemeralStorage, n.Allocatable.EphemeralStorage)
	for _, name := range extended(r) {
		short.check("Insufficient "+string(name), r.Extended[name], n.Requested.Extended[name], n.Allocatable.Extended[name])
	}
	if short.reasons == nil {
		return nil
	}
	return &Refusal{Fit, short.reasons, short.lasting}
}

// extended are the names of a request's further resources, in order.
func extended(r *cluster.Resources) []core.ResourceName {
	if len(r.Extended) == 0 {
		return nil
	}
	names := make([]core.ResourceName, 0, len(r.Extended))
	for name := range r.Extended {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shortage collects what is missing.
type shortage struct {
	reasons []string
	lasting bool
}

func (s *shortage) check(reason string, want, taken, there int64) {
	if want <= 0 || want <= there-taken {
		return
	}
	s.reasons = append(s.reasons, reason)
	s.lasting = s.lasting || want > there
}
