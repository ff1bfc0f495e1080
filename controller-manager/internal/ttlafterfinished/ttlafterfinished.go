// Package ttlafterfinished deletes jobs some time after they have ended, when
// they say so.
package ttlafterfinished

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller deletes jobs whose time is up.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	jobs  *informer.Informer[*batch.Job]
}

// New makes the controller. It watches jobs.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), jobs: view.Jobs()}
	c.jobs.OnChange(func(_, j *batch.Job) {
		if j != nil && j.Spec.TTLSecondsAfterFinished != nil && j.DeletionTimestamp == nil {
			c.queue.Add(meta.KeyOf(j))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "ttl-after-finished-controller" }

// Queue holds the keys of the jobs to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync deletes one job, or says when that is due. The API server is asked once
// more: the job may have been given longer.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	j, ok := c.jobs.Get(key.Namespace, key.Name)
	if !ok || j.DeletionTimestamp != nil {
		return 0, nil
	}
	wait, ends := left(j, time.Now())
	if !ends || wait > 0 {
		return wait, nil
	}
	jobs := client.Of[*batch.Job](c.view.Client)
	live, err := jobs.Get(ctx, key.Namespace, key.Name)
	if client.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if wait, ends = left(live, time.Now()); !ends || wait > 0 {
		return wait, nil
	}
	err = jobs.Delete(ctx, key.Namespace, key.Name, client.Preconditions(live.UID, live.ResourceVersion), client.Propagation(meta.DeletePropagationForeground))
	if client.IsNotFound(err) {
		return 0, nil
	}
	return 0, err
}

// left is how long a job that has ended stays, if it is to go by itself.
func left(j *batch.Job, now time.Time) (wait time.Duration, ends bool) {
	if j.Spec.TTLSecondsAfterFinished == nil {
		return 0, false
	}
	for _, c := range j.Status.Conditions {
		if (c.Type == batch.JobComplete || c.Type == batch.JobFailed) && c.Status == core.ConditionTrue {
			return c.LastTransitionTime.Add(time.Duration(*j.Spec.TTLSecondsAfterFinished) * time.Second).Sub(now), true
		}
	}
	return 0, false
}
