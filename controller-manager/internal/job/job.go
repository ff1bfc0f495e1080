// Package job runs pods until enough of them have succeeded, or too many have
// failed. The end of every pod is counted exactly once, whatever crashes in
// between: a finalizer keeps the pod until the status has noted its end.
//
// What to do is decided in plan.go from what state.go makes of the pods;
// failure.go is the failure policy, make.go the pods; this file watches and
// acts.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

const (
	kind = "Job"
	// parallel is how many pods are written at the same time.
	parallel = 32
	// managedHere is the value of managedBy that means this controller.
	managedHere = "kubernetes.io/job-controller"
)

// Controller reconciles Jobs.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	jobs  *informer.Informer[*batch.Job]
	pods  *informer.Informer[*core.Pod]

	leaving cluster.Leaving
	ends    ends
}

// New makes the controller. It watches jobs and pods.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), jobs: view.Jobs(), pods: view.Pods()}
	c.jobs.OnChange(func(old, j *batch.Job) {
		if j == nil {
			j = old // its pods have to be let go
		}
		c.queue.Add(meta.KeyOf(j))
	})
	c.pods.OnChange(c.podChanged)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "job-controller" }

// Queue holds the keys of the jobs to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) podChanged(old, now *core.Pod) {
	c.leaving.Seen(old, now)
	for _, p := range []*core.Pod{old, now} {
		if p == nil {
			continue
		}
		if owner := podstate.Controller(p); owner != nil {
			if owner.Kind == kind {
				c.queue.Add(meta.Key{Namespace: p.Namespace, Name: owner.Name})
			}
			continue
		}
		if name := p.Labels[batch.LabelJobName]; name != "" && tracked(p) {
			c.queue.Add(meta.Key{Namespace: p.Namespace, Name: name}) // it may have to be let go
		}
		for _, j := range c.jobs.ByNamespace(p.Namespace) {
			if fits(j)(p.Labels) {
				c.queue.Add(meta.KeyOf(j))
			}
		}
	}
}

func fits(j *batch.Job) func(map[string]string) bool {
	sel, err := selector.FromLabelSelector(j.Spec.Selector)
	return func(labels map[string]string) bool { return err == nil && !sel.Empty() && sel.Matches(labels) }
}

// Sync takes one job a step further.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	j, ok := c.jobs.Get(key.Namespace, key.Name)
	if !ok || j.DeletionTimestamp != nil && len(j.Finalizers) == 0 {
		c.ends.forget(key)
		return 0, c.releaseAll(ctx, key)
	}
	if j.Spec.ManagedBy != nil && *j.Spec.ManagedBy != managedHere {
		return 0, nil
	}
	pods, err := c.claim(ctx, j)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	state := newState(j, c.leaving.Marked(pods, now), now)
	if finished(j) {
		c.ends.forget(key)
	} else {
		state.ended = c.ends.note(j, state.failed, now)
	}
	s := plan(state)
	if err := c.writeStatus(ctx, j, s.status); err != nil {
		return 0, err
	}
	if s.event != nil {
		c.view.Events.Eventf(j, s.event.kind, s.event.reason, "%s", s.event.message)
	}
	return s.again, c.apply(ctx, j, s)
}

// releaseAll takes the finalizer off the pods of a job that is no more: nobody
// will count them.
func (c *Controller) releaseAll(ctx context.Context, key meta.Key) error {
	var errs []error
	for _, p := range c.pods.ByNamespace(key.Namespace) {
		if !tracked(p) || p.Labels[batch.LabelJobName] != key.Name {
			continue
		}
		if owner := podstate.Controller(p); owner != nil {
			if j, ok := c.jobs.Get(key.Namespace, owner.Name); ok && j.UID == owner.UID && j.DeletionTimestamp == nil {
				continue
			}
		}
		errs = append(errs, c.untrack(ctx, p, nil))
	}
	return errors.Join(errs...)
}

// claim adopts and releases pods, and returns those that are the job's.
func (c *Controller) claim(ctx context.Context, j *batch.Job) ([]*core.Pod, error) {
	candidates := func() []*core.Pod {
		return append(c.pods.ByIndex(cluster.ByOwner, string(j.UID)), c.pods.ByIndex(cluster.ByOwner, cluster.Orphans(j.Namespace))...)
	}
	mine, adopt, release := ownership.Split(j, fits(j), candidates())
	if len(adopt)+len(release) == 0 {
		return mine, nil
	}
	var latest cluster.Revision
	err := ownership.Claim(ctx, c.view.Client, j, adopt, release, &latest, batch.FinalizerJobTracking)
	for _, p := range release {
		if tracked(p) {
			err = errors.Join(err, c.untrack(ctx, p, &latest))
		}
	}
	if err = errors.Join(err, latest.Await(ctx, c.pods)); err != nil {
		return nil, err
	}
	mine, _, _ = ownership.Split(j, fits(j), candidates())
	return mine, nil
}

// apply carries s out and returns once the cache shows what it wrote.
func (c *Controller) apply(ctx context.Context, j *batch.Job, s step) error {
	var latest cluster.Revision
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, p := range s.untrack {
		g.Go(func() error { return c.untrack(ctx, p, &latest) })
	}
	for _, p := range s.delete {
		g.Go(func() error { return c.delete(ctx, j, p) })
	}
	for _, p := range s.drop {
		g.Go(func() error {
			if err := c.untrack(ctx, p, &latest); err != nil {
				return err
			}
			return c.delete(ctx, j, p)
		})
	}
	for batch := 1; len(s.create) > 0; batch = min(2*batch, parallel) {
		n := min(batch, len(s.create))
		some := errgroup.Group{}
		for _, m := range s.create[:n] {
			some.Go(func() error { return c.create(ctx, j, m, &latest) })
		}
		if err := some.Wait(); err != nil {
			return errors.Join(err, g.Wait(), latest.Await(ctx, c.pods))
		}
		s.create = s.create[n:]
	}
	return errors.Join(g.Wait(), latest.Await(ctx, c.pods))
}

func (c *Controller) create(ctx context.Context, j *batch.Job, m making, latest *cluster.Revision) error {
	p, err := cluster.Create(ctx, c.view.Client, podFor(j, m, j.Spec.BackoffLimitPerIndex != nil))
	switch {
	case err == nil:
		latest.Note(p.ResourceVersion)
		c.view.Events.Eventf(j, core.EventTypeNormal, "SuccessfulCreate", "Created pod: %s", p.Name)
		return nil
	case cluster.NamespaceTerminating(err):
		return nil
	}
	c.view.Events.Eventf(j, core.EventTypeWarning, "FailedCreate", "Error creating: %v", err)
	return err
}

func (c *Controller) delete(ctx context.Context, j *batch.Job, p *core.Pod) error {
	deleted, err := c.leaving.Delete(ctx, c.view.Client, p)
	switch {
	case err != nil:
		c.view.Events.Eventf(j, core.EventTypeWarning, "FailedDelete", "Error deleting: %v", err)
	case deleted:
		c.view.Events.Eventf(j, core.EventTypeNormal, "SuccessfulDelete", "Deleted pod: %s", p.Name)
	}
	return err
}

// untrack takes the finalizer off a pod. latest may be nil.
func (c *Controller) untrack(ctx context.Context, p *core.Pod, latest *cluster.Revision) error {
	body, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": p.UID,
		"$deleteFromPrimitiveList/finalizers": []string{batch.FinalizerJobTracking}}})
	if err != nil {
		return err
	}
	written, err := client.Of[*core.Pod](c.view.Client).Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body)
	if client.IsNotFound(err) {
		return nil
	}
	if err == nil && latest != nil {
		latest.Note(written.ResourceVersion)
	}
	return err
}

// writeStatus stores st if it differs and waits until the cache shows it.
func (c *Controller) writeStatus(ctx context.Context, j *batch.Job, st batch.JobStatus) error {
	if meta.Equal(j.Status, st) {
		return nil
	}
	next := j.DeepCopy()
	next.Status = st
	return cluster.WriteStatus(ctx, c.view, c.jobs, next)
}
