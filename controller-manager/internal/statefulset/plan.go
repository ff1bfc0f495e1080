package statefulset

import (
	"cmp"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
)

// state is a stateful set and its pods, as they are.
type state struct {
	set  *apps.StatefulSet
	pods map[int]*core.Pod // by their number
	// current is the revision that pods are of before an update has reached
	// them, update the one of the present template. They are equal when no
	// update is under way.
	current, update string
	now             time.Time
	soon            time.Duration // when a pod becomes available by age alone
}

// step is what to do next for one stateful set. Numbers in create are made of
// the revision that they are given.
type step struct {
	create []making
	delete []*core.Pod
	fix    []*core.Pod // pods that lack a part of their identity
	status apps.StatefulSetStatus
	again  time.Duration // 0 for never
}

// making is a pod to make.
type making struct {
	ordinal  int
	revision string
}

// plan decides the next step.
func plan(s *state) step {
	var out step
	if s.set.DeletionTimestamp == nil {
		s.move(&out)
	}
	out.status = s.count()
	out.again = s.soon
	return out
}

// ordered says that pods come and go one after the other.
func (s *state) ordered() bool {
	return s.set.Spec.PodManagementPolicy != apps.ParallelPodManagement
}

// healthy tells whether a pod runs, is ready, and nobody has asked it to go.
func (s *state) healthy(p *core.Pod) bool {
	return p != nil && p.DeletionTimestamp == nil && serving(p)
}

// serving tells whether a pod runs and says that it is ready.
func serving(p *core.Pod) bool { return p.Status.Phase == core.PodRunning && podstate.Ready(p) }

// available tells whether a healthy pod has been so for long enough.
func (s *state) available(p *core.Pod) bool { return s.healthy(p) && s.aged(p) }

// aged tells whether a pod has been ready for long enough.
func (s *state) aged(p *core.Pod) bool {
	ok, wait := podstate.Available(p, time.Duration(s.set.Spec.MinReadySeconds)*time.Second, s.now)
	if wait > 0 && (s.soon == 0 || wait < s.soon) {
		s.soon = wait
	}
	return ok
}

// move decides what becomes of the pods: first those that should be there, in
// order, then those that should not, in reverse, then an update, in reverse.
func (s *state) move(out *step) {
	begin := first(s.set)
	for n := begin; n < begin+wanted(s.set); n++ {
		if !s.keep(n, out) && s.ordered() {
			return
		}
	}
	for _, n := range s.surplus() {
		if !s.drop(n, out) && s.ordered() {
			return
		}
	}
	if len(out.create)+len(out.delete) == 0 && s.set.Spec.UpdateStrategy.Type != apps.OnDeleteStatefulSetStrategyType {
		s.roll(out)
	}
}

// keep sees to the pod of a number that should be there. It is false when
// those after it have to wait.
func (s *state) keep(n int, out *step) bool {
	p := s.pods[n]
	switch {
	case p == nil:
		out.create = append(out.create, making{n, s.revisionFor(n)})
		return false
	case p.DeletionTimestamp != nil:
		return false
	case podstate.Terminal(p):
		out.delete = append(out.delete, p)
		return false
	}
	if identify(s.set, p.DeepCopy()) {
		out.fix = append(out.fix, p)
	}
	return s.available(p)
}

// surplus is the numbers that should not be there, the highest first.
func (s *state) surplus() []int {
	var out []int
	for n, p := range s.pods {
		if condemned(s.set, p) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Compare(b, a) })
	return out
}

// drop deletes a pod that should not be there. It is false when those after it
// have to wait: nothing else goes before it is gone, and a healthy pod does not
// go while another one is not.
func (s *state) drop(n int, out *step) bool {
	p := s.pods[n]
	if p.DeletionTimestamp != nil {
		return false
	}
	if s.ordered() && !s.healthy(p) && s.lame() != p {
		return false
	}
	out.delete = append(out.delete, p)
	return false
}

// lame is the first pod that is not healthy.
func (s *state) lame() *core.Pod {
	var numbers []int
	for n := range s.pods {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		if !s.healthy(s.pods[n]) {
			return s.pods[n]
		}
	}
	return nil
}

// partition is the number from which on pods are updated.
func (s *state) partition() int {
	r := s.set.Spec.UpdateStrategy.RollingUpdate
	if r == nil || r.Partition == nil {
		return first(s.set)
	}
	return first(s.set) + int(*r.Partition)
}

// revisionFor is the revision of which to make a pod that is missing. A pod that
// an update has not reached yet, or that it is to leave out, comes back as it
// was.
func (s *state) revisionFor(n int) string {
	if s.current == s.update {
		return s.update
	}
	if s.set.Spec.UpdateStrategy.Type == apps.OnDeleteStatefulSetStrategyType {
		return s.update
	}
	r := s.set.Spec.UpdateStrategy.RollingUpdate
	switch {
	case (r == nil || r.Partition == nil) && n < first(s.set)+s.untouched():
		return s.current
	case r != nil && r.Partition != nil && n < s.partition():
		return s.current
	}
	return s.update
}

// untouched is how many pods an update has not reached. The pods themselves
// are counted: the status may be older than the last deletion.
func (s *state) untouched() (n int) {
	for _, p := range s.pods {
		if p.DeletionTimestamp == nil && p.Labels[revision.Label] == s.current {
			n++
		}
	}
	return n
}

// roll deletes the highest pod of an earlier revision, so that it comes back
// with the present template, once as few as allowed are missing.
func (s *state) roll(out *step) {
	missing, allowed := 0, 1
	if r := s.set.Spec.UpdateStrategy.RollingUpdate; r != nil && r.MaxUnavailable != nil {
		allowed = max(1, r.MaxUnavailable.Of(wanted(s.set), false))
	}
	for n := first(s.set); n < first(s.set)+wanted(s.set); n++ {
		if p := s.pods[n]; p == nil || !s.available(p) {
			missing++
		}
	}
	for n := first(s.set) + wanted(s.set) - 1; n >= s.partition(); n-- {
		p := s.pods[n]
		if p == nil || p.DeletionTimestamp != nil || p.Labels[revision.Label] == s.update {
			continue
		}
		// A pod that does not work is worth updating whatever the others do.
		if s.available(p) {
			if missing >= allowed {
				return
			}
			missing++
		} else if missing > allowed {
			return
		}
		out.delete = append(out.delete, p)
	}
}

// count is the status.
func (s *state) count() apps.StatefulSetStatus {
	old := s.set.Status
	st := apps.StatefulSetStatus{ObservedGeneration: s.set.Generation, CurrentRevision: s.current, UpdateRevision: s.update,
		CollisionCount: old.CollisionCount, Conditions: old.Conditions}
	if st.CollisionCount == nil {
		st.CollisionCount = new(int32) // 0 is said, unlike with other kinds
	}
	for _, p := range s.pods {
		if podstate.Terminal(p) {
			continue
		}
		st.Replicas++
		if serving(p) { // one that is going serves until its kubelet says otherwise
			st.ReadyReplicas++
			if s.aged(p) {
				st.AvailableReplicas++
			}
		}
		if p.DeletionTimestamp != nil {
			continue
		}
		rev := p.Labels[revision.Label]
		if rev == s.current {
			st.CurrentReplicas++
		}
		if rev == s.update {
			st.UpdatedReplicas++
		}
	}
	done := st.UpdatedReplicas == st.Replicas && st.ReadyReplicas == st.Replicas && int(st.Replicas) == wanted(s.set)
	if s.set.Spec.UpdateStrategy.Type != apps.OnDeleteStatefulSetStrategyType && done && s.current != s.update {
		st.CurrentRevision, st.CurrentReplicas = s.update, st.UpdatedReplicas
	}
	return st
}
