package batch

import (
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

var (
	metadataPath = field.New("metadata")
	specPath     = field.New("spec")
	statusPath   = field.New("status")
)

// nonNegative checks an optional number.
func nonNegative[T int32 | int64](r *field.Report, n *T, p *field.Path) {
	if n != nil {
		r.NonNegative(p, int64(*n))
	}
}

// required says which values a missing field may have.
func required[T ~string](r *field.Report, p *field.Path, allowed []T) {
	r.Required(p, fmt.Sprintf("valid values: %q", allowed))
}

// oneOf checks a value; a missing one is told what it may be.
func oneOf[T ~string](r *field.Report, p *field.Path, value T, allowed []T) {
	if value == "" {
		required(r, p, allowed)
	} else if !slices.Contains(allowed, value) {
		r.Add(field.NotSupported(p, value, allowed))
	}
}

// is reports whether an optional value is set to v.
func is[T comparable](p *T, v T) bool { return p != nil && *p == v }

// Bounds of jobs that run their pods by index.
const (
	maxIndexedParallelism    = 100000
	manyCompletions          = 100000
	maxParallelismForMany    = 10000
	maxFailedIndexes         = 100000
	maxFailedIndexesForMany  = 10000
	maxManagedBy             = 63
	maxRules                 = 20
	maxExitCodes             = 255
	maxSucceededIndexesBytes = 64 << 10
)

// checkJobSpec checks what jobs and the templates of jobs have in common.
func checkJobSpec(r *field.Report, s *JobSpec, p *field.Path) {
	nonNegative(r, s.Parallelism, p.Child("parallelism"))
	nonNegative(r, s.Completions, p.Child("completions"))
	nonNegative(r, s.ActiveDeadlineSeconds, p.Child("activeDeadlineSeconds"))
	nonNegative(r, s.BackoffLimit, p.Child("backoffLimit"))
	nonNegative(r, s.TTLSecondsAfterFinished, p.Child("ttlSecondsAfterFinished"))
	nonNegative(r, s.BackoffLimitPerIndex, p.Child("backoffLimitPerIndex"))
	if s.MaxFailedIndexes != nil {
		nonNegative(r, s.MaxFailedIndexes, p.Child("maxFailedIndexes"))
		if s.BackoffLimitPerIndex == nil {
			r.Required(p.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified")
		}
	}
	if s.ManagedBy != nil {
		p := p.Child("managedBy")
		checkDomainPath(r, *s.ManagedBy, p)
		if len(*s.ManagedBy) > maxManagedBy {
			r.Add(field.TooLong(p, maxManagedBy))
		}
	}
	checkCompletionMode(r, s, p)
	if s.PodFailurePolicy != nil {
		checkFailurePolicy(r, s, p.Child("podFailurePolicy"))
	}
	if s.SuccessPolicy != nil {
		if is(s.CompletionMode, IndexedCompletion) {
			checkSuccessPolicy(r, s, p.Child("successPolicy"))
		} else {
			r.Invalid(p.Child("successPolicy"), s.SuccessPolicy, "requires indexed completion mode")
		}
	}
	checkReplacementPolicy(r, s, p.Child("podReplacementPolicy"))
	core.ValidatePodTemplateSpec(r, &s.Template, p.Child("template"))
	checkRestartPolicy(r, s, p.Child("template", "spec", "restartPolicy"))
}

// checkRestartPolicy wants pods that end.
func checkRestartPolicy(r *field.Report, s *JobSpec, p *field.Path) {
	allowed := []core.RestartPolicy{core.RestartPolicyOnFailure, core.RestartPolicyNever}
	switch policy := s.Template.Spec.RestartPolicy; {
	case policy == core.RestartPolicyAlways || policy == "":
		r.Required(p, fmt.Sprintf("valid values: %q, %q", allowed[0], allowed[1]))
	case !slices.Contains(allowed, policy):
		r.Add(field.NotSupported(p, policy, allowed))
	case s.PodFailurePolicy != nil && policy != core.RestartPolicyNever:
		r.Invalid(p, policy, fmt.Sprintf("only %q is supported when podFailurePolicy is specified", core.RestartPolicyNever))
	}
}

func checkCompletionMode(r *field.Report, s *JobSpec, p *field.Path) {
	if s.CompletionMode != nil {
		field.Known(r, p.Child("completionMode"), *s.CompletionMode, NonIndexedCompletion, IndexedCompletion)
	}
	if is(s.CompletionMode, IndexedCompletion) {
		checkIndexed(r, s, p)
	}
	if s.CompletionMode == nil || *s.CompletionMode == NonIndexedCompletion {
		if s.BackoffLimitPerIndex != nil {
			r.Invalid(p.Child("backoffLimitPerIndex"), *s.BackoffLimitPerIndex, "requires indexed completion mode")
		}
		if s.MaxFailedIndexes != nil {
			r.Invalid(p.Child("maxFailedIndexes"), *s.MaxFailedIndexes, "requires indexed completion mode")
		}
	}
}

// checkIndexed checks a job that runs a pod for each index.
func checkIndexed(r *field.Report, s *JobSpec, p *field.Path) {
	if s.Completions == nil {
		r.Required(p.Child("completions"), fmt.Sprintf("when completion mode is %s", IndexedCompletion))
	}
	if s.Parallelism != nil && *s.Parallelism > maxIndexedParallelism {
		r.Invalid(p.Child("parallelism"), *s.Parallelism,
			fmt.Sprintf("must be less than or equal to %d when completion mode is %s", maxIndexedParallelism, IndexedCompletion))
	}
	if s.Completions != nil && s.MaxFailedIndexes != nil && *s.MaxFailedIndexes > *s.Completions {
		r.Invalid(p.Child("maxFailedIndexes"), *s.MaxFailedIndexes, "must be less than or equal to completions")
	}
	if s.MaxFailedIndexes != nil && *s.MaxFailedIndexes > maxFailedIndexes {
		r.Invalid(p.Child("maxFailedIndexes"), *s.MaxFailedIndexes, fmt.Sprintf("must be less than or equal to %d", maxFailedIndexes))
	}
	if s.Completions == nil || *s.Completions <= manyCompletions || s.BackoffLimitPerIndex == nil {
		return
	}
	if s.MaxFailedIndexes == nil {
		r.Required(p.Child("maxFailedIndexes"), fmt.Sprintf("must be specified when completions is above %d", manyCompletions))
	}
	const many = "must be less than or equal to %d when completions are above %d and used with backoff limit per index"
	if s.Parallelism != nil && *s.Parallelism > maxParallelismForMany {
		r.Invalid(p.Child("parallelism"), *s.Parallelism, fmt.Sprintf(many, maxParallelismForMany, manyCompletions))
	}
	if s.MaxFailedIndexes != nil && *s.MaxFailedIndexes > maxFailedIndexesForMany {
		r.Invalid(p.Child("maxFailedIndexes"), *s.MaxFailedIndexes, fmt.Sprintf(many, maxFailedIndexesForMany, manyCompletions))
	}
}

// checkReplacementPolicy checks when pods are replaced: a job that looks at
// failures waits until a pod has failed.
func checkReplacementPolicy(r *field.Report, s *JobSpec, p *field.Path) {
	allowed := []PodReplacementPolicy{Failed, TerminatingOrFailed}
	if s.PodFailurePolicy != nil {
		allowed = allowed[:1]
	}
	if s.PodReplacementPolicy != nil && !slices.Contains(allowed, *s.PodReplacementPolicy) {
		r.Add(field.NotSupported(p, *s.PodReplacementPolicy, allowed))
	}
}

// matches reports whether the pods of a job are those that it selects; a
// selector that cannot be read is reported elsewhere.
func matches(s *meta.LabelSelector, labels map[string]string) bool {
	l, err := selector.Checked(s)
	return err != nil || l.Matches(labels)
}
