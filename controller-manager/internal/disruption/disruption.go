// Package disruption counts for every PodDisruptionBudget how many of its pods
// are healthy and how many may be evicted. The API server's eviction spends
// what is written here; this controller is the only one that gives it back.
//
// The counting is in plan.go; this file watches, asks the pods' controllers how
// many there should be, and writes.
package disruption

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/controller-manager/internal/scaling"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Controller reconciles PodDisruptionBudgets.
type Controller struct {
	view    *cluster.View
	queue   *queue.Queue[meta.Key]
	budgets *informer.Informer[*policy.PodDisruptionBudget]
	pods    *informer.Informer[*core.Pod]
	sets    *informer.Informer[*apps.ReplicaSet]
	scales  *scaling.Finder
}

// New makes the controller. It watches budgets, pods and replica sets.
func New(view *cluster.View, scales *scaling.Finder) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), budgets: view.PodDisruptionBudgets(), pods: view.Pods(), sets: view.ReplicaSets(), scales: scales}
	c.budgets.OnChange(func(_, b *policy.PodDisruptionBudget) {
		if b != nil {
			c.queue.Add(meta.KeyOf(b))
		}
	})
	c.pods.OnChange(func(old, now *core.Pod) {
		for _, p := range []*core.Pod{old, now} {
			if p == nil {
				continue
			}
			for _, b := range c.budgets.ByNamespace(p.Namespace) {
				if selects(b, p) {
					c.queue.Add(meta.KeyOf(b))
				}
			}
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "disruption-controller" }

// Queue holds the keys of the budgets to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync counts for one budget.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	b, ok := c.budgets.Get(key.Namespace, key.Name)
	if !ok {
		return 0, nil
	}
	var pods []*core.Pod
	for _, p := range c.pods.ByNamespace(b.Namespace) {
		if selects(b, p) && !podstate.Terminal(p) {
			pods = append(pods, p)
		}
	}
	if len(pods) == 0 {
		c.view.Events.Eventf(b, core.EventTypeNormal, "NoPods", "No matching pods found")
	}
	expected, err := c.expected(ctx, b, pods)
	if err != nil {
		c.view.Events.Eventf(b, core.EventTypeWarning, "CalculateExpectedPodCountFailed", "Failed to calculate the number of expected pods: %v", err)
		if writeErr := c.write(ctx, b, failed(b, err, time.Now())); writeErr != nil {
			return 0, writeErr
		}
		return 0, err
	}
	st, again := plan(b, pods, expected, time.Now())
	return again, c.write(ctx, b, st)
}

// expected is how many pods there should be: those that there are, or what
// their controllers want when the bound is a share of that. Pods without a
// controller count for nothing then, which is told when nothing else went wrong.
func (c *Controller) expected(ctx context.Context, b *policy.PodDisruptionBudget, pods []*core.Pod) (int32, error) {
	if !counted(b) {
		return int32(len(pods)), nil
	}
	var n int32
	seen, loose := map[meta.UID]bool{}, false
	for _, p := range pods {
		owner := podstate.Controller(p)
		if owner == nil {
			loose = true
			continue
		}
		if owner.Kind == "ReplicaSet" { // several of them may share a deployment's pods
			if rs, ok := c.sets.Get(p.Namespace, owner.Name); ok && podstate.Controller(rs) != nil {
				owner = podstate.Controller(rs)
			}
		}
		if seen[owner.UID] {
			continue
		}
		seen[owner.UID] = true
		wanted, err := c.wanted(ctx, p, owner)
		if err != nil {
			return 0, err
		}
		n += wanted
	}
	if loose {
		c.view.Events.Eventf(b, core.EventTypeWarning, "UnmanagedPods", "Pods selected by this PodDisruptionBudget (selector: %s) were found "+
			"to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. "+
			"To account for these pods please set \".spec.minAvailable\" field of the PDB to an integer value.", selector.Describe(b.Spec.Selector))
	}
	return n, nil
}

// wanted is how many pods the controller of p wants.
func (c *Controller) wanted(ctx context.Context, p *core.Pod, owner *meta.OwnerReference) (int32, error) {
	target := scaling.Target{Namespace: p.Namespace, APIVersion: owner.APIVersion, Kind: owner.Kind, Name: owner.Name}
	r, err := c.scales.Resource(ctx, target)
	var none *scaling.NoKindError
	if errors.As(err, &none) {
		return 0, fmt.Errorf("no matches for kind %q in version %q", owner.Kind, owner.APIVersion)
	}
	if err != nil {
		return 0, err
	}
	if !r.Scales {
		return 0, fmt.Errorf("%s does not implement the scale subresource", r.ID())
	}
	scale, err := c.scales.Get(ctx, target)
	if client.IsNotFound(err) {
		return 0, fmt.Errorf("found no controllers for pod %q", p.Name)
	}
	if err != nil {
		return 0, err
	}
	return scale.Spec.Replicas, nil
}

// write stores the status if it differs and waits until the cache shows it. An
// eviction that came in between makes it a conflict: then all is counted anew.
func (c *Controller) write(ctx context.Context, b *policy.PodDisruptionBudget, st policy.PodDisruptionBudgetStatus) error {
	if reflect.DeepEqual(b.Status, st) {
		return nil
	}
	next := b.DeepCopy()
	next.Status = st
	return cluster.WriteStatus(ctx, c.view, c.budgets, next)
}

// selects tells whether b guards p. A budget without a selector guards nothing,
// one with an empty selector everything.
func selects(b *policy.PodDisruptionBudget, p *core.Pod) bool {
	if b.Spec.Selector == nil {
		return false
	}
	sel, err := selector.FromLabelSelector(b.Spec.Selector)
	return err == nil && sel.Matches(p.Labels)
}
