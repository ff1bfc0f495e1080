package deployment

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/pilothouse/pilothouse/proto/apps"
)

// step is what to do next for one deployment. Its parts are independent of
// each other: a crash after any of them leaves a state from which the next
// plan goes on.
type step struct {
	create   *apps.ReplicaSet   // the replica set of the present template
	change   []change           // replica sets to write
	remove   []*apps.ReplicaSet // history to forget
	revision string             // the deployment's own, when it is known
	status   apps.DeploymentStatus
	again    time.Duration // when the deadline passes; 0 for never
}

// change is a replica set as it is to be, and the replicas that it had.
type change struct {
	set  *apps.ReplicaSet
	from int32
}

// plan decides the next step.
func plan(s *state) step {
	var out step
	if s.d.DeletionTimestamp == nil {
		s.move(&out)
	}
	s.creating = out.create != nil
	out.status, out.again = s.status()
	if s.fresh != nil && s.fresh.Annotations[AnnotationRevision] != "" {
		out.revision = s.fresh.Annotations[AnnotationRevision]
	} else if out.create != nil {
		out.revision = out.create.Annotations[AnnotationRevision]
	}
	return out
}

// move decides what becomes of the replica sets.
func (s *state) move(out *step) {
	if s.fresh != nil {
		if c := s.inherit(); c != nil {
			out.change = []change{*c}
			return
		}
	}
	switch {
	case s.d.Spec.Paused:
		s.scale(out)
		s.forget(out)
	case s.rescaled():
		s.scale(out)
	case s.d.Spec.Strategy.Type == apps.RecreateDeploymentStrategyType:
		s.recreate(out)
	default:
		s.roll(out)
	}
	if len(out.change) == 0 && out.create == nil && s.complete(s.counts()) {
		s.forget(out)
	}
}

// inherit is the fresh replica set with what it takes over from the
// deployment, or nil when it has it already.
func (s *state) inherit() *change {
	annotations := s.annotate(s.fresh.Annotations)
	if maps.Equal(annotations, s.fresh.Annotations) && s.fresh.Spec.MinReadySeconds == s.d.Spec.MinReadySeconds {
		return nil
	}
	rs := s.fresh.DeepCopy()
	rs.Annotations, rs.Spec.MinReadySeconds = annotations, s.d.Spec.MinReadySeconds
	return &change{set: rs, from: replicasOf(rs)}
}

// resize is a replica set with another number of replicas, or nil when it has
// that number and knows of the deployment's.
func (s *state) resize(rs *apps.ReplicaSet, n int32) *change {
	annotations := s.sized(rs.Annotations)
	if replicasOf(rs) == n && maps.Equal(annotations, rs.Annotations) {
		return nil
	}
	next := rs.DeepCopy()
	next.Spec.Replicas, next.Annotations = &n, annotations
	return &change{set: next, from: replicasOf(rs)}
}

func (out *step) add(c *change) {
	if c != nil {
		out.change = append(out.change, *c)
	}
}

// recreate lets the old pods end before the new ones start.
func (s *state) recreate(out *step) {
	for _, rs := range active(s.old) {
		out.add(s.resize(rs, 0))
	}
	if len(out.change) > 0 || slices.ContainsFunc(s.old, s.running) {
		return
	}
	if s.fresh == nil {
		out.create = s.freshSet()
		return
	}
	out.add(s.grown(s.wanted()))
}

// grown is the fresh replica set at n replicas, or nil when it is there.
func (s *state) grown(n int32) *change {
	if replicasOf(s.fresh) == n {
		return nil
	}
	return s.resize(s.fresh, n)
}

// forget drops the oldest replica sets that have nothing left to do, beyond
// those that are kept to go back to.
func (s *state) forget(out *step) {
	limit := 10
	if s.d.Spec.RevisionHistoryLimit != nil {
		limit = int(*s.d.Spec.RevisionHistoryLimit)
	}
	idle := slices.DeleteFunc(slices.Clone(s.old), func(rs *apps.ReplicaSet) bool {
		return rs.DeletionTimestamp != nil || replicasOf(rs) != 0 || rs.Status.Replicas != 0 || rs.Generation > rs.Status.ObservedGeneration
	})
	if n := len(idle) - limit; n > 0 {
		slices.SortStableFunc(idle, func(a, b *apps.ReplicaSet) int { return cmp.Compare(revisionOf(a), revisionOf(b)) })
		out.remove = idle[:n]
	}
}

// rescaled tells whether the deployment asks for another number of replicas
// than when the replica sets were last sized.
func (s *state) rescaled() bool {
	for _, rs := range active(s.all()) {
		desired, err := strconv.Atoi(rs.Annotations[AnnotationDesired])
		if err == nil && int32(desired) != s.wanted() {
			return true
		}
	}
	return false
}
