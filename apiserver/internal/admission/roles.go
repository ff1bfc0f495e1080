package admission

import (
	"context"
	"fmt"

	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// roleEscalation lets users write roles that allow what they may do
// themselves, and bind roles that they could have written. The verbs escalate
// and bind make exceptions.
func (v *view) roleEscalation(ctx context.Context, r *Request) error {
	if r.Resource.Group != "rbac.authorization.k8s.io" || r.Operation != Create && r.Operation != Update || r.User.In(authz.Masters) {
		return nil
	}
	// A role that has just been given more must not be bound for what it was.
	if err := v.cache.WaitCurrent(ctx); err != nil {
		return err
	}
	if r.Old != nil && onlyForCollection(r.Object, r.Old) {
		return nil
	}
	switch o := r.Object.(type) {
	case *rbac.ClusterRole:
		return v.mayWriteRole(ctx, r, o.Rules, o.AggregationRule != nil)
	case *rbac.Role:
		return v.mayWriteRole(ctx, r, o.Rules, false)
	case *rbac.ClusterRoleBinding:
		return v.mayBind(ctx, r, o.RoleRef)
	case *rbac.RoleBinding:
		return v.mayBind(ctx, r, o.RoleRef)
	}
	return nil
}

// onlyForCollection says whether a change is of owners and finalizers alone,
// which decide when the object may go and not what it allows.
func onlyForCollection(next, old meta.Object) bool {
	next = next.DeepCopyObject()
	m, om := next.GetObjectMeta(), old.GetObjectMeta()
	m.OwnerReferences, m.Finalizers = om.OwnerReferences, om.Finalizers
	m.ManagedFields, m.ResourceVersion, m.Generation = om.ManagedFields, om.ResourceVersion, om.Generation
	return meta.Equal(next, old)
}

// everything is what a role that gathers others may come to allow.
var everything = []rbac.PolicyRule{
	{Verbs: []string{"*"}, APIGroups: []string{"*"}, Resources: []string{"*"}},
	{Verbs: []string{"*"}, NonResourceURLs: []string{"*"}},
}

func (v *view) mayWriteRole(ctx context.Context, r *Request, rules []rbac.PolicyRule, gathers bool) error {
	i := request.Info{IsResource: true, Verb: "escalate", Group: r.Resource.Group, Version: r.Version, Resource: r.Resource.Name, Namespace: r.Namespace}
	if r.Operation == Update {
		i.Name = r.Name
	}
	if d := v.authz.Decide(ctx, r.User, &i); d.Allowed {
		return nil
	}
	if why := v.escalation(r, rules); why != "" {
		return status.Forbidden(r.Resource, r.Name, why)
	}
	if gathers && v.escalation(r, everything) != "" {
		return status.Forbidden(r.Resource, r.Name, "must have cluster-admin privileges to use the aggregationRule")
	}
	return nil
}

func (v *view) mayBind(ctx context.Context, r *Request, ref rbac.RoleRef) error {
	i := request.Info{IsResource: true, Verb: "bind", Group: r.Resource.Group, Version: r.Version, Resource: "roles", Namespace: r.Namespace, Name: ref.Name}
	switch ref.Kind {
	case "ClusterRole":
		i.Resource = "clusterroles"
	case "Role":
	default:
		return status.Internal(fmt.Errorf("unsupported role reference kind: %q", ref.Kind))
	}
	if d := v.authz.Decide(ctx, r.User, &i); d.Allowed {
		return nil
	}
	rules, ok := v.authz.RBAC.Role(ref, r.Namespace)
	if !ok {
		return status.NotFound(r.Resource, ref.Name)
	}
	if why := v.escalation(r, rules); why != "" {
		return status.Forbidden(r.Resource, r.Name, why)
	}
	return nil
}

// escalation is what rules would give that the user does not have.
func (v *view) escalation(r *Request, rules []rbac.PolicyRule) string {
	return v.authz.RBAC.Escalation(r.User, r.Namespace, rules, func(role string) string {
		return fmt.Sprintf("%s %q not found", r.Resource, role)
	})
}
