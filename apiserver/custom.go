package apiserver

import (
	"context"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd"
	"github.com/pilothouse/pilothouse/apiserver/internal/discovery"
	"github.com/pilothouse/pilothouse/apiserver/internal/openapi"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
)

// customResources is what follows the definitions of custom resources: it tells
// the handlers and the documents of every change.
type customResources struct {
	*crd.Controller
	served chan struct{} // closed when those that were there at the start are served
}

// resolver finds the address of a service's port.
type resolver func(ctx context.Context, namespace, name string, port int32) (string, error)

func (d *process) customResources(table []*resources.Resource, docs *discovery.Handler, api *openapi.Handler, resolve resolver) customResources {
	return customResources{&crd.Controller{Cache: d.cache, Store: d.store, Log: d.Log, Webhooks: &crd.Webhooks{Resolve: resolve},
		Builtin: func(group, version, plural string) bool {
			return slices.ContainsFunc(table, func(r *resources.Resource) bool {
				return r.Kind.Group == group && r.Kind.Version == version && r.Kind.Resource == plural
			})
		},
		Serve: func(custom []*resources.Resource) error {
			d.rest.ServeCustom(custom)
			d.others.Local(kinds(table), kinds(custom))
			api.SetCustom(custom)
			return docs.Set(slices.Concat(table, custom))
		}}, make(chan struct{})}
}

func (c customResources) run(ctx context.Context) error {
	return c.Run(ctx, func() { close(c.served) })
}

// ready waits until the custom resources are served.
func (c customResources) ready(ctx context.Context) error {
	select {
	case <-c.served:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
