package apps

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateReplicaSet checks a replica set that is created.
func ValidateReplicaSet(s *ReplicaSet) field.ErrorList {
	var r field.Report
	checkMeta(&r, &s.ObjectMeta)
	checkReplicaSetSpec(&r, &s.Spec)
	return r.Errors
}

// ValidateReplicaSetUpdate checks a change; which pods count may not change.
func ValidateReplicaSetUpdate(s, old *ReplicaSet) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &s.ObjectMeta, &old.ObjectMeta)
	checkReplicaSetSpec(&r, &s.Spec)
	meta.ValidateImmutable(&r, s.Spec.Selector, old.Spec.Selector, specPath.Child("selector"))
	return r.Errors
}

func checkReplicaSetSpec(r *field.Report, s *ReplicaSetSpec) {
	nonNegative(r, s.Replicas, specPath.Child("replicas"))
	r.NonNegative(specPath.Child("minReadySeconds"), int64(s.MinReadySeconds))
	checkSelector(r, s.Selector, specPath.Child("selector"), "deployment")
	checkReplicatedTemplate(r, &s.Template, s.Selector, specPath)
}

// ValidateReplicaSetStatusUpdate checks a change of status.
func ValidateReplicaSetStatusUpdate(o, old *ReplicaSet) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta)
	s := &o.Status
	labeled, ready := count{"fullyLabeledReplicas", int64(s.FullyLabeledReplicas)}, count{"readyReplicas", int64(s.ReadyReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	checkCounts(&r, count{"replicas", int64(s.Replicas)}, labeled, ready, available, count{"observedGeneration", s.ObservedGeneration})
	checkAtMost(&r, s.Replicas, labeled, ready, available)
	if s.AvailableReplicas > s.ReadyReplicas {
		r.Invalid(statusPath.Child("availableReplicas"), s.AvailableReplicas, "cannot be greater than readyReplicas")
	}
	return r.Errors
}
