package admission

import (
	"context"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// protectVolumes keeps claims and volumes from vanishing while they are in use:
// a controller takes the finalizer away when they are not.
func protectVolumes(_ context.Context, r *Request) error {
	if r.Operation != Create || r.Subresource != "" {
		return nil
	}
	finalizer := ""
	switch r.Object.(type) {
	case *core.PersistentVolumeClaim:
		finalizer = core.FinalizerClaimProtection
	case *core.PersistentVolume:
		finalizer = core.FinalizerVolumeProtection
	default:
		return nil
	}
	if m := r.Object.GetObjectMeta(); !slices.Contains(m.Finalizers, finalizer) {
		m.Finalizers = append(m.Finalizers, finalizer)
	}
	return nil
}

// defaultStorageClass gives a new claim that says nothing about its class the
// cluster's default one.
func (v *view) defaultStorageClass(ctx context.Context, r *Request) error {
	c, ok := r.Object.(*core.PersistentVolumeClaim)
	if !ok || r.Operation != Create || r.Subresource != "" || c.Spec.StorageClassName != nil {
		return nil
	}
	if _, named := c.Annotations[core.AnnotationStorageClass]; named {
		return nil
	}
	class, err := v.classByDefault(ctx, "storageclasses.storage.k8s.io", core.AnnotationDefaultStorageClass, core.AnnotationDefaultStorageClassBeta)
	if class != "" {
		c.Spec.StorageClassName = &class
	}
	return err
}

// claimResize lets claims grow whose class says that its volumes can.
func (v *view) claimResize(ctx context.Context, r *Request) error {
	c, ok := r.Object.(*core.PersistentVolumeClaim)
	old, was := r.Old.(*core.PersistentVolumeClaim)
	if !ok || !was || r.Operation != Update || r.Subresource != "" {
		return nil
	}
	now, before := c.Spec.Resources.Requests[core.ResourceStorage], old.Spec.Resources.Requests[core.ResourceStorage]
	if now.Cmp(before) <= 0 {
		return nil
	}
	if old.Status.Phase != core.ClaimBound {
		return status.Forbidden(r.Resource, r.Name, "Only bound persistent volume claims can be expanded")
	}
	grows, err := v.expandable(ctx, c)
	if err == nil && !grows {
		err = status.Forbidden(r.Resource, r.Name,
			"only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")
	}
	return err
}

func (v *view) expandable(ctx context.Context, c *core.PersistentVolumeClaim) (bool, error) {
	name := c.Annotations[core.AnnotationStorageClass]
	if name == "" && c.Spec.StorageClassName != nil {
		name = *c.Spec.StorageClassName
	}
	if name == "" {
		return false, nil
	}
	o, err := v.get(ctx, "storageclasses.storage.k8s.io", "", name)
	if err != nil || o == nil {
		return false, err
	}
	var class storage.StorageClass
	err = codec.DecodeJSON(o.JSON(), &class)
	return class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion, err
}
