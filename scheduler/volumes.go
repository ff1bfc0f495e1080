package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/storage"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
)

// storageWatch follows what pods keep their data in.
type storageWatch struct {
	claims  *informer.Informer[*core.PersistentVolumeClaim]
	volumes *informer.Informer[*core.PersistentVolume]
	classes *informer.Informer[*storage.StorageClass]
	// changed is closed, and replaced, when a claim or volume has changed. The
	// scheduler's lock guards it.
	changed chan struct{}
}

// bindTimeout is how long the binding of a pod's volumes may take.
const bindTimeout = 10 * time.Minute

// watchStorage makes the informers, and has pods' volumes bound before they are.
func (s *Scheduler) watchStorage(c *client.Client) {
	s.storage = storageWatch{
		claims:  informer.New(c, informer.Options[*core.PersistentVolumeClaim]{}),
		volumes: informer.New(c, informer.Options[*core.PersistentVolume]{}),
		classes: informer.New(c, informer.Options[*storage.StorageClass]{}),
		changed: make(chan struct{}),
	}
	s.storage.claims.OnChange(s.claimChanged)
	s.storage.volumes.OnChange(s.volumeChanged)
	s.storage.classes.OnChange(s.classChanged)
	s.steps = append(s.steps, step{
		name:    "VolumeBinding",
		needed:  func(p *cluster.Pod) bool { return len(p.Claims) > 0 },
		reserve: s.reserveVolumes,
		undo:    func(p *cluster.Pod, _ string) { s.cluster.Volumes.Release(p.UID) },
		before: func(ctx context.Context, p *cluster.Pod, node string) error {
			return s.bindVolumes(ctx, client.Of[*core.PersistentVolume](c), client.Of[*core.PersistentVolumeClaim](c), p, node)
		},
	})
}

func (s *Scheduler) claimChanged(old, c *core.PersistentVolumeClaim) {
	o := c
	if c == nil {
		o = old
	}
	key := meta.KeyOf(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cluster.Volumes.SetClaim(key, c)
	s.storageChanged(key)
}

func (s *Scheduler) volumeChanged(old, v *core.PersistentVolume) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v == nil {
		s.cluster.Volumes.SetVolume(old.Name, nil)
	} else {
		s.cluster.Volumes.SetVolume(v.Name, v)
	}
	s.storageChanged(meta.Key{})
}

func (s *Scheduler) classChanged(old, c *storage.StorageClass) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c == nil {
		s.cluster.Volumes.SetClass(old.Name, nil)
	} else {
		s.cluster.Volumes.SetClass(c.Name, c)
	}
	s.storageChanged(meta.Key{})
}

// storageChanged tells the pods that wait for storage, whether they have a node
// already or not. The lock is held.
func (s *Scheduler) storageChanged(claim meta.Key) {
	close(s.storage.changed)
	s.storage.changed = make(chan struct{})
	s.happened(&cluster.Event{Happening: cluster.VolumeChanged, Claim: claim})
}

// reserveVolumes sets aside volumes on n for the claims that wait for p.
func (s *Scheduler) reserveVolumes(p *cluster.Pod, n *cluster.Node) error {
	if len(p.Claims) == 0 {
		return nil
	}
	_, waiting, refused := filter.ClaimsOf(p, s.cluster)
	if refused != nil {
		return errors.New(refused.Reasons[0])
	}
	if len(waiting) == 0 {
		return nil
	}
	r, ok := s.cluster.Volumes.Match(p.UID, waiting, n.Object)
	if !ok {
		return errors.New("node(s) didn't find available persistent volumes to bind")
	}
	s.cluster.Volumes.Reserve(p.UID, r)
	return nil
}

// bindVolumes writes down which volumes were chosen for p, and waits until the
// binder has done the rest. What was set aside is given back: either it is
// written, or it did not work.
func (s *Scheduler) bindVolumes(ctx context.Context, volumes client.Resource[*core.PersistentVolume], claims client.Resource[*core.PersistentVolumeClaim],
	p *cluster.Pod, node string) error {
	s.mu.Lock()
	r := s.cluster.Volumes.Reserved(p.UID)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.cluster.Volumes.Release(p.UID)
		s.mu.Unlock()
	}()
	for _, pair := range r.Bind {
		next, changed := pair.Volume.BoundTo(pair.Claim)
		if !changed {
			continue
		}
		if _, err := volumes.Update(ctx, next); err != nil {
			return fmt.Errorf("binding volumes: %w", err)
		}
	}
	for _, c := range r.Provision {
		if c.Annotations[core.AnnotationSelectedNode] == node {
			continue
		}
		next := c.DeepCopy()
		if next.Annotations == nil {
			next.Annotations = map[string]string{}
		}
		next.Annotations[core.AnnotationSelectedNode] = node
		if _, err := claims.Update(ctx, next); err != nil {
			return fmt.Errorf("binding volumes: %w", err)
		}
	}
	return s.awaitVolumes(ctx, p, node, r)
}

// awaitVolumes returns once all claims of p are bound, or cannot be for node.
func (s *Scheduler) awaitVolumes(ctx context.Context, p *cluster.Pod, node string, r cluster.Reservation) error {
	ctx, cancel := context.WithTimeout(ctx, bindTimeout)
	defer cancel()
	told := map[string]bool{} // claims that we have seen carry our choice of the node
	for {
		s.mu.Lock()
		done, err := s.volumesBound(p, node, r, told)
		changed := s.storage.changed
		s.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.New("binding volumes: timed out waiting for the condition")
		}
	}
}

// volumesBound says whether all claims of p are bound. The lock is held.
func (s *Scheduler) volumesBound(p *cluster.Pod, node string, r cluster.Reservation, told map[string]bool) (bool, error) {
	if !s.backlog.Has(p.UID) {
		return false, errors.New("binding volumes: the pod is gone")
	}
	for _, use := range p.Claims {
		c := s.cluster.Volumes.Claim(use.Key)
		if c == nil {
			return false, fmt.Errorf("binding volumes: persistentvolumeclaim %q not found", use.Name)
		}
		for _, wanted := range r.Provision {
			if wanted.UID != c.UID {
				continue
			}
			if on := c.Annotations[core.AnnotationSelectedNode]; on == node {
				told[c.Name] = true
			} else if told[c.Name] {
				return false, fmt.Errorf("binding volumes: provisioning failed for PVC %q", c.Name)
			}
		}
		if !c.FullyBound() || c.Status.Phase != core.ClaimBound {
			return false, nil // the kubelet wants to see the phase too
		}
		v, n := s.cluster.Volumes.Volume(c.Spec.VolumeName), s.cluster.Node(node)
		if v == nil || n == nil {
			return false, nil // the watches are not equally fast
		}
		if !v.Reaches(n.Object) {
			return false, fmt.Errorf("binding volumes: pv %q node affinity doesn't match node %q: no matching NodeSelectorTerms", v.Name, node)
		}
	}
	return true, nil
}
