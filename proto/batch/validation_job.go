package batch

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateJob checks a job that is created.
func ValidateJob(j *Job) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &j.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, metadataPath)
	checkGeneratedSelector(&r, j)
	checkSelectedJobSpec(&r, &j.Spec)
	if s := &j.Spec; is(s.CompletionMode, IndexedCompletion) && s.Completions != nil && *s.Completions > 0 {
		// Pods are named by job and index, and the name is their host's.
		last := fmt.Sprintf("%s-%d", j.Name, *s.Completions-1)
		if len(meta.IsDNS1123Label(last)) > 0 {
			r.Invalid(metadataPath.Child("name"), j.Name, "will not able to create pod with invalid DNS label: "+last)
		}
	}
	return r.Errors
}

// checkSelectedJobSpec checks a job's spec together with its selector.
func checkSelectedJobSpec(r *field.Report, s *JobSpec) {
	checkJobSpec(r, s, specPath)
	if s.Selector == nil {
		r.Required(specPath.Child("selector"), "")
	} else {
		meta.ValidateLabelSelector(r, s.Selector, specPath.Child("selector"))
	}
	if !matches(s.Selector, s.Template.Labels) {
		r.Invalid(specPath.Child("template", "metadata", "labels"), s.Template.Labels, "`selector` does not match template `labels`")
	}
}

// checkGeneratedSelector holds what the client set against what the server
// generates.
func checkGeneratedSelector(r *field.Report, j *Job) {
	if is(j.Spec.ManualSelector, true) || j.Spec.Selector == nil {
		return
	}
	labels := specPath.Child("template", "metadata", "labels")
	expected := map[string]string{}
	for _, l := range []struct{ key, value string }{
		{LegacyLabelControllerUID, string(j.UID)}, {LegacyLabelJobName, j.Name},
		{LabelControllerUID, string(j.UID)}, {LabelJobName, j.Name},
	} {
		expected[l.key] = l.value
		if v, ok := j.Spec.Template.Labels[l.key]; !ok {
			r.Required(labels.Key(l.key), fmt.Sprintf("must be '%s'", l.value))
		} else if v != l.value {
			r.Invalid(labels.Key(l.key), j.Spec.Template.Labels, fmt.Sprintf("must be '%s'", l.value))
		}
	}
	if !matches(j.Spec.Selector, expected) {
		r.Invalid(specPath.Child("selector"), j.Spec.Selector, "`selector` not auto-generated")
	}
}

// ValidateJobUpdate checks a change: how a job counts its pods may not change,
// and of the template only where its pods go, until the first is started.
func ValidateJobUpdate(j, old *Job) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &j.ObjectMeta, &old.ObjectMeta, metadataPath)
	s, was := &j.Spec, &old.Spec
	checkGeneratedSelector(&r, j)
	checkSelectedJobSpec(&r, s)
	checkCompletionsUpdate(&r, s, was)
	fixed := func(name string, v, old any) { meta.ValidateImmutable(&r, v, old, specPath.Child(name)) }
	fixed("selector", s.Selector, was.Selector)
	fixed("template", s.Template, templateToKeep(j, old))
	fixed("completionMode", s.CompletionMode, was.CompletionMode)
	fixed("podFailurePolicy", s.PodFailurePolicy, was.PodFailurePolicy)
	fixed("backoffLimitPerIndex", s.BackoffLimitPerIndex, was.BackoffLimitPerIndex)
	fixed("managedBy", s.ManagedBy, was.ManagedBy)
	fixed("successPolicy", s.SuccessPolicy, was.SuccessPolicy)
	return r.Errors
}

// checkCompletionsUpdate lets an indexed job grow and shrink when it runs all
// its indexes at once.
func checkCompletionsUpdate(r *field.Report, s, old *JobSpec) {
	p := specPath.Child("completions")
	switch {
	case is(s.CompletionMode, IndexedCompletion) && s.Completions == nil: // reported as missing
	case !is(s.CompletionMode, IndexedCompletion) || old.Completions == nil:
		meta.ValidateImmutable(r, s.Completions, old.Completions, p)
	case *s.Completions == *old.Completions:
	case s.Parallelism == nil || *s.Completions != *s.Parallelism:
		r.Invalid(p, *s.Completions, "can only be modified in tandem with spec.parallelism")
	}
}

// templateToKeep is the template that an update must have: the old one, but for
// what says where pods go while the job is suspended and has not started.
func templateToKeep(j, old *Job) core.PodTemplateSpec {
	t := *old.Spec.Template.DeepCopy()
	if !is(old.Spec.Suspend, true) || old.Status.StartTime != nil {
		return t
	}
	next := &j.Spec.Template
	switch is, was := next.Spec.Affinity, t.Spec.Affinity; {
	case is == nil && was != nil:
		if was.NodeAffinity = nil; *was == (core.Affinity{}) {
			t.Spec.Affinity = nil
		}
	case is != nil && was == nil:
		t.Spec.Affinity = &core.Affinity{NodeAffinity: is.NodeAffinity}
	case is != nil:
		was.NodeAffinity = is.NodeAffinity
	}
	t.Spec.NodeSelector, t.Spec.Tolerations = next.Spec.NodeSelector, next.Spec.Tolerations
	t.Spec.SchedulingGates = next.Spec.SchedulingGates
	t.Annotations, t.Labels = next.Annotations, next.Labels
	return t
}

// checkDomainPath wants a name with the domain of who answers for it.
func checkDomainPath(r *field.Report, s string, p *field.Path) {
	if s == "" {
		r.Required(p, "")
		return
	}
	domain, path, ok := strings.Cut(s, "/")
	if !ok || domain == "" || path == "" {
		r.Invalid(p, s, "must be a domain-prefixed path (such as \"acme.io/foo\")")
		return
	}
	r.Each(p, domain, meta.IsDNS1123Subdomain(domain))
	for i := range len(path) {
		if c := path[i]; !strings.ContainsRune("-._~!$&'()*+,;=:@/%", rune(c)) && !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') {
			r.Invalid(p, path, meta.PatternError("Invalid path", `[A-Za-z0-9/\-._~%!$&'()*+,;=:]+`))
			return
		}
	}
}
