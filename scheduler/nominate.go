package scheduler

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
)

// A pod that others were pushed out for is nominated for their node until it is
// placed. It stands on the node as if it were there, so that nobody takes the
// room in the meantime; but pods of a higher priority do not see it, and it does
// not see itself.

// nomination is a pod that waits for room on a node.
type nomination struct {
	pod  *cluster.Pod
	node string
}

// nominate has p wait for node. The lock is held.
func (s *Scheduler) nominate(p *cluster.Pod, node string) {
	s.dismiss(p.UID)
	s.nominated[p.UID] = &nomination{p, node}
	s.cluster.SetPod(p, node)
}

// dismiss ends a nomination, if there is one; what stood for the pod goes.
func (s *Scheduler) dismiss(uid meta.UID) (node string) {
	n := s.nominated[uid]
	if n == nil {
		return ""
	}
	delete(s.nominated, uid)
	s.cluster.RemovePod(uid)
	return n.node
}

// nominatedByOthers keeps the nominations that the API server tells of: made
// before this process began, or taken back by somebody. What we have noted
// ourselves may not be written yet. The lock is held.
func (s *Scheduler) nominatedByOthers(old, p *core.Pod) {
	is, was := p.Status.NominatedNodeName, ""
	if old != nil {
		was = old.Status.NominatedNodeName
	}
	ours := s.nominated[p.UID]
	switch {
	case is == was:
	case is != "" && ours == nil:
		if on, placed := s.cluster.NodeOf(p.UID); !placed || on == "" {
			s.nominate(cluster.NewPod(p), is)
		}
	case is == "" && ours != nil && ours.node == was:
		s.dismiss(p.UID)
	}
}

// sees says whether a decision about p counts the nominated pod.
func (n *nomination) sees(p *cluster.Pod) bool {
	return n.pod.UID != p.UID && n.pod.Priority >= p.Priority
}

// unseen takes away what p does not see, and returns what puts it back.
func (s *Scheduler) unseen(p *cluster.Pod) (putBack func()) {
	var hidden []*nomination
	for uid, n := range s.nominated {
		if !n.sees(p) {
			s.cluster.RemovePod(uid)
			hidden = append(hidden, n)
		}
	}
	return func() {
		for _, n := range hidden {
			if s.nominated[n.pod.UID] == n {
				s.cluster.SetPod(n.pod, n.node)
			}
		}
	}
}

// choose is the chooser's choice for p, the node that it is nominated for first.
// What stands for nominated pods may not be there in the end: a pod that needs
// others near it does not rely on them.
func (s *Scheduler) choose(p *cluster.Pod, c *placement.Chooser) (*cluster.Node, *placement.Failure) {
	if len(s.nominated) == 0 {
		return c.Choose(p, s.cluster)
	}
	defer s.unseen(p)()
	if own := s.nominated[p.UID]; own != nil {
		if n := s.cluster.Node(own.node); n != nil && c.Begin(p, s.cluster).Check(n) == nil {
			return n, nil
		}
	}
	n, failure := c.Choose(p, s.cluster)
	if n == nil || len(p.Near.Required) == 0 {
		return n, failure
	}
	for uid := range s.nominated {
		s.cluster.RemovePod(uid)
	}
	refused := c.Begin(p, s.cluster).Check(n)
	for _, other := range s.nominated {
		if other.sees(p) {
			s.cluster.SetPod(other.pod, other.node)
		}
	}
	if refused != nil {
		return nil, placement.Refused(refused, s.cluster)
	}
	return n, nil
}

// nominatedFor are the nominations for one node.
func (s *Scheduler) nominatedFor(n *cluster.Node) []*nomination {
	var here []*nomination
	for _, other := range s.nominated {
		if n != nil && other.node == n.Name {
			here = append(here, other)
		}
	}
	return here
}

// asSeenBy is n as p sees it: without those of the nominated that it does not.
func asSeenBy(p *cluster.Pod, n *cluster.Node, here []*nomination) *cluster.Node {
	if len(here) == 0 {
		return n
	}
	out := n.Copy()
	for _, other := range here {
		if !other.sees(p) {
			out.Give(other.pod)
		}
	}
	return out
}

// retryNominated has those tried at once that there is room for now.
func (s *Scheduler) retryNominated(n *cluster.Node, here []*nomination) (some bool) {
	for _, own := range here {
		c := s.choosers[own.pod.Spec.SchedulerName]
		if c != nil && filter.CheckNode(c.Filters, own.pod, asSeenBy(own.pod, n, here)) == nil {
			some = s.backlog.Retry(own.pod.UID) || some
		}
	}
	return some
}
