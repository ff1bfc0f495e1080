package authz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// Missing is what wanted allows and have does not, taken apart into rules of
// one verb on one resource each.
func Missing(have, wanted []rbac.PolicyRule) []rbac.PolicyRule {
	var out []rbac.PolicyRule
	for i := range wanted {
		for _, one := range apart(&wanted[i]) {
			if !slices.ContainsFunc(have, func(h rbac.PolicyRule) bool { return covers(&h, &one) }) {
				out = append(out, one)
			}
		}
	}
	return out
}

// apart splits a rule into rules of one verb on one resource, one name or one
// path.
func apart(r *rbac.PolicyRule) []rbac.PolicyRule {
	var out []rbac.PolicyRule
	for _, group := range r.APIGroups {
		for _, resource := range r.Resources {
			for _, verb := range r.Verbs {
				one := rbac.PolicyRule{APIGroups: []string{group}, Resources: []string{resource}, Verbs: []string{verb}}
				if len(r.ResourceNames) == 0 {
					out = append(out, one)
				}
				for _, name := range r.ResourceNames {
					one.ResourceNames = []string{name}
					out = append(out, one)
				}
			}
		}
	}
	for _, path := range r.NonResourceURLs {
		for _, verb := range r.Verbs {
			out = append(out, rbac.PolicyRule{NonResourceURLs: []string{path}, Verbs: []string{verb}})
		}
	}
	return out
}

// covers says whether r allows all that one does, which is a rule that was
// taken apart.
func covers(r, one *rbac.PolicyRule) bool {
	if !holds(r.Verbs, one.Verbs[0]) {
		return false
	}
	if len(one.NonResourceURLs) > 0 {
		return slices.ContainsFunc(r.NonResourceURLs, func(p string) bool { return pathMatches(p, one.NonResourceURLs[0]) })
	}
	if !holds(r.APIGroups, one.APIGroups[0]) || !resourceCovered(r.Resources, one.Resources[0]) {
		return false
	}
	return len(r.ResourceNames) == 0 || len(one.ResourceNames) > 0 && slices.Contains(r.ResourceNames, one.ResourceNames[0])
}

func resourceCovered(have []string, resource string) bool {
	if holds(have, resource) {
		return true
	}
	_, sub, ok := strings.Cut(resource, "/")
	return ok && slices.Contains(have, "*/"+sub)
}

// compact puts rules for the same resource together, so that a message about
// them is short.
func compact(rules []rbac.PolicyRule) []rbac.PolicyRule {
	type simple struct {
		group, resource, name string
		named                 bool
	}
	at := map[simple]int{}
	var out []rbac.PolicyRule
	for _, r := range rules {
		if len(r.NonResourceURLs) > 0 || len(r.ResourceNames) > 1 || len(r.Resources) != 1 || len(r.APIGroups) != 1 {
			out = append(out, r)
			continue
		}
		key := simple{group: r.APIGroups[0], resource: r.Resources[0], named: len(r.ResourceNames) > 0}
		if key.named {
			key.name = r.ResourceNames[0]
		}
		if i, ok := at[key]; ok {
			out[i].Verbs = append(slices.Clip(out[i].Verbs), r.Verbs...)
			continue
		}
		at[key] = len(out)
		out = append(out, r)
	}
	return out
}

// ruleText is a rule as messages show it.
func ruleText(r *rbac.PolicyRule) string {
	var parts []string
	for _, p := range []struct {
		name string
		list []string
	}{
		{"APIGroups", r.APIGroups}, {"Resources", r.Resources}, {"NonResourceURLs", r.NonResourceURLs},
		{"ResourceNames", r.ResourceNames}, {"Verbs", r.Verbs},
	} {
		if len(p.list) > 0 {
			parts = append(parts, fmt.Sprintf("%s:%q", p.name, p.list))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// RulesFor is all that u may do in a namespace by roles, and the bindings whose
// roles are not there.
func (r *RBAC) RulesFor(u *authn.User, namespace string) (rules []rbac.PolicyRule, missing []Unknown) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	seen := map[*bound]bool{}
	r.visit(u, namespace, func(g grant) bool {
		if seen[g.bound] {
			return true
		}
		seen[g.bound] = true
		if role := r.roles[g.role]; role != nil {
			rules = append(rules, role.source...)
		} else {
			missing = append(missing, Unknown{g.ref})
		}
		return true
	})
	return rules, missing
}

// Unknown is a role that is bound and not there.
type Unknown struct{ Ref rbac.RoleRef }

// String says so.
func (u Unknown) String() string { return noRole(u.Ref) }

// Role is the rules of the role that a binding in namespace refers to, and
// whether there is one.
func (r *RBAC) Role(ref rbac.RoleRef, namespace string) ([]rbac.PolicyRule, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	role := r.roles[rolePlace(ref, namespace)]
	if role == nil {
		return nil, false
	}
	return role.source, true
}

// Escalation says, in the words of the refusal, what rules would give that u
// does not have; it is empty when that is nothing. unknown words that a role is
// not there.
func (r *RBAC) Escalation(u *authn.User, namespace string, rules []rbac.PolicyRule, unknown func(role string) string) string {
	have, lost := r.RulesFor(u, namespace)
	missing := Missing(have, rules)
	if len(missing) == 0 {
		return ""
	}
	var lines []string
	for _, m := range compact(missing) {
		lines = append(lines, ruleText(&m))
	}
	slices.Sort(lines)
	s := fmt.Sprintf("user %q (groups=%q) is attempting to grant RBAC permissions not currently held:\n%s",
		u.Name, u.Groups, strings.Join(slices.Compact(lines), "\n"))
	if len(lost) > 0 {
		var texts []string
		for _, l := range lost {
			texts = append(texts, unknown(l.Ref.Name))
		}
		s += "; resolution errors: [" + strings.Join(texts, " ") + "]"
	}
	return s
}
