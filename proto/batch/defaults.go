package batch

import (
	"cmp"

	"github.com/pilothouse/pilothouse/proto/core"
)

const (
	defaultBackoffLimit      = 6
	defaultSuccessfulHistory = 3
	defaultFailedHistory     = 1
	// unlimited is the back-off limit of a job that limits each index instead.
	unlimited = 1<<31 - 1
)

// orDefault points at value where there is nothing yet.
func orDefault[T any](p **T, value T) {
	if *p == nil {
		*p = &value
	}
}

// SetJobDefaults fills what a manifest may leave out: one pod at a time, until
// one has succeeded.
func SetJobDefaults(j *Job) {
	setJobSpecDefaults(&j.Spec)
	core.SetPodTemplateSpecDefaults(&j.Spec.Template)
	if len(j.Labels) == 0 {
		j.Labels = j.Spec.Template.Labels
	}
}

func setJobSpecDefaults(s *JobSpec) {
	// A job that says neither how many nor how many at a time runs one pod.
	if s.Completions == nil && s.Parallelism == nil {
		orDefault(&s.Completions, 1)
	}
	orDefault(&s.Parallelism, 1)
	if s.BackoffLimitPerIndex != nil {
		orDefault(&s.BackoffLimit, unlimited)
	} else {
		orDefault(&s.BackoffLimit, defaultBackoffLimit)
	}
	orDefault(&s.CompletionMode, NonIndexedCompletion)
	orDefault(&s.Suspend, false)
	if s.PodFailurePolicy != nil {
		for i := range s.PodFailurePolicy.Rules {
			conditions := s.PodFailurePolicy.Rules[i].OnPodConditions
			for j := range conditions {
				conditions[j].Status = cmp.Or(conditions[j].Status, core.ConditionTrue)
			}
		}
	}
	orDefault(&s.ManualSelector, false)
	if s.PodFailurePolicy != nil {
		orDefault(&s.PodReplacementPolicy, Failed)
	} else {
		orDefault(&s.PodReplacementPolicy, TerminatingOrFailed)
	}
}

// SetCronJobDefaults fills what a manifest may leave out. Of the job's template
// only the pods' part is filled; the rest waits until a job is made of it.
func SetCronJobDefaults(c *CronJob) {
	s := &c.Spec
	s.ConcurrencyPolicy = cmp.Or(s.ConcurrencyPolicy, AllowConcurrent)
	orDefault(&s.Suspend, false)
	orDefault(&s.SuccessfulJobsHistoryLimit, defaultSuccessfulHistory)
	orDefault(&s.FailedJobsHistoryLimit, defaultFailedHistory)
	if f := s.JobTemplate.Spec.PodFailurePolicy; f != nil && len(f.Rules) == 0 {
		f.Rules = nil // as it is stored everywhere else
	}
	core.SetPodTemplateSpecDefaults(&s.JobTemplate.Spec.Template)
}
