package authz

import (
	"context"
	"log/slog"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// Follow keeps r up to date with the cache's roles and bindings.
func (r *RBAC) Follow(c *cache.Cache, log *slog.Logger) {
	follow(c, "roles", log, func(o *rbac.Role) { r.PutRole(o.Namespace, o.Name, o.Rules) }, r.DropRole)
	follow(c, "clusterroles", log, func(o *rbac.ClusterRole) { r.PutRole("", o.Name, o.Rules) }, r.DropRole)
	follow(c, "rolebindings", log, func(o *rbac.RoleBinding) { r.PutBinding(o.Namespace, o.Name, o.RoleRef, o.Subjects) }, r.DropBinding)
	follow(c, "clusterrolebindings", log, func(o *rbac.ClusterRoleBinding) { r.PutBinding("", o.Name, o.RoleRef, o.Subjects) }, r.DropBinding)
}

// follow decodes each object of a resource once, when it comes or changes.
func follow[T any, P interface {
	*T
	meta.Object
}](c *cache.Cache, resource string, log *slog.Logger, put func(P), drop func(namespace, name string)) {
	c.Table(resource + ".rbac.authorization.k8s.io").Follow(func(old, o *cache.Object) {
		if o == nil {
			drop(old.Namespace, old.Name)
			return
		}
		p := P(new(T))
		if err := codec.DecodeJSON(o.JSON(), p); err != nil {
			log.Error("a stored object of "+resource+" cannot be read: it allows nothing", "namespace", o.Namespace, "name", o.Name, "error", err)
			drop(o.Namespace, o.Name)
			return
		}
		put(p)
	})
}

// Lag tells how far the index, which the cache feeds, is behind the store.
type Lag struct {
	// Cache feeds the index.
	Cache *cache.Cache
	// Written is the revision of the last write that was answered.
	Written func() int64
}

// wait waits for the writes after seen that have been answered, and says
// whether there were any.
func (l *Lag) wait(ctx context.Context, seen int64) bool {
	rev := l.Written()
	return rev > seen && l.Cache.WaitFor(ctx, rev) == nil
}
