package persistentvolumebinder

import (
	"context"
	"errors"
	"slices"

	"github.com/pilothouse/pilothouse/controller-manager/internal/cluster"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// snapshot is the world of one Sync: the caches, and before them what this very
// Sync has written.
type snapshot struct {
	c                       *Controller
	claimWritten            *core.PersistentVolumeClaim
	volumeWritten           *core.PersistentVolume
	wroteClaim, wroteVolume cluster.Revision
}

// await returns once the caches show what was written.
func (s *snapshot) await(ctx context.Context) error {
	return errors.Join(s.wroteClaim.Await(ctx, s.c.claims), s.wroteVolume.Await(ctx, s.c.volumes))
}

func (s *snapshot) volume(name string) *core.PersistentVolume {
	if s.volumeWritten != nil && s.volumeWritten.Name == name {
		return s.volumeWritten
	}
	v, _ := s.c.volumes.Get("", name)
	return v
}

func (s *snapshot) claim(namespace, name string) *core.PersistentVolumeClaim {
	if w := s.claimWritten; w != nil && w.Namespace == namespace && w.Name == name {
		return w
	}
	claim, _ := s.c.claims.Get(namespace, name)
	return claim
}

func (s *snapshot) candidates(claim *core.PersistentVolumeClaim) []*core.PersistentVolume {
	all := slices.Concat(s.c.volumes.ByIndex(cluster.VolumesByClaim, meta.KeyOf(claim).String()),
		s.c.volumes.ByIndex(cluster.FreeByClass, claim.Class()))
	if w := s.volumeWritten; w != nil {
		all = slices.DeleteFunc(all, func(v *core.PersistentVolume) bool { return v.Name == w.Name })
		all = append(all, w)
	}
	return all
}

func (s *snapshot) class(name string) *storage.StorageClass {
	class, _ := s.c.classes.Get("", name)
	return class
}

func (s *snapshot) classByDefault() string { return newestDefault(s.c.classes.List()) }

// newestDefault is the default class; the newest one when there are several, as
// at admission.
func newestDefault(classes []*storage.StorageClass) string {
	var best *storage.StorageClass
	for _, class := range classes {
		if !isDefault(class) {
			continue
		}
		if best == nil || class.CreationTimestamp.After(best.CreationTimestamp.Time) ||
			class.CreationTimestamp.Equal(best.CreationTimestamp.Time) && class.Name < best.Name {
			best = class
		}
	}
	if best == nil {
		return ""
	}
	return best.Name
}

func isDefault(class *storage.StorageClass) bool {
	return class.Annotations[core.AnnotationDefaultStorageClass] == "true" || class.Annotations[core.AnnotationDefaultStorageClassBeta] == "true"
}

func (s *snapshot) consumers(claim *core.PersistentVolumeClaim) []string {
	var names []string
	for _, p := range s.c.pods.ByNamespace(claim.Namespace) {
		if p.Spec.NodeName == "" && p.Status.Phase != core.PodSucceeded && p.Status.Phase != core.PodFailed && slices.Contains(claimsOf(p), claim.Name) {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return names
}
