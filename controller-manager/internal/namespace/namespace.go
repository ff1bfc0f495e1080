// Package namespace empties namespaces that are being deleted: it deletes
// everything in them, of every kind that the API server serves, waits until
// it is gone, pods in their grace period included, and then takes its
// finalizer off, on which the API server removes the namespace.
//
// What the conditions say and when to finalize is decided in plan.go; this
// file watches, sweep.go deletes.
package namespace

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles namespaces that are being deleted.
type Controller struct {
	view       *cluster.View
	queue      *queue.Queue[meta.Key]
	catalog    *catalog.Catalog
	namespaces *informer.Informer[*core.Namespace]
}

// New makes the controller. It watches namespaces, and pods for their end.
func New(view *cluster.View, resources *catalog.Catalog) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), catalog: resources, namespaces: view.Namespaces(),
	}
	c.namespaces.OnChange(func(old, new *core.Namespace) {
		if new != nil && terminating(new) {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	view.Pods().OnChange(func(old, new *core.Pod) {
		if new != nil {
			return
		}
		if ns, ok := c.namespaces.Get("", old.Namespace); ok && terminating(ns) {
			c.queue.Add(meta.KeyOf(ns))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "namespace-controller" }

// Queue holds the keys of the namespaces to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync sweeps one namespace that is being deleted.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	ns, ok := c.namespaces.Get("", key.Name)
	if !ok || !terminating(ns) {
		return 0, nil
	}
	s := plan(ns, c.sweep(ctx, ns.Name, ns.DeletionTimestamp.Time), time.Now())
	if s.finalize {
		return 0, c.finalize(ctx, ns)
	}
	if s.conditions != nil {
		if err := c.writeConditions(ctx, ns, s.conditions); err != nil {
			return 0, err
		}
	}
	return s.again, nil
}

func (c *Controller) writeConditions(ctx context.Context, ns *core.Namespace, conditions []core.NamespaceCondition) error {
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": ns.UID},
		"status":   map[string]any{"conditions": conditions},
	})
	if err != nil {
		return err
	}
	written, err := client.Of[*core.Namespace](c.view.Client).Patch(ctx, "", ns.Name, client.MergePatch, body, client.Subresource("status"))
	if client.IsNotFound(err) || client.IsConflict(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.namespaces.WaitFor(ctx, written.ResourceVersion)
}

// finalize takes our finalizer off an empty namespace.
func (c *Controller) finalize(ctx context.Context, ns *core.Namespace) error {
	done := ns.DeepCopy()
	done.APIVersion, done.Kind = "v1", "Namespace"
	done.Spec.Finalizers = slices.DeleteFunc(done.Spec.Finalizers, func(f core.FinalizerName) bool { return f == core.FinalizerKubernetes })
	body, err := json.Marshal(done)
	if err != nil {
		return err
	}
	_, err = c.view.Client.Raw().Do(ctx, http.MethodPut, "/api/v1/namespaces/"+ns.Name+"/finalize", nil, "application/json", body)
	if err != nil && !client.IsNotFound(err) {
		return fmt.Errorf("finalize namespace %s: %w", ns.Name, err)
	}
	return nil
}
