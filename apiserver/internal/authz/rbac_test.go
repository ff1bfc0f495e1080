package authz

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz/defaults"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

func words(s string) []string { return strings.Fields(s) }

func TestRuleAllows(t *testing.T) {
	res := func(verb, group, resource, sub, name string) request.Info {
		return request.Info{IsResource: true, Verb: verb, Group: group, Resource: resource, Subresource: sub, Name: name}
	}
	pods := rbac.PolicyRule{Verbs: words("get list"), APIGroups: []string{""}, Resources: words("pods pods/log")}
	named := rbac.PolicyRule{Verbs: words("get list escalate"), APIGroups: []string{"g"}, Resources: words("things"), ResourceNames: words("a b")}
	scale := rbac.PolicyRule{Verbs: words("*"), APIGroups: []string{"*"}, Resources: words("*/scale")}
	urls := rbac.PolicyRule{Verbs: words("get"), NonResourceURLs: words("/healthz /apis/*")}
	all := rbac.PolicyRule{Verbs: words("*"), APIGroups: words("*"), Resources: words("*")}
	for _, c := range []struct {
		rule rbac.PolicyRule
		ask  request.Info
		want bool
	}{
		{pods, res("get", "", "pods", "", "p"), true},
		{pods, res("list", "", "pods", "", ""), true},
		{pods, res("watch", "", "pods", "", ""), false},
		{pods, res("get", "", "pods", "log", "p"), true},
		{pods, res("get", "", "pods", "status", "p"), false},
		{pods, res("get", "apps", "pods", "", "p"), false},
		{named, res("get", "g", "things", "", "a"), true},
		{named, res("get", "g", "things", "", "c"), false},
		{named, res("list", "g", "things", "", ""), false},
		{named, request.Info{IsResource: true, Verb: "list", Group: "g", Resource: "things", SelectedName: "a"}, true},
		{named, res("escalate", "g", "things", "", "a"), true},
		{named, res("bind", "g", "things", "", "a"), false},
		{scale, res("update", "apps", "deployments", "scale", "d"), true},
		{scale, res("update", "apps", "deployments", "", "d"), false},
		{scale, res("update", "apps", "scale", "", "d"), false},
		{urls, request.Info{Verb: "get", Path: "/healthz"}, true},
		{urls, request.Info{Verb: "get", Path: "/healthz/etcd"}, false},
		{urls, request.Info{Verb: "get", Path: "/apis/x/y"}, true},
		{urls, request.Info{Verb: "post", Path: "/apis/x"}, false},
		{all, res("anything", "g", "things", "else", ""), true},
		{all, request.Info{Verb: "get", Path: "/healthz"}, false},
		{pods, res("*", "", "pods", "", ""), false},
		{all, res("*", "*", "*", "", ""), true},
	} {
		r, a := newRule(&c.rule), newAsk(&c.ask)
		if got := r.allows(&a); got != c.want {
			t.Errorf("%s allows %s %s/%s/%s %s: %v", ruleText(&c.rule), a.Verb, a.Group, a.Resource, a.Subresource, a.name+a.Path, got)
		}
	}
}

// clusterOf knows the given bindings and these roles: cluster-wide "look", and
// "look" and "write" in namespace ns.
func clusterOf() *RBAC {
	r := NewRBAC()
	look := []rbac.PolicyRule{{Verbs: words("get list watch"), APIGroups: []string{""}, Resources: words("pods")}}
	r.PutRole("", "look", look)
	r.PutRole("ns", "write", []rbac.PolicyRule{{Verbs: words("create"), APIGroups: []string{""}, Resources: words("pods")}})
	return r
}

func roleRef(kind, name string) rbac.RoleRef { return rbac.RoleRef{Kind: kind, Name: name} }

func TestBindings(t *testing.T) {
	r := clusterOf()
	ann := &authn.User{Name: "ann", Groups: words("dev system:authenticated")}
	sa := &authn.User{Name: "system:serviceaccount:ns:bot"}
	in := func(verb, ns string) *request.Info {
		return &request.Info{IsResource: true, Verb: verb, Resource: "pods", Namespace: ns}
	}
	expect := func(u *authn.User, i *request.Info, want bool, reason string) {
		t.Helper()
		if d := r.Decide(u, i); d.Allowed != want || d.Reason() != reason {
			t.Errorf("%s %s in %q: %v, %q", u.Name, i.Verb, i.Namespace, d.Allowed, d.Reason())
		}
	}
	expect(ann, in("get", "ns"), false, "")

	r.PutBinding("", "lookers", roleRef("ClusterRole", "look"), []rbac.Subject{{Kind: "Group", Name: "dev"}})
	expect(ann, in("get", "ns"), true, `RBAC: allowed by ClusterRoleBinding "lookers" of ClusterRole "look" to Group "dev"`)
	expect(ann, in("list", ""), true, `RBAC: allowed by ClusterRoleBinding "lookers" of ClusterRole "look" to Group "dev"`)
	expect(sa, in("get", "ns"), false, "")

	r.PutBinding("ns", "w", roleRef("Role", "write"), []rbac.Subject{{Kind: "User", Name: "ann"}, {Kind: "ServiceAccount", Name: "bot"}})
	expect(ann, in("create", "ns"), true, `RBAC: allowed by RoleBinding "w/ns" of Role "write" to User "ann"`)
	expect(ann, in("create", "other"), false, "")
	expect(ann, in("create", ""), false, "")
	expect(sa, in("create", "ns"), true, `RBAC: allowed by RoleBinding "w/ns" of Role "write" to ServiceAccount "bot/ns"`)

	// A cluster role bound in a namespace holds there alone.
	r.PutBinding("other", "l", roleRef("ClusterRole", "look"), []rbac.Subject{{Kind: "ServiceAccount", Namespace: "ns", Name: "bot"}})
	expect(sa, in("get", "other"), true, `RBAC: allowed by RoleBinding "l/other" of ClusterRole "look" to ServiceAccount "bot/ns"`)
	expect(sa, in("get", "ns"), false, "")

	// What a binding refers to may come later, and go.
	r.PutBinding("ns", "x", roleRef("Role", "none"), []rbac.Subject{{Kind: "User", Name: "ann"}})
	r.PutBinding("", "y", roleRef("ClusterRole", "nowhere"), []rbac.Subject{{Kind: "User", Name: "ann"}})
	expect(ann, in("delete", "ns"), false,
		`RBAC: [clusterrole.rbac.authorization.k8s.io "nowhere" not found, role.rbac.authorization.k8s.io "none" not found]`)
	r.PutRole("ns", "none", []rbac.PolicyRule{{Verbs: words("delete"), APIGroups: []string{""}, Resources: words("*")}})
	expect(ann, in("delete", "ns"), true, `RBAC: allowed by RoleBinding "x/ns" of Role "none" to User "ann"`)
	r.DropRole("ns", "none")
	expect(ann, in("create", "ns"), true, `RBAC: allowed by RoleBinding "w/ns" of Role "write" to User "ann"`)

	// A changed binding loses its old subjects, a deleted one all.
	r.PutBinding("ns", "w", roleRef("Role", "write"), []rbac.Subject{{Kind: "User", Name: "bob"}})
	expect(sa, in("create", "ns"), false, "")
	r.DropBinding("", "lookers")
	r.DropBinding("", "y")
	r.DropBinding("ns", "x")
	expect(ann, in("get", "ns"), false, "")
}

func TestEscalation(t *testing.T) {
	r := clusterOf()
	r.PutBinding("", "l", roleRef("ClusterRole", "look"), []rbac.Subject{{Kind: "User", Name: "ann"}})
	ann := &authn.User{Name: "ann", Groups: words("dev ops")}
	if s := r.Escalation(ann, "ns", []rbac.PolicyRule{{Verbs: words("get"), APIGroups: []string{""}, Resources: words("pods"), ResourceNames: words("p")}}, nil); s != "" {
		t.Errorf("she may pass on what she has: %s", s)
	}
	got := r.Escalation(ann, "ns", []rbac.PolicyRule{
		{Verbs: words("get create delete"), APIGroups: []string{""}, Resources: words("pods secrets")},
		{Verbs: words("get"), NonResourceURLs: words("/metrics")},
	}, func(role string) string { return role + " is not there" })
	want := `user "ann" (groups=["dev" "ops"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["create" "delete"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get" "create" "delete"]}
{NonResourceURLs:["/metrics"], Verbs:["get"]}`
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestMissing(t *testing.T) {
	one := func(verbs, groups, resources string, names ...string) rbac.PolicyRule {
		return rbac.PolicyRule{Verbs: words(verbs), APIGroups: words(groups), Resources: words(resources), ResourceNames: names}
	}
	for _, c := range []struct {
		have, want rbac.PolicyRule
		missing    int
	}{
		{one("*", "*", "*"), one("get", "g", "a b/c"), 0},
		{one("get", "g", "*/scale"), one("get", "g", "a/scale b/scale"), 0},
		{one("get", "g", "*/scale"), one("get", "g", "a a/status"), 2},
		{one("get", "g", "a", "x"), one("get", "g", "a"), 1},
		{one("get", "g", "a", "x"), one("get", "g", "a", "x", "y"), 1},
		{one("get list", "g h", "a"), one("list", "h", "a", "x"), 0},
		{one("get", "*", "a"), one("*", "g", "a"), 1},
		{rbac.PolicyRule{Verbs: words("get"), NonResourceURLs: words("/a/*")}, rbac.PolicyRule{Verbs: words("get"), NonResourceURLs: words("/a/b /a/* /*")}, 1},
	} {
		if got := Missing([]rbac.PolicyRule{c.have}, []rbac.PolicyRule{c.want}); len(got) != c.missing {
			t.Errorf("%s lacks of %s: %v", ruleText(&c.have), ruleText(&c.want), got)
		}
	}
}

// defaultCluster has the roles that every cluster begins with, and bindings of
// n other users.
func defaultCluster(n int) *RBAC {
	r := NewRBAC()
	for _, o := range defaults.Roles() {
		r.PutRole(o.Namespace, o.Name, o.Rules)
	}
	for _, b := range defaults.Bindings() {
		kind := "ClusterRole"
		if b.Namespace != "" {
			kind = "Role"
		}
		r.PutBinding(b.Namespace, b.Name, roleRef(kind, b.Role), b.Subjects)
	}
	for i := range n {
		r.PutBinding("ns", fmt.Sprint("b", i), roleRef("ClusterRole", "system:aggregate-to-edit"), []rbac.Subject{{Kind: "User", Name: fmt.Sprint("u", i)}})
	}
	return r
}

func BenchmarkDecide(b *testing.B) {
	r := defaultCluster(10000)
	for name, u := range map[string]*authn.User{
		"user":               {Name: "u77", Groups: words("dev ops system:authenticated")},
		"controller-manager": {Name: ControllerManager, Groups: words("system:authenticated")},
	} {
		for _, resource := range []string{"pods", "nothings"} {
			a := &Authorizer{RBAC: r}
			i := &request.Info{IsResource: true, Verb: "create", Resource: resource, Namespace: "ns"}
			b.Run(name+"/"+resource, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					a.Decide(b.Context(), u, i)
				}
			})
		}
	}
}
