package rest

import (
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/selector"
)

const (
	// retryEviction is after how many seconds a refused eviction may be tried
	// again.
	retryEviction = 10
	// maxDisrupted is how many evictions a budget keeps count of before its
	// controller has seen the pods go.
	maxDisrupted = 2000
)

// spend takes the disruption of a pod off the budget that selects it. The
// error says which budget cannot spare it.
func (c *call) spend(p *core.Pod, dryRun bool) error {
	table := c.Cache.Table("poddisruptionbudgets.policy")
	list, err := table.List(c.r.Context(), cache.ListOptions{Namespace: p.Namespace})
	if err != nil {
		return c.refusal(err)
	}
	var found *current
	for o := range list.All() {
		b := &policy.PodDisruptionBudget{}
		if err := codec.DecodeJSON(o.JSON(), b); err != nil {
			return err
		}
		// A budget without a selector selects nothing, an empty selector all.
		if sel, err := selector.FromLabelSelector(b.Spec.Selector); err != nil || b.Spec.Selector == nil || !sel.Matches(p.Labels) {
			continue
		}
		if found != nil {
			return status.ManyBudgets()
		}
		found = &current{json: o.JSON(), rev: o.Rev, obj: o}
	}
	if found == nil {
		return nil
	}
	for {
		b := &policy.PodDisruptionBudget{}
		if err := codec.DecodeJSON(found.json, b); err != nil {
			return err
		}
		if free(b, p) {
			return nil
		}
		if err := take(b, p.Name); err != nil || dryRun {
			return err
		}
		b.ResourceVersion = ""
		value, err := codec.EncodeJSON(b)
		if err != nil {
			return err
		}
		_, err = c.Store.Update(c.r.Context(), table.Key(b.Namespace, b.Name), value, found.rev, 0)
		conflict, ok := asConflict(err)
		if !ok {
			return c.refusal(err)
		}
		found = conflict
	}
}

// free tells whether a pod's eviction costs its budget nothing: it is not ready
// and the budget's policy does not guard it.
func free(b *policy.PodDisruptionBudget, p *core.Pod) bool {
	for i := range p.Status.Conditions {
		if c := &p.Status.Conditions[i]; c.Type == core.PodReady && c.Status == core.ConditionTrue {
			return false
		}
	}
	if when := b.Spec.UnhealthyPodEvictionPolicy; when != nil && *when == policy.AlwaysAllow {
		return true
	}
	return b.Status.ObservedGeneration >= b.Generation && b.Status.CurrentHealthy >= b.Status.DesiredHealthy && b.Status.DesiredHealthy > 0
}

// take notes in the budget's status that the pod is about to go.
func take(b *policy.PodDisruptionBudget, pod string) error {
	st := &b.Status
	name := status.Resource{Group: "policy", Name: "poddisruptionbudgets"}
	switch {
	case st.ObservedGeneration < b.Generation:
		return overdrawn(fmt.Sprintf("The disruption budget %s is still being processed by the server.", b.Name))
	case st.DisruptionsAllowed < 0:
		return status.Forbidden(name, b.Name, "pdb disruptions allowed is negative")
	case len(st.DisruptedPods) > maxDisrupted:
		return status.Forbidden(name, b.Name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller")
	case st.DisruptionsAllowed == 0:
		return overdrawn(fmt.Sprintf("The disruption budget %s needs %d healthy pods and has %d currently", b.Name, st.DesiredHealthy, st.CurrentHealthy))
	}
	if st.DisruptionsAllowed--; st.DisruptionsAllowed == 0 {
		setDisallowed(st, b.Generation)
	}
	if st.DisruptedPods == nil {
		st.DisruptedPods = map[string]meta.Time{}
	}
	st.DisruptedPods[pod] = meta.NewTime(now())
	return nil
}

func overdrawn(why string) error {
	e := status.TooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", retryEviction)
	e.Status.Details.Causes = []meta.StatusCause{{Type: policy.DisruptionBudgetCause, Message: why}}
	e.Status.Details.RetryAfterSeconds = 0
	return e
}

// setDisallowed says in the conditions that nothing more can be spared.
func setDisallowed(st *policy.PodDisruptionBudgetStatus, generation int64) {
	next := meta.Condition{Type: policy.DisruptionAllowedCondition, Status: meta.ConditionFalse, Reason: policy.InsufficientPodsReason,
		ObservedGeneration: generation, LastTransitionTime: meta.NewTime(now())}
	for i := range st.Conditions {
		if was := &st.Conditions[i]; was.Type == next.Type {
			if was.Status == next.Status {
				next.LastTransitionTime = was.LastTransitionTime
			}
			*was = next
			return
		}
	}
	st.Conditions = append(st.Conditions, next)
}
