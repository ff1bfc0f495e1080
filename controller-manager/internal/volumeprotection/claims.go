// Package volumeprotection keeps claims from vanishing while pods use them, and
// volumes while they are bound to claims: it sees that each has its finalizer,
// and takes it away when a deleted one is no longer in use. There is a
// controller for each of the two.
//
// What is to be done is decided in plan.go; claims.go and volumes.go watch and
// act.
package volumeprotection

import (
	"context"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/controller"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Claims protects persistent volume claims.
type Claims struct {
	view   *cluster.View
	queue  *queue.Queue[meta.Key]
	claims *informer.Informer[*core.PersistentVolumeClaim]
	pods   *informer.Informer[*core.Pod]
}

// NewClaims makes the controller. It watches claims and pods.
func NewClaims(view *cluster.View) *Claims {
	c := &Claims{view: view, queue: controller.NewQueue(), claims: view.PersistentVolumeClaims(), pods: view.Pods()}
	c.claims.OnChange(func(old, new *core.PersistentVolumeClaim) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	c.pods.OnChange(func(old, new *core.Pod) {
		if old == nil {
			return // A pod that comes frees nothing.
		}
		for _, name := range claimsOf(old) {
			key := meta.Key{Namespace: old.Namespace, Name: name}
			if claim, ok := c.claims.GetKey(key); ok && claim.DeletionTimestamp != nil {
				c.queue.Add(key)
			}
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Claims) Name() string { return "persistentvolumeclaim-protection-controller" }

// Queue holds the keys of the claims to look at.
func (c *Claims) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync protects or releases one claim.
func (c *Claims) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	claim, ok := c.claims.GetKey(key)
	if !ok {
		return 0, nil
	}
	p := plan(&claim.ObjectMeta, core.FinalizerClaimProtection, func() bool { return uses(c.pods.ByNamespace(key.Namespace), key.Name) })
	if p == release {
		// The cache may not know yet of a pod that was placed a moment ago.
		l, err := client.Of[*core.Pod](c.view.Client).List(ctx, key.Namespace, client.ListOptions{})
		if err != nil {
			return 0, err
		}
		if uses(l.Items, key.Name) {
			return 0, nil // Its end will be seen.
		}
	}
	if p == leave {
		return 0, nil
	}
	next := claim.DeepCopy()
	p.set(&next.ObjectMeta, core.FinalizerClaimProtection)
	_, err := client.Of[*core.PersistentVolumeClaim](c.view.Client).Update(ctx, next)
	if client.IsNotFound(err) || client.IsConflict(err) {
		return 0, nil // The watch tells what is true.
	}
	return 0, err
}
