// Package tainteviction deletes the pods that do not bear a NoExecute taint of
// their node, at once or when their toleration runs out. Pods that say nothing
// about an unhealthy node bear it for a default time; that default is applied
// here and never written into the pods, so that changing the flag changes it
// for all. When the taint goes in time, so does the eviction.
//
// A deleted pod of a silent node stays, marked as ending, until its kubelet
// confirms or the node is removed; its replacement does not wait for that.
// Pods of which two must never run at once (those of a StatefulSet, and those
// annotated so) are kept until their kubelet has surely stopped them, then
// removed outright.
//
// When to delete is decided in plan.go; this file watches and acts.
package tainteviction

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// parallel is how many pods of a node are deleted at a time.
const parallel = 16

// Controller reconciles the pods of tainted nodes.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	nodes *informer.Informer[*core.Node]
	pods  *informer.Informer[*core.Pod]
	tol   Tolerance

	mu   sync.Mutex
	seen map[string]map[taintID]time.Time // when taints without a time were first seen, by node
	due  map[meta.UID]bool                // pods whose eviction is on its way
}

// New makes the controller. It watches nodes and pods.
func New(view *cluster.View, tol Tolerance) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), nodes: view.Nodes(), pods: view.Pods(), tol: tol,
		seen: map[string]map[taintID]time.Time{}, due: map[meta.UID]bool{},
	}
	c.nodes.OnChange(func(old, new *core.Node) {
		if new == nil {
			c.queue.Add(meta.KeyOf(old))
		} else if driving(new) || old != nil && driving(old) {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	c.pods.OnChange(func(old, new *core.Pod) {
		if new == nil {
			c.setDue(old, false)
		} else if n, ok := c.nodes.Get("", new.Spec.NodeName); ok && driving(n) {
			c.queue.Add(meta.KeyOf(n))
		}
	})
	return c
}

// driving tells whether n has a taint that drives pods away.
func driving(n *core.Node) bool {
	for i := range n.Spec.Taints {
		if n.Spec.Taints[i].Effect == core.TaintEffectNoExecute {
			return true
		}
	}
	return false
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "taint-eviction-controller" }

// Queue holds the keys of the nodes to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync deletes the pods of one node whose time has come.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	node, ok := c.nodes.Get("", key.Name)
	if !ok {
		c.forget(key.Name)
		return 0, nil // the pods of a node that is gone are the pod collector's
	}
	now := time.Now()
	seen := c.firstSeen(node, now)
	var again time.Duration
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, p := range c.pods.ByIndex(cluster.ByNode, node.Name) {
		v := plan(p, node, seen, c.tol)
		if podstate.Terminal(p) || mirror(p) || p.DeletionTimestamp != nil && !v.force {
			continue
		}
		if c.setDue(p, !v.at.IsZero()) && v.at.IsZero() {
			c.view.Events.Eventf(p, core.EventTypeNormal, "TaintManagerEviction", "Cancelling deletion of Pod %s/%s", p.Namespace, p.Name)
		}
		switch wait := v.at.Sub(now); {
		case v.at.IsZero():
		case wait > 0:
			if again == 0 || wait < again {
				again = wait
			}
		default:
			g.Go(func() error { return c.evict(ctx, p, v.force) })
		}
	}
	return again, g.Wait()
}

// firstSeen is when each taint of node was first seen.
func (c *Controller) firstSeen(node *core.Node, now time.Time) map[taintID]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.seen[node.Name]
	seen := map[taintID]time.Time{}
	for i := range node.Spec.Taints {
		id := idOf(&node.Spec.Taints[i])
		if t, ok := old[id]; ok {
			seen[id] = t
		} else {
			seen[id] = now
		}
	}
	c.seen[node.Name] = seen
	return seen
}

func (c *Controller) forget(node string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.seen, node)
}

// setDue notes whether p's eviction is on its way and tells whether that is
// news.
func (c *Controller) setDue(p *core.Pod, due bool) (changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	changed = c.due[p.UID] != due
	if due {
		c.due[p.UID] = true
	} else {
		delete(c.due, p.UID)
	}
	return changed
}

// evict says on the pod why it goes, and deletes it.
func (c *Controller) evict(ctx context.Context, p *core.Pod, force bool) error {
	if p.DeletionTimestamp == nil {
		c.view.Events.Eventf(p, core.EventTypeNormal, "TaintManagerEviction", "Marking for deletion Pod %s/%s", p.Namespace, p.Name)
		err := cluster.MarkDisrupted(ctx, c.view, p, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
		if err != nil && !client.IsNotFound(err) && !client.IsConflict(err) {
			return fmt.Errorf("mark pod %s/%s: %w", p.Namespace, p.Name, err)
		}
	}
	options := []client.Option{client.Preconditions(p.UID, "")}
	if force {
		options = append(options, client.GracePeriod(0))
	}
	err := client.Of[*core.Pod](c.view.Client).Delete(ctx, p.Namespace, p.Name, options...)
	if err == nil || client.IsNotFound(err) || client.IsConflict(err) {
		return nil
	}
	return fmt.Errorf("evict pod %s/%s: %w", p.Namespace, p.Name, err)
}
