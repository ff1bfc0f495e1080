package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// ValidateDaemonSet checks a daemon set that is created.
func ValidateDaemonSet(d *DaemonSet) field.ErrorList {
	var r field.Report
	checkMeta(&r, &d.ObjectMeta)
	checkDaemonSetSpec(&r, &d.Spec)
	return r.Errors
}

// ValidateDaemonSetUpdate checks a change; which pods count may not change.
func ValidateDaemonSetUpdate(d, old *DaemonSet) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &d.ObjectMeta, &old.ObjectMeta)
	checkDaemonSetSpec(&r, &d.Spec)
	meta.ValidateImmutable(&r, d.Spec.Selector, old.Spec.Selector, specPath.Child("selector"))
	return r.Errors
}

func checkDaemonSetSpec(r *field.Report, s *DaemonSetSpec) {
	meta.ValidateLabelSelector(r, s.Selector, specPath.Child("selector"))
	p := specPath.Child("template")
	if labels, err := selector.Checked(s.Selector); err == nil && !labels.Matches(s.Template.Labels) {
		r.Invalid(p.Child("metadata", "labels"), s.Template.Labels, mismatch)
	}
	if s.Selector != nil {
		checkNotEmpty(r, s.Selector, specPath.Child("selector"), "daemonset")
	}
	core.ValidatePodTemplateSpec(r, &s.Template, p)
	checkRunsOn(r, &s.Template, p, "DaemonSet")
	r.NonNegative(specPath.Child("minReadySeconds"), int64(s.MinReadySeconds))
	checkDaemonSetStrategy(r, &s.UpdateStrategy, specPath.Child("updateStrategy"))
	nonNegative(r, s.RevisionHistoryLimit, specPath.Child("revisionHistoryLimit"))
}

func checkDaemonSetStrategy(r *field.Report, s *DaemonSetUpdateStrategy, p *field.Path) {
	switch s.Type {
	case OnDeleteDaemonSetStrategyType:
	case RollingUpdateDaemonSetStrategyType:
		p = p.Child("rollingUpdate")
		u := s.RollingUpdate
		if u == nil {
			r.Required(p, "")
			return
		}
		unavailable, surge := p.Child("maxUnavailable"), p.Child("maxSurge")
		meta.ValidateCountOrPercent(r, u.MaxUnavailable, unavailable)
		meta.ValidateCountOrPercent(r, u.MaxSurge, surge)
		meta.ValidateAtMostAll(r, u.MaxUnavailable, unavailable)
		meta.ValidateAtMostAll(r, u.MaxSurge, surge)
		switch less, more := meta.CountOrPercent(u.MaxUnavailable) != 0, meta.CountOrPercent(u.MaxSurge) != 0; {
		case less && more:
			r.Invalid(surge, u.MaxSurge, "may not be set when maxUnavailable is non-zero")
		case !less && !more:
			r.Required(unavailable, "cannot be 0 when maxSurge is 0")
		}
	default:
		r.Add(field.NotSupported(p, s, []DaemonSetUpdateStrategyType{RollingUpdateDaemonSetStrategyType, OnDeleteDaemonSetStrategyType}))
	}
}

// ValidateDaemonSetStatusUpdate checks a change of status.
func ValidateDaemonSetStatusUpdate(d, old *DaemonSet) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &d.ObjectMeta, &old.ObjectMeta)
	s := &d.Status
	checkCounts(&r,
		count{"currentNumberScheduled", int64(s.CurrentNumberScheduled)},
		count{"numberMisscheduled", int64(s.NumberMisscheduled)},
		count{"desiredNumberScheduled", int64(s.DesiredNumberScheduled)},
		count{"numberReady", int64(s.NumberReady)},
		count{"observedGeneration", s.ObservedGeneration},
		count{"updatedNumberScheduled", int64(s.UpdatedNumberScheduled)},
		count{"numberAvailable", int64(s.NumberAvailable)},
		count{"numberUnavailable", int64(s.NumberUnavailable)})
	nonNegative(&r, s.CollisionCount, statusPath.Child("collisionCount"))
	if s.ObservedGeneration >= old.Status.ObservedGeneration {
		checkCollisions(&r, s.CollisionCount, old.Status.CollisionCount)
	}
	return r.Errors
}
