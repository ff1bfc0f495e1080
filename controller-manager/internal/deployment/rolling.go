package deployment

import (
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// roll grows the fresh replica set as far as the surge allows, and shrinks the
// old ones as far as availability allows.
func (s *state) roll(out *step) {
	if s.fresh == nil {
		out.create = s.freshSet()
		return
	}
	if out.add(s.grown(s.freshReplicas())); len(out.change) > 0 {
		return
	}
	s.shrink(out)
}

// freshReplicas is how many replicas the fresh replica set may have now.
func (s *state) freshReplicas() int32 {
	have, want := replicasOf(s.fresh), s.wanted()
	if s.fresh == nil {
		have = 0
	}
	if s.d.Spec.Strategy.Type == apps.RecreateDeploymentStrategyType || have > want {
		return want
	}
	room := want + s.maxSurge() - sum(s.all(), held)
	return have + max(0, min(room, want-have))
}

// shrink takes replicas from the old replica sets: first those that are not
// available anyway, then as many as availability can spare.
func (s *state) shrink(out *step) {
	old := active(s.old)
	if len(old) == 0 {
		return
	}
	least := s.wanted() - s.maxUnavailable()
	unavailable := replicasOf(s.fresh) - lasting(s.fresh)
	spare := sum(s.all(), replicasOf) - least - unavailable
	if spare <= 0 {
		return
	}
	left := make(map[*apps.ReplicaSet]int32, len(old))
	for _, rs := range old {
		left[rs] = replicasOf(rs)
	}
	sick := spare
	for _, rs := range old {
		n := min(sick, max(0, left[rs]-available(rs)))
		left[rs] -= n
		sick -= n
	}
	healthy := sum(s.all(), lasting) - least
	for _, rs := range old {
		if healthy <= 0 {
			break
		}
		n := min(healthy, left[rs])
		left[rs] -= n
		healthy -= n
	}
	for _, rs := range old {
		if left[rs] != replicasOf(rs) {
			out.add(s.resize(rs, left[rs]))
		}
	}
}

// held is how many replicas a set has or will have: one that is still to shrink
// has those that it is to lose.
func held(rs *apps.ReplicaSet) int32 { return max(replicasOf(rs), rs.Status.Replicas) }

// lasting is how many available replicas a set will still have once it has
// shrunk as far as it was told to: its status may be from before that.
func lasting(rs *apps.ReplicaSet) int32 { return min(available(rs), replicasOf(rs)) }

// maxSurge is how many replicas more than wanted there may be.
func (s *state) maxSurge() int32 {
	surge, _ := s.bounds()
	return surge
}

// maxUnavailable is how many of the wanted replicas may be missing.
func (s *state) maxUnavailable() int32 {
	_, unavailable := s.bounds()
	return min(unavailable, s.wanted())
}

// bounds reads both; they are never both 0, or nothing could ever move.
func (s *state) bounds() (surge, unavailable int32) {
	if s.d.Spec.Strategy.Type == apps.RecreateDeploymentStrategyType || s.wanted() == 0 {
		return 0, 0
	}
	quarter := meta.FromString("25%")
	maxSurge, maxUnavailable := &quarter, &quarter
	if r := s.d.Spec.Strategy.RollingUpdate; r != nil {
		if r.MaxSurge != nil {
			maxSurge = r.MaxSurge
		}
		if r.MaxUnavailable != nil {
			maxUnavailable = r.MaxUnavailable
		}
	}
	surge, unavailable = int32(maxSurge.Of(int(s.wanted()), true)), int32(maxUnavailable.Of(int(s.wanted()), false))
	if surge == 0 && unavailable == 0 {
		unavailable = 1
	}
	return surge, unavailable
}
