// Package replicationcontroller keeps as many pods of a template as a
// ReplicationController asks for. It takes free pods that match its selector,
// lets go of pods that no longer do, makes what is missing and deletes what is
// too much. A pod that has ended or is being deleted does not count, so a
// replacement starts while the old one still stops, or waits on a dead node.
//
// What to do is decided in plan.go; this file watches and acts.
package replicationcontroller

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/pace"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	// parallel is how many pods are made or deleted at the same time.
	parallel = 32
)

// Controller reconciles ReplicationControllers.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	rcs   *informer.Informer[*core.ReplicationController]
	pods  *informer.Informer[*core.Pod]
	pace  pace.Pace

	mu   sync.Mutex
	gone map[meta.UID]bool // pods that we deleted and the cache may still show
}

// New makes the controller. It watches replication controllers and pods.
func New(view *cluster.View) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), rcs: view.ReplicationControllers(), pods: view.Pods(),
		gone: map[meta.UID]bool{},
	}
	c.rcs.OnChange(func(old, new *core.ReplicationController) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	c.pods.OnChange(c.podChanged)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "replicationcontroller-controller" }

// Queue holds the keys of the controllers to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) podChanged(old, new *core.Pod) {
	for _, p := range []*core.Pod{old, new} {
		if p == nil {
			continue
		}
		if owner := podstate.Controller(p); owner != nil {
			if owner.Kind == kind {
				c.queue.Add(meta.Key{Namespace: p.Namespace, Name: owner.Name})
			}
			continue
		}
		for _, rc := range c.rcs.ByNamespace(p.Namespace) {
			if matches(rc.Spec.Selector, p.Labels) {
				c.queue.Add(meta.KeyOf(rc))
			}
		}
	}
	if old != nil && (new == nil || new.DeletionTimestamp != nil) {
		c.mu.Lock()
		delete(c.gone, old.UID)
		c.mu.Unlock()
	}
}

// Sync takes one controller a step further.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	if wait := c.pace.Wait(key, time.Now()); wait > 0 {
		return wait, nil
	}
	rc, ok := c.rcs.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil // its pods are the garbage collector's
	}
	candidates := append(c.pods.ByIndex(cluster.ByOwner, string(rc.UID)), c.pods.ByIndex(cluster.ByOwner, cluster.Orphans(rc.Namespace))...)
	s := plan(rc, candidates, c.goneNow(), time.Now())

	fail, err := c.apply(ctx, rc, s)
	s.status.Conditions = conditionsAfter(s.status.Conditions, fail, time.Now())
	return s.again, errors.Join(err, c.writeStatus(ctx, rc, s.status))
}

func (c *Controller) goneNow() map[meta.UID]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	gone := make(map[meta.UID]bool, len(c.gone))
	for uid := range c.gone {
		gone[uid] = true
	}
	return gone
}

// apply carries s out and returns once the cache shows what it wrote.
func (c *Controller) apply(ctx context.Context, rc *core.ReplicationController, s step) (failure, error) {
	if err := c.claim(ctx, rc, s); err != nil {
		return failure{}, err
	}
	if s.create > 0 {
		if err := c.createPods(ctx, rc, s.create); err != nil {
			return failure{"FailedCreate", err.Error()}, err
		}
	}
	if len(s.delete) > 0 {
		if err := c.deletePods(ctx, rc, s.delete); err != nil {
			return failure{"FailedDelete", err.Error()}, err
		}
	}
	return failure{}, nil
}

// claim adopts and releases pods. Before it adopts, it asks the API server
// whether the controller still lives: the cache may be behind a deletion that
// orphaned exactly these pods.
func (c *Controller) claim(ctx context.Context, rc *core.ReplicationController, s step) error {
	if len(s.adopt) > 0 {
		live, err := client.Of[*core.ReplicationController](c.view.Client).Get(ctx, rc.Namespace, rc.Name)
		if err != nil {
			return err
		}
		if live.UID != rc.UID || live.DeletionTimestamp != nil {
			return nil
		}
	}
	var latest cluster.Revision
	pods := client.Of[*core.Pod](c.view.Client)
	patch := func(p *core.Pod, refs []any) error {
		body, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": p.UID, "ownerReferences": refs}})
		if err != nil {
			return err
		}
		written, err := pods.Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body)
		if client.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		latest.Note(written.ResourceVersion)
		return nil
	}
	for _, p := range s.adopt {
		if err := patch(p, []any{ownerReference(rc)}); err != nil {
			return err
		}
	}
	for _, p := range s.release {
		if err := patch(p, []any{map[string]any{"$patch": "delete", "uid": rc.UID}}); err != nil {
			return err
		}
	}
	return latest.Await(ctx, c.pods)
}

// createPods makes n pods, in batches that double for as long as all of one
// succeed: a pod that cannot be made is tried once and not n times.
func (c *Controller) createPods(ctx context.Context, rc *core.ReplicationController, n int) error {
	var latest cluster.Revision
	var failed error
	for batch := 1; n > 0 && failed == nil; batch = min(2*batch, parallel) {
		batch = min(batch, n)
		n -= batch
		g := errgroup.Group{}
		for range batch {
			g.Go(func() error { return c.createPod(ctx, rc, &latest) })
		}
		failed = g.Wait()
	}
	return errors.Join(failed, latest.Await(ctx, c.pods))
}

func (c *Controller) createPod(ctx context.Context, rc *core.ReplicationController, latest *cluster.Revision) error {
	p, err := client.Of[*core.Pod](c.view.Client).Create(ctx, podFor(rc))
	if err == nil {
		latest.Note(p.ResourceVersion)
		c.view.Events.Eventf(rc, core.EventTypeNormal, "SuccessfulCreate", "Created pod: %s", p.Name)
		return nil
	}
	if cluster.NamespaceTerminating(err) {
		return nil // nothing can be made there any more, and soon nothing will be asked for
	}
	c.view.Events.Eventf(rc, core.EventTypeWarning, "FailedCreate", "Error creating: %v", err)
	return err
}

// deletePods deletes pods, several at a time.
func (c *Controller) deletePods(ctx context.Context, rc *core.ReplicationController, pods []*core.Pod) error {
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, p := range pods {
		g.Go(func() error { return c.deletePod(ctx, rc, p) })
	}
	return g.Wait()
}

func (c *Controller) deletePod(ctx context.Context, rc *core.ReplicationController, p *core.Pod) error {
	c.setGone(p.UID, true)
	err := client.Of[*core.Pod](c.view.Client).Delete(ctx, p.Namespace, p.Name, client.Preconditions(p.UID, ""))
	switch {
	case err == nil:
		c.view.Events.Eventf(rc, core.EventTypeNormal, "SuccessfulDelete", "Deleted pod: %s", p.Name)
	case client.IsNotFound(err), client.IsConflict(err):
		err = nil // it is gone, or a namesake has taken its place
		c.setGone(p.UID, false)
	default:
		c.setGone(p.UID, false)
		c.view.Events.Eventf(rc, core.EventTypeWarning, "FailedDelete", "Error deleting: %v", err)
	}
	return err
}

func (c *Controller) setGone(uid meta.UID, gone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if gone {
		c.gone[uid] = true
	} else {
		delete(c.gone, uid)
	}
}

// writeStatus stores st if it differs and waits until the cache shows it.
func (c *Controller) writeStatus(ctx context.Context, rc *core.ReplicationController, st core.ReplicationControllerStatus) error {
	if reflect.DeepEqual(rc.Status, st) {
		return nil
	}
	c.pace.Wrote(meta.KeyOf(rc), int(st.Replicas), time.Now())
	// Zero counts are left out of the JSON of a status, so each is named.
	body, err := json.Marshal(map[string]any{"status": map[string]any{
		"replicas": st.Replicas, "fullyLabeledReplicas": st.FullyLabeledReplicas, "readyReplicas": st.ReadyReplicas,
		"availableReplicas": st.AvailableReplicas, "observedGeneration": st.ObservedGeneration, "conditions": st.Conditions,
	}})
	if err != nil {
		return err
	}
	written, err := client.Of[*core.ReplicationController](c.view.Client).Patch(ctx, rc.Namespace, rc.Name, client.MergePatch, body, client.Subresource("status"))
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.rcs.WaitFor(ctx, written.ResourceVersion)
}
