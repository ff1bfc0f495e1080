package core

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateReplicationController checks a controller that is created.
func ValidateReplicationController(c *ReplicationController) field.ErrorList {
	var r field.Report
	checkMeta(&r, &c.ObjectMeta)
	checkReplicationSpec(&r, &c.Spec)
	return r.Errors
}

// ValidateReplicationControllerUpdate checks a change; anything may change,
// pods that exist keep the template they were made of.
func ValidateReplicationControllerUpdate(c, old *ReplicationController) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta)
	checkReplicationSpec(&r, &c.Spec)
	return r.Errors
}

func checkReplicationSpec(r *field.Report, s *ReplicationControllerSpec) {
	r.NonNegative(specPath.Child("minReadySeconds"), int64(s.MinReadySeconds))
	if len(s.Selector) == 0 {
		r.Required(specPath.Child("selector"), "")
	}
	if s.Replicas == nil {
		r.Required(specPath.Child("replicas"), "")
	} else {
		r.NonNegative(specPath.Child("replicas"), int64(*s.Replicas))
	}
	p := specPath.Child("template")
	if s.Template == nil {
		r.Required(p, "")
		return
	}
	if len(s.Selector) > 0 && !narrows(s.Template.Labels, s.Selector) {
		r.Invalid(p.Child("metadata", "labels"), s.Template.Labels, "`selector` does not match template `labels`")
	}
	ValidatePodTemplateSpec(r, s.Template, p)
	p = p.Child("spec")
	if s.Template.Spec.RestartPolicy != RestartPolicyAlways {
		r.Add(field.NotSupported(p.Child("restartPolicy"), s.Template.Spec.RestartPolicy, []RestartPolicy{RestartPolicyAlways}))
	}
	if s.Template.Spec.ActiveDeadlineSeconds != nil {
		r.Forbidden(p.Child("activeDeadlineSeconds"), "activeDeadlineSeconds in ReplicationController is not Supported")
	}
}

// ValidatePodTemplateSpec checks the template that a controller makes pods of.
func ValidatePodTemplateSpec(r *field.Report, t *PodTemplateSpec, p *field.Path) {
	meta.ValidateLabels(r, t.Labels, p.Child("labels"))
	meta.ValidateAnnotations(r, t.Annotations, p.Child("annotations"))
	checkAppArmorAnnotations(r, &t.ObjectMeta, &t.Spec, p.Child("annotations"))
	checkPodSpec(r, &t.Spec, p.Child("spec"), podContext{})
	checkAppArmorAgrees(r, &t.ObjectMeta, &t.Spec, p.Child("spec"))
	if len(t.Spec.EphemeralContainers) > 0 {
		r.Forbidden(p.Child("spec", "ephemeralContainers"), "ephemeral containers not allowed in pod template")
	}
}

// ValidateReplicationControllerStatusUpdate checks a change of status.
func ValidateReplicationControllerStatusUpdate(c, old *ReplicationController) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta)
	s := &c.Status
	counts := []struct {
		name string
		n    int32
	}{{"replicas", s.Replicas}, {"fullyLabeledReplicas", s.FullyLabeledReplicas}, {"readyReplicas", s.ReadyReplicas}, {"availableReplicas", s.AvailableReplicas}}
	for _, c := range counts {
		r.NonNegative(statusPath.Child(c.name), int64(c.n))
		if c.n > s.Replicas {
			r.Invalid(statusPath.Child(c.name), c.n, "cannot be greater than status.replicas")
		}
	}
	r.NonNegative(statusPath.Child("observedGeneration"), s.ObservedGeneration)
	if s.AvailableReplicas > s.ReadyReplicas {
		r.Invalid(statusPath.Child("availableReplicas"), s.AvailableReplicas, "cannot be greater than readyReplicas")
	}
	return r.Errors
}

// ValidatePodTemplate checks a stored template.
func ValidatePodTemplate(t *PodTemplate) field.ErrorList {
	var r field.Report
	checkMeta(&r, &t.ObjectMeta)
	ValidatePodTemplateSpec(&r, &t.Template, field.New("template"))
	return r.Errors
}

// ValidatePodTemplateUpdate checks a change of a stored template.
func ValidatePodTemplateUpdate(t, old *PodTemplate) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &t.ObjectMeta, &old.ObjectMeta)
	ValidatePodTemplateSpec(&r, &t.Template, field.New("template"))
	return r.Errors
}
