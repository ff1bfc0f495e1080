package job

import (
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
)

// judgement is what a job's failure policy makes of a failed pod.
type judgement struct {
	action  batch.PodFailurePolicyAction
	message string // for FailJob
}

// judge finds the first rule of the policy that fits a failed pod. Without one
// the failure counts.
func judge(j *batch.Job, p *core.Pod) judgement {
	if j.Spec.PodFailurePolicy == nil {
		return judgement{action: batch.PodFailurePolicyActionCount}
	}
	for i := range j.Spec.PodFailurePolicy.Rules {
		r := &j.Spec.PodFailurePolicy.Rules[i]
		why, fits := "", false
		if r.OnExitCodes != nil {
			why, fits = exited(r.OnExitCodes, p)
		} else {
			why, fits = conditioned(r.OnPodConditions, p)
		}
		if fits {
			return judgement{r.Action, fmt.Sprintf("%s matching %s rule at index %d", why, r.Action, i)}
		}
	}
	return judgement{action: batch.PodFailurePolicyActionCount}
}

// exited tells whether one of the pod's containers ended with a code that the
// rule is about. Code 0 is no failure.
func exited(r *batch.PodFailurePolicyOnExitCodesRequirement, p *core.Pod) (why string, fits bool) {
	for _, s := range slices.Concat(p.Status.ContainerStatuses, p.Status.InitContainerStatuses) {
		end := s.State.Terminated
		if end == nil || end.ExitCode == 0 || r.ContainerName != nil && *r.ContainerName != s.Name {
			continue
		}
		listed := slices.Contains(r.Values, end.ExitCode)
		if listed == (r.Operator == batch.PodFailurePolicyOnExitCodesOpIn) {
			return fmt.Sprintf("Container %s for pod %s/%s failed with exit code %d", s.Name, p.Namespace, p.Name, end.ExitCode), true
		}
	}
	return "", false
}

// conditioned tells whether the pod has a condition that the rule is about.
func conditioned(patterns []batch.PodFailurePolicyOnPodConditionsPattern, p *core.Pod) (why string, fits bool) {
	for _, c := range p.Status.Conditions {
		for _, want := range patterns {
			if c.Type == want.Type && c.Status == want.Status {
				return fmt.Sprintf("Pod %s/%s has condition %s", p.Namespace, p.Name, c.Type), true
			}
		}
	}
	return "", false
}
