package storage

import (
	"fmt"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of what drivers say.
const (
	maxNodeID           = 256
	minTokenSeconds     = 600
	maxTokenSeconds     = 1 << 32
	minAllocatablePause = 10
)

// ValidateCSIDriver checks a driver that is created.
func ValidateCSIDriver(o *CSIDriver) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkDriver(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateCSIDriverUpdate checks a change.
func ValidateCSIDriverUpdate(o, old *CSIDriver) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	p := field.New("spec")
	checkDriver(&r, &o.Spec, p)
	meta.ValidateImmutable(&r, o.Spec.AttachRequired, old.Spec.AttachRequired, p.Child("attachedRequired"))
	meta.ValidateImmutable(&r, o.Spec.VolumeLifecycleModes, old.Spec.VolumeLifecycleModes, p.Child("volumeLifecycleModes"))
	return r.Errors
}

func checkDriver(r *field.Report, s *CSIDriverSpec, p *field.Path) {
	policies := []FSGroupPolicy{FileFSGroupPolicy, NoneFSGroupPolicy, ReadWriteOnceWithFSTypeFSGroupPolicy}
	if f := s.FSGroupPolicy; f != nil && !slices.Contains(policies, *f) {
		r.Add(field.NotSupported(p.Child("fsGroupPolicy"), *f, policies))
	}
	audiences := map[string]bool{}
	for i, t := range s.TokenRequests {
		p := p.Child("tokenRequests").Index(i)
		if audiences[t.Audience] {
			r.Duplicate(p.Child("audience"), t.Audience)
			continue
		}
		audiences[t.Audience] = true
		if e := t.ExpirationSeconds; e != nil && *e < minTokenSeconds {
			r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration less than 10 minutes")
		} else if e != nil && *e > maxTokenSeconds {
			r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration larger than 2^32 seconds")
		}
	}
	modes := []VolumeLifecycleMode{VolumeLifecyclePersistent, VolumeLifecycleEphemeral}
	for _, m := range s.VolumeLifecycleModes {
		if !slices.Contains(modes, m) {
			r.Add(field.NotSupported(p.Child("volumeLifecycleModes"), m, modes))
		}
	}
	if n := s.NodeAllocatableUpdatePeriodSeconds; n != nil && *n < minAllocatablePause {
		r.Invalid(p.Child("nodeAllocatableUpdatePeriodSeconds"), *n, fmt.Sprintf("must be greater than or equal to %d seconds", minAllocatablePause))
	}
	if s.ServiceAccountTokenInSecrets != nil && len(s.TokenRequests) == 0 {
		r.Invalid(p.Child("serviceAccountTokenInSecrets"), *s.ServiceAccountTokenInSecrets, "serviceAccountTokenInSecrets can only be set when tokenRequests is configured")
	}
}

// ValidateCSINode checks a list of drivers that is created.
func ValidateCSINode(o *CSINode) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkDrivers(&r, o.Spec.Drivers, field.New("spec", "drivers"))
	return r.Errors
}

// ValidateCSINodeUpdate checks a change; drivers come and go whole.
func ValidateCSINodeUpdate(o, old *CSINode) field.ErrorList {
	var r field.Report
	checkDrivers(&r, o.Spec.Drivers, field.New("spec", "drivers"))
	for _, before := range old.Spec.Drivers {
		for _, now := range o.Spec.Drivers {
			if now.Name == before.Name && !meta.Equal(now, before) {
				r.Invalid(field.New("CSINodeDriver"), now, meta.ImmutableMessage)
			}
		}
	}
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkDrivers(r *field.Report, drivers []CSINodeDriver, list *field.Path) {
	names := map[string]bool{}
	for i := range drivers {
		d, p := &drivers[i], list.Index(i)
		core.CheckDriver(r, d.Name, p.Child("name"))
		if d.NodeID == "" {
			r.Required(p.Child("nodeID"), "")
		}
		if len(d.NodeID) > maxNodeID {
			r.Invalid(p.Child("nodeID"), d.NodeID, fmt.Sprintf("must be %d characters or less", maxNodeID))
		}
		if a := d.Allocatable; a != nil && a.Count != nil {
			r.NonNegative(p.Child("allocatable", "count"), int64(*a.Count))
		}
		if names[d.Name] {
			r.Duplicate(p.Child("name"), d.Name)
		}
		names[d.Name] = true
		again := field.Repeats(d.TopologyKeys)
		for j, k := range d.TopologyKeys {
			if k == "" {
				r.Required(p, "")
			}
			if again(j) {
				r.Duplicate(p, k)
			}
			r.Each(p, k, meta.IsQualifiedName(k))
		}
	}
}

// ValidateCSIStorageCapacity checks a capacity that is created.
func ValidateCSIStorageCapacity(o *CSIStorageCapacity) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkCapacity(&r, o)
	return r.Errors
}

// ValidateCSIStorageCapacityUpdate checks a change, which can be one of numbers
// only.
func ValidateCSIStorageCapacityUpdate(o, old *CSIStorageCapacity) field.ErrorList {
	var r field.Report
	checkCapacity(&r, o)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	meta.ValidateImmutable(&r, o.NodeTopology, old.NodeTopology, field.New("nodeTopology"))
	meta.ValidateImmutable(&r, o.StorageClassName, old.StorageClassName, field.New("storageClassName"))
	return r.Errors
}

func checkCapacity(r *field.Report, o *CSIStorageCapacity) {
	meta.ValidateLabelSelector(r, o.NodeTopology, field.New("nodeTopology"))
	r.Each(field.New("storageClassName"), o.StorageClassName, meta.IsDNS1123Subdomain(o.StorageClassName))
	if c := o.Capacity; c != nil && c.Sign() < 0 {
		r.Invalid(field.New("capacity"), c.String(), "must be greater than or equal to 0")
	}
}
