package core

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateResourceQuota checks what a quota counts and where.
func ValidateResourceQuota(q *ResourceQuota) field.ErrorList {
	var r field.Report
	checkMeta(&r, &q.ObjectMeta)
	checkQuotaSpec(&r, &q.Spec)
	checkQuotaStatus(&r, q)
	return r.Errors
}

// ValidateResourceQuotaUpdate checks a change; scopes are fixed.
func ValidateResourceQuotaUpdate(q, old *ResourceQuota) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &q.ObjectMeta, &old.ObjectMeta)
	checkQuotaSpec(&r, &q.Spec)
	if !slices.Equal(slices.Sorted(slices.Values(q.Spec.Scopes)), slices.Sorted(slices.Values(old.Spec.Scopes))) {
		r.Invalid(specPath.Child("scopes"), q.Spec.Scopes, meta.ImmutableMessage)
	}
	return r.Errors
}

// ValidateResourceQuotaStatusUpdate checks a change of the amounts in use.
func ValidateResourceQuotaStatusUpdate(q, old *ResourceQuota) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &q.ObjectMeta, &old.ObjectMeta)
	checkQuotaStatus(&r, q)
	return r.Errors
}

func checkQuotaList(r *field.Report, l ResourceList, p *field.Path) {
	for _, n := range sortedKeys(l) {
		checkQuotaResourceName(r, n, p.Key(string(n)))
		checkAmount(r, n, l[n], p.Key(string(n)))
	}
}

func checkQuotaStatus(r *field.Report, q *ResourceQuota) {
	checkQuotaList(r, q.Status.Hard, statusPath.Child("hard"))
	checkQuotaList(r, q.Status.Used, statusPath.Child("used"))
}

var quotaScopes = []ResourceQuotaScope{ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort,
	ResourceQuotaScopeNotBestEffort, ResourceQuotaScopePriorityClass, ResourceQuotaScopeCrossNamespacePodAffinity, ResourceQuotaScopeVolumeAttributesClass}

func checkQuotaSpec(r *field.Report, s *ResourceQuotaSpec) {
	checkQuotaList(r, s.Hard, specPath.Child("hard"))
	p := specPath.Child("scopes")
	for _, scope := range s.Scopes {
		if !slices.Contains(quotaScopes, scope) {
			r.Invalid(p, s.Scopes, "unsupported scope")
		}
		for _, n := range sortedKeys(s.Hard) {
			if slices.Contains(quotaResources, n) && !scopeFits(scope, n) {
				r.Invalid(p, s.Scopes, "unsupported scope applied to resource")
			}
		}
	}
	checkScopeConflict(r, s.Scopes, s.Scopes, p)
	if s.ScopeSelector == nil {
		return
	}
	var named []ResourceQuotaScope
	p = specPath.Child("scopeSelector", "matchExpressions")
	for i := range s.ScopeSelector.MatchExpressions {
		e := &s.ScopeSelector.MatchExpressions[i]
		for _, n := range sortedKeys(s.Hard) {
			if slices.Contains(quotaScopes, e.ScopeName) && slices.Contains(quotaResources, n) && !scopeFits(e.ScopeName, n) {
				r.Invalid(p, *s.ScopeSelector, "unsupported scope applied to resource")
			}
		}
		checkScopeExpression(r, e, p)
		named = append(named, s.ScopeSelector.MatchExpressions[i].ScopeName)
	}
	checkScopeConflict(r, named, s.Scopes, p)
}

// scopeFits reports whether a scope can narrow the counting of n. Only pods
// and what they ask for have scopes; pods without requests can only be
// counted.
func scopeFits(scope ResourceQuotaScope, n ResourceName) bool {
	if scope == ResourceQuotaScopeBestEffort {
		return n == ResourcePods
	}
	if scope == ResourceQuotaScopeVolumeAttributesClass {
		return n == ResourcePersistentVolumeClaims || n == ResourceRequestsStorage
	}
	return n == ResourcePods || !slices.Contains(countedResources, n) && n != ResourceRequestsStorage
}

func checkScopeConflict(r *field.Report, scopes, shown []ResourceQuotaScope, p *field.Path) {
	for _, pair := range [][2]ResourceQuotaScope{
		{ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort},
		{ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating},
	} {
		if slices.Contains(scopes, pair[0]) && slices.Contains(scopes, pair[1]) {
			r.Invalid(p, shown, "conflicting scopes")
		}
	}
}

func checkScopeExpression(r *field.Report, e *ScopedResourceSelectorRequirement, p *field.Path) {
	if !slices.Contains(quotaScopes, e.ScopeName) {
		r.Invalid(p.Child("scopeName"), e.ScopeName, "unsupported scope")
	} else if e.ScopeName != ResourceQuotaScopePriorityClass && e.ScopeName != ResourceQuotaScopeVolumeAttributesClass && e.Operator != ScopeSelectorOpExists {
		r.Invalid(p.Child("operator"), e.Operator, "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity")
	}
	switch e.Operator {
	case ScopeSelectorOpIn, ScopeSelectorOpNotIn:
		if len(e.Values) == 0 {
			r.Required(p.Child("values"), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
		}
	case ScopeSelectorOpExists, ScopeSelectorOpDoesNotExist:
		if len(e.Values) > 0 {
			r.Invalid(p.Child("values"), e.Values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")
		}
	default:
		r.Invalid(p.Child("operator"), e.Operator, "not a valid selector operator")
	}
}
