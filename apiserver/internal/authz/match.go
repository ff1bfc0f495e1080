package authz

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// Verbs have a bit each, so that a rule for other verbs is passed over at the
// cost of one comparison: most rules that a user has are for something else.
type verbs uint16

const (
	otherVerb verbs = 1 << iota // looked for by name
	anyVerb
	getVerb
	listVerb
	watchVerb
	createVerb
	updateVerb
	patchVerb
	deleteVerb
	deleteCollectionVerb
)

func verbOf(s string) verbs {
	switch s {
	case "get":
		return getVerb
	case "list":
		return listVerb
	case "watch":
		return watchVerb
	case "create":
		return createVerb
	case "update":
		return updateVerb
	case "patch":
		return patchVerb
	case "delete":
		return deleteVerb
	case "deletecollection":
		return deleteCollectionVerb
	case "*":
		return anyVerb
	}
	return otherVerb
}

// rule is a rule of a role, ready to be asked.
type rule struct {
	*rbac.PolicyRule
	verbs verbs
}

func newRule(r *rbac.PolicyRule) rule {
	out := rule{PolicyRule: r}
	for _, v := range r.Verbs {
		out.verbs |= verbOf(v)
	}
	return out
}

// ask is a request as rules see it: what is needed for every rule is worked out
// once.
type ask struct {
	*request.Info
	verb     verbs
	resource string // with the subresource: pods/status
	name     string
}

func newAsk(i *request.Info) ask {
	a := ask{Info: i, verb: verbOf(i.Verb), resource: i.Resource, name: i.Name}
	if a.verb == anyVerb {
		a.verb = otherVerb // a question about the verb *, which only * answers
	}
	if i.Subresource != "" {
		a.resource += "/" + i.Subresource
	}
	if a.name == "" {
		a.name = i.SelectedName
	}
	return a
}

// allows says whether the rule covers what is asked.
func (r *rule) allows(a *ask) bool {
	if r.verbs&(a.verb|anyVerb) == 0 {
		return false
	}
	if a.verb == otherVerb && r.verbs&anyVerb == 0 && !slices.Contains(r.Verbs, a.Verb) {
		return false
	}
	if !a.IsResource {
		return slices.ContainsFunc(r.NonResourceURLs, func(pattern string) bool { return pathMatches(pattern, a.Path) })
	}
	return holds(r.APIGroups, a.Group) && r.allowsResource(a) &&
		(len(r.ResourceNames) == 0 || slices.Contains(r.ResourceNames, a.name))
}

func (r *rule) allowsResource(a *ask) bool {
	for _, have := range r.Resources {
		if have == "*" || have == a.resource {
			return true
		}
		if a.Subresource != "" && strings.HasPrefix(have, "*/") && have[2:] == a.Subresource {
			return true
		}
	}
	return false
}

// holds says whether list has s, or the star that stands for all.
func holds(list []string, s string) bool {
	for _, have := range list {
		if have == s || have == "*" {
			return true
		}
	}
	return false
}

// pathMatches compares a path with a pattern, which may end in a star.
func pathMatches(pattern, path string) bool {
	if pattern == path {
		return true
	}
	return strings.HasSuffix(pattern, "*") && strings.HasPrefix(path, strings.TrimRight(pattern, "*"))
}
