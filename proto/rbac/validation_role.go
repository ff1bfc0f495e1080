package rbac

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateRole checks a role that is created.
func ValidateRole(o *Role) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsPathSegment, field.New("metadata"))
	checkRules(&r, o.Rules, meta.Namespaced)
	return r.Errors
}

// ValidateRoleUpdate checks a change.
func ValidateRoleUpdate(o, old *Role) field.ErrorList {
	var r field.Report
	checkRules(&r, o.Rules, meta.Namespaced)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateClusterRole checks a cluster role that is created.
func ValidateClusterRole(o *ClusterRole) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	checkRules(&r, o.Rules, meta.ClusterWide)
	checkAggregation(&r, o.AggregationRule, field.New("aggregationRule", "clusterRoleSelectors"))
	return r.Errors
}

// ValidateClusterRoleUpdate checks a change.
func ValidateClusterRoleUpdate(o, old *ClusterRole) field.ErrorList {
	var r field.Report
	checkRules(&r, o.Rules, meta.ClusterWide)
	checkAggregation(&r, o.AggregationRule, field.New("aggregationRule", "clusterRoleSelectors"))
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkRules(r *field.Report, rules []PolicyRule, scope meta.Scope) {
	for i := range rules {
		checkRule(r, &rules[i], scope, field.New("rules").Index(i))
	}
}

func checkRule(r *field.Report, rule *PolicyRule, scope meta.Scope, p *field.Path) {
	if len(rule.Verbs) == 0 {
		r.Required(p.Child("verbs"), "verbs must contain at least one value")
	}
	if len(rule.NonResourceURLs) > 0 {
		if scope == meta.Namespaced {
			r.Invalid(p.Child("nonResourceURLs"), rule.NonResourceURLs, "namespaced rules cannot apply to non-resource URLs")
		}
		if len(rule.APIGroups) > 0 || len(rule.Resources) > 0 || len(rule.ResourceNames) > 0 {
			r.Invalid(p.Child("nonResourceURLs"), rule.NonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs")
		}
		return
	}
	if len(rule.APIGroups) == 0 {
		r.Required(p.Child("apiGroups"), "resource rules must supply at least one api group")
	}
	if len(rule.Resources) == 0 {
		r.Required(p.Child("resources"), "resource rules must supply at least one resource")
	}
}

func checkAggregation(r *field.Report, a *AggregationRule, p *field.Path) {
	if a == nil {
		return
	}
	if len(a.ClusterRoleSelectors) == 0 {
		r.Required(p, "at least one clusterRoleSelector required if aggregationRule is non-nil")
	}
	for i := range a.ClusterRoleSelectors {
		before := len(r.Errors)
		meta.ValidateLabelSelector(r, &a.ClusterRoleSelectors[i], p.Index(i))
		if len(r.Errors) > before {
			r.Invalid(p.Index(i), "null", "invalid label selector.")
		}
	}
}
