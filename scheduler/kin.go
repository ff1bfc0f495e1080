package scheduler

import (
	"context"
	"sync"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// kinWatch follows the selectors by which pods belong together that name no
// constraints of their own. Their changes wake nobody: they only rank nodes.
type kinWatch struct {
	services *informer.Informer[*core.Service]
	rcs      *informer.Informer[*core.ReplicationController]
	sets     *informer.Informer[*apps.ReplicaSet]
	stateful *informer.Informer[*apps.StatefulSet]
}

// watchKin makes the informers. Of the objects only the selectors are kept.
func (s *Scheduler) watchKin(c *client.Client) {
	s.kin = kinWatch{
		services: informer.New(c, informer.Options[*core.Service]{Trim: func(o *core.Service) {
			o.ManagedFields, o.Annotations, o.Status = nil, nil, core.ServiceStatus{}
			o.Spec = core.ServiceSpec{Selector: o.Spec.Selector}
		}}),
		rcs: informer.New(c, informer.Options[*core.ReplicationController]{Trim: func(o *core.ReplicationController) {
			o.ManagedFields, o.Annotations, o.Spec.Template = nil, nil, nil
		}}),
		sets: informer.New(c, informer.Options[*apps.ReplicaSet]{Trim: func(o *apps.ReplicaSet) {
			o.ManagedFields, o.Annotations, o.Spec.Template = nil, nil, core.PodTemplateSpec{}
		}}),
		stateful: informer.New(c, informer.Options[*apps.StatefulSet]{Trim: func(o *apps.StatefulSet) {
			o.ManagedFields, o.Annotations = nil, nil
			o.Spec.Template, o.Spec.VolumeClaimTemplates = core.PodTemplateSpec{}, nil
		}}),
	}
	s.kin.services.OnChange(s.serviceChanged)
	s.kin.rcs.OnChange(func(old, o *core.ReplicationController) {
		if o == nil {
			s.controllerChanged(&old.ObjectMeta, nil)
			return
		}
		s.controllerChanged(&o.ObjectMeta, &meta.LabelSelector{MatchLabels: o.Spec.Selector})
	})
	s.kin.sets.OnChange(func(old, o *apps.ReplicaSet) {
		if o == nil {
			s.controllerChanged(&old.ObjectMeta, nil)
			return
		}
		s.controllerChanged(&o.ObjectMeta, o.Spec.Selector)
	})
	s.kin.stateful.OnChange(func(old, o *apps.StatefulSet) {
		if o == nil {
			s.controllerChanged(&old.ObjectMeta, nil)
			return
		}
		s.controllerChanged(&o.ObjectMeta, o.Spec.Selector)
	})
}

// runKin runs the informers, and says when they know everything.
func (s *Scheduler) runKin(ctx context.Context, wg *sync.WaitGroup) []<-chan struct{} {
	wg.Go(func() { _ = s.kin.services.Run(ctx) })
	wg.Go(func() { _ = s.kin.rcs.Run(ctx) })
	wg.Go(func() { _ = s.kin.sets.Run(ctx) })
	wg.Go(func() { _ = s.kin.stateful.Run(ctx) })
	return []<-chan struct{}{s.kin.services.Synced(), s.kin.rcs.Synced(), s.kin.sets.Synced(), s.kin.stateful.Synced()}
}

func (s *Scheduler) serviceChanged(old, o *core.Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o == nil {
		s.cluster.SetService(meta.KeyOf(old), nil)
		return
	}
	s.cluster.SetService(meta.KeyOf(o), o.Spec.Selector)
}

func (s *Scheduler) controllerChanged(m *meta.ObjectMeta, selector *meta.LabelSelector) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cluster.SetController(m.UID, m.Namespace, selector)
}
