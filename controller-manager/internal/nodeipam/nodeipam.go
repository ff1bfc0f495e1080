// Package nodeipam gives every node a range of pod addresses of its own, cut
// from the cluster's. A node keeps its range for life; no two nodes ever hold
// the same one, also across restarts, because the ranges in use are always
// read from the nodes themselves.
//
// Which range is free is decided in plan.go; this file watches and acts.
package nodeipam

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Controller assigns pod CIDRs. Run it with one worker: two assignments at
// once could pick the same range.
type Controller struct {
	view  *cluster.View
	queue *queue.Queue[meta.Key]
	nodes *informer.Informer[*core.Node]
	pools []Pool
}

// New makes the controller, which assigns one range of each pool. It watches
// nodes.
func New(view *cluster.View, pools []Pool) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), nodes: view.Nodes(), pools: pools}
	c.nodes.OnChange(func(old, new *core.Node) {
		switch {
		case new != nil && len(cidrsOf(new)) == 0:
			c.queue.Add(meta.KeyOf(new))
		case new == nil:
			c.wakeWaiting() // a range has become free
		}
	})
	return c
}

func (c *Controller) wakeWaiting() {
	for _, n := range c.nodes.List() {
		if len(cidrsOf(n)) == 0 {
			c.queue.Add(meta.KeyOf(n))
		}
	}
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "node-ipam-controller" }

// Queue holds the keys of the nodes to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync gives one node its range if it has none.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	node, ok := c.nodes.Get("", key.Name)
	if !ok {
		return 0, nil
	}
	s := plan(node, c.nodes.List(), c.pools)
	if s.exhausted {
		c.view.Events.Eventf(node, core.EventTypeNormal, "CIDRNotAvailable", "Node %s status is now: CIDRNotAvailable", node.Name)
		return 0, nil // the next node that goes wakes this one
	}
	if len(s.assign) == 0 {
		return 0, nil
	}
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": node.UID},
		"spec":     map[string]any{"podCIDR": s.assign[0], "podCIDRs": s.assign},
	})
	if err != nil {
		return 0, err
	}
	written, err := client.Of[*core.Node](c.view.Client).Patch(ctx, "", node.Name, client.MergePatch, body)
	if client.IsNotFound(err) || client.IsConflict(err) {
		return 0, nil // gone, or another node of that name: its own event wakes us
	}
	if err != nil {
		c.view.Events.Eventf(node, core.EventTypeWarning, "CIDRAssignmentFailed", "Node %s status is now: CIDRAssignmentFailed", node.Name)
		return 0, fmt.Errorf("assign %v to node %s: %w", s.assign, node.Name, err)
	}
	return 0, c.nodes.WaitFor(ctx, written.ResourceVersion)
}
