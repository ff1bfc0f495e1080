// Package podgc removes the objects of pods that nobody else will: those of
// nodes that are gone or declared out of service, whose kubelet can confirm
// nothing any more; those deleted before they had a node; and the oldest of
// those that have ended when there are too many.
//
// Which these are is decided in plan.go; this file watches and acts.
package podgc

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	// sweepEvery is the safety net; sweeps are asked for by what happens.
	sweepEvery = 20 * time.Second
	quarantine = 40 * time.Second
)

// sweep is the only key: one look goes over all pods.
var sweep = meta.Key{}

// Controller removes left-over pods.
type Controller struct {
	view      *cluster.View
	queue     *queue.Queue[meta.Key]
	pods      *informer.Informer[*core.Pod]
	nodes     *informer.Informer[*core.Node]
	threshold int
	fence     time.Duration

	mu     sync.Mutex
	absent map[string]time.Time
}

// New makes the controller, which lets threshold ended pods stay, all of them
// when it is 0. fence is by when a kubelet that is cut off begins to stop what
// must not run twice. It watches pods and nodes.
func New(view *cluster.View, threshold int, fence time.Duration) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(), pods: view.Pods(), nodes: view.Nodes(),
		threshold: threshold, fence: fence, absent: map[string]time.Time{},
	}
	c.nodes.OnChange(func(old, new *core.Node) {
		if new == nil {
			// Its deletion was seen, so there is nothing to wait for.
			c.setAbsent(old.Name, time.Now().Add(-quarantine))
			c.queue.Add(sweep)
		}
	})
	c.pods.OnChange(func(old, new *core.Pod) {
		if new != nil && c.concerns(new) {
			c.queue.Add(sweep)
		}
	})
	c.queue.Add(sweep)
	return c
}

// concerns tells whether p may have become one to remove.
func (c *Controller) concerns(p *core.Pod) bool {
	if p.Spec.NodeName == "" {
		return p.DeletionTimestamp != nil
	}
	if _, known := c.nodes.Get("", p.Spec.NodeName); !known {
		return true
	}
	return c.threshold > 0 && podstate.Terminal(p)
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "pod-garbage-collector-controller" }

// Queue holds the one key of the sweep.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync sweeps over all pods.
func (c *Controller) Sync(ctx context.Context, _ meta.Key) (time.Duration, error) {
	now := time.Now()
	o := c.observe(now)
	removals, again := plan(o, rules{threshold: c.threshold, quarantine: quarantine, fence: c.fence}, now)
	confirmed := map[string]bool{}
	for _, r := range removals {
		if r.node != "" {
			gone, err := c.confirm(ctx, r.node, confirmed)
			if err != nil {
				return 0, err
			}
			if !gone {
				continue
			}
		}
		if err := c.remove(ctx, r); err != nil {
			return 0, err
		}
	}
	if again == 0 || again > sweepEvery {
		again = sweepEvery
	}
	return again, nil
}

// observe reads the caches and notes which nodes are absent.
func (c *Controller) observe(now time.Time) observed {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := observed{pods: c.pods.List(), nodes: map[string]*core.Node{}, absent: map[string]time.Time{}}
	for _, n := range c.nodes.List() {
		o.nodes[n.Name] = n
	}
	for _, p := range o.pods {
		name := p.Spec.NodeName
		if name == "" || o.nodes[name] != nil {
			continue
		}
		if _, noted := c.absent[name]; !noted {
			c.absent[name] = now
		}
		o.absent[name] = c.absent[name]
	}
	for name, since := range c.absent {
		// The pods of a node that was deleted may come into view after it.
		if _, used := o.absent[name]; o.nodes[name] != nil || !used && now.Sub(since) > time.Hour {
			delete(c.absent, name)
		}
	}
	return o
}

func (c *Controller) setAbsent(node string, since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.absent[node] = since
}

// confirm asks the API server whether the node is gone; known keeps answers.
func (c *Controller) confirm(ctx context.Context, node string, known map[string]bool) (bool, error) {
	if gone, ok := known[node]; ok {
		return gone, nil
	}
	_, err := client.Of[*core.Node](c.view.Client).Get(ctx, "", node)
	if err != nil && !client.IsNotFound(err) {
		return false, fmt.Errorf("look for node %s: %w", node, err)
	}
	known[node] = err != nil
	return known[node], nil
}

// remove says why on a pod that had not ended, and removes it for good.
func (c *Controller) remove(ctx context.Context, r removal) error {
	p := r.pod
	if r.message != "" {
		err := cluster.MarkDisrupted(ctx, c.view, p, "DeletionByPodGC", r.message)
		if err != nil && !client.IsNotFound(err) && !client.IsConflict(err) {
			return fmt.Errorf("mark pod %s/%s: %w", p.Namespace, p.Name, err)
		}
	}
	err := client.Of[*core.Pod](c.view.Client).Delete(ctx, p.Namespace, p.Name, client.Preconditions(p.UID, ""), client.GracePeriod(0))
	if err != nil && !client.IsNotFound(err) && !client.IsConflict(err) {
		return fmt.Errorf("remove pod %s/%s: %w", p.Namespace, p.Name, err)
	}
	return nil
}
