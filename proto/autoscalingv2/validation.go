package autoscalingv2

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var (
	metadataPath = field.New("metadata")
	specPath     = field.New("spec")
	statusPath   = field.New("status")
)

// Bounds of how an autoscaler behaves, in seconds.
const (
	maxStabilization = 3600
	maxPolicyPeriod  = 1800
)

// ValidateHorizontalPodAutoscaler checks an autoscaler that is created.
func ValidateHorizontalPodAutoscaler(h *HorizontalPodAutoscaler) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &h.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, metadataPath)
	checkSpec(&r, &h.Spec, 1)
	return r.Errors
}

// ValidateHorizontalPodAutoscalerUpdate checks a change. An autoscaler that may
// already scale to nothing may stay so.
func ValidateHorizontalPodAutoscalerUpdate(h, old *HorizontalPodAutoscaler) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &h.ObjectMeta, &old.ObjectMeta, metadataPath)
	least := int32(1)
	if old.Spec.MinReplicas != nil && *old.Spec.MinReplicas == 0 {
		least = 0
	}
	checkSpec(&r, &h.Spec, least)
	return r.Errors
}

// ValidateHorizontalPodAutoscalerStatusUpdate checks a change of status.
func ValidateHorizontalPodAutoscalerStatusUpdate(h, old *HorizontalPodAutoscaler) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &h.ObjectMeta, &old.ObjectMeta, metadataPath)
	r.NonNegative(statusPath.Child("currentReplicas"), int64(h.Status.CurrentReplicas))
	r.NonNegative(statusPath.Child("desiredReplicas"), int64(h.Status.DesiredReplicas))
	return r.Errors
}

func checkSpec(r *field.Report, s *HorizontalPodAutoscalerSpec, least int32) {
	if s.MinReplicas != nil && *s.MinReplicas < least {
		r.Invalid(specPath.Child("minReplicas"), *s.MinReplicas, fmt.Sprintf("must be greater than or equal to %d", least))
	}
	p := specPath.Child("maxReplicas")
	if s.MaxReplicas < 1 {
		r.Invalid(p, s.MaxReplicas, "must be greater than 0")
	}
	if s.MinReplicas != nil && s.MaxReplicas < *s.MinReplicas {
		r.Invalid(p, s.MaxReplicas, "must be greater than or equal to `minReplicas`")
	}
	checkReference(r, &s.ScaleTargetRef, specPath.Child("scaleTargetRef"))
	checkMetrics(r, s, specPath.Child("metrics"))
	if b := s.Behavior; b != nil {
		p := specPath.Child("behavior")
		checkRules(r, b.ScaleUp, p.Child("scaleUp"))
		checkRules(r, b.ScaleDown, p.Child("scaleDown"))
	}
}

func checkReference(r *field.Report, ref *CrossVersionObjectReference, p *field.Path) {
	for _, f := range [...]struct{ name, value string }{{"kind", ref.Kind}, {"name", ref.Name}} {
		if f.value == "" {
			r.Required(p.Child(f.name), "")
		} else {
			r.Each(p.Child(f.name), f.value, meta.IsPathSegment(f.value))
		}
	}
}

func checkRules(r *field.Report, s *HPAScalingRules, p *field.Path) {
	if s == nil {
		return
	}
	if w := s.StabilizationWindowSeconds; w != nil {
		p := p.Child("stabilizationWindowSeconds")
		if *w < 0 {
			r.Invalid(p, *w, "must be greater than or equal to zero")
		}
		if *w > maxStabilization {
			r.Invalid(p, *w, fmt.Sprintf("must be less than or equal to %d", maxStabilization))
		}
	}
	if s.SelectPolicy != nil {
		switch *s.SelectPolicy {
		case MaxChangePolicySelect, MinChangePolicySelect, DisabledPolicySelect:
		default:
			r.Add(field.NotSupported(p.Child("selectPolicy"), *s.SelectPolicy,
				[]ScalingPolicySelect{DisabledPolicySelect, MaxChangePolicySelect, MinChangePolicySelect}))
		}
	}
	if s.Tolerance != nil && s.Tolerance.Sign() < 0 {
		r.Invalid(p.Child("tolerance"), s.Tolerance, "must be greater than or equal to zero")
	}
	policies := p.Child("policies")
	if len(s.Policies) == 0 {
		r.Required(policies, "must specify at least one Policy")
	}
	for i := range s.Policies {
		checkPolicy(r, &s.Policies[i], policies.Index(i))
	}
}

func checkPolicy(r *field.Report, s *HPAScalingPolicy, p *field.Path) {
	if s.Type != PodsScalingPolicy && s.Type != PercentScalingPolicy {
		r.Add(field.NotSupported(p.Child("type"), s.Type, []HPAScalingPolicyType{PercentScalingPolicy, PodsScalingPolicy}))
	}
	if s.Value <= 0 {
		r.Invalid(p.Child("value"), s.Value, "must be greater than zero")
	}
	if s.PeriodSeconds <= 0 {
		r.Invalid(p.Child("periodSeconds"), s.PeriodSeconds, "must be greater than zero")
	}
	if s.PeriodSeconds > maxPolicyPeriod {
		r.Invalid(p.Child("periodSeconds"), s.PeriodSeconds, fmt.Sprintf("must be less than or equal to %d", maxPolicyPeriod))
	}
}
