// Package endpointslice keeps the EndpointSlices of every service that has a
// selector: at most a hundred endpoints a slice, told apart by address family
// and by ports, each with its node, zone and conditions.
//
// Which pods stand behind a service is decided in package backend, how they
// are spread over slices in slicepack, what a slice says in plan.go; this
// file watches and acts.
package endpointslice

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
	"github.com/pilothouse/pilothouse/controller-manager/internal/slicepack"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles the EndpointSlices of services.
type Controller struct {
	view     *cluster.View
	queue    *queue.Queue[meta.Key]
	perSlice int
	services *informer.Informer[*core.Service]
	pods     *informer.Informer[*core.Pod]
	nodes    *informer.Informer[*core.Node]
	slices   *informer.Informer[*discovery.EndpointSlice]
	pace     pace.Pace
}

// New makes the controller, which puts at most perSlice endpoints into a
// slice. It watches services, pods, nodes and slices.
func New(view *cluster.View, perSlice int) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), perSlice: perSlice,
		services: view.Services(), pods: view.Pods(), nodes: view.Nodes(), slices: view.EndpointSlices(),
	}
	backend.Watch(view, c.queue.Add)
	c.slices.OnChange(func(old, new *discovery.EndpointSlice) {
		for _, s := range []*discovery.EndpointSlice{old, new} {
			if s != nil && s.Labels[discovery.LabelManagedBy] == manager && s.Labels[discovery.LabelServiceName] != "" {
				c.queue.Add(meta.Key{Namespace: s.Namespace, Name: s.Labels[discovery.LabelServiceName]})
			}
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "endpointslice-controller" }

// Queue holds the keys of the services to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync brings the slices of one service up to date.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	if wait := c.pace.Wait(key, time.Now()); wait > 0 {
		return wait, nil
	}
	var current []*discovery.EndpointSlice
	for _, s := range c.slices.ByIndex(cluster.ByService, key.String()) {
		if s.Labels[discovery.LabelManagedBy] == manager {
			current = append(current, s)
		}
	}
	svc, ok := c.services.Get(key.Namespace, key.Name)
	switch {
	case !ok || svc.Spec.Type == core.ServiceTypeExternalName || len(svc.Spec.Selector) == 0:
		return 0, slicepack.Apply(ctx, c.view, slicepack.Step{Delete: current})
	case svc.DeletionTimestamp != nil:
		return 0, nil
	}
	node := func(name string) (*core.Node, bool) { return c.nodes.Get("", name) }
	members := backend.Members(backend.PodsOf(svc, c.pods), node)
	s := plan(svc, members, node, current, c.perSlice)
	if s.Empty() {
		return 0, nil
	}
	c.pace.Wrote(key, len(members), time.Now())
	err := slicepack.Apply(ctx, c.view, s)
	if err != nil && !client.IsConflict(err) && !client.IsNotFound(err) {
		c.view.Events.Eventf(svc, core.EventTypeWarning, "FailedToUpdateEndpointSlices", "Error updating Endpoint Slices for Service %s/%s: %v", svc.Namespace, svc.Name, err)
	}
	return 0, err
}
