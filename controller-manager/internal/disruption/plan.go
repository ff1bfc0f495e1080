package disruption

import (
	"maps"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
)

// confirm is how long an eviction counts that is not seen to take effect: then
// it is taken to have failed.
const confirm = 2 * time.Minute

// counted tells whether the budget's bound is a share of what the pods'
// controllers want, so that these have to be asked.
func counted(b *policy.PodDisruptionBudget) bool {
	return b.Spec.MaxUnavailable != nil || b.Spec.MinAvailable != nil && b.Spec.MinAvailable.Type == meta.String
}

// plan is the budget's status for the pods that it selects. expected is how
// many pods there should be. again is when to look anew because an eviction
// that nobody confirms stops counting.
func plan(b *policy.PodDisruptionBudget, pods []*core.Pod, expected int32, now time.Time) (st policy.PodDisruptionBudgetStatus, again time.Duration) {
	disrupted, again := pending(b.Status.DisruptedPods, pods, now)
	var healthy int32
	for _, p := range pods {
		if _, going := disrupted[p.Name]; !going && p.DeletionTimestamp == nil && podstate.Ready(p) {
			healthy++
		}
	}
	desired := needed(b, expected)
	st = policy.PodDisruptionBudgetStatus{
		ObservedGeneration: b.Generation, DisruptedPods: disrupted, ExpectedPods: expected,
		CurrentHealthy: healthy, DesiredHealthy: desired, Conditions: b.Status.Conditions,
	}
	if expected > 0 {
		st.DisruptionsAllowed = max(0, healthy-desired)
	}
	if st.DisruptionsAllowed > 0 {
		st.Conditions = condition(st.Conditions, b, meta.ConditionTrue, policy.SufficientPodsReason, "", now)
	} else {
		st.Conditions = condition(st.Conditions, b, meta.ConditionFalse, policy.InsufficientPodsReason, "", now)
	}
	return st, again
}

// failed is the status when the pods could not be counted: nothing may go.
func failed(b *policy.PodDisruptionBudget, err error, now time.Time) policy.PodDisruptionBudgetStatus {
	st := *b.Status.DeepCopy()
	st.DisruptionsAllowed, st.ObservedGeneration = 0, b.Generation
	st.Conditions = condition(st.Conditions, b, meta.ConditionFalse, policy.SyncFailedReason, err.Error(), now)
	return st
}

// needed is how many healthy pods there must be.
func needed(b *policy.PodDisruptionBudget, expected int32) int32 {
	switch {
	case b.Spec.MaxUnavailable != nil:
		return max(0, expected-int32(b.Spec.MaxUnavailable.Of(int(expected), true)))
	case b.Spec.MinAvailable != nil:
		return int32(b.Spec.MinAvailable.Of(int(expected), true))
	}
	return 0
}

// pending is the evictions that are still to take effect.
func pending(disrupted map[string]meta.Time, pods []*core.Pod, now time.Time) (left map[string]meta.Time, again time.Duration) {
	if len(disrupted) == 0 {
		return nil, 0
	}
	left = maps.Clone(disrupted)
	there := map[string]bool{}
	for _, p := range pods {
		if p.DeletionTimestamp == nil {
			there[p.Name] = true
		}
	}
	for name, since := range left {
		wait := since.Add(confirm).Sub(now)
		if !there[name] || wait <= 0 {
			delete(left, name)
			continue
		}
		if again == 0 || wait < again {
			again = wait
		}
	}
	if len(left) == 0 {
		left = nil
	}
	return left, again
}

// condition puts DisruptionAllowed into the list.
func condition(list []meta.Condition, b *policy.PodDisruptionBudget, status meta.ConditionStatus, reason, message string, now time.Time) []meta.Condition {
	next := meta.Condition{Type: policy.DisruptionAllowedCondition, Status: status, ObservedGeneration: b.Generation,
		LastTransitionTime: meta.NewTime(now), Reason: reason, Message: message}
	out := make([]meta.Condition, 0, len(list)+1)
	for _, c := range list {
		if c.Type != next.Type {
			out = append(out, c)
		} else if c.Status == status {
			next.LastTransitionTime = c.LastTransitionTime
		}
	}
	return append(out, next)
}
