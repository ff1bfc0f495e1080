package impersonation

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

func TestAs(t *testing.T) {
	r := authz.NewRBAC()
	rule := func(group, resources string, names ...string) rbac.PolicyRule {
		return rbac.PolicyRule{Verbs: []string{"impersonate"}, APIGroups: []string{group}, Resources: strings.Fields(resources), ResourceNames: names}
	}
	r.PutRole("", "as-ann", []rbac.PolicyRule{rule("", "users", "ann"), rule("", "groups", "dev"), rule("authentication.k8s.io", "userextras/scopes uids")})
	r.PutRole("", "as-bots", []rbac.PolicyRule{rule("", "serviceaccounts")})
	bind := func(ns, role string) {
		r.PutBinding(ns, role, rbac.RoleRef{Kind: "ClusterRole", Name: role}, []rbac.Subject{{Kind: "User", Name: "joe"}})
	}
	bind("", "as-ann")
	bind("ns", "as-bots")
	joe := &authn.User{Name: "joe", Groups: []string{authn.Authenticated}}

	for _, c := range []struct {
		headers string
		want    *authn.User
		refused string
	}{
		{"", joe, ""},
		{"Impersonate-User=", joe, ""},
		{"Impersonate-User=ann", &authn.User{Name: "ann", Groups: []string{authn.Authenticated}}, ""},
		{"Impersonate-User=ann Impersonate-Group=dev Impersonate-Uid=7 Impersonate-Extra-Scopes=a Impersonate-Extra-scopes=b",
			&authn.User{Name: "ann", UID: "7", Groups: []string{"dev", authn.Authenticated}, Extra: map[string][]string{"scopes": {"a", "b"}}}, ""},
		{"Impersonate-User=system:serviceaccount:ns:bot",
			&authn.User{Name: "system:serviceaccount:ns:bot", Groups: []string{"system:serviceaccounts", "system:serviceaccounts:ns", authn.Authenticated}}, ""},
		{"Impersonate-User=system:serviceaccount:other:bot", nil,
			`serviceaccounts "bot" is forbidden: User "joe" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "other"`},
		{"Impersonate-User=bob", nil, `users "bob" is forbidden: User "joe" cannot impersonate resource "users" in API group "" at the cluster scope`},
		{"Impersonate-User=ann Impersonate-Group=system:masters", nil,
			`groups "system:masters" is forbidden: User "joe" cannot impersonate resource "groups" in API group "" at the cluster scope`},
		{"Impersonate-User=ann Impersonate-Extra-Acme.com%2Fproject=x", nil,
			`userextras.authentication.k8s.io "x" is forbidden: User "joe" cannot impersonate resource "userextras/acme.com/project" in API group "authentication.k8s.io" at the cluster scope`},
		{"Impersonate-Group=x Impersonate-Group=y", nil, "requested [{Group  x    } {Group  y    }] without impersonating a user"},
		{"Impersonate-Uid=5", nil, "requested [{UID  5  authentication.k8s.io/v1  }] without impersonating a user"},
		{"Impersonate-Extra-X=5", nil, "requested [{UserExtra  5  authentication.k8s.io/v1  x}] without impersonating a user"},
	} {
		req := httptest.NewRequest("GET", "/", nil)
		for h := range strings.FieldsSeq(c.headers) {
			k, v, _ := strings.Cut(h, "=")
			req.Header.Add(k, v)
		}
		got, err := As(req, joe, &authz.Authorizer{RBAC: r})
		if c.refused != "" {
			if err == nil || err.Error() != c.refused {
				t.Errorf("%s: %+v, %v", c.headers, got, err)
			}
			continue
		}
		if err != nil || cmp.Diff(c.want, got) != "" {
			t.Errorf("%s: %v %s", c.headers, err, cmp.Diff(c.want, got))
		}
		if c.headers != "" && got != joe && len(req.Header) > 0 {
			t.Errorf("%s: headers stay: %v", c.headers, req.Header)
		}
	}
	var nobody *NobodyError
	req := httptest.NewRequest("GET", "/", nil)
	req.Header.Set("Impersonate-Uid", "5")
	if _, err := As(req, joe, nil); !errors.As(err, &nobody) {
		t.Errorf("nobody: %v", err)
	}
}
