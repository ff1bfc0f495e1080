// Package rootca publishes the cluster's certificate authority to every
// namespace, as the config map kube-root-ca.crt, and restores it when somebody
// deletes or changes it: pods find the CA there that they trust the API server
// by.
//
// What is to be written is decided in plan.go; this file watches and acts.
package rootca

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles the config map of every namespace.
type Controller struct {
	view       *cluster.View
	queue      *queue.Queue[meta.Key]
	namespaces *informer.Informer[*core.Namespace]
	maps       *informer.Informer[*core.ConfigMap]
	ca         string
}

// New makes the controller, which publishes ca, a bundle in PEM. It watches
// namespaces and the config maps of that name.
func New(view *cluster.View, ca []byte) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(),
		namespaces: view.Namespaces(), maps: view.RootCAs(), ca: string(ca),
	}
	c.namespaces.OnChange(func(old, new *core.Namespace) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	c.maps.OnChange(func(old, new *core.ConfigMap) {
		if new == nil {
			new = old
		}
		c.queue.Add(meta.Key{Name: new.Namespace})
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "root-ca-certificate-publisher-controller" }

// Queue holds the keys of the namespaces to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync brings the config map of one namespace up to date.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	ns, ok := c.namespaces.Get("", key.Name)
	if !ok {
		return 0, nil
	}
	current, exists := c.maps.Get(ns.Name, ConfigMap)
	if !exists {
		current = nil
	}
	api := client.Of[*core.ConfigMap](c.view.Client)
	var written *core.ConfigMap
	var err error
	switch s := plan(ns, current, c.ca); {
	case s.create != nil:
		written, err = api.Create(ctx, s.create)
	case s.update != nil:
		written, err = api.Update(ctx, s.update)
	default:
		return 0, nil
	}
	if client.IsNotFound(err) || client.IsAlreadyExists(err) || cluster.NamespaceTerminating(err) {
		return 0, nil // gone or there already: the watch tells what is true
	}
	if err != nil {
		return 0, err
	}
	return 0, c.maps.WaitFor(ctx, written.ResourceVersion)
}
