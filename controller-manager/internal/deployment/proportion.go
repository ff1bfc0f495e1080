package deployment

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/proto/apps"
)

// scale brings the replica sets to a number of replicas that the deployment
// asks for newly, or while it is paused. In the middle of a rollout all of
// them grow or shrink in proportion, so that none of the risk moves.
func (s *state) scale(out *step) {
	all := s.all()
	switch running := active(all); {
	case len(running) <= 1:
		one := s.fresh
		if len(running) == 1 {
			one = running[0]
		}
		if one != nil && (replicasOf(one) != s.wanted() || s.rescaled()) {
			out.add(s.resize(one, s.wanted()))
		}
	case s.saturated():
		for _, rs := range active(s.old) {
			out.add(s.resize(rs, 0))
		}
	case s.d.Spec.Strategy.Type != apps.RecreateDeploymentStrategyType:
		s.spread(running, out)
	}
}

// saturated tells whether the fresh replica set has all replicas by itself.
func (s *state) saturated() bool {
	if s.fresh == nil {
		return false
	}
	desired, err := strconv.Atoi(s.fresh.Annotations[AnnotationDesired])
	return err == nil && replicasOf(s.fresh) == s.wanted() && int32(desired) == s.wanted() && available(s.fresh) == s.wanted()
}

// spread gives each replica set its part of the replicas to add or to take
// away. The largest go first; what rounding leaves over is the first one's.
func (s *state) spread(running []*apps.ReplicaSet, out *step) {
	size := s.wanted() + s.maxSurge()
	if s.wanted() == 0 {
		size = 0
	}
	add := size - sum(running, replicasOf)
	slices.SortStableFunc(running, func(a, b *apps.ReplicaSet) int {
		age := older(a, b) // of equal size the older shrink first and the newer grow first
		if add > 0 {
			age = -age
		}
		return cmp.Or(cmp.Compare(replicasOf(b), replicasOf(a)), age)
	})
	next, added := make([]int32, len(running)), int32(0)
	for i, rs := range running {
		n := int32(0)
		if add != 0 {
			n = s.part(rs, add, added)
		}
		next[i] = replicasOf(rs) + n
		added += n
	}
	if len(next) > 0 && add != 0 {
		next[0] = max(0, next[0]+add-added)
	}
	for i, rs := range running {
		out.add(s.resize(rs, next[i]))
	}
}

// part is a replica set's share of add, of which added are given already.
func (s *state) part(rs *apps.ReplicaSet, add, added int32) int32 {
	allowed := add - added
	fraction := s.fraction(rs)
	if add > 0 {
		return min(fraction, allowed)
	}
	return max(fraction, allowed)
}

// fraction is how many replicas a replica set gains for being scaled as the
// deployment as a whole is.
func (s *state) fraction(rs *apps.ReplicaSet) int32 {
	have := replicasOf(rs)
	if s.wanted() == 0 {
		return -have
	}
	before, err := strconv.Atoi(rs.Annotations[AnnotationMax])
	if err != nil || before == 0 {
		if before = int(s.d.Status.Replicas); before == 0 {
			return 0
		}
	}
	scaled := float64(have) * float64(s.wanted()+s.maxSurge()) / float64(before)
	return int32(math.Round(scaled)) - have
}
