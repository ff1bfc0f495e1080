// Package daemonset keeps one pod of a template on every node that a DaemonSet
// is for, also on nodes that are cordoned or in trouble, and moves the nodes to
// a new template a few at a time.
//
// What to do is decided in plan.go (which nodes, which pods) and rolling.go;
// this file watches and acts.
package daemonset

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

const (
	kind = "DaemonSet"
	// parallel is how many pods are made or deleted at the same time.
	parallel = 32
)

// Controller reconciles DaemonSets.
type Controller struct {
	view      *cluster.View
	queue     *queue.Queue[meta.Key]
	sets      *informer.Informer[*apps.DaemonSet]
	pods      *informer.Informer[*core.Pod]
	nodes     *informer.Informer[*core.Node]
	revisions *revision.Keeper

	leaving cluster.Leaving

	mu      sync.Mutex
	backoff map[string]*pause // by uid of the daemon set and node
}

// pause is how long a node waits for the next try after its pod ended.
type pause struct {
	until time.Time
	next  time.Duration
}

const (
	firstPause   = time.Second
	longestPause = 15 * time.Minute
)

// New makes the controller. It watches daemon sets, their revisions, pods and
// nodes.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), sets: view.DaemonSets(), pods: view.Pods(), nodes: view.Nodes(),
		revisions: revision.NewKeeper(view), backoff: map[string]*pause{}}
	c.sets.OnChange(func(_, ds *apps.DaemonSet) {
		if ds != nil {
			c.queue.Add(meta.KeyOf(ds))
		}
	})
	c.pods.OnChange(func(old, now *core.Pod) { c.leaving.Seen(old, now); c.podChanged(old); c.podChanged(now) })
	c.nodes.OnChange(c.nodeChanged)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "daemonset-controller" }

// Queue holds the keys of the daemon sets to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) podChanged(p *core.Pod) {
	if p == nil {
		return
	}
	if owner := podstate.Controller(p); owner != nil {
		if owner.Kind == kind {
			c.queue.Add(meta.Key{Namespace: p.Namespace, Name: owner.Name})
		}
		return
	}
	for _, ds := range c.sets.ByNamespace(p.Namespace) {
		if fits(ds)(p.Labels) {
			c.queue.Add(meta.KeyOf(ds))
		}
	}
}

// nodeChanged looks at all daemon sets anew when a node comes, goes, or changes
// in what decides where daemons run.
func (c *Controller) nodeChanged(old, now *core.Node) {
	if old != nil && now != nil && reflect.DeepEqual(old.Labels, now.Labels) && reflect.DeepEqual(old.Spec.Taints, now.Spec.Taints) {
		return
	}
	for _, ds := range c.sets.List() {
		c.queue.Add(meta.KeyOf(ds))
	}
}

// Sync takes one daemon set a step further.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	ds, ok := c.sets.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil // its pods are the garbage collector's
	}
	if sel, err := selector.FromLabelSelector(ds.Spec.Selector); err != nil || sel.Empty() {
		c.view.Events.Eventf(ds, core.EventTypeWarning, "SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.")
		return 0, nil
	}
	owner := revision.Owner{Object: ds, Template: &ds.Spec.Template, Fits: fits(ds), Collisions: ds.Status.CollisionCount, Limit: ds.Spec.RevisionHistoryLimit}
	s := &state{ds: ds, nodes: c.nodes.List(), now: time.Now(), ready: func(node string) time.Duration { return c.wait(ds, node) }}
	var history []*apps.ControllerRevision
	if ds.DeletionTimestamp == nil {
		var err error
		if history, err = c.revisions.Present(ctx, owner); errors.Is(err, revision.ErrCollision) {
			return 0, c.collided(ctx, ds)
		} else if err != nil {
			return 0, err
		}
		s.hash = history[len(history)-1].Labels[revision.Label]
	}
	pods, err := c.claim(ctx, ds)
	if err != nil {
		return 0, err
	}
	s.pods = map[string][]*core.Pod{}
	inUse := map[string]bool{}
	for _, p := range c.leaving.Marked(pods, s.now) {
		s.pods[nodeFor(p)] = append(s.pods[nodeFor(p)], p)
		inUse[p.Labels[revision.Label]] = true
	}
	next := plan(s)
	err = c.apply(ctx, ds, s.hash, next)
	if err == nil {
		err = c.revisions.Truncate(ctx, owner, history, func(r *apps.ControllerRevision) bool { return inUse[r.Labels[revision.Label]] })
	}
	return next.again, errors.Join(err, c.writeStatus(ctx, ds, next.status))
}

func fits(ds *apps.DaemonSet) func(map[string]string) bool {
	sel, err := selector.FromLabelSelector(ds.Spec.Selector)
	return func(labels map[string]string) bool { return err == nil && !sel.Empty() && sel.Matches(labels) }
}

// collided counts a name that was taken.
func (c *Controller) collided(ctx context.Context, ds *apps.DaemonSet) error {
	st, n := *ds.Status.DeepCopy(), int32(1)
	if st.CollisionCount != nil {
		n += *st.CollisionCount
	}
	st.CollisionCount = &n
	return c.writeStatus(ctx, ds, st)
}

// claim adopts and releases pods, and returns those that are the daemon set's.
func (c *Controller) claim(ctx context.Context, ds *apps.DaemonSet) ([]*core.Pod, error) {
	candidates := func() []*core.Pod {
		return append(c.pods.ByIndex(cluster.ByOwner, string(ds.UID)), c.pods.ByIndex(cluster.ByOwner, cluster.Orphans(ds.Namespace))...)
	}
	mine, adopt, release := ownership.Split(ds, fits(ds), candidates())
	if len(adopt)+len(release) == 0 {
		return mine, nil
	}
	var latest cluster.Revision
	err := ownership.Claim(ctx, c.view.Client, ds, adopt, release, &latest)
	if err = errors.Join(err, latest.Await(ctx, c.pods)); err != nil {
		return nil, err
	}
	mine, _, _ = ownership.Split(ds, fits(ds), candidates())
	return mine, nil
}

// apply carries s out and returns once the cache shows what it wrote.
func (c *Controller) apply(ctx context.Context, ds *apps.DaemonSet, hash string, s step) error {
	var latest cluster.Revision
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, p := range s.ended {
		c.noteEnd(ds, p)
	}
	for _, p := range s.delete {
		g.Go(func() error { return c.delete(ctx, ds, p) })
	}
	for _, node := range s.create {
		g.Go(func() error { return c.create(ctx, ds, node, hash, &latest) })
	}
	return errors.Join(g.Wait(), latest.Await(ctx, c.pods))
}

func (c *Controller) create(ctx context.Context, ds *apps.DaemonSet, node, hash string, latest *cluster.Revision) error {
	p, err := cluster.Create(ctx, c.view.Client, podFor(ds, node, hash))
	if err == nil {
		latest.Note(p.ResourceVersion)
		c.view.Events.Eventf(ds, core.EventTypeNormal, "SuccessfulCreate", "Created pod: %s", p.Name)
		return nil
	}
	if cluster.NamespaceTerminating(err) {
		return nil
	}
	c.view.Events.Eventf(ds, core.EventTypeWarning, "FailedCreate", "Error creating: %v", err)
	return err
}

func (c *Controller) delete(ctx context.Context, ds *apps.DaemonSet, p *core.Pod) error {
	deleted, err := c.leaving.Delete(ctx, c.view.Client, p)
	switch {
	case err != nil:
		c.view.Events.Eventf(ds, core.EventTypeWarning, "FailedDelete", "Error deleting: %v", err)
	case deleted:
		c.view.Events.Eventf(ds, core.EventTypeNormal, "SuccessfulDelete", "Deleted pod: %s", p.Name)
	}
	return err
}

// noteEnd tells of a pod that ended by itself and lets its node wait longer
// before the next try.
func (c *Controller) noteEnd(ds *apps.DaemonSet, p *core.Pod) {
	node := nodeFor(p)
	if p.Status.Phase == core.PodSucceeded {
		c.view.Events.Eventf(ds, core.EventTypeNormal, "SucceededDaemonPod", "Found succeeded daemon pod %s/%s on node %s, will try to delete it", p.Namespace, p.Name, node)
	} else {
		c.view.Events.Eventf(ds, core.EventTypeWarning, "FailedDaemonPod", "Found failed daemon pod %s/%s on node %s, will try to kill it", p.Namespace, p.Name, node)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now, key := time.Now(), string(ds.UID)+"/"+node
	for k, b := range c.backoff {
		if now.Sub(b.until) > 2*longestPause {
			delete(c.backoff, k)
		}
	}
	b := c.backoff[key]
	if b == nil {
		b = &pause{next: firstPause}
		c.backoff[key] = b
	}
	b.until, b.next = now.Add(b.next), min(2*b.next, longestPause)
}

// wait is how long a node's ended pod is still left alone.
func (c *Controller) wait(ds *apps.DaemonSet, node string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.backoff[string(ds.UID)+"/"+node]; b != nil {
		return time.Until(b.until)
	}
	return 0
}

// writeStatus stores st if it differs and waits until the cache shows it.
func (c *Controller) writeStatus(ctx context.Context, ds *apps.DaemonSet, st apps.DaemonSetStatus) error {
	if reflect.DeepEqual(ds.Status, st) {
		return nil
	}
	next := ds.DeepCopy()
	next.Status = st
	return cluster.WriteStatus(ctx, c.view, c.sets, next)
}
