package preemption

import (
	"cmp"
	"slices"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// bed is a node from which pods are taken, and given back, to try out whether
// the new one fits.
type bed interface {
	remove(p *cluster.Pod)
	add(p *cluster.Pod)
	check() *filter.Refusal
}

// try finds the pods that must leave n; nil and why when it would not help.
func (s *Search) try(n *cluster.Node) (*Victims, []string) {
	var lower []*cluster.Pod
	leaving := false
	for _, p := range n.Pods {
		if p.Priority < s.Pod.Priority {
			lower = append(lower, p)
			leaving = leaving || s.leaves(p)
		}
	}
	if len(lower) == 0 {
		return nil, []string{noVictims}
	}
	slices.SortFunc(lower, byImportance)
	b := s.bed(n)
	for _, p := range lower {
		b.remove(p)
	}
	v := &Victims{Node: n}
	r := b.check()
	if r == nil {
		s.reprieve(b, v, lower)
	} else {
		for _, p := range lower {
			b.add(p)
		}
		return nil, r.Reasons
	}
	if len(v.Pods) == 0 && !leaving {
		return nil, []string{noVictims} // it fits as it is; the next look says so too
	}
	return v, nil
}

func (s *Search) leaves(p *cluster.Pod) bool { return p.DeletionTimestamp != nil || s.Leaving(p.UID) }

// reprieve gives back, of the pods that were removed, all that need not go:
// those first that a budget protects, of these and of the others the most
// important first. The bed is as it was found afterwards.
func (s *Search) reprieve(b bed, v *Victims, lower []*cluster.Pod) {
	var gone []*cluster.Pod
	var staying []*cluster.Pod
	for _, p := range lower {
		if s.leaves(p) {
			gone = append(gone, p)
		} else {
			staying = append(staying, p)
		}
	}
	protected, others := s.Budgets.split(staying)
	for i, list := range [][]*cluster.Pod{protected, others} {
		for _, p := range list {
			b.add(p)
			if b.check() == nil {
				continue
			}
			b.remove(p)
			v.Pods = append(v.Pods, p)
			if i == 0 {
				v.Violations++
			}
		}
	}
	for _, p := range slices.Concat(gone, v.Pods) {
		b.add(p)
	}
	slices.SortFunc(v.Pods, byImportance)
}

// byImportance puts the pods of higher priority first, then those that have
// been running for longer.
func byImportance(a, b *cluster.Pod) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), started(a).Compare(started(b)), cmp.Compare(a.UID, b.UID))
}

// bed is where the node can be tried out: on a copy when only what the node
// itself holds matters, else in the cluster, whose counts then follow.
func (s *Search) bed(n *cluster.Node) bed {
	more := further(s.Chooser.Filters)
	for i := range more {
		if more[i].Prepare(s.Pod, s.Cluster).Check != nil {
			return &real{s, n, more}
		}
	}
	return &copied{s, n.Copy()}
}

// copied tries out a copy of the node.
type copied struct {
	s *Search
	n *cluster.Node
}

func (c *copied) remove(p *cluster.Pod)  { c.n.Give(p) }
func (c *copied) add(p *cluster.Pod)     { c.n.Take(p) }
func (c *copied) check() *filter.Refusal { return filter.CheckNode(c.s.Chooser.Filters, c.s.Pod, c.n) }

// real tries it out in the cluster.
type real struct {
	s    *Search
	n    *cluster.Node
	more []filter.Filter
}

func (r *real) remove(p *cluster.Pod) { r.s.Cluster.RemovePod(p.UID) }
func (r *real) add(p *cluster.Pod)    { r.s.Cluster.SetPod(p, r.n.Name) }

func (r *real) check() *filter.Refusal {
	if refused := filter.CheckNode(r.s.Chooser.Filters, r.s.Pod, r.n); refused != nil {
		return refused
	}
	for i := range r.more {
		ready := r.more[i].Prepare(r.s.Pod, r.s.Cluster)
		if ready.Refused != nil {
			return ready.Refused
		}
		if ready.Check != nil {
			if refused := ready.Check(r.n); refused != nil {
				return refused
			}
		}
	}
	return nil
}
