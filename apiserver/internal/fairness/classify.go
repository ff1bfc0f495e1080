package fairness

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
)

// config is what requests are classified by. It never changes.
type config struct{ schemas []*schema }

// schema is a FlowSchema whose level exists. It never changes, unlike the level.
type schema struct {
	name, uid   string
	level       *level
	levelUID    string
	exempt      bool // of the level
	counts      *counts
	byUser      bool
	byNamespace bool
	rules       []flowcontrol.PolicyRulesWithSubjects
}

// compile sorts the schemas into the order in which they are asked. Those whose
// level is missing match nothing.
func compile(objects []*flowcontrol.FlowSchema, levels map[string]*level, count func(schema, level string) *counts) *config {
	objects = slices.Clone(objects)
	slices.SortFunc(objects, func(a, b *flowcontrol.FlowSchema) int {
		return cmp.Or(cmp.Compare(a.Spec.MatchingPrecedence, b.Spec.MatchingPrecedence), cmp.Compare(a.Name, b.Name))
	})
	c := &config{}
	for _, o := range objects {
		l := levels[o.Spec.PriorityLevelConfiguration.Name]
		if l == nil {
			continue
		}
		s := &schema{name: o.Name, uid: string(o.UID), level: l, levelUID: l.uid, exempt: l.exempt, counts: count(o.Name, l.name), rules: o.Spec.Rules}
		if d := o.Spec.DistinguisherMethod; d != nil {
			s.byUser = d.Type == flowcontrol.FlowDistinguisherMethodByUserType
			s.byNamespace = d.Type == flowcontrol.FlowDistinguisherMethodByNamespaceType
		}
		c.schemas = append(c.schemas, s)
	}
	return c
}

// classify finds the first schema that matches. The last one, the mandatory
// catch-all, takes what matches none.
func (c *config) classify(u *authn.User, i *request.Info) *schema {
	for _, s := range c.schemas {
		if s.matches(u, i) {
			return s
		}
	}
	return c.schemas[len(c.schemas)-1]
}

func (s *schema) matches(u *authn.User, i *request.Info) bool {
	for r := range s.rules {
		rule := &s.rules[r]
		if !slices.ContainsFunc(rule.Subjects, func(sub flowcontrol.Subject) bool { return isSubject(&sub, u) }) {
			continue
		}
		if i.IsResource && slices.ContainsFunc(rule.ResourceRules, func(p flowcontrol.ResourcePolicyRule) bool { return isResource(&p, i) }) {
			return true
		}
		if !i.IsResource && slices.ContainsFunc(rule.NonResourceRules, func(p flowcontrol.NonResourcePolicyRule) bool { return isPath(&p, i) }) {
			return true
		}
	}
	return false
}

// serviceAccount begins the names of service accounts: with namespace and name
// behind it.
const serviceAccount = "system:serviceaccount:"

func isSubject(s *flowcontrol.Subject, u *authn.User) bool {
	switch s.Kind {
	case flowcontrol.SubjectKindUser:
		return s.User != nil && (s.User.Name == "*" || s.User.Name == u.Name)
	case flowcontrol.SubjectKindGroup:
		return s.Group != nil && (s.Group.Name == "*" || u.In(s.Group.Name))
	case flowcontrol.SubjectKindServiceAccount:
		rest, ok := strings.CutPrefix(u.Name, serviceAccount)
		namespace, name, _ := strings.Cut(rest, ":")
		return ok && s.ServiceAccount != nil && s.ServiceAccount.Namespace == namespace &&
			(s.ServiceAccount.Name == "*" || s.ServiceAccount.Name == name)
	}
	return false
}

func isResource(p *flowcontrol.ResourcePolicyRule, i *request.Info) bool {
	if !has(p.Verbs, i.Verb) || !has(p.APIGroups, i.Group) {
		return false
	}
	resource := i.Resource
	if i.Subresource != "" && !slices.Contains(p.Resources, "*") {
		resource += "/" + i.Subresource
	}
	if !has(p.Resources, resource) {
		return false
	}
	if i.Namespace == "" {
		return p.ClusterScope
	}
	return has(p.Namespaces, i.Namespace)
}

func isPath(p *flowcontrol.NonResourcePolicyRule, i *request.Info) bool {
	return has(p.Verbs, i.Verb) && slices.ContainsFunc(p.NonResourceURLs, func(pattern string) bool {
		prefix, any := strings.CutSuffix(pattern, "*")
		return any && strings.HasPrefix(i.Path, prefix) || pattern == i.Path
	})
}

func has(list []string, s string) bool {
	for _, l := range list {
		if l == "*" || l == s {
			return true
		}
	}
	return false
}

// flow is the hash of the flow that a request belongs to.
func (s *schema) flow(seed maphash.Seed, u *authn.User, i *request.Info) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	h.WriteString(s.name)
	h.WriteByte(0)
	switch {
	case s.byUser:
		h.WriteString(u.Name)
	case s.byNamespace:
		h.WriteString(i.Namespace)
	}
	return h.Sum64()
}
