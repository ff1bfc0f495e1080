package defaults

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// TestObjects: all that every cluster begins with is sound, and bindings are to
// roles that are there.
func TestObjects(t *testing.T) {
	there := map[string]bool{}
	for _, r := range Roles() {
		key := r.Namespace + "/" + r.Name
		if there[key] {
			t.Errorf("two roles are named %s", key)
		}
		there[key] = true
		switch o := r.Object().(type) {
		case *rbac.ClusterRole:
			if errs := rbac.ValidateClusterRole(o); len(errs) > 0 {
				t.Errorf("%s: %v", key, errs)
			}
			if len(o.Rules) == 0 && o.AggregationRule == nil {
				t.Errorf("%s allows nothing", key)
			}
		case *rbac.Role:
			if errs := rbac.ValidateRole(o); len(errs) > 0 {
				t.Errorf("%s: %v", key, errs)
			}
		}
	}
	seen := map[string]bool{}
	for _, b := range Bindings() {
		key := b.Namespace + "/" + b.Name
		if seen[key] {
			t.Errorf("two bindings are named %s", key)
		}
		seen[key] = true
		if !there[b.Namespace+"/"+b.Role] {
			t.Errorf("%s is to a role that is not there: %s", key, b.Role)
		}
		var errs error
		var o meta.Object = b.Object()
		switch o := o.(type) {
		case *rbac.ClusterRoleBinding:
			rbac.SetClusterRoleBindingDefaults(o)
			errs = rbac.ValidateClusterRoleBinding(o).Err()
		case *rbac.RoleBinding:
			rbac.SetRoleBindingDefaults(o)
			errs = rbac.ValidateRoleBinding(o).Err()
		}
		if errs != nil {
			t.Errorf("%s: %v", key, errs)
		}
	}
	if len(NodeRules()) == 0 {
		t.Error("nodes may do nothing")
	}
}
