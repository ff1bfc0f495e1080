package core

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Which volume may be bound to which claim, for everybody who binds: the volume
// binder and the scheduler.

// Class is the name of the claim's StorageClass; an annotation of old wins over
// the field.
func (c *PersistentVolumeClaim) Class() string {
	if name, ok := c.Annotations[AnnotationStorageClass]; ok {
		return name
	}
	if c.Spec.StorageClassName != nil {
		return *c.Spec.StorageClassName
	}
	return ""
}

// Class is the name of the volume's StorageClass; an annotation of old wins
// over the field.
func (v *PersistentVolume) Class() string {
	if name, ok := v.Annotations[AnnotationStorageClass]; ok {
		return name
	}
	return v.Spec.StorageClassName
}

// FullyBound tells whether everything about the claim's binding is written.
func (c *PersistentVolumeClaim) FullyBound() bool {
	_, done := c.Annotations[AnnotationBindCompleted]
	return done && c.Spec.VolumeName != ""
}

// Asks is how much storage the claim wants.
func (c *PersistentVolumeClaim) Asks() (bytes int64) {
	q := c.Spec.Resources.Requests[ResourceStorage]
	return q.Value()
}

// Holds is how much storage the volume has.
func (v *PersistentVolume) Holds() (bytes int64) {
	q := v.Spec.Capacity[ResourceStorage]
	return q.Value()
}

// HeldFor tells whether the volume names the claim as its own, by name if not
// by uid.
func (v *PersistentVolume) HeldFor(c *PersistentVolumeClaim) bool {
	r := v.Spec.ClaimRef
	return r != nil && r.Name == c.Name && r.Namespace == c.Namespace && (r.UID == "" || r.UID == c.UID)
}

// Reaches tells whether the volume can be used on the node.
func (v *PersistentVolume) Reaches(n *Node) bool {
	a := v.Spec.NodeAffinity
	return a == nil || a.Required == nil || a.Required.Matches(n)
}

// or is m, or what is meant when there is none.
func (m *PersistentVolumeMode) or() PersistentVolumeMode {
	if m == nil {
		return PersistentVolumeFilesystem
	}
	return *m
}

// SameMode tells whether claim and volume agree on file system or device.
func (v *PersistentVolume) SameMode(c *PersistentVolumeClaim) bool {
	return v.Spec.VolumeMode.or() == c.Spec.VolumeMode.or()
}

// Offers tells whether the volume can be mounted in all the ways that the claim
// asks for.
func (v *PersistentVolume) Offers(c *PersistentVolumeClaim) bool {
	for _, m := range c.Spec.AccessModes {
		if !slices.Contains(v.Spec.AccessModes, m) {
			return false
		}
	}
	return true
}

// attributes is the VolumeAttributesClass that is named, if one is.
func attributes(name *string) string {
	if name == nil {
		return ""
	}
	return *name
}

// Unfit says why the volume, which the claim asks for by name, cannot be its
// own; nil when it can.
func (v *PersistentVolume) Unfit(c *PersistentVolumeClaim) error {
	switch {
	case v.DeletionTimestamp != nil:
		return fmt.Errorf("the volume is marked for deletion %q", v.Name)
	case v.Holds() < c.Asks():
		return fmt.Errorf("requested PV is too small")
	case v.Class() != c.Class():
		return fmt.Errorf("storageClassName does not match")
	case attributes(v.Spec.VolumeAttributesClassName) != attributes(c.Spec.VolumeAttributesClassName):
		return fmt.Errorf("volumeAttributesClassName does not match")
	case !v.SameMode(c):
		return fmt.Errorf("incompatible volumeMode")
	case !v.Offers(c):
		return fmt.Errorf("incompatible accessMode")
	}
	return nil
}

// Best is the volume to bind to the claim, nil when none will do: one that names
// the claim, or else of those that can be mounted in the fewest ways the
// smallest, and of equals the first by name. n restricts it to volumes that the
// node reaches; nil does not. Those in taken are left out.
func (c *PersistentVolumeClaim) Best(volumes []*PersistentVolume, n *Node, taken func(name string) bool) *PersistentVolume {
	wants, err := selector.FromLabelSelector(c.Spec.Selector)
	if err != nil {
		return nil
	}
	if c.Spec.Selector == nil {
		wants = selector.Everything()
	}
	var best *PersistentVolume
	for _, v := range volumes {
		if v.DeletionTimestamp != nil || v.Holds() < c.Asks() || !v.SameMode(c) || !v.Offers(c) ||
			attributes(v.Spec.VolumeAttributesClassName) != attributes(c.Spec.VolumeAttributesClassName) ||
			taken != nil && taken(v.Name) {
			continue
		}
		if v.Spec.ClaimRef != nil {
			if !v.HeldFor(c) {
				continue
			}
			if n != nil && !v.Reaches(n) {
				return nil // this very volume is meant, and it is elsewhere
			}
			return v
		}
		if v.Status.Phase != VolumeAvailable || v.Class() != c.Class() || !wants.Matches(v.Labels) || n != nil && !v.Reaches(n) {
			continue
		}
		if best == nil || volumeOrder(v, best) < 0 {
			best = v
		}
	}
	return best
}

func volumeOrder(a, b *PersistentVolume) int {
	return cmp.Or(cmp.Compare(len(a.Spec.AccessModes), len(b.Spec.AccessModes)), cmp.Compare(a.Holds(), b.Holds()), cmp.Compare(a.Name, b.Name))
}

// ClaimReference is how volumes name the claim that they are bound to.
func ClaimReference(c *PersistentVolumeClaim) *ObjectReference {
	return &ObjectReference{Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: c.Namespace, Name: c.Name, UID: c.UID, ResourceVersion: c.ResourceVersion}
}

// BoundTo is a copy of the volume that is bound to the claim, and whether that
// differs from the volume. Who had chosen the pair by hand keeps that noted.
func (v *PersistentVolume) BoundTo(c *PersistentVolumeClaim) (*PersistentVolume, bool) {
	held := v.HeldFor(c)
	if held && v.Spec.ClaimRef.UID == c.UID {
		return v, false
	}
	next := v.DeepCopy()
	next.Spec.ClaimRef = ClaimReference(c)
	if !held {
		annotate(&next.ObjectMeta, AnnotationBoundByController)
	}
	return next, true
}

// BoundTo is a copy of the claim that is bound to the volume, and whether that
// differs from the claim.
func (c *PersistentVolumeClaim) BoundTo(v *PersistentVolume) (*PersistentVolumeClaim, bool) {
	if c.FullyBound() && c.Spec.VolumeName == v.Name {
		return c, false
	}
	next := c.DeepCopy()
	if next.Spec.VolumeName != v.Name {
		next.Spec.VolumeName = v.Name
		annotate(&next.ObjectMeta, AnnotationBoundByController)
	}
	annotate(&next.ObjectMeta, AnnotationBindCompleted)
	return next, true
}

func annotate(m *meta.ObjectMeta, name string) {
	if m.Annotations == nil {
		m.Annotations = map[string]string{}
	}
	m.Annotations[name] = "yes"
}
