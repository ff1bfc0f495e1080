// Package deployment moves pods from one template to the next: it keeps a
// replica set per revision of a Deployment's template and shifts replicas from
// the old ones to the new one, as fast as the strategy allows.
//
// What to do is decided by pure functions: state.go tells old from new,
// plan.go picks the step, rolling.go and proportion.go count, conditions.go
// words the status. This file watches and acts.
package deployment

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// kind is what owner references call a Deployment.
const kind = "Deployment"

// Controller reconciles Deployments.
type Controller struct {
	view        *cluster.View
	queue       *queue.Queue[meta.Key]
	deployments *informer.Informer[*apps.Deployment]
	sets        *informer.Informer[*apps.ReplicaSet]
	pods        *informer.Informer[*core.Pod]
}

// New makes the controller. It watches deployments and replica sets, and pods
// for those that may only start when all others have ended.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), deployments: view.Deployments(), sets: view.ReplicaSets(), pods: view.Pods()}
	c.deployments.OnChange(func(_, d *apps.Deployment) {
		if d != nil {
			c.queue.Add(meta.KeyOf(d))
		}
	})
	c.sets.OnChange(c.setChanged)
	c.pods.OnChange(c.podChanged)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "deployment-controller" }

// Queue holds the keys of the deployments to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) setChanged(old, now *apps.ReplicaSet) {
	for _, rs := range []*apps.ReplicaSet{old, now} {
		if rs == nil {
			continue
		}
		if owner := podstate.Controller(rs); owner != nil {
			if owner.Kind == kind {
				c.queue.Add(meta.Key{Namespace: rs.Namespace, Name: owner.Name})
			}
			continue
		}
		for _, d := range c.deployments.ByNamespace(rs.Namespace) {
			if selects(d, rs.Labels) {
				c.queue.Add(meta.KeyOf(d))
			}
		}
	}
}

// podChanged wakes a deployment that waits for its old pods to be gone.
func (c *Controller) podChanged(old, now *core.Pod) {
	if old == nil || now != nil && !podstate.Terminal(now) {
		return
	}
	owner := podstate.Controller(old)
	if owner == nil || owner.Kind != "ReplicaSet" {
		return
	}
	rs, ok := c.sets.Get(old.Namespace, owner.Name)
	if !ok {
		return
	}
	if owner = podstate.Controller(rs); owner == nil || owner.Kind != kind {
		return
	}
	if d, ok := c.deployments.Get(rs.Namespace, owner.Name); ok && d.Spec.Strategy.Type == apps.RecreateDeploymentStrategyType {
		c.queue.Add(meta.KeyOf(d))
	}
}

// Sync takes one deployment a step further.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	d, ok := c.deployments.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil // its replica sets are the garbage collector's
	}
	if sel, err := selector.FromLabelSelector(d.Spec.Selector); err != nil || sel.Empty() {
		c.view.Events.Eventf(d, core.EventTypeWarning, "SelectingAll", "This deployment is selecting all pods. A non-empty selector is required.")
		return 0, nil
	}
	if err := c.claim(ctx, d); err != nil {
		return 0, err
	}
	s := plan(newState(d, c.owned(d), c.oldPodsRun(d), time.Now()))
	err := c.apply(ctx, d, &s)
	return s.again, errors.Join(err, c.writeStatus(ctx, d, s))
}

// owned is the replica sets that d controls.
func (c *Controller) owned(d *apps.Deployment) (sets []*apps.ReplicaSet) {
	for _, rs := range c.sets.ByNamespace(d.Namespace) {
		if owner := podstate.Controller(rs); owner != nil && owner.UID == d.UID {
			sets = append(sets, rs)
		}
	}
	return sets
}

// oldPodsRun tells, of a deployment that may not run two revisions at once,
// whether pods of replica set rs have not ended yet.
func (c *Controller) oldPodsRun(*apps.Deployment) func(rs *apps.ReplicaSet) bool {
	return func(rs *apps.ReplicaSet) bool {
		for _, p := range c.pods.ByIndex(cluster.ByOwner, string(rs.UID)) {
			if !podstate.Terminal(p) {
				return true
			}
		}
		return false
	}
}

// claim takes replica sets that match the selector and that nobody controls,
// and lets go of those that no longer match.
func (c *Controller) claim(ctx context.Context, d *apps.Deployment) error {
	_, adopt, release := ownership.Split(d, func(labels map[string]string) bool { return selects(d, labels) }, c.sets.ByNamespace(d.Namespace))
	var latest cluster.Revision
	err := ownership.Claim(ctx, c.view.Client, d, adopt, release, &latest)
	return errors.Join(err, latest.Await(ctx, c.sets))
}

// apply carries s out and returns once the cache shows what it wrote.
func (c *Controller) apply(ctx context.Context, d *apps.Deployment, s *step) error {
	var latest cluster.Revision
	sets := client.Of[*apps.ReplicaSet](c.view.Client)
	if s.create != nil {
		if err := c.create(ctx, d, s, &latest); err != nil {
			return err
		}
	}
	for _, change := range s.change {
		written, err := sets.Update(ctx, change.set)
		if err != nil {
			return err
		}
		latest.Note(written.ResourceVersion)
		c.scaled(d, written.Name, change.from, written.Spec.Replicas)
	}
	for _, rs := range s.remove {
		err := sets.Delete(ctx, rs.Namespace, rs.Name, client.Preconditions(rs.UID, ""))
		if err != nil && !client.IsNotFound(err) && !client.IsConflict(err) {
			return err
		}
	}
	return latest.Await(ctx, c.sets)
}

// create makes the replica set of the present template. Another one may have
// its name: then the next one is counted up.
func (c *Controller) create(ctx context.Context, d *apps.Deployment, s *step, latest *cluster.Revision) error {
	sets := client.Of[*apps.ReplicaSet](c.view.Client)
	written, err := sets.Create(ctx, s.create)
	switch {
	case err == nil:
		latest.Note(written.ResourceVersion)
		c.scaled(d, written.Name, 0, written.Spec.Replicas)
		return nil
	case cluster.NamespaceTerminating(err):
		return nil
	case !client.IsAlreadyExists(err):
		s.failed(d, "ReplicaSetCreateError", "Failed to create new replica set \""+s.create.Name+"\": "+err.Error(), time.Now())
		c.view.Events.Eventf(d, core.EventTypeWarning, "ReplicaSetCreateError", "Failed to create new replica set %q: %v", s.create.Name, err)
		return err
	}
	there, getErr := sets.Get(ctx, s.create.Namespace, s.create.Name)
	if getErr != nil {
		return getErr
	}
	if owner := podstate.Controller(there); owner != nil && owner.UID == d.UID && sameTemplate(&there.Spec.Template, &d.Spec.Template) {
		latest.Note(there.ResourceVersion) // ours already, made before a crash or a lost answer
		return nil
	}
	n := int32(1)
	if d.Status.CollisionCount != nil {
		n += *d.Status.CollisionCount
	}
	s.status.CollisionCount = &n
	return nil
}

func (c *Controller) scaled(d *apps.Deployment, name string, from int32, replicas *int32) {
	if replicas == nil || *replicas == from {
		return
	}
	direction := "up"
	if *replicas < from {
		direction = "down"
	}
	c.view.Events.Eventf(d, core.EventTypeNormal, "ScalingReplicaSet", "Scaled %s replica set %s from %d to %d", direction, name, from, *replicas)
}

// writeStatus stores the revision and the status if they differ and waits
// until the cache shows them. The revision goes with the status: a change of
// annotations alone would count as one of what is wanted.
func (c *Controller) writeStatus(ctx context.Context, d *apps.Deployment, s step) error {
	revised := s.revision != "" && d.Annotations[AnnotationRevision] != s.revision
	if !revised && reflect.DeepEqual(d.Status, s.status) {
		return nil
	}
	next := d.DeepCopy()
	next.Status = s.status
	if revised {
		if next.Annotations == nil {
			next.Annotations = map[string]string{}
		}
		next.Annotations[AnnotationRevision] = s.revision
	}
	written, err := client.Of[*apps.Deployment](c.view.Client).UpdateStatus(ctx, next)
	if err != nil {
		return gone(err)
	}
	return c.deployments.WaitFor(ctx, written.ResourceVersion)
}

// gone drops the error of a deployment that is no more.
func gone(err error) error {
	if client.IsNotFound(err) {
		return nil
	}
	return err
}

func selects(d *apps.Deployment, labels map[string]string) bool {
	sel, err := selector.FromLabelSelector(d.Spec.Selector)
	return err == nil && !sel.Empty() && sel.Matches(labels)
}
