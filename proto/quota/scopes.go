package quota

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// InScope says whether an object is one of those that q's scopes leave. Scopes
// are about pods, and one about claims; to other objects a quota with scopes
// says nothing.
func InScope(q *core.ResourceQuotaSpec, o meta.Object) bool {
	for _, s := range q.Scopes {
		if !inScope(&core.ScopedResourceSelectorRequirement{ScopeName: s, Operator: core.ScopeSelectorOpExists}, o) {
			return false
		}
	}
	if q.ScopeSelector == nil {
		return true
	}
	for i := range q.ScopeSelector.MatchExpressions {
		if !inScope(&q.ScopeSelector.MatchExpressions[i], o) {
			return false
		}
	}
	return true
}

func inScope(r *core.ScopedResourceSelectorRequirement, o meta.Object) bool {
	switch o := o.(type) {
	case *core.Pod:
		return podInScope(r, o)
	case *core.PersistentVolumeClaim:
		return r.ScopeName == core.ResourceQuotaScopeVolumeAttributesClass && claimInScope(r, o)
	}
	return false
}

func podInScope(r *core.ScopedResourceSelectorRequirement, p *core.Pod) bool {
	switch r.ScopeName {
	case core.ResourceQuotaScopeTerminating:
		return hasDeadline(p)
	case core.ResourceQuotaScopeNotTerminating:
		return !hasDeadline(p)
	case core.ResourceQuotaScopeBestEffort:
		return bestEffort(p)
	case core.ResourceQuotaScopeNotBestEffort:
		return !bestEffort(p)
	case core.ResourceQuotaScopePriorityClass:
		return selects(r, p.Spec.PriorityClassName)
	case core.ResourceQuotaScopeCrossNamespacePodAffinity:
		return looksAcross(p.Spec.Affinity)
	}
	return false
}

func hasDeadline(p *core.Pod) bool {
	d := p.Spec.ActiveDeadlineSeconds
	return d != nil && *d >= 0
}

func bestEffort(p *core.Pod) bool {
	if p.Status.QOSClass != "" {
		return p.Status.QOSClass == core.PodQOSBestEffort
	}
	return core.QOSClassOf(&p.Spec) == core.PodQOSBestEffort
}

// claimInScope looks at the classes that a claim has, is getting and wants.
func claimInScope(r *core.ScopedResourceSelectorRequirement, c *core.PersistentVolumeClaim) bool {
	names := []string{}
	for _, n := range []*string{c.Spec.VolumeAttributesClassName, c.Status.CurrentVolumeAttributesClassName} {
		if n != nil && *n != "" {
			names = append(names, *n)
		}
	}
	if m := c.Status.ModifyVolumeStatus; m != nil && m.TargetVolumeAttributesClassName != "" {
		names = append(names, m.TargetVolumeAttributesClassName)
	}
	if len(names) == 0 {
		return selects(r, "")
	}
	return slices.ContainsFunc(names, func(n string) bool { return selects(r, n) })
}

// selects says whether a requirement holds for a class; empty is none.
func selects(r *core.ScopedResourceSelectorRequirement, class string) bool {
	switch r.Operator {
	case core.ScopeSelectorOpExists:
		return class != ""
	case core.ScopeSelectorOpDoesNotExist:
		return class == ""
	case core.ScopeSelectorOpIn:
		return class != "" && slices.Contains(r.Values, class)
	case core.ScopeSelectorOpNotIn:
		return class == "" || !slices.Contains(r.Values, class)
	}
	return false
}

// looksAcross says whether an affinity term looks at pods of other namespaces.
func looksAcross(a *core.Affinity) bool {
	if a == nil {
		return false
	}
	across := func(t *core.PodAffinityTerm) bool { return len(t.Namespaces) > 0 || t.NamespaceSelector != nil }
	any := func(required []core.PodAffinityTerm, preferred []core.WeightedPodAffinityTerm) bool {
		for i := range required {
			if across(&required[i]) {
				return true
			}
		}
		for i := range preferred {
			if across(&preferred[i].PodAffinityTerm) {
				return true
			}
		}
		return false
	}
	if p := a.PodAffinity; p != nil && any(p.RequiredDuringSchedulingIgnoredDuringExecution, p.PreferredDuringSchedulingIgnoredDuringExecution) {
		return true
	}
	p := a.PodAntiAffinity
	return p != nil && any(p.RequiredDuringSchedulingIgnoredDuringExecution, p.PreferredDuringSchedulingIgnoredDuringExecution)
}
