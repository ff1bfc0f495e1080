package apps

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// ValidateStatefulSet checks a stateful set that is created. Of the pods'
// template only the metadata is checked here: its volumes come from the claim
// templates, so that the pods are sound only once they are made.
func ValidateStatefulSet(s *StatefulSet) field.ErrorList {
	var r field.Report
	// The name becomes the first part of its pods' host names.
	meta.ValidateObjectMeta(&r, &s.ObjectMeta, meta.Namespaced, meta.IsDNS1123Label, metadataPath)
	checkStatefulSetSpec(&r, &s.Spec)
	return r.Errors
}

// statefulSetUpdateForbidden is the message for a change that a stateful set
// cannot take.
const statefulSetUpdateForbidden = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
	"'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

// ValidateStatefulSetUpdate checks a change; what its pods and claims are known
// by may not change.
func ValidateStatefulSetUpdate(s, old *StatefulSet) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &s.ObjectMeta, &old.ObjectMeta)
	checkStatefulSetSpec(&r, &s.Spec)
	fixed := s.Spec
	fixed.Replicas = old.Spec.Replicas
	fixed.Template = old.Spec.Template
	fixed.UpdateStrategy = old.Spec.UpdateStrategy
	fixed.MinReadySeconds = old.Spec.MinReadySeconds
	fixed.Ordinals = old.Spec.Ordinals
	fixed.PersistentVolumeClaimRetentionPolicy = old.Spec.PersistentVolumeClaimRetentionPolicy
	if !meta.Equal(fixed, old.Spec) {
		r.Forbidden(specPath, statefulSetUpdateForbidden)
	}
	return r.Errors
}

func checkStatefulSetSpec(r *field.Report, s *StatefulSetSpec) {
	p := specPath.Child("podManagementPolicy")
	switch s.PodManagementPolicy {
	case OrderedReadyPodManagement, ParallelPodManagement:
	case "":
		r.Required(p, "")
	default:
		r.Invalid(p, s.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'")
	}
	checkStatefulSetStrategy(r, &s.UpdateStrategy, specPath.Child("updateStrategy"))
	if c := s.PersistentVolumeClaimRetentionPolicy; c != nil {
		p := specPath.Child("persistentVolumeClaimRetentionPolicy")
		checkRetention(r, c.WhenDeleted, p.Child("whenDeleted"))
		checkRetention(r, c.WhenScaled, p.Child("whenScaled"))
	}
	nonNegative(r, s.Replicas, specPath.Child("replicas"))
	r.NonNegative(specPath.Child("minReadySeconds"), int64(s.MinReadySeconds))
	if s.Ordinals != nil {
		r.NonNegative(specPath.Child("ordinals.start"), int64(s.Ordinals.Start))
	}
	checkSelector(r, s.Selector, specPath.Child("selector"), "statefulset")
	labels, err := selector.Checked(s.Selector)
	if err != nil {
		r.Invalid(specPath.Child("selector"), s.Selector, "")
	} else {
		p := specPath.Child("template")
		if !labels.Empty() && !labels.Matches(s.Template.Labels) {
			r.Invalid(p.Child("metadata", "labels"), s.Template.Labels, mismatch)
		}
		meta.ValidateLabels(r, s.Template.Labels, p.Child("labels"))
		meta.ValidateAnnotations(r, s.Template.Annotations, p.Child("annotations"))
	}
	checkRunsOn(r, &s.Template, specPath.Child("template"), "StatefulSet")
}

func checkStatefulSetStrategy(r *field.Report, s *StatefulSetUpdateStrategy, p *field.Path) {
	rolling := p.Child("rollingUpdate")
	switch s.Type {
	case "":
		r.Required(p, "")
	case OnDeleteStatefulSetStrategyType:
		if s.RollingUpdate != nil {
			r.Invalid(rolling, s.RollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")
		}
	case RollingUpdateStatefulSetStrategyType:
		u := s.RollingUpdate
		if u == nil {
			return
		}
		nonNegative(r, u.Partition, rolling.Child("partition"))
		if u.MaxUnavailable != nil {
			p := rolling.Child("maxUnavailable")
			meta.ValidateCountOrPercent(r, u.MaxUnavailable, p)
			if meta.CountOrPercent(u.MaxUnavailable) == 0 {
				r.Invalid(p, *u.MaxUnavailable, "cannot be 0")
			}
			meta.ValidateAtMostAll(r, u.MaxUnavailable, p)
		}
	default:
		r.Invalid(p, s, "must be 'RollingUpdate' or 'OnDelete'")
	}
}

func checkRetention(r *field.Report, v PersistentVolumeClaimRetentionPolicyType, p *field.Path) {
	if v != RetainPersistentVolumeClaimRetentionPolicyType && v != DeletePersistentVolumeClaimRetentionPolicyType {
		r.Add(field.NotSupported(p, v, []PersistentVolumeClaimRetentionPolicyType{
			RetainPersistentVolumeClaimRetentionPolicyType, DeletePersistentVolumeClaimRetentionPolicyType}))
	}
}

// ValidateStatefulSetStatusUpdate checks a change of status.
func ValidateStatefulSetStatusUpdate(o, old *StatefulSet) field.ErrorList {
	var r field.Report
	s := &o.Status
	ready, current := count{"readyReplicas", int64(s.ReadyReplicas)}, count{"currentReplicas", int64(s.CurrentReplicas)}
	updated, available := count{"updatedReplicas", int64(s.UpdatedReplicas)}, count{"availableReplicas", int64(s.AvailableReplicas)}
	checkCounts(&r, count{"replicas", int64(s.Replicas)}, ready, current, updated, available, count{"observedGeneration", s.ObservedGeneration})
	nonNegative(&r, s.CollisionCount, statusPath.Child("collisionCount"))
	checkAtMost(&r, s.Replicas, ready, current, updated, available)
	if s.AvailableReplicas > s.ReadyReplicas {
		r.Invalid(statusPath.Child("availableReplicas"), s.AvailableReplicas, "cannot be greater than status.readyReplicas")
	}
	checkMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta)
	checkCollisions(&r, s.CollisionCount, old.Status.CollisionCount)
	return r.Errors
}
