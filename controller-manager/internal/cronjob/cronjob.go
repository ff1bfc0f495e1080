// Package cronjob starts jobs by the clock: at the times of a schedule in a time
// zone, one at a time or several, and keeps some of those that ended. A start
// that was missed while nobody was there is made up for, once.
//
// What to do is decided in plan.go; this file watches and acts.
package cronjob

import (
	"context"
	"errors"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/batch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller reconciles CronJobs.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	crons *informer.Informer[*batch.CronJob]
	jobs  *informer.Informer[*batch.Job]
}

// New makes the controller. It watches cron jobs and jobs.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), crons: view.CronJobs(), jobs: view.Jobs()}
	c.crons.OnChange(func(_, cj *batch.CronJob) {
		if cj != nil {
			c.queue.Add(meta.KeyOf(cj))
		}
	})
	c.jobs.OnChange(func(old, now *batch.Job) {
		for _, j := range []*batch.Job{old, now} {
			if j == nil {
				continue
			}
			if owner := podstate.Controller(j); owner != nil && owner.Kind == "CronJob" {
				c.queue.Add(meta.Key{Namespace: j.Namespace, Name: owner.Name})
			}
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "cronjob-controller" }

// Queue holds the keys of the cron jobs to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync takes one cron job a step further.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	cj, ok := c.crons.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil // its jobs are the garbage collector's
	}
	var jobs []*batch.Job
	for _, j := range c.jobs.ByNamespace(key.Namespace) {
		if controls(cj, j) {
			jobs = append(jobs, j)
		}
	}
	s := plan(cj, jobs, time.Now())
	for _, e := range s.events {
		c.view.Events.Eventf(cj, e.kind, e.reason, "%s", e.message)
	}
	var latest cluster.Revision
	err := c.apply(ctx, cj, &s, &latest)
	return s.again, errors.Join(err, latest.Await(ctx, c.jobs), c.writeStatus(ctx, cj, s.status))
}

// apply deletes and starts jobs. A start is written into the status with it.
func (c *Controller) apply(ctx context.Context, cj *batch.CronJob, s *step, latest *cluster.Revision) error {
	jobs := client.Of[*batch.Job](c.view.Client)
	for _, j := range s.delete {
		err := jobs.Delete(ctx, j.Namespace, j.Name, client.Preconditions(j.UID, ""), client.Propagation(meta.DeletePropagationBackground))
		switch {
		case err == nil:
			c.view.Events.Eventf(cj, core.EventTypeNormal, "SuccessfulDelete", "Deleted job %v", j.Name)
		case !client.IsNotFound(err) && !client.IsConflict(err):
			c.view.Events.Eventf(cj, core.EventTypeWarning, "FailedDelete", "Deleted job: %v", err)
			return err
		}
	}
	if s.start == nil {
		return nil
	}
	made, err := jobs.Create(ctx, jobFor(cj, *s.start))
	switch {
	case err == nil:
		latest.Note(made.ResourceVersion)
		c.view.Events.Eventf(cj, core.EventTypeNormal, "SuccessfulCreate", "Created job %v", made.Name)
		s.status.Active = append(s.status.Active, reference(made))
	case client.IsAlreadyExists(err): // made before a crash or a lost answer
	case cluster.NamespaceTerminating(err):
		return nil
	default:
		c.view.Events.Eventf(cj, core.EventTypeWarning, "FailedCreate", "Error creating job: %v", err)
		return err
	}
	at := meta.NewTime(*s.start)
	s.status.LastScheduleTime = &at
	return nil
}

// writeStatus stores st if it differs and waits until the cache shows it.
func (c *Controller) writeStatus(ctx context.Context, cj *batch.CronJob, st batch.CronJobStatus) error {
	if meta.Equal(cj.Status, st) {
		return nil
	}
	next := cj.DeepCopy()
	next.Status = st
	return cluster.WriteStatus(ctx, c.view, c.crons, next)
}
