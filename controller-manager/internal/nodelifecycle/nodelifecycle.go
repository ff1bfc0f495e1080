// Package nodelifecycle watches over the nodes. Kubelets renew a Lease every
// few seconds; a node whose Lease has not moved for the grace period becomes
// Ready=Unknown, its pods are marked not ready, and it is tainted so that
// nothing new comes to it and package tainteviction drives its pods away. It
// also turns other conditions of a node into taints, and takes the taints off
// again.
//
// Silence is measured by this process's own clock from the moment a renewal
// was received, one timer per node; nothing is polled. Before a node is
// declared silent its Lease is read from the API server once more, and nobody
// is judged for a time in which the API server or this process was away.
//
// What to conclude is decided in plan.go, how many nodes may lose their pods
// at once in zone.go; hearing.go keeps the times; this file watches and acts.
package nodelifecycle

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	probeEvery   = time.Second
	probeTimeout = 2 * time.Second
	// parallel is how many pods of a silent node are marked at a time.
	parallel = 16
)

// probe is the key under which the API server itself is looked at; no node
// has an empty name.
var probe = meta.Key{}

// Controller reconciles nodes with what is heard of them.
type Controller struct {
	view   *cluster.View
	queue  *queue.Queue[meta.Key]
	nodes  *informer.Informer[*core.Node]
	leases *informer.Informer[*coordination.Lease]
	pods   *informer.Informer[*core.Pod]
	grace  Grace
	limits Limits
	ears   *hearing

	mu       sync.Mutex
	limiters map[string]*limiter // by zone
	heldTill time.Time           // after all nodes were down, nobody loses pods until then
	allDown  bool
}

// New makes the controller. It watches nodes, their Leases and pods.
func New(view *cluster.View, grace Grace, limits Limits) *Controller {
	c := &Controller{
		view: view, queue: controller.NewQueue(),
		nodes: view.Nodes(), leases: view.NodeLeases(), pods: view.Pods(),
		grace: grace, limits: limits, ears: newHearing(time.Now()), limiters: map[string]*limiter{},
	}
	c.nodes.OnChange(c.nodeChanged)
	c.leases.OnChange(func(old, new *coordination.Lease) {
		if new != nil && (old == nil || !sameRenewal(old, new)) {
			c.ears.note(new.Name, time.Now())
		}
	})
	c.queue.Add(probe)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "node-lifecycle-controller" }

// Queue holds the keys of the nodes to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) nodeChanged(old, new *core.Node) {
	now := time.Now()
	switch {
	case new == nil:
		c.ears.forget(old.Name)
		c.view.Events.Eventf(old, core.EventTypeNormal, "RemovingNode", "Node %s event: Removing Node %s from Controller", old.Name, old.Name)
	case old == nil:
		c.ears.note(new.Name, now)
		c.view.Events.Eventf(new, core.EventTypeNormal, "RegisteredNode", "Node %s event: Registered Node %s in Controller", new.Name, new.Name)
	case heartbeat(old) != heartbeat(new):
		c.ears.note(new.Name, now)
	}
	if new != nil {
		c.queue.Add(meta.KeyOf(new))
	}
	if old == nil || new == nil || readiness(old) != readiness(new) {
		// The health of a zone has changed: what was held back may go on.
		for _, n := range c.nodes.List() {
			if readiness(n) != core.ConditionTrue {
				c.queue.Add(meta.KeyOf(n))
			}
		}
	}
}

// heartbeat is when the kubelet says that it last posted its status; only a
// change of it counts, as the node's clock may be wrong.
func heartbeat(n *core.Node) time.Time {
	if r := condition(n, core.NodeReady); r != nil {
		return r.LastHeartbeatTime.Time
	}
	return time.Time{}
}

func sameRenewal(a, b *coordination.Lease) bool {
	if a.UID != b.UID {
		return false
	}
	x, y := a.Spec.RenewTime, b.Spec.RenewTime
	return x == nil && y == nil || x != nil && y != nil && x.Equal(y.Time)
}

// Sync looks at one node.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	if key == probe {
		c.probeServer(ctx)
		return probeEvery, nil
	}
	node, ok := c.nodes.Get("", key.Name)
	if !ok || node.DeletionTimestamp != nil {
		return 0, nil
	}
	now := time.Now()
	heard, ok := c.ears.last(node.Name, now)
	if !ok {
		return probeEvery, nil
	}
	j := judge(node, heard, now, c.grace)
	if j.conditions != nil {
		alive, err := c.renewing(ctx, node.Name)
		if err != nil {
			return 0, err
		}
		if alive {
			c.ears.note(node.Name, time.Now())
			return c.grace.Monitor, nil
		}
		return 0, c.declareSilent(ctx, node, j.conditions, now.Sub(heard)) // the write brings us back
	}
	wait, err := c.taint(ctx, node)
	if err != nil {
		return 0, err
	}
	if j.silent && readiness(node) == core.ConditionUnknown {
		err = c.markPodsNotReady(ctx, node)
	}
	return soonest(j.again, wait), err
}

// soonest is the shorter of two waits, where 0 stands for none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// probeServer asks the API server for something small that it must read
// from its store, to know whether kubelets could have reached it as well.
func (c *Controller) probeServer(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	_, err := client.Of[*core.Namespace](c.view.Client).Get(ctx, "", core.NamespaceNodeLease)
	answered := err == nil || client.IsNotFound(err)
	if !answered {
		slog.Debug("The API server does not answer, no node is judged", "err", err)
	}
	if c.ears.probed(answered, time.Now()) {
		slog.Info("The API server answers again, every node gets a fresh grace period")
	}
}

// renewing tells whether the API server has a later renewal of the node's
// Lease than the cache: then it is our watch that lags.
func (c *Controller) renewing(ctx context.Context, node string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	live, err := client.Of[*coordination.Lease](c.view.Client).Get(ctx, core.NamespaceNodeLease, node)
	if client.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		c.ears.probed(false, time.Now())
		return false, fmt.Errorf("read the lease of node %s: %w", node, err)
	}
	cached, ok := c.leases.Get(core.NamespaceNodeLease, node)
	return !ok || !sameRenewal(cached, live), nil
}

// declareSilent stores that nothing is known of node any more.
func (c *Controller) declareSilent(ctx context.Context, node *core.Node, conditions []core.NodeCondition, silence time.Duration) error {
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": node.ResourceVersion},
		"status":   map[string]any{"conditions": conditions},
	})
	if err != nil {
		return err
	}
	written, err := client.Of[*core.Node](c.view.Client).Patch(ctx, "", node.Name, client.StrategicPatch, body, client.Subresource("status"))
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("mark node %s unknown: %w", node.Name, err)
	}
	slog.Warn("A node has fallen silent", "node", node.Name, "silence", silence.Round(time.Millisecond))
	c.view.Events.Eventf(node, core.EventTypeNormal, "NodeNotReady", "Node %s status is now: NodeNotReady", node.Name)
	return c.nodes.WaitFor(ctx, written.ResourceVersion)
}

// taint brings the node's taints in line with its conditions. wait is when
// to try again if leave to drive its pods away was refused for now.
func (c *Controller) taint(ctx context.Context, node *core.Node) (wait time.Duration, err error) {
	now := time.Now()
	evict, wait := c.mayEvict(node, now)
	taints, changed := retaint(node, wantedTaints(node, evict), now)
	if !changed {
		return wait, nil
	}
	if taints == nil {
		taints = []core.Taint{}
	}
	// The list is written whole, so nobody may have changed it in between.
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": node.ResourceVersion},
		"spec":     map[string]any{"taints": taints},
	})
	if err != nil {
		return 0, err
	}
	written, err := client.Of[*core.Node](c.view.Client).Patch(ctx, "", node.Name, client.MergePatch, body)
	if client.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("taint node %s: %w", node.Name, err)
	}
	return wait, c.nodes.WaitFor(ctx, written.ResourceVersion)
}

// mayEvict tells whether the pods of an unhealthy node may be driven away,
// and when to ask again otherwise. Leave that was given stays given, unless
// all nodes turn out to be down.
func (c *Controller) mayEvict(node *core.Node, now time.Time) (ok bool, wait time.Duration) {
	if readiness(node) == core.ConditionTrue {
		return false, 0
	}
	zones := countZones(c.nodes.List())
	c.mu.Lock()
	defer c.mu.Unlock()
	down := allDown(zones, c.limits.UnhealthyThreshold)
	if c.allDown && !down {
		c.heldTill = now.Add(c.grace.Monitor)
	}
	c.allDown = down
	switch {
	case down:
		return false, 0
	case tainted(node):
		return true, 0
	case now.Before(c.heldTill):
		return false, c.heldTill.Sub(now)
	}
	zone := zoneOf(node)
	l := c.limiters[zone]
	if l == nil {
		l = &limiter{}
		c.limiters[zone] = l
	}
	return l.take(c.limits.evictionRate(zone, zones), now)
}

// markPodsNotReady marks the ready pods of a silent node: whoever looks at a
// pod's status must not take it for ready. The kubelet corrects it when it is
// back.
func (c *Controller) markPodsNotReady(ctx context.Context, node *core.Node) error {
	var latest cluster.Revision
	g := errgroup.Group{}
	g.SetLimit(parallel)
	for _, p := range c.pods.ByIndex(cluster.ByNode, node.Name) {
		if podstate.Ready(p) {
			g.Go(func() error { return c.markPodNotReady(ctx, p, &latest) })
		}
	}
	err := g.Wait()
	if err != nil {
		return fmt.Errorf("mark the pods of node %s not ready: %w", node.Name, err)
	}
	return latest.Await(ctx, c.pods)
}

func (c *Controller) markPodNotReady(ctx context.Context, p *core.Pod, latest *cluster.Revision) error {
	body, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"uid": p.UID},
		"status": map[string]any{"conditions": []core.PodCondition{{
			Type: core.PodReady, Status: core.ConditionFalse, LastTransitionTime: meta.Now(),
			Reason: "NodeNotReady", Message: "Node is not ready",
		}}},
	})
	if err != nil {
		return err
	}
	written, err := client.Of[*core.Pod](c.view.Client).Patch(ctx, p.Namespace, p.Name, client.StrategicPatch, body, client.Subresource("status"))
	if client.IsNotFound(err) || client.IsConflict(err) {
		return nil // gone, or a namesake
	}
	if err != nil {
		return err
	}
	latest.Note(written.ResourceVersion)
	c.view.Events.Eventf(p, core.EventTypeWarning, "NodeNotReady", "Node is not ready")
	return nil
}
