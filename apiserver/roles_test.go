package apiserver_test

import (
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// TestRolesAreMended: at its start the server puts back what was taken from the
// roles and bindings that every cluster has, leaves what was added, and keeps
// its hands off those that say so.
func TestRolesAreMended(t *testing.T) {
	ctx := t.Context()
	first := testserver.Start(t, nil)
	c := first.Client(t)
	roles, bindings := client.Of[*rbac.ClusterRole](c), client.Of[*rbac.ClusterRoleBinding](c)
	const basic, monitoring, dns = "system:basic-user", "system:monitoring", "system:kube-dns"

	role := stored(t, roles, basic)
	whole := len(role.Rules)
	role.Rules = []rbac.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{"example.com"}, Resources: []string{"things"}}}
	write(t, roles, role)
	free := stored(t, roles, monitoring)
	free.Rules, free.Annotations["rbac.authorization.kubernetes.io/autoupdate"] = nil, "false"
	write(t, roles, free)
	b := stored(t, bindings, basic)
	b.Subjects = []rbac.Subject{{Kind: "User", APIGroup: "rbac.authorization.k8s.io", Name: "ann"}}
	write(t, bindings, b)
	if err := bindings.Delete(ctx, "", dns); err != nil {
		t.Fatal(err)
	}
	wrong := stored(t, bindings, monitoring)
	if err := bindings.Delete(ctx, "", monitoring); err != nil {
		t.Fatal(err)
	}
	wrong.ResourceVersion, wrong.UID, wrong.RoleRef.Name = "", "", basic
	if _, err := bindings.Create(ctx, wrong); err != nil {
		t.Fatal(err)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}

	second := testserver.Start(t, func(c *apiserver.Config) { c.DataDir = first.DataDir })
	c = second.Client(t)
	roles, bindings = client.Of[*rbac.ClusterRole](c), client.Of[*rbac.ClusterRoleBinding](c)
	if got := stored(t, roles, basic); len(got.Rules) <= whole || got.Rules[0].Resources[0] != "things" {
		t.Errorf("the role has the rules %+v", got.Rules)
	}
	if got := stored(t, roles, monitoring); len(got.Rules) != 0 {
		t.Errorf("the role that says autoupdate=false has the rules %+v", got.Rules)
	}
	if got := stored(t, bindings, basic); len(got.Subjects) != 2 || !slices.ContainsFunc(got.Subjects, func(s rbac.Subject) bool { return s.Name == "system:authenticated" }) {
		t.Errorf("the binding has the subjects %+v", got.Subjects)
	}
	stored(t, bindings, dns)
	if got := stored(t, bindings, monitoring); got.RoleRef.Name != monitoring || got.UID == wrong.UID {
		t.Errorf("the binding is to %+v", got.RoleRef)
	}
}

func stored[T meta.Object](t *testing.T, r client.Resource[T], name string) T {
	t.Helper()
	o, err := r.Get(t.Context(), "", name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func write[T meta.Object](t *testing.T, r client.Resource[T], o T) {
	t.Helper()
	if _, err := r.Update(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}
