// Package clusterroleaggregation keeps the rules of cluster roles that gather
// the rules of others: admin, edit and view are such, and whoever brings a new
// kind of object extends them by a role with the right label.
//
// What a role should hold is decided in plan.go; this file watches and acts.
package clusterroleaggregation

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// Controller reconciles the cluster roles that gather others.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	roles *informer.Informer[*rbac.ClusterRole]
}

// New makes the controller. It watches cluster roles.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), roles: view.ClusterRoles()}
	c.roles.OnChange(func(old, new *rbac.ClusterRole) {
		if new != nil && new.AggregationRule != nil {
			c.queue.Add(meta.KeyOf(new))
		}
		// Any role may be one that others gather.
		for _, r := range c.roles.List() {
			if r.AggregationRule != nil {
				c.queue.Add(meta.KeyOf(r))
			}
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "clusterrole-aggregation-controller" }

// Queue holds the keys of the roles to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync brings the rules of one role up to date.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	role, ok := c.roles.GetKey(key)
	if !ok {
		return 0, nil
	}
	next, err := plan(role, c.roles.List())
	if err != nil || next == nil {
		return 0, err
	}
	written, err := client.Of[*rbac.ClusterRole](c.view.Client).Update(ctx, next)
	if client.IsNotFound(err) || client.IsConflict(err) {
		return 0, nil // The watch tells what is true, and comes back here.
	}
	if err != nil {
		return 0, err
	}
	return 0, c.roles.WaitFor(ctx, written.ResourceVersion)
}
