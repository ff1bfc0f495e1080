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

// SetRoleDefaults has nothing to fill in.
func SetRoleDefaults(*Role) {}

// SetClusterRoleDefaults has nothing to fill in.
func SetClusterRoleDefaults(*ClusterRole) {}

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
