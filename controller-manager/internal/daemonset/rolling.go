package daemonset

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
)

// roll brings the nodes to the present template, a few at a time.
func (s *state) roll(out *step) {
	if surge := s.surge(); surge > 0 {
		s.rollOver(surge, out)
		return
	}
	var broken, whole []*core.Pod // old pods, by whether anybody would miss them
	missing := 0
	for _, n := range s.nodes {
		if should, _ := runs(s.ds, n); !should {
			continue
		}
		fresh, old := s.pair(n.Name)
		switch {
		case fresh != nil:
			if old != nil || !s.available(fresh) {
				missing++
			}
		case old == nil || old.DeletionTimestamp != nil:
			missing++
		case !s.available(old):
			missing++
			broken = append(broken, old)
		default:
			whole = append(whole, old)
		}
	}
	spare := max(0, s.unavailable()-missing)
	out.delete = append(out.delete, broken...)
	out.delete = append(out.delete, whole[:min(spare, len(whole))]...)
}

// rollOver makes a new pod beside the old one, and deletes the old one when the
// new one is available.
func (s *state) rollOver(surge int, out *step) {
	var broken, whole []string
	taken := 0
	for _, n := range s.nodes {
		if should, _ := runs(s.ds, n); !should {
			continue
		}
		fresh, old := s.pair(n.Name)
		switch {
		case old == nil:
		case fresh != nil && s.available(fresh):
			if old.DeletionTimestamp == nil {
				out.delete = append(out.delete, old)
			}
		case fresh != nil:
			taken++
		case !s.available(old):
			broken = append(broken, n.Name)
		default:
			whole = append(whole, n.Name)
		}
	}
	spare := max(0, surge-taken)
	out.create = append(out.create, broken...)
	out.create = append(out.create, whole[:min(spare, len(whole))]...)
}

// pair is the pod of the present template on a node and the one of an earlier
// template, either of which may be nil.
func (s *state) pair(node string) (fresh, old *core.Pod) {
	pods := slices.Clone(s.pods[node])
	slices.SortFunc(pods, older)
	for _, p := range pods {
		switch {
		case s.fresh(p):
			if fresh == nil && p.DeletionTimestamp == nil {
				fresh = p
			}
		case old == nil || old.DeletionTimestamp != nil:
			old = p
		}
	}
	return fresh, old
}
