// Package endpointslicemirroring copies Endpoints that people write, those of
// services without a selector, into EndpointSlices, because slices are all
// that kube-proxy reads.
//
// What is copied is decided in plan.go, how it is spread over slices in
// package slicepack; this file watches and acts.
package endpointslicemirroring

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/slicepack"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles mirrors of Endpoints.
type Controller struct {
	view      *cluster.View
	queue     *queue.Queue[meta.Key]
	perSubset int
	services  *informer.Informer[*core.Service]
	endpoints *informer.Informer[*core.Endpoints]
	slices    *informer.Informer[*discovery.EndpointSlice]
}

// perSlice is the most endpoints of one mirror.
const perSlice = 100

// New makes the controller, which copies at most perSubset addresses of a
// subset. It watches services, Endpoints and slices.
func New(view *cluster.View, perSubset int) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), perSubset: perSubset,
		services: view.Services(), endpoints: view.Endpoints(), slices: view.EndpointSlices(),
	}
	c.services.OnChange(func(old, new *core.Service) { add(c.queue, old, new) })
	c.endpoints.OnChange(func(old, new *core.Endpoints) { add(c.queue, old, new) })
	c.slices.OnChange(func(old, new *discovery.EndpointSlice) {
		for _, s := range []*discovery.EndpointSlice{old, new} {
			if s != nil && s.Labels[discovery.LabelManagedBy] == manager && s.Labels[discovery.LabelServiceName] != "" {
				c.queue.Add(meta.Key{Namespace: s.Namespace, Name: s.Labels[discovery.LabelServiceName]})
			}
		}
	})
	return c
}

// add puts the key of a changed object into q.
func add[T interface {
	comparable
	meta.Object
}](q *queue.Queue[meta.Key], old, new T) {
	var none T
	if new != none {
		q.Add(meta.KeyOf(new))
	} else {
		q.Add(meta.KeyOf(old))
	}
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "endpointslice-mirroring-controller" }

// Queue holds the keys of the Endpoints to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync brings the mirrors of one Endpoints object up to date.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	var current []*discovery.EndpointSlice
	for _, s := range c.slices.ByIndex(cluster.ByService, key.String()) {
		if s.Labels[discovery.LabelManagedBy] == manager {
			current = append(current, s)
		}
	}
	svc, haveService := c.services.Get(key.Namespace, key.Name)
	e, haveEndpoints := c.endpoints.Get(key.Namespace, key.Name)
	if !haveService || !haveEndpoints || e.DeletionTimestamp != nil || !mirrored(svc, e) {
		return 0, slicepack.Apply(ctx, c.view, slicepack.Step{Delete: current})
	}
	return 0, slicepack.Apply(ctx, c.view, plan(e, current, c.perSubset, perSlice))
}
