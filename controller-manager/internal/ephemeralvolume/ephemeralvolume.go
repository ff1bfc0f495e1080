// Package ephemeralvolume makes the claims of pods' generic ephemeral volumes:
// volumes like any other that live as long as their pod. The garbage collector
// removes them after it.
package ephemeralvolume

import (
	"context"
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller makes claims for pods.
type Controller struct {
	view   *cluster.View
	queue  *queue.Queue[meta.Key]
	pods   *informer.Informer[*core.Pod]
	claims *informer.Informer[*core.PersistentVolumeClaim]
}

// New makes the controller. It watches pods and claims.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), pods: view.Pods(), claims: view.PersistentVolumeClaims()}
	c.pods.OnChange(func(old, p *core.Pod) {
		if p != nil && old == nil && hasAny(p) {
			c.queue.Add(meta.KeyOf(p))
		}
	})
	c.claims.OnChange(func(old, claim *core.PersistentVolumeClaim) {
		if claim != nil {
			return
		}
		for _, o := range old.OwnerReferences { // its pod may be there still
			if o.Kind == "Pod" {
				c.queue.Add(meta.Key{Namespace: old.Namespace, Name: o.Name})
			}
		}
	})
	return c
}

func hasAny(p *core.Pod) bool {
	for i := range p.Spec.Volumes {
		if p.Spec.Volumes[i].Ephemeral != nil {
			return true
		}
	}
	return false
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "ephemeral-volume-controller" }

// Queue holds the keys of the pods to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync makes the claims that one pod lacks.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	p, ok := c.pods.GetKey(key)
	if !ok {
		return 0, nil
	}
	create, wrong := plan(p, func(name string) *core.PersistentVolumeClaim {
		claim, _ := c.claims.Get(p.Namespace, name)
		return claim
	})
	var latest cluster.Revision
	for _, claim := range create {
		made, err := client.Of[*core.PersistentVolumeClaim](c.view.Client).Create(ctx, claim)
		switch {
		case err == nil:
			latest.Note(made.ResourceVersion)
		case cluster.NamespaceTerminating(err):
			return 0, nil
		default:
			wrong = append(wrong, err)
		}
	}
	for _, err := range wrong {
		c.view.Events.Eventf(p, core.EventTypeWarning, "FailedBinding", "%v", err)
	}
	return 0, errors.Join(errors.Join(wrong...), latest.Await(ctx, c.claims))
}
