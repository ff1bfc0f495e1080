// Package persistentvolumebinder brings claims and volumes together: a claim is
// bound to a volume that fits, a volume whose claim is gone is released.
//
// plan.go and plan_volume.go say which write comes next, one at a time; which
// volume fits which claim is in proto's core, where the scheduler, which chooses
// the volumes of claims that wait for a pod, finds it too. This file watches and
// writes. Volumes are not made here, and none is wiped: that is for provisioners.
package persistentvolumebinder

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
	"github.com/pilothouse/pilothouse/proto/storage"
)

// Controller reconciles claims and volumes. Keys without a namespace are
// volumes.
type Controller struct {
	view    *cluster.View
	queue   *queue.Queue[meta.Key]
	claims  *informer.Informer[*core.PersistentVolumeClaim]
	volumes *informer.Informer[*core.PersistentVolume]
	classes *informer.Informer[*storage.StorageClass]
	pods    *informer.Informer[*core.Pod]
}

// New makes the controller. It watches claims, volumes, storage classes and the
// pods that wait for a claim.
func New(view *cluster.View) *Controller {
	c := &Controller{view: view, queue: controller.NewQueue(), claims: view.PersistentVolumeClaims(), volumes: view.PersistentVolumes(),
		classes: view.StorageClasses(), pods: view.Pods()}
	c.claims.OnChange(c.claimChanged)
	c.volumes.OnChange(c.volumeChanged)
	c.classes.OnChange(c.classChanged)
	c.pods.OnChange(c.podChanged)
	return c
}

// Name is the controller's name for --controllers.
func (c *Controller) Name() string { return "persistentvolume-binder-controller" }

// Queue holds the keys of the claims and volumes to look at.
func (c *Controller) Queue() *queue.Queue[meta.Key] { return c.queue }

func (c *Controller) claimChanged(old, claim *core.PersistentVolumeClaim) {
	if claim != nil {
		c.queue.Add(meta.KeyOf(claim))
		return
	}
	for _, v := range c.volumes.ByIndex(cluster.VolumesByClaim, meta.KeyOf(old).String()) {
		c.queue.Add(meta.KeyOf(v))
	}
}

// volumeChanged looks at the volume, at the claims that name it or that it
// names, and, when it is to be had, at all that wait for one of its class.
func (c *Controller) volumeChanged(old, v *core.PersistentVolume) {
	name := ""
	if v == nil {
		name = old.Name
	} else {
		name = v.Name
		c.queue.Add(meta.KeyOf(v))
		if r := v.Spec.ClaimRef; r != nil {
			c.queue.Add(meta.Key{Namespace: r.Namespace, Name: r.Name})
		} else if v.Status.Phase == core.VolumeAvailable {
			c.wakeUnbound(v.Class())
		}
	}
	for _, claim := range c.claims.ByIndex(cluster.ClaimsByVolume, name) {
		c.queue.Add(meta.KeyOf(claim))
	}
}

func (c *Controller) wakeUnbound(class string) {
	for _, claim := range c.claims.ByIndex(cluster.UnboundByClass, class) {
		c.queue.Add(meta.KeyOf(claim))
	}
}

func (c *Controller) classChanged(_, class *storage.StorageClass) {
	if class == nil {
		return
	}
	c.wakeUnbound(class.Name)
	if isDefault(class) {
		c.wakeUnbound("")
	}
}

// podChanged looks at the claims of a pod that has just come or has been
// placed: what they say they wait for changes.
func (c *Controller) podChanged(old, p *core.Pod) {
	if p == nil || old != nil && old.Spec.NodeName == p.Spec.NodeName {
		return
	}
	for _, name := range claimsOf(p) {
		if claim, ok := c.claims.Get(p.Namespace, name); ok && !claim.FullyBound() {
			c.queue.Add(meta.KeyOf(claim))
		}
	}
}

// claimsOf names the claims that a pod uses.
func claimsOf(p *core.Pod) []string {
	var names []string
	for i := range p.Spec.Volumes {
		if v := &p.Spec.Volumes[i]; v.PersistentVolumeClaim != nil {
			names = append(names, v.PersistentVolumeClaim.ClaimName)
		} else if v.Ephemeral != nil {
			names = append(names, p.Name+"-"+v.Name)
		}
	}
	return names
}

// remind is how often the events of a claim that waits are told again: they do
// not live longer than an hour.
const remind = 15 * time.Minute

// Sync takes one claim or volume as far as it goes.
func (c *Controller) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	view := &snapshot{c: c}
	for {
		var o outcome
		if key.Namespace == "" {
			v := view.volume(key.Name)
			if v == nil {
				return 0, nil
			}
			o = planVolume(view, v)
		} else {
			claim := view.claim(key.Namespace, key.Name)
			if claim == nil {
				return 0, nil
			}
			o = planClaim(view, claim)
		}
		for _, n := range o.notes {
			c.tell(n)
		}
		if o.write == nil {
			again := time.Duration(0)
			if len(o.notes) > 0 {
				again = remind
			}
			return again, view.await(ctx)
		}
		if done, err := c.store(ctx, o.write, view); err != nil || done {
			return 0, err
		}
	}
}

// store carries out one write and has view show it. It is done, with nothing
// stored, when the object is gone or the claim of a volume is not.
func (c *Controller) store(ctx context.Context, w *write, view *snapshot) (done bool, err error) {
	if w.gone {
		r := w.volume.Spec.ClaimRef
		claim, err := client.Of[*core.PersistentVolumeClaim](c.view.Client).Get(ctx, r.Namespace, r.Name)
		if err == nil && claim.UID == r.UID {
			return true, nil // the cache is behind; it wakes the volume when it sees the claim
		}
		if err != nil && !client.IsNotFound(err) {
			return false, err
		}
	}
	if w.volume != nil {
		written, err := put(ctx, client.Of[*core.PersistentVolume](c.view.Client), w.volume, w.status)
		if err != nil {
			return client.IsNotFound(err), ignoreGone(err)
		}
		view.volumeWritten = written
		view.wroteVolume.Note(written.ResourceVersion)
	} else {
		written, err := put(ctx, client.Of[*core.PersistentVolumeClaim](c.view.Client), w.claim, w.status)
		if err != nil {
			return client.IsNotFound(err), ignoreGone(err)
		}
		view.claimWritten = written
		view.wroteClaim.Note(written.ResourceVersion)
	}
	if w.note != nil {
		c.tell(*w.note)
	}
	return false, nil
}

func put[T meta.Object](ctx context.Context, r client.Resource[T], o T, status bool) (T, error) {
	if status {
		return r.UpdateStatus(ctx, o)
	}
	return r.Update(ctx, o)
}

func ignoreGone(err error) error {
	if client.IsNotFound(err) {
		return nil
	}
	return err
}

func (c *Controller) tell(n note) {
	kind := core.EventTypeNormal
	if n.warning {
		kind = core.EventTypeWarning
	}
	c.view.Events.Eventf(n.about, kind, n.reason, "%s", n.message)
}
