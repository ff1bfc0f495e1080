package rbac

// GroupName is the group of roles and bindings, and of the users and groups
// that bindings name.
const GroupName = "rbac.authorization.k8s.io"

// The kinds that a Subject can be of.
const (
	UserKind           = "User"
	GroupKind          = "Group"
	ServiceAccountKind = "ServiceAccount"
)

// SetRoleDefaults makes an empty list of rules an absent one.
func SetRoleDefaults(r *Role) {
	if len(r.Rules) == 0 {
		r.Rules = nil
	}
}

// SetClusterRoleDefaults makes an empty list of rules an absent one.
func SetClusterRoleDefaults(r *ClusterRole) {
	if len(r.Rules) == 0 {
		r.Rules = nil
	}
}

// SetRoleBindingDefaults fills in the groups of the role and of the subjects.
func SetRoleBindingDefaults(b *RoleBinding) { setGroups(&b.RoleRef, b.Subjects) }

// SetClusterRoleBindingDefaults fills in the groups of the role and of the
// subjects.
func SetClusterRoleBindingDefaults(b *ClusterRoleBinding) { setGroups(&b.RoleRef, b.Subjects) }

func setGroups(role *RoleRef, subjects []Subject) {
	if role.APIGroup == "" {
		role.APIGroup = GroupName
	}
	for i := range subjects {
		if s := &subjects[i]; s.APIGroup == "" && (s.Kind == UserKind || s.Kind == GroupKind) {
			s.APIGroup = GroupName
		}
	}
}
