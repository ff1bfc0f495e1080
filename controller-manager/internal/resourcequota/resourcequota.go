// Package resourcequota counts what the objects of a namespace use when a quota
// is new or bounds something new, and makes sure of the count now and then.
//
// The API server charges every write to the quotas itself, in one transaction
// with the write, and gives back what is deleted: in between, nothing has to be
// counted. So a count looks at everything at one revision, compares it with what
// the quota said at that very revision, and corrects today's status by the
// difference, whatever has been charged meanwhile. Only pods on lost nodes stop
// to count without a write; their time is waited for.
//
// count.go counts, plan.go decides, this file watches and writes.
package resourcequota

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/catalog"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	// soon is after what time a new bound is counted once more.
	soon = 500 * time.Millisecond
	// unserved is after what time a bound on an unknown resource is looked at
	// again: its definition may come.
	unserved = 10 * time.Second
	// maxTries bounds how often a status is written anew because the API server
	// has charged the quota meanwhile.
	maxTries = 50
)

// Controller reconciles ResourceQuotas.
type Controller struct {
	view    *cluster.View
	queue   *queue.Queue[meta.Key]
	catalog *catalog.Catalog
	quotas  *informer.Informer[*core.ResourceQuota]
	pods    *informer.Informer[*core.Pod]
	period  time.Duration

	mu      sync.Mutex
	counted map[meta.UID]time.Time // when each quota was counted last
	due     map[meta.UID]bool      // those to count again whatever they say
}

// New makes the controller. It watches quotas and pods, and makes sure of every
// count once in a period.
func New(view *cluster.View, resources *catalog.Catalog, period time.Duration) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), catalog: resources, quotas: view.ResourceQuotas(), pods: view.Pods(), period: period,
		counted: map[meta.UID]time.Time{}, due: map[meta.UID]bool{}}
	c.quotas.OnChange(func(old, q *core.ResourceQuota) {
		// Most changes are the API server's charges, after which there is nothing to do.
		if q != nil && (old == nil || !sameList(old.Spec.Hard, q.Spec.Hard) || !sameList(q.Spec.Hard, q.Status.Hard)) {
			c.queue.Add(meta.KeyOf(q))
		}
	})
	c.pods.OnChange(c.podChanged)
	return c
}

// podChanged wakes the quotas that a pod stops to count for without a write, or
// that may have stopped to count it before it went.
func (c *Controller) podChanged(old, p *core.Pod) {
	now := time.Now()
	if p == nil {
		if first := overdue([]*core.Pod{old}, time.Time{}); !first.IsZero() && first.Before(now) {
			c.wake(old.Namespace, 0)
		}
		return
	}
	if first := overdue([]*core.Pod{p}, now); !first.IsZero() && (old == nil || old.DeletionTimestamp == nil) {
		c.wake(p.Namespace, first.Sub(now))
	}
}

func (c *Controller) wake(namespace string, after time.Duration) {
	for _, q := range c.quotas.ByNamespace(namespace) {
		if !countsPods(q) {
			continue
		}
		if after == 0 {
			c.mark(q.UID, true)
		}
		c.queue.AddAfter(meta.KeyOf(q), after)
	}
}

// mark notes whether a quota has to be counted whatever it says.
func (c *Controller) mark(uid meta.UID, due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if due {
		c.due[uid] = true
	} else {
		delete(c.due, uid)
	}
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "resourcequota-controller" }

// Queue holds the keys of the quotas to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync counts for one quota if that is needed.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	q, ok := c.quotas.Get(key.Namespace, key.Name)
	if !ok {
		c.forget()
		return 0, nil
	}
	now := time.Now()
	if wait := c.rest(q, now); wait > 0 {
		return wait, nil
	}
	c.mark(q.UID, false)
	again, err := c.count(ctx, q, now)
	if err != nil {
		c.mark(q.UID, true)
		return 0, err
	}
	c.mu.Lock()
	c.counted[q.UID] = now
	c.mu.Unlock()
	if again > 0 {
		c.mark(q.UID, true)
		return again, nil
	}
	return c.rest(q, now), nil
}

// rest is how long q need not be counted.
func (c *Controller) rest(q *core.ResourceQuota, now time.Time) time.Duration {
	c.mu.Lock()
	last, known := c.counted[q.UID]
	due := c.due[q.UID]
	c.mu.Unlock()
	if !known || due || !settled(q) && now != last {
		return 0
	}
	next := last.Add(c.period + rand.N(c.period/20+1))
	if countsPods(q) {
		if first := overdue(c.pods.ByNamespace(q.Namespace), last); !first.IsZero() && first.Before(next) {
			next = first.Add(time.Millisecond)
		}
	}
	return next.Sub(now)
}

// forget drops what is known of quotas that are gone.
func (c *Controller) forget() {
	there := map[meta.UID]bool{}
	for _, q := range c.quotas.List() {
		there[q.UID] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for uid := range c.counted {
		if !there[uid] {
			delete(c.counted, uid)
		}
	}
	for uid := range c.due {
		if !there[uid] {
			delete(c.due, uid)
		}
	}
}

// count counts and writes. A positive again asks for another count.
func (c *Controller) count(ctx context.Context, q *core.ResourceQuota, now time.Time) (again time.Duration, err error) {
	quotas := client.Of[*core.ResourceQuota](c.view.Client)
	all, err := quotas.List(ctx, q.Namespace, client.ListOptions{FieldSelector: "metadata.name=" + q.Name})
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(all.Items, func(x *core.ResourceQuota) bool { return x.UID == q.UID })
	if i < 0 {
		return 0, nil // its deletion will be heard of
	}
	base := all.Items[i]
	n := &counter{client: c.view.Client, catalog: c.catalog, quota: base, version: all.ResourceVersion, now: now}
	counted, failed := n.count(ctx)
	for cur, try := base, 0; ; try++ {
		status, fresh := plan(cur, base, counted)
		switch {
		case fresh && len(status.Used) < len(status.Hard):
			again = unserved
		case fresh:
			again = soon
		}
		if same(cur.Status, status) {
			return again, failed
		}
		next := cur.DeepCopy()
		next.Status = status
		if _, err = quotas.UpdateStatus(ctx, next); err == nil || client.IsNotFound(err) {
			return again, failed
		}
		if !client.IsConflict(err) || try == maxTries {
			return 0, err
		}
		if cur, err = quotas.Get(ctx, q.Namespace, q.Name); client.IsNotFound(err) || err == nil && cur.UID != q.UID {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
	}
}
