package horizontalpodautoscaler

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Settings are what an administrator sets for all autoscalers.
type Settings struct {
	// Period is the time between two looks at an autoscaler.
	Period time.Duration
	// DownscaleStabilization is for how long past wishes keep the number of pods
	// up, where the autoscaler does not say.
	DownscaleStabilization time.Duration
	// Tolerance is how far a measure may be off its target without any change,
	// where the autoscaler does not say.
	Tolerance float64
	// CPUInitialization is the time after a pod's start in which its use of CPU
	// counts only while it is ready.
	CPUInitialization time.Duration
	// InitialReadiness is the time after a pod's start in which one that goes
	// unready counts as one that has not been ready yet.
	InitialReadiness time.Duration
}

// step is what is to be done with an autoscaler.
type step struct {
	status v2.HorizontalPodAutoscalerStatus
	events []happening
	// scale says that the target is to have replicas pods, because of reason.
	scale    bool
	replicas int32
	reason   string
}

// happening is an event to tell of.
type happening struct{ kind, reason, message string }

func (s *step) warn(reason, message string) {
	s.events = append(s.events, happening{core.EventTypeWarning, reason, message})
}

// condition sets one in the status.
func (s *step) condition(t v2.HorizontalPodAutoscalerConditionType, is core.ConditionStatus, reason, message string, now time.Time) {
	i := slices.IndexFunc(s.status.Conditions, func(c v2.HorizontalPodAutoscalerCondition) bool { return c.Type == t })
	if i < 0 {
		i = len(s.status.Conditions)
		s.status.Conditions = append(s.status.Conditions, v2.HorizontalPodAutoscalerCondition{Type: t})
	}
	c := &s.status.Conditions[i]
	if c.Status != is {
		c.Status, c.LastTransitionTime = is, meta.NewTime(now.UTC().Truncate(time.Second))
	}
	c.Reason, c.Message = reason, message
}

// begin is a step that has changed nothing yet.
func begin(h *v2.HorizontalPodAutoscaler) step {
	return step{status: h.DeepCopy().Status}
}

// noScale is the step when the target's scale cannot be read.
func noScale(h *v2.HorizontalPodAutoscaler, err error, now time.Time) step {
	s := begin(h)
	s.warn("FailedGetScale", err.Error())
	s.condition(v2.AbleToScale, core.ConditionFalse, "FailedGetScale", fmt.Sprintf("the HPA controller was unable to get the target's current scale: %v", err), now)
	return s
}

// least is the smallest number of pods that is allowed.
func least(h *v2.HorizontalPodAutoscaler) int32 {
	if h.Spec.MinReplicas != nil {
		return *h.Spec.MinReplicas
	}
	return 1
}

// measures says whether the number of pods is for the metrics to decide.
func measures(h *v2.HorizontalPodAutoscaler, current int32) bool {
	return (current != 0 || least(h) == 0) && current <= h.Spec.MaxReplicas && current >= least(h)
}

// input is what a plan is made of. problem says why the metrics were not read,
// when the selector of the target is at fault; otherwise there is a reading for
// each metric, if measures says so.
type input struct {
	target
	problem  *problem
	readings []reading
}

// problem is what is wrong with the target's selector.
type problem struct{ event, condition, message, cause string }

// plan decides how many pods there should be. past is brought up to date with
// it.
func plan(h *v2.HorizontalPodAutoscaler, in input, past *history) step {
	now, current := in.now, in.specReplicas
	s := begin(h)
	s.condition(v2.AbleToScale, core.ConditionTrue, "SucceededGetScale", "the HPA controller was able to get the target's current scale", now)
	if len(past.wishes) == 0 {
		past.wishes = append(past.wishes, wish{now, current})
	}
	var metrics []v2.MetricStatus
	switch {
	case current == 0 && least(h) != 0:
		s.condition(v2.ScalingActive, core.ConditionFalse, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero", now)
	case current > h.Spec.MaxReplicas:
		s.scale, s.replicas, s.reason = true, h.Spec.MaxReplicas, "Current number of replicas above Spec.MaxReplicas"
	case current < least(h):
		s.scale, s.replicas, s.reason = true, least(h), "Current number of replicas below Spec.MinReplicas"
	default:
		var wanted int32
		var name string
		var err error
		wanted, name, metrics, err = s.combine(h, in)
		if err != nil {
			s.warn("FailedComputeMetricsReplicas", err.Error())
			s.record(current, s.status.DesiredReplicas, metrics)
			return s
		}
		s.reason = "All metrics below target"
		if wanted > current {
			s.reason = name + " above target"
		}
		s.replicas = s.normalize(h, in, past, wanted)
		s.scale = s.replicas != current
	}
	if !s.scale {
		s.replicas = current
	}
	s.record(current, s.replicas, metrics)
	return s
}

// record writes the numbers into the status.
func (s *step) record(current, desired int32, metrics []v2.MetricStatus) {
	s.status.CurrentReplicas, s.status.DesiredReplicas, s.status.CurrentMetrics = current, desired, metrics
}

// combine asks every metric. The one that wants the most pods decides; without
// all of them nothing shrinks.
func (s *step) combine(h *v2.HorizontalPodAutoscaler, in input) (n int32, name string, status []v2.MetricStatus, err error) {
	if p := in.problem; p != nil {
		s.warn(p.event, cmp.Or(p.cause, p.message))
		s.condition(v2.ScalingActive, core.ConditionFalse, p.condition, p.message, in.now)
		return 0, "", nil, fmt.Errorf("%s", cmp.Or(p.cause, p.message))
	}
	status = make([]v2.MetricStatus, len(h.Spec.Metrics))
	invalid := 0
	var first proposal
	for i := range h.Spec.Metrics {
		p := in.propose(&h.Spec.Metrics[i], in.readings[i])
		status[i] = p.status
		if p.err != nil {
			s.warn(p.reason, p.cause.Error())
			if invalid++; invalid == 1 {
				first = p
			}
			continue
		}
		if n == 0 || p.n > n {
			n, name = p.n, p.name
		}
	}
	if invalid > 0 {
		err = fmt.Errorf("invalid metrics (%v invalid out of %v), first error is: %w", invalid, len(h.Spec.Metrics), first.err)
	}
	if invalid >= len(h.Spec.Metrics) || invalid > 0 && n < in.specReplicas {
		s.condition(v2.ScalingActive, core.ConditionFalse, first.reason, fmt.Sprintf("the HPA was unable to compute the replica count: %v", first.cause), in.now)
		return 0, "", status, err
	}
	s.condition(v2.ScalingActive, core.ConditionTrue, "ValidMetricFound", "the HPA was able to successfully calculate a replica count from "+name, in.now)
	return n, name, status, nil
}

// normalize keeps what the metrics want within what the past and the bounds
// allow.
func (s *step) normalize(h *v2.HorizontalPodAutoscaler, in input, past *history, wanted int32) int32 {
	now, b := in.now, h.Spec.Behavior
	var stable, final limit
	if b == nil {
		stable = past.stabilize(in.specReplicas, wanted, nil, in.DownscaleStabilization, now)
		final = bound(in.specReplicas, stable.n, least(h), h.Spec.MaxReplicas)
	} else {
		up, down := window(b.ScaleUp, 0), window(b.ScaleDown, in.DownscaleStabilization)
		stable = past.stabilize(in.specReplicas, wanted, &up, down, now)
		final = past.boundBy(b, in.specReplicas, stable.n, least(h), h.Spec.MaxReplicas, now)
	}
	if stable.n != wanted {
		s.condition(v2.AbleToScale, core.ConditionTrue, stable.reason, stable.message, now)
	} else {
		s.condition(v2.AbleToScale, core.ConditionTrue, "ReadyForNewScale", "recommended size matches current size", now)
	}
	limited := core.ConditionFalse
	if final.n != stable.n {
		limited = core.ConditionTrue
	}
	s.condition(v2.ScalingLimited, limited, final.reason, final.message, now)
	return final.n
}

// window is for how long past wishes count in one direction.
func window(r *v2.HPAScalingRules, otherwise time.Duration) time.Duration {
	if r == nil || r.StabilizationWindowSeconds == nil {
		return otherwise
	}
	return time.Duration(*r.StabilizationWindowSeconds) * time.Second
}

// tolerances are those of an autoscaler, or the administrator's.
func tolerances(h *v2.HorizontalPodAutoscaler, otherwise float64) tolerance {
	t := tolerance{otherwise, otherwise}
	if b := h.Spec.Behavior; b != nil {
		if r := b.ScaleDown; r != nil && r.Tolerance != nil {
			t.down = r.Tolerance.Float()
		}
		if r := b.ScaleUp; r != nil && r.Tolerance != nil {
			t.up = r.Tolerance.Float()
		}
	}
	return t
}

// scaled is the status after the target has been changed.
func (s *step) scaled(now time.Time) {
	s.events = append(s.events, happening{core.EventTypeNormal, "SuccessfulRescale", fmt.Sprintf("New size: %d; reason: %s", s.replicas, s.reason)})
	s.condition(v2.AbleToScale, core.ConditionTrue, "SucceededRescale", fmt.Sprintf("the HPA controller was able to update the target scale to %d", s.replicas), now)
	at := meta.NewTime(now.UTC().Truncate(time.Second))
	s.status.LastScaleTime = &at
}

// unscaled is the status after the target could not be changed.
func (s *step) unscaled(before v2.HorizontalPodAutoscalerStatus, err error, now time.Time) {
	s.warn("FailedRescale", fmt.Sprintf("New size: %d; reason: %s; error: %v", s.replicas, s.reason, err))
	s.condition(v2.AbleToScale, core.ConditionFalse, "FailedUpdateScale", fmt.Sprintf("the HPA controller was unable to update the target scale: %v", err), now)
	s.status.DesiredReplicas = before.DesiredReplicas
}
