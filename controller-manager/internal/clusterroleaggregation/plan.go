package clusterroleaggregation

import (
	"cmp"
	"slices"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// plan is role with the rules that it should have, or nil when it has them.
// all is every cluster role; those that role selects are taken in the order of
// their names, so that the same roles always give the same rules.
func plan(role *rbac.ClusterRole, all []*rbac.ClusterRole) (*rbac.ClusterRole, error) {
	if role.AggregationRule == nil || role.DeletionTimestamp != nil {
		return nil, nil
	}
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b *rbac.ClusterRole) int { return cmp.Compare(a.Name, b.Name) })
	rules := []rbac.PolicyRule{}
	for i := range role.AggregationRule.ClusterRoleSelectors {
		s, err := selector.FromLabelSelector(&role.AggregationRule.ClusterRoleSelectors[i])
		if err != nil {
			return nil, err
		}
		for _, from := range all {
			if from.Name == role.Name || !s.Matches(from.Labels) {
				continue
			}
			rules = add(rules, from.Rules)
		}
	}
	if len(rules) == len(role.Rules) && (len(rules) == 0 || meta.Equal(rules, role.Rules)) {
		return nil, nil
	}
	next := role.DeepCopy()
	next.Rules = rules
	return next, nil
}

// add appends those of more that are not there.
func add(rules, more []rbac.PolicyRule) []rbac.PolicyRule {
	for i := range more {
		if !slices.ContainsFunc(rules, func(r rbac.PolicyRule) bool { return meta.Equal(r, more[i]) }) {
			rules = append(rules, *more[i].DeepCopy())
		}
	}
	return rules
}
