package resources

import "github.com/pilothouse/pilothouse/proto/rbac"

func rbacResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("rbac.authorization.k8s.io/v1", name), Prefix: "/registry/" + prefix + "/", CreateOnUpdate: true}
	}
	return []*Resource{
		kind[*rbac.ClusterRole]{rbac.SetClusterRoleDefaults, nil, nil,
			rbac.ValidateClusterRole, twice(rbac.ValidateClusterRole, rbac.ValidateClusterRoleUpdate)}.on(v1("ClusterRole", "clusterroles")),
		kind[*rbac.ClusterRoleBinding]{rbac.SetClusterRoleBindingDefaults, nil, nil,
			rbac.ValidateClusterRoleBinding, twice(rbac.ValidateClusterRoleBinding, rbac.ValidateClusterRoleBindingUpdate)}.on(v1("ClusterRoleBinding", "clusterrolebindings")),
		kind[*rbac.Role]{rbac.SetRoleDefaults, nil, nil,
			rbac.ValidateRole, twice(rbac.ValidateRole, rbac.ValidateRoleUpdate)}.on(v1("Role", "roles")),
		kind[*rbac.RoleBinding]{rbac.SetRoleBindingDefaults, nil, nil,
			rbac.ValidateRoleBinding, twice(rbac.ValidateRoleBinding, rbac.ValidateRoleBindingUpdate)}.on(v1("RoleBinding", "rolebindings")),
	}
}
