package scheduler

import (
	"maps"
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/backlog"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// happened has the pods tried again that e may have made room for. The lock is
// held.
func (s *Scheduler) happened(e *cluster.Event) {
	here := s.nominatedFor(e.Node)
	woken := s.backlog.Wake(time.Now(), filter.Caring(filter.All, e.Happening), func(waiting *backlog.Entry) bool {
		c := s.choosers[waiting.Pod.Spec.SchedulerName]
		if c == nil {
			return true
		}
		seen := *e
		seen.Node = asSeenBy(waiting.Pod, e.Node, here)
		freed, objects := filter.Freed(c.Filters, waiting.Pod, waiting.Refused, &seen, s.cluster)
		for _, name := range objects {
			s.backlog.Blame(waiting, name)
		}
		return freed
	})
	if s.retryNominated(e.Node, here) || woken {
		s.nudge()
	}
}

// podChanged brings a pod's change into the picture. Pods that have ended are
// not watched: they come as deleted.
func (s *Scheduler) podChanged(old, p *core.Pod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p == nil:
		s.backlog.Remove(old.UID, time.Now())
		delete(s.nominated, old.UID) // what stands for it leaves like a pod
		delete(s.doomed, old.UID)
		s.podLeft(old)
	case p.Spec.NodeName != "":
		s.backlog.Remove(p.UID, time.Now())
		s.dismiss(p.UID)
		s.podIsOn(p)
	case s.choosers[p.Spec.SchedulerName] == nil || p.DeletionTimestamp != nil:
		s.backlog.Remove(p.UID, time.Now())
		// A decision may be on its way; it counts until the pod is gone.
	default:
		asks := old != nil && asksElse(old, p)
		s.backlog.Set(cluster.NewPod(p), asks, time.Now())
		s.nominatedByOthers(old, p)
		s.nudge()
	}
}

// podLeft takes a pod off its node, if it is on one.
func (s *Scheduler) podLeft(o *core.Pod) {
	p := s.cluster.Placed(o.UID)
	if p == nil {
		return
	}
	node, _ := s.cluster.RemovePod(o.UID)
	s.happened(&cluster.Event{Happening: cluster.PodGone, Node: s.cluster.Node(node), Pod: p})
}

// podIsOn has a pod on the node that it names.
func (s *Scheduler) podIsOn(o *core.Pod) {
	node := o.Spec.NodeName
	was := s.cluster.Placed(o.UID)
	if was == nil {
		p := cluster.NewPod(o)
		s.cluster.SetPod(p, node)
		s.happened(&cluster.Event{Happening: cluster.PodPlaced, Node: s.cluster.Node(node), Pod: p})
		return
	}
	if on, _ := s.cluster.NodeOf(o.UID); on == node && alike(was.Pod, o) && was.Asks(o) {
		was.Pod = o // its status may be another
		return
	}
	p := cluster.NewPod(o)
	s.cluster.SetPod(p, node)
	s.happened(&cluster.Event{
		Happening: cluster.PodShrunk | cluster.PodLabels | cluster.PodPlaced, Node: s.cluster.Node(node), Pod: p, Old: was,
	})
}

// alike says whether a pod that is on a node is the same to all others as it
// was, but for what a binding adds.
func alike(was, is *core.Pod) bool {
	if (was.DeletionTimestamp == nil) != (is.DeletionTimestamp == nil) || !maps.Equal(was.Labels, is.Labels) {
		return false
	}
	if len(was.OwnerReferences)+len(is.OwnerReferences) > 0 && !reflect.DeepEqual(was.OwnerReferences, is.OwnerReferences) {
		return false
	}
	return reflect.DeepEqual(was.Spec.Containers, is.Spec.Containers) && reflect.DeepEqual(was.Spec.InitContainers, is.Spec.InitContainers) &&
		reflect.DeepEqual(was.Spec.Resources, is.Spec.Resources)
}

// asksElse says whether a waiting pod asks for something else than before.
// Its status does not count: we write it ourselves.
func asksElse(old, new *core.Pod) bool {
	return old != new && !(reflect.DeepEqual(&old.Spec, &new.Spec) && reflect.DeepEqual(old.Labels, new.Labels))
}

// nodeChanged brings a node's change into the picture, and wakes the pods that
// it may help. Its heartbeats are no reason to try again.
func (s *Scheduler) nodeChanged(gone, n *core.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n == nil {
		// That may help too: the place that it was alone in does not count
		// any more.
		s.cluster.RemoveNode(gone.Name)
		s.happened(&cluster.Event{Happening: cluster.NodeGone})
		return
	}
	was := s.cluster.Node(n.Name)
	var old *core.Node
	if was != nil {
		old = was.Object
	}
	if !s.cluster.SetNode(n) {
		return
	}
	if h := cluster.NodeChange(old, n); h != 0 {
		s.happened(&cluster.Event{Happening: h, Node: s.cluster.Node(n.Name)})
	}
}

// namespaceChanged brings a namespace's labels into the picture.
func (s *Scheduler) namespaceChanged(old, n *core.Namespace) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var changed bool
	if n == nil {
		changed = s.cluster.SetNamespace(old.Name, nil)
	} else {
		labels := n.Labels
		if labels == nil {
			labels = map[string]string{}
		}
		changed = s.cluster.SetNamespace(n.Name, labels)
	}
	if changed {
		s.happened(&cluster.Event{Happening: cluster.NamespaceLabels})
	}
}
