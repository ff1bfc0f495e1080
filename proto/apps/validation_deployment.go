package apps

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateDeployment checks a deployment that is created.
func ValidateDeployment(d *Deployment) field.ErrorList {
	var r field.Report
	checkMeta(&r, &d.ObjectMeta)
	checkDeploymentSpec(&r, &d.Spec)
	return r.Errors
}

// ValidateDeploymentUpdate checks a change; which pods count may not change.
func ValidateDeploymentUpdate(d, old *Deployment) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &d.ObjectMeta, &old.ObjectMeta)
	checkDeploymentSpec(&r, &d.Spec)
	meta.ValidateImmutable(&r, d.Spec.Selector, old.Spec.Selector, specPath.Child("selector"))
	return r.Errors
}

func checkDeploymentSpec(r *field.Report, s *DeploymentSpec) {
	nonNegative(r, s.Replicas, specPath.Child("replicas"))
	checkSelector(r, s.Selector, specPath.Child("selector"), "deployment")
	checkReplicatedTemplate(r, &s.Template, s.Selector, specPath)
	checkDeploymentStrategy(r, &s.Strategy, specPath.Child("strategy"))
	r.NonNegative(specPath.Child("minReadySeconds"), int64(s.MinReadySeconds))
	nonNegative(r, s.RevisionHistoryLimit, specPath.Child("revisionHistoryLimit"))
	if n := s.ProgressDeadlineSeconds; n != nil {
		p := specPath.Child("progressDeadlineSeconds")
		nonNegative(r, n, p)
		if *n <= s.MinReadySeconds {
			r.Invalid(p, *n, "must be greater than minReadySeconds")
		}
	}
}

func checkDeploymentStrategy(r *field.Report, s *DeploymentStrategy, p *field.Path) {
	rolling := p.Child("rollingUpdate")
	switch s.Type {
	case RecreateDeploymentStrategyType:
		if s.RollingUpdate != nil {
			r.Forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")
		}
	case RollingUpdateDeploymentStrategyType:
		if u := s.RollingUpdate; u != nil {
			unavailable := rolling.Child("maxUnavailable")
			meta.ValidateCountOrPercent(r, u.MaxUnavailable, unavailable)
			meta.ValidateCountOrPercent(r, u.MaxSurge, rolling.Child("maxSurge"))
			if meta.CountOrPercent(u.MaxUnavailable) == 0 && meta.CountOrPercent(u.MaxSurge) == 0 {
				r.Invalid(unavailable, u.MaxUnavailable, "may not be 0 when `maxSurge` is 0")
			}
			meta.ValidateAtMostAll(r, u.MaxUnavailable, unavailable)
		}
	default:
		r.Add(field.NotSupported(p, s, []DeploymentStrategyType{RecreateDeploymentStrategyType, RollingUpdateDeploymentStrategyType}))
	}
}

// ValidateDeploymentStatusUpdate checks a change of status.
func ValidateDeploymentStatusUpdate(d, old *Deployment) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &d.ObjectMeta, &old.ObjectMeta)
	s := &d.Status
	updated, ready := count{"updatedReplicas", int64(s.UpdatedReplicas)}, count{"readyReplicas", int64(s.ReadyReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	checkCounts(&r, count{"observedGeneration", s.ObservedGeneration}, count{"replicas", int64(s.Replicas)}, updated, ready, available,
		count{"unavailableReplicas", int64(s.UnavailableReplicas)})
	nonNegative(&r, s.CollisionCount, statusPath.Child("collisionCount"))
	checkAtMost(&r, s.Replicas, updated, ready, available)
	if s.AvailableReplicas > s.ReadyReplicas {
		r.Invalid(statusPath.Child("availableReplicas"), s.AvailableReplicas, "cannot be greater than readyReplicas")
	}
	checkCollisions(&r, s.CollisionCount, old.Status.CollisionCount)
	return r.Errors
}
