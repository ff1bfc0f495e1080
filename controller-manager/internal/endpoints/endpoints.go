// Package endpoints keeps the Endpoints object of every service that has a
// selector: the addresses and ports of its pods, ready and not. Services
// without a selector have Endpoints that people write; those it leaves alone.
//
// Which pods stand behind a service is decided in package backend, how the
// object looks in plan.go; this file watches and acts.
package endpoints

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/backend"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/pace"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles Endpoints.
type Controller struct {
	view      *cluster.View
	queue     *queue.Queue[meta.Key]
	services  *informer.Informer[*core.Service]
	pods      *informer.Informer[*core.Pod]
	nodes     *informer.Informer[*core.Node]
	endpoints *informer.Informer[*core.Endpoints]
	pace      pace.Pace
}

// New makes the controller. It watches services, pods, nodes and Endpoints.
func New(view *cluster.View) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(),
		services: view.Services(), pods: view.Pods(), nodes: view.Nodes(), endpoints: view.Endpoints(),
	}
	backend.Watch(view, c.queue.Add)
	c.endpoints.OnChange(func(old, new *core.Endpoints) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		} else {
			c.queue.Add(meta.KeyOf(old))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "endpoints-controller" }

// Queue holds the keys of the services to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync brings the Endpoints of one service up to date.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	if wait := c.pace.Wait(key, time.Now()); wait > 0 {
		return wait, nil
	}
	current, exists := c.endpoints.Get(key.Namespace, key.Name)
	svc, ok := c.services.Get(key.Namespace, key.Name)
	if !ok {
		if exists && current.Labels[managedBy] == manager {
			return 0, c.remove(ctx, current)
		}
		return 0, nil
	}
	if len(svc.Spec.Selector) == 0 || svc.Spec.Type == core.ServiceTypeExternalName || svc.DeletionTimestamp != nil {
		return 0, nil
	}
	if !exists {
		current = nil
	}
	members := backend.Members(backend.PodsOf(svc, c.pods), func(name string) (*core.Node, bool) { return c.nodes.Get("", name) })
	s := plan(svc, members, current)
	if s.create == nil && s.update == nil {
		return 0, nil
	}
	c.pace.Wrote(key, len(members), time.Now())
	return 0, c.apply(ctx, svc, s)
}

// apply carries s out and returns once the cache shows it.
func (c *Controller) apply(ctx context.Context, svc *core.Service, s step) error {
	api := client.Of[*core.Endpoints](c.view.Client)
	var written *core.Endpoints
	var err error
	switch {
	case s.create != nil:
		written, err = api.Create(ctx, s.create)
		if err != nil && !cluster.NamespaceTerminating(err) && !client.IsAlreadyExists(err) {
			c.view.Events.Eventf(svc, core.EventTypeWarning, "FailedToCreateEndpoint", "Failed to create endpoint for service %s/%s: %v", svc.Namespace, svc.Name, err)
		}
	case s.update != nil:
		written, err = api.Update(ctx, s.update)
		if err != nil && !client.IsConflict(err) && !client.IsNotFound(err) {
			c.view.Events.Eventf(svc, core.EventTypeWarning, "FailedToUpdateEndpoint", "Failed to update endpoint %s/%s: %v", svc.Namespace, svc.Name, err)
		}
	default:
		return nil
	}
	if cluster.NamespaceTerminating(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.endpoints.WaitFor(ctx, written.ResourceVersion)
}

// remove deletes the Endpoints of a service that is gone.
func (c *Controller) remove(ctx context.Context, e *core.Endpoints) error {
	err := client.Of[*core.Endpoints](c.view.Client).Delete(ctx, e.Namespace, e.Name, client.Preconditions(e.UID, ""))
	if client.IsNotFound(err) || client.IsConflict(err) {
		return nil
	}
	return err
}
