package scheduler

import (
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// podChanged brings a pod's change into the picture. Pods that have ended are
// not watched: they come as deleted.
func (s *Scheduler) podChanged(old, p *core.Pod) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p == nil:
		s.backlog.Remove(old.UID)
		if _, was := s.cluster.RemovePod(old.UID); was {
			s.backlog.Wake(now, filter.Fit, filter.Ports)
			s.nudge()
		}
	case p.Spec.NodeName != "":
		s.backlog.Remove(p.UID)
		s.cluster.SetPod(cluster.NewPod(p), p.Spec.NodeName)
		if old != nil && shrunk(&old.Spec, &p.Spec) {
			s.backlog.Wake(now, filter.Fit)
			s.nudge()
		}
	case p.Spec.SchedulerName != s.cfg.Name || p.DeletionTimestamp != nil:
		s.backlog.Remove(p.UID)
		// A decision may be on its way; it counts until the pod is gone.
	default:
		asks := old != nil && asksElse(old, p)
		s.backlog.Set(cluster.NewPod(p), asks, now)
		s.nudge()
	}
}

// shrunk says whether a running pod's requests may have become smaller.
func shrunk(old, new *core.PodSpec) bool {
	return !reflect.DeepEqual(old.Containers, new.Containers)
}

// asksElse says whether a waiting pod asks for something else than before.
// Its status does not count: we write it ourselves.
func asksElse(old, new *core.Pod) bool {
	return old != new && !(reflect.DeepEqual(&old.Spec, &new.Spec) && reflect.DeepEqual(old.Labels, new.Labels))
}

// nodeChanged brings a node's change into the picture, and wakes the pods that
// it may help.
func (s *Scheduler) nodeChanged(old, n *core.Node) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == nil {
		s.cluster.RemoveNode(old.Name)
		return
	}
	s.cluster.SetNode(n)
	if old == nil {
		s.backlog.Wake(now)
		s.nudge()
		return
	}
	if filters := helps(old, n); len(filters) > 0 {
		s.backlog.Wake(now, filters...)
		s.nudge()
	}
}

// helps lists the filters that may judge the node otherwise than before. Its
// heartbeats are no reason to try again.
func helps(old, n *core.Node) []string {
	var filters []string
	if !reflect.DeepEqual(old.Status.Allocatable, n.Status.Allocatable) {
		filters = append(filters, filter.Fit)
	}
	if !reflect.DeepEqual(old.Labels, n.Labels) {
		filters = append(filters, filter.NodeAffinity)
	}
	if !reflect.DeepEqual(old.Spec.Taints, n.Spec.Taints) {
		filters = append(filters, filter.Taints)
	}
	if old.Spec.Unschedulable && !n.Spec.Unschedulable {
		filters = append(filters, filter.Unschedulable)
	}
	return filters
}
