// Package serviceaccount makes the account "default" in every namespace and
// makes it again when it is deleted: pods that name no account run under it,
// and none can be created without it.
//
// What is missing is decided in plan.go; this file watches and acts.
package serviceaccount

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/rootca"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles the accounts that every namespace has.
type Controller struct {
	view       *cluster.View
	queue      *queue.Queue[meta.Key]
	namespaces *informer.Informer[*core.Namespace]
	accounts   *informer.Informer[*core.ServiceAccount]
	maps       *informer.Informer[*core.ConfigMap] // nil: not waited for
}

// New makes the controller. It watches namespaces and service accounts. With
// after set it makes an account once its namespace has the config map of the
// cluster's authority, or has waited some seconds for it: pods can be made from
// then on, and need both to start.
func New(view *cluster.View, after bool) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(),
		namespaces: view.Namespaces(), accounts: view.ServiceAccounts(),
	}
	c.namespaces.OnChange(func(old, new *core.Namespace) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	if after {
		c.maps = view.RootCAs()
		c.maps.OnChange(func(old, new *core.ConfigMap) {
			if old == nil {
				c.queue.Add(meta.Key{Name: new.Namespace})
			}
		})
	}
	c.accounts.OnChange(func(old, new *core.ServiceAccount) {
		if new == nil {
			c.queue.Add(meta.Key{Name: old.Namespace})
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "serviceaccount-controller" }

// Queue holds the keys of the namespaces to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync makes what one namespace lacks.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	ns, ok := c.namespaces.Get("", key.Name)
	if !ok {
		return 0, nil
	}
	if c.maps != nil {
		if _, ok := c.maps.Get(ns.Name, rootca.ConfigMap); !ok {
			if wait := hold(ns, time.Now()); wait > 0 {
				return wait, nil // The config map's coming calls again, too.
			}
		}
	}
	for _, sa := range plan(ns, func(name string) bool { _, ok := c.accounts.Get(ns.Name, name); return ok }) {
		_, err := client.Of[*core.ServiceAccount](c.view.Client).Create(ctx, sa)
		if err != nil && !client.IsAlreadyExists(err) && !client.IsNotFound(err) && !cluster.NamespaceTerminating(err) {
			return 0, err
		}
	}
	return 0, nil // a repeat is an AlreadyExists, so there is nothing to wait for
}
