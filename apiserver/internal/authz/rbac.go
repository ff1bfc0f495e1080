package authz

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// The kinds that bindings refer to.
const (
	kindUser           = "User"
	kindGroup          = "Group"
	kindServiceAccount = "ServiceAccount"
	kindRole           = "Role"
	kindClusterRole    = "ClusterRole"
)

// RBAC is every role and binding, kept by whom they concern, so that a request
// looks at the bindings of its own user and groups and at no others. Changes
// come from the cache (follow.go). It is safe for concurrent use.
type RBAC struct {
	mu       sync.RWMutex
	roles    map[place]*role
	bindings map[place]*bound
	users    map[string]*grants // service accounts too, by their user names
	groups   map[string]*grants
}

// place names a role or a binding; one for the whole cluster has no namespace.
type place struct{ namespace, name string }

type role struct {
	rules  []rule
	source []rbac.PolicyRule
}

// bound is a binding with its subjects.
type bound struct {
	at       place
	role     place
	ref      rbac.RoleRef
	subjects []rbac.Subject
}

// grant is one subject of a binding.
type grant struct {
	*bound
	subject *rbac.Subject
}

// grants are what one user or group has: everywhere, and in namespaces.
type grants struct {
	everywhere []grant
	in         map[string][]grant
}

// NewRBAC knows no role and no binding.
func NewRBAC() *RBAC {
	return &RBAC{roles: map[place]*role{}, bindings: map[place]*bound{}, users: map[string]*grants{}, groups: map[string]*grants{}}
}

// PutRole keeps the rules of a Role, or with an empty namespace of a
// ClusterRole. They must not change afterwards.
func (r *RBAC) PutRole(namespace, name string, rules []rbac.PolicyRule) {
	made := &role{source: rules, rules: make([]rule, len(rules))}
	for i := range rules {
		made.rules[i] = newRule(&rules[i])
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.roles[place{namespace, name}] = made
}

// DropRole forgets a role.
func (r *RBAC) DropRole(namespace, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.roles, place{namespace, name})
}

// PutBinding keeps a RoleBinding, or with an empty namespace a
// ClusterRoleBinding.
func (r *RBAC) PutBinding(namespace, name string, ref rbac.RoleRef, subjects []rbac.Subject) {
	b := &bound{at: place{namespace, name}, ref: ref, subjects: subjects, role: rolePlace(ref, namespace)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unbind(b.at)
	r.bindings[b.at] = b
	for i := range subjects {
		g := r.holder(b, &subjects[i], true)
		if g == nil {
			continue
		}
		list := g.list(namespace)
		at, _ := slices.BinarySearchFunc(list, name, func(g grant, name string) int { return cmp.Compare(g.at.name, name) })
		g.set(namespace, slices.Insert(list, at, grant{b, &subjects[i]}))
	}
}

// DropBinding forgets a binding.
func (r *RBAC) DropBinding(namespace, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unbind(place{namespace, name})
}

// rolePlace is where the role is that a binding in namespace refers to.
func rolePlace(ref rbac.RoleRef, namespace string) place {
	switch ref.Kind {
	case kindClusterRole:
		return place{"", ref.Name}
	case kindRole:
		if namespace != "" {
			return place{namespace, ref.Name}
		}
	}
	return place{"/", ref.Name} // No role lies there.
}

// unbind takes a binding away from its subjects.
func (r *RBAC) unbind(at place) {
	b := r.bindings[at]
	if b == nil {
		return
	}
	delete(r.bindings, at)
	for i := range b.subjects {
		if g := r.holder(b, &b.subjects[i], false); g != nil {
			g.set(at.namespace, slices.DeleteFunc(slices.Clone(g.list(at.namespace)), func(g grant) bool { return g.bound == b }))
		}
	}
}

// holder is where the grants of a subject are kept.
func (r *RBAC) holder(b *bound, s *rbac.Subject, create bool) *grants {
	of, name := r.users, s.Name
	switch s.Kind {
	case kindUser:
	case kindGroup:
		of = r.groups
	case kindServiceAccount:
		ns := cmp.Or(s.Namespace, b.at.namespace)
		if ns == "" {
			return nil
		}
		name = authn.AccountUser(ns, s.Name)
	default:
		return nil
	}
	g := of[name]
	if g == nil && create {
		g = &grants{in: map[string][]grant{}}
		of[name] = g
	}
	return g
}

func (g *grants) list(namespace string) []grant {
	if namespace == "" {
		return g.everywhere
	}
	return g.in[namespace]
}

func (g *grants) set(namespace string, list []grant) {
	switch {
	case namespace == "":
		g.everywhere = list
	case len(list) == 0:
		delete(g.in, namespace)
	default:
		g.in[namespace] = list
	}
}

// Decide says whether a binding lets u do what i asks. The reason of a no is
// which roles could not be looked at.
func (r *RBAC) Decide(u *authn.User, i *request.Info) Decision {
	a := newAsk(i)
	ns := ""
	if i.IsResource {
		ns = i.Namespace
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	var d Decision
	var missing []string
	r.visit(u, ns, func(g grant) bool {
		role := r.roles[g.role]
		if role == nil {
			missing = append(missing, noRole(g.ref))
			return true
		}
		for n := range role.rules {
			if role.rules[n].allows(&a) {
				d.Allowed, d.by = true, g
				return false
			}
		}
		return true
	})
	if !d.Allowed && len(missing) > 0 {
		d.why = "RBAC: " + Aggregate(missing)
	}
	return d
}

// visit calls f for every grant that concerns u in the namespace, those for the
// whole cluster first, until f says false.
func (r *RBAC) visit(u *authn.User, namespace string, f func(grant) bool) {
	each := func(ns string) bool {
		if !r.users[u.Name].each(ns, f) {
			return false
		}
		for _, g := range u.Groups {
			if !r.groups[g].each(ns, f) {
				return false
			}
		}
		return true
	}
	if each("") && namespace != "" {
		each(namespace)
	}
}

func (g *grants) each(namespace string, f func(grant) bool) bool {
	if g == nil {
		return true
	}
	list := g.everywhere
	if namespace != "" {
		list = g.in[namespace]
	}
	for i := range list {
		if !f(list[i]) {
			return false
		}
	}
	return true
}

// String describes the grant in the words of access reviews.
func (g grant) String() string {
	kind, name := "ClusterRoleBinding", g.at.name
	if g.at.namespace != "" {
		kind, name = "RoleBinding", g.at.name+"/"+g.at.namespace
	}
	subject := g.subject.Name
	if g.subject.Kind == kindServiceAccount {
		subject += "/" + cmp.Or(g.subject.Namespace, g.at.namespace)
	}
	return fmt.Sprintf("%s %q of %s %q to %s %q", kind, name, g.ref.Kind, g.ref.Name, g.subject.Kind, subject)
}

// noRole says that a role which is bound is not there.
func noRole(ref rbac.RoleRef) string {
	return fmt.Sprintf("%s.rbac.authorization.k8s.io %q not found", strings.ToLower(ref.Kind), ref.Name)
}

// Aggregate writes several errors as one, each once.
func Aggregate(texts []string) string {
	var once []string
	for _, t := range texts {
		if !slices.Contains(once, t) {
			once = append(once, t)
		}
	}
	switch len(once) {
	case 0:
		return ""
	case 1:
		return once[0]
	}
	return "[" + strings.Join(once, ", ") + "]"
}
