package rbac

// SetRoleDefaults fills in what was left out.
func SetRoleDefaults(*Role) {}

// SetRoleBindingDefaults fills in what was left out.
func SetRoleBindingDefaults(*RoleBinding) {}

// SetClusterRoleDefaults fills in what was left out.
func SetClusterRoleDefaults(*ClusterRole) {}

// SetClusterRoleBindingDefaults fills in what was left out.
func SetClusterRoleBindingDefaults(*ClusterRoleBinding) {}
