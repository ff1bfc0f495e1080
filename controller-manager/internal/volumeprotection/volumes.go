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

// Volumes protects persistent volumes.
type Volumes struct {
	view    *cluster.View
	queue   *queue.Queue[meta.Key]
	volumes *informer.Informer[*core.PersistentVolume]
}

// NewVolumes makes the controller. It watches volumes.
func NewVolumes(view *cluster.View) *Volumes {
	c := &Volumes{view: view, queue: controller.NewQueue(), volumes: view.PersistentVolumes()}
	c.volumes.OnChange(func(old, new *core.PersistentVolume) {
		if new != nil {
			c.queue.Add(meta.KeyOf(new))
		}
	})
	return c
}

// Name is the controller's name for --controllers.
func (c *Volumes) Name() string { return "persistentvolume-protection-controller" }

// Queue holds the keys of the volumes to look at.
func (c *Volumes) Queue() *queue.Queue[meta.Key] { return c.queue }

// Sync protects or releases one volume.
func (c *Volumes) Sync(ctx context.Context, key meta.Key) (time.Duration, error) {
	volume, ok := c.volumes.GetKey(key)
	if !ok {
		return 0, nil
	}
	p := plan(&volume.ObjectMeta, core.FinalizerVolumeProtection, func() bool { return volume.Status.Phase == core.VolumeBound })
	if p == leave {
		return 0, nil
	}
	next := volume.DeepCopy()
	p.set(&next.ObjectMeta, core.FinalizerVolumeProtection)
	_, err := client.Of[*core.PersistentVolume](c.view.Client).Update(ctx, next)
	if client.IsNotFound(err) || client.IsConflict(err) {
		return 0, nil // The watch tells what is true.
	}
	return 0, err
}
