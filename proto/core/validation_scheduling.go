package core

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func checkAffinity(r *field.Report, a *Affinity, p *field.Path) {
	if a == nil {
		return
	}
	const required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
	if n, p := a.NodeAffinity, p.Child("nodeAffinity"); n != nil {
		checkNodeSelector(r, n.RequiredDuringSchedulingIgnoredDuringExecution, p.Child(required))
		for i, t := range n.PreferredDuringSchedulingIgnoredDuringExecution {
			p := p.Child(preferred).Index(i)
			checkWeight(r, t.Weight, p)
			checkNodeTerm(r, &t.Preference, p.Child("preference"))
		}
	}
	if n, p := a.PodAffinity, p.Child("podAffinity"); n != nil {
		checkPodTerms(r, n.RequiredDuringSchedulingIgnoredDuringExecution, p.Child(required))
		checkWeightedTerms(r, n.PreferredDuringSchedulingIgnoredDuringExecution, p.Child(preferred))
	}
	if n, p := a.PodAntiAffinity, p.Child("podAntiAffinity"); n != nil {
		checkPodTerms(r, n.RequiredDuringSchedulingIgnoredDuringExecution, p.Child(required))
		checkWeightedTerms(r, n.PreferredDuringSchedulingIgnoredDuringExecution, p.Child(preferred))
	}
}

func checkWeight(r *field.Report, w int32, p *field.Path) {
	if w < 1 || w > 100 {
		r.Invalid(p.Child("weight"), w, "must be in the range 1-100")
	}
}

func checkNodeSelector(r *field.Report, s *NodeSelector, p *field.Path) {
	if s == nil {
		return
	}
	p = p.Child("nodeSelectorTerms")
	if len(s.NodeSelectorTerms) == 0 {
		r.Required(p, "must have at least one node selector term")
	}
	for i := range s.NodeSelectorTerms {
		checkNodeTerm(r, &s.NodeSelectorTerms[i], p.Index(i))
	}
}

func checkNodeTerm(r *field.Report, t *NodeSelectorTerm, p *field.Path) {
	for i := range t.MatchExpressions {
		checkNodeExpression(r, &t.MatchExpressions[i], p.Child("matchExpressions").Index(i))
	}
	for i := range t.MatchFields {
		checkNodeField(r, &t.MatchFields[i], p.Child("matchFields").Index(i))
	}
}

func checkNodeExpression(r *field.Report, e *NodeSelectorRequirement, p *field.Path) {
	switch e.Operator {
	case NodeSelectorOpIn, NodeSelectorOpNotIn:
		if len(e.Values) == 0 {
			r.Required(p.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'")
		}
	case NodeSelectorOpExists, NodeSelectorOpDoesNotExist:
		if len(e.Values) > 0 {
			r.Forbidden(p.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
		}
	case NodeSelectorOpGt, NodeSelectorOpLt:
		if len(e.Values) != 1 {
			r.Required(p.Child("values"), "must be specified single value when `operator` is 'Lt' or 'Gt'")
		}
	default:
		r.Invalid(p.Child("operator"), e.Operator, "not a valid selector operator")
	}
	meta.ValidateLabelKey(r, e.Key, p.Child("key"))
}

// checkNodeField checks a requirement on a field of the node; only its name
// can be asked for.
func checkNodeField(r *field.Report, e *NodeSelectorRequirement, p *field.Path) {
	if e.Operator != NodeSelectorOpIn && e.Operator != NodeSelectorOpNotIn {
		r.Invalid(p.Child("operator"), e.Operator, "not a valid selector operator")
	} else if len(e.Values) != 1 {
		r.Required(p.Child("values"), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
	}
	if e.Key != "metadata.name" {
		r.Invalid(p.Child("key"), e.Key, "not a valid field selector key")
		return
	}
	for i, v := range e.Values {
		r.Each(p.Child("values").Index(i), v, meta.IsDNS1123Subdomain(v))
	}
}

func checkWeightedTerms(r *field.Report, terms []WeightedPodAffinityTerm, p *field.Path) {
	for i := range terms {
		checkWeight(r, terms[i].Weight, p.Index(i))
		checkPodTerm(r, &terms[i].PodAffinityTerm, p.Index(i).Child("podAffinityTerm"))
	}
}

func checkPodTerms(r *field.Report, terms []PodAffinityTerm, p *field.Path) {
	for i := range terms {
		checkPodTerm(r, &terms[i], p.Index(i))
	}
}

func checkPodTerm(r *field.Report, t *PodAffinityTerm, p *field.Path) {
	meta.ValidateLabelSelector(r, t.LabelSelector, p.Child("labelSelector"))
	meta.ValidateLabelSelector(r, t.NamespaceSelector, p.Child("namespaceSelector"))
	for _, n := range t.Namespaces {
		r.Each(p.Child("namespace"), n, meta.IsDNS1123Label(n))
	}
	for _, l := range []struct {
		name string
		keys []string
	}{{"matchLabelKeys", t.MatchLabelKeys}, {"mismatchLabelKeys", t.MismatchLabelKeys}} {
		if len(l.keys) > 0 && t.LabelSelector == nil {
			r.Forbidden(p.Child(l.name), "must not be specified when labelSelector is not set")
			continue
		}
		for i, k := range l.keys {
			meta.ValidateLabelKey(r, k, p.Child(l.name).Index(i))
		}
	}
	checkNarrowedTwice(r, t, p)
	for i, k := range t.MatchLabelKeys {
		if slices.Contains(t.MismatchLabelKeys, k) {
			r.Invalid(p.Child("matchLabelKeys").Index(i), k, "exists in both matchLabelKeys and mismatchLabelKeys")
		}
	}
	if t.TopologyKey == "" {
		r.Required(p.Child("topologyKey"), "can not be empty")
	}
	meta.ValidateLabelKey(r, t.TopologyKey, p.Child("topologyKey"))
}

// checkNarrowedTwice refuses a selector that already speaks of a label that
// matchLabelKeys has added to it: in a pod it is there once, by the server.
func checkNarrowedTwice(r *field.Report, t *PodAffinityTerm, p *field.Path) {
	if t.LabelSelector == nil || len(t.MatchLabelKeys) == 0 {
		return
	}
	seen := map[string]bool{}
	for k := range t.LabelSelector.MatchLabels {
		seen[k] = true
	}
	at := map[string]int{}
	for i, k := range t.MatchLabelKeys {
		at[k] = i
	}
	for _, e := range t.LabelSelector.MatchExpressions {
		if i, ok := at[e.Key]; ok && seen[e.Key] {
			r.Invalid(p.Index(i), e.Key, "exists in both matchLabelKeys and labelSelector")
		}
		seen[e.Key] = true
	}
}

func checkTolerations(r *field.Report, tolerations []Toleration, p *field.Path) {
	for i := range tolerations {
		checkToleration(r, &tolerations[i], p.Index(i))
	}
}

func checkToleration(r *field.Report, t *Toleration, p *field.Path) {
	if t.Key != "" {
		meta.ValidateLabelKey(r, t.Key, p.Child("key"))
	} else if t.Operator != TolerationOpExists {
		r.Invalid(p.Child("operator"), t.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"")
	}
	if t.TolerationSeconds != nil && t.Effect != TaintEffectNoExecute {
		r.Invalid(p.Child("effect"), t.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
	}
	switch t.Operator {
	case TolerationOpEqual, "":
		if bad := meta.IsLabelValue(t.Value); len(bad) > 0 {
			r.Invalid(p.Child("operator"), t.Value, strings.Join(bad, ";"))
		}
	case TolerationOpExists:
		if t.Value != "" {
			r.Invalid(p.Child("operator"), t.Value, "value must be empty when `operator` is 'Exists'")
		}
	default:
		r.Add(field.NotSupported(p.Child("operator"), t.Operator, []TolerationOperator{TolerationOpEqual, TolerationOpExists}))
	}
	if t.Effect != "" {
		checkTaintEffect(r, t.Effect, p.Child("effect"))
	}
}

func checkTaintEffect(r *field.Report, e TaintEffect, p *field.Path) {
	field.OneOf(r, p, e, TaintEffectNoSchedule, TaintEffectPreferNoSchedule, TaintEffectNoExecute)
}

func checkSpreadConstraints(r *field.Report, constraints []TopologySpreadConstraint, spread *field.Path) {
	if len(constraints) == 0 {
		return
	}
	type kind struct {
		key  string
		when UnsatisfiableConstraintAction
	}
	last := make(map[kind]int, len(constraints))
	for i, c := range constraints {
		last[kind{c.TopologyKey, c.WhenUnsatisfiable}] = i
	}
	for i := range constraints {
		c, p := &constraints[i], spread.Index(i)
		if c.MaxSkew <= 0 {
			r.Invalid(p.Child("maxSkew"), c.MaxSkew, notPositive)
		}
		if c.TopologyKey == "" {
			r.Required(p.Child("topologyKey"), "can not be empty")
		}
		actions := []UnsatisfiableConstraintAction{DoNotSchedule, ScheduleAnyway}
		if !slices.Contains(actions, c.WhenUnsatisfiable) {
			r.Add(field.NotSupported(p.Child("whenUnsatisfiable"), c.WhenUnsatisfiable, actions))
		}
		if last[kind{c.TopologyKey, c.WhenUnsatisfiable}] > i {
			r.Duplicate(p.Child("{topologyKey, whenUnsatisfiable}"), fmt.Sprintf("{%s, %s}", c.TopologyKey, c.WhenUnsatisfiable))
		}
		checkSpreadDetails(r, c, p)
	}
}

func checkSpreadDetails(r *field.Report, c *TopologySpreadConstraint, p *field.Path) {
	if c.MinDomains != nil {
		if *c.MinDomains <= 0 {
			r.Invalid(p.Child("minDomains"), *c.MinDomains, notPositive)
		}
		if c.WhenUnsatisfiable != DoNotSchedule {
			r.Invalid(p.Child("minDomains"), *c.MinDomains, fmt.Sprintf("can only use minDomains if whenUnsatisfiable=%s, not %s", DoNotSchedule, c.WhenUnsatisfiable))
		}
	}
	if c.NodeAffinityPolicy != nil {
		field.Known(r, p.Child("nodeAffinityPolicy"), *c.NodeAffinityPolicy, NodeInclusionPolicyHonor, NodeInclusionPolicyIgnore)
	}
	if c.NodeTaintsPolicy != nil {
		field.Known(r, p.Child("nodeTaintsPolicy"), *c.NodeTaintsPolicy, NodeInclusionPolicyHonor, NodeInclusionPolicyIgnore)
	}
	keys := p.Child("matchLabelKeys")
	if len(c.MatchLabelKeys) > 0 && c.LabelSelector == nil {
		r.Forbidden(keys, "must not be specified when labelSelector is not set")
	}
	for i, k := range c.MatchLabelKeys {
		meta.ValidateLabelKey(r, k, keys.Index(i))
		if c.LabelSelector != nil && selects(c.LabelSelector, k) {
			r.Invalid(keys.Index(i), k, "exists in both matchLabelKeys and labelSelector")
		}
	}
	meta.ValidateLabelSelector(r, c.LabelSelector, p.Child("labelSelector"))
}

// selects reports whether the selector names the key.
func selects(s *meta.LabelSelector, key string) bool {
	_, found := s.MatchLabels[key]
	return found || slices.ContainsFunc(s.MatchExpressions, func(e meta.LabelSelectorRequirement) bool { return e.Key == key })
}
