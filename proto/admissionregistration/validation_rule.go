package admissionregistration

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// everything is the name that stands for all others.
const everything = "*"

// crowded says whether a list has * and something else.
func crowded[T ~string](list []T) bool {
	return len(list) > 1 && slices.Contains(list, everything)
}

func checkRule(r *field.Report, rule *RuleWithOperations, p *field.Path) {
	if len(rule.Operations) == 0 {
		r.Required(p.Child("operations"), "")
	}
	if crowded(rule.Operations) {
		r.Invalid(p.Child("operations"), rule.Operations, "if '*' is present, must not specify other operations")
	}
	for i := range rule.Operations {
		oneOf(r, p.Child("operations").Index(i), &rule.Operations[i], OperationAll, Connect, Create, Delete, Update)
	}
	if len(rule.APIGroups) == 0 {
		r.Required(p.Child("apiGroups"), "")
	}
	if crowded(rule.APIGroups) {
		r.Invalid(p.Child("apiGroups"), rule.APIGroups, "if '*' is present, must not specify other API groups")
	}
	versions := p.Child("apiVersions")
	if len(rule.APIVersions) == 0 {
		r.Required(versions, "")
	}
	if crowded(rule.APIVersions) {
		r.Invalid(versions, rule.APIVersions, "if '*' is present, must not specify other API versions")
	}
	for i, v := range rule.APIVersions {
		if v == "" {
			r.Required(versions.Index(i), "")
		}
	}
	checkResources(r, rule.Resources, p.Child("resources"))
	oneOf(r, p.Child("scope"), rule.Scope, AllScopes, ClusterScope, NamespacedScope)
}

// checkResources wants names that do not overlap.
func checkResources(r *field.Report, resources []string, p *field.Path) {
	if len(resources) == 0 {
		r.Required(p, "")
	}
	allOf, everywhere := map[string]bool{}, map[string]bool{} // x/* and */x
	plain := false                                            // the last name without a subresource is not *
	for i, name := range resources {
		if name == "" {
			r.Required(p.Index(i), "")
			continue
		}
		res, sub, ok := strings.Cut(name, "/")
		if !ok {
			plain = name != everything
			continue
		}
		if allOf[res] {
			r.Invalid(p.Index(i), name, fmt.Sprintf("if '%s/*' is present, must not specify %s", res, name))
		}
		if everywhere[sub] {
			r.Invalid(p.Index(i), name, fmt.Sprintf("if '*/%s' is present, must not specify %s", sub, name))
		}
		allOf[res] = allOf[res] || sub == everything
		everywhere[sub] = everywhere[sub] || res == everything
	}
	if len(resources) > 1 && slices.Contains(resources, "*/*") {
		r.Invalid(p, resources, "if '*/*' is present, must not specify other resources")
	}
	if plain && slices.Contains(resources, everything) {
		r.Invalid(p, resources, "if '*' is present, must not specify other resources without subresources")
	}
}

func checkMatchResources(r *field.Report, m *MatchResources, p *field.Path) {
	if m.MatchPolicy == nil {
		r.Required(p.Child("matchPolicy"), "")
	}
	oneOf(r, p.Child("matchPolicy"), m.MatchPolicy, Equivalent, Exact)
	if m.NamespaceSelector == nil {
		r.Required(p.Child("namespaceSelector"), "")
	}
	meta.ValidateLabelSelector(r, m.NamespaceSelector, p.Child("namespaceSelector"))
	if m.ObjectSelector == nil {
		r.Required(p.Child("objectSelector"), "")
	}
	meta.ValidateLabelSelector(r, m.ObjectSelector, p.Child("objectSelector"))
	for i := range m.ResourceRules {
		checkNamedRule(r, &m.ResourceRules[i], p.Child("resourceRules").Index(i))
	}
	for i := range m.ExcludeResourceRules {
		checkNamedRule(r, &m.ExcludeResourceRules[i], p.Child("excludeResourceRules").Index(i))
	}
}

func checkNamedRule(r *field.Report, rule *NamedRuleWithOperations, p *field.Path) {
	again := field.Repeats(rule.ResourceNames)
	for i, n := range rule.ResourceNames {
		r.Each(p.Child("resourceNames").Index(i), n, meta.IsPathSegment(n))
		if again(i) {
			r.Duplicate(p.Child("resourceNames").Index(i), n)
		}
	}
	checkRule(r, &rule.RuleWithOperations, p)
}

// maxConditions is how many match conditions there may be.
const maxConditions = 64

// checkConditions checks match conditions; params says whether they may refer
// to params, stored has the expressions that are stored already.
func checkConditions(r *field.Report, list []MatchCondition, params bool, stored map[string]bool, p *field.Path) {
	if len(list) > maxConditions {
		r.Add(field.TooMany(p, len(list), maxConditions))
	}
	names := map[string]bool{}
	for i := range list {
		c, p := &list[i], p.Index(i)
		if text := strings.TrimSpace(c.Expression); text == "" {
			r.Required(p.Child("expression"), "")
		} else {
			checkExpression(r, p.Child("expression"), Expression{Text: text, Use: UseMatchCondition, Params: params, Stored: stored[c.Expression]}, text)
		}
		if c.Name == "" {
			r.Required(p.Child("name"), "")
			continue
		}
		r.Each(p.Child("name"), c.Name, meta.IsQualifiedName(c.Name))
		if names[c.Name] {
			r.Duplicate(p.Child("name"), c.Name)
		}
		names[c.Name] = true
	}
}
