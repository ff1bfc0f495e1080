package resources

import (
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/definition"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func apiextensionsResources() []*Resource {
	r := Resource{Kind: named("apiextensions.k8s.io/v1", "CustomResourceDefinition"), Conditional: true,
		Prefix: "/registry/apiextensions.k8s.io/customresourcedefinitions/"}
	r.Subresources = []Subresource{part("status", keepDefinitionSpec, validateDefinitionStatus)}
	r.Deleting = one(deletingDefinition)
	return []*Resource{
		kind[*apiextensions.CustomResourceDefinition]{apiextensions.SetCustomResourceDefinitionDefaults, newDefinition, keepDefinitionStatus,
			definition.Validate, definition.ValidateUpdate}.on(r),
	}
}

func newDefinition(d *apiextensions.CustomResourceDefinition) {
	d.Status = apiextensions.CustomResourceDefinitionStatus{}
	d.Generation = 1
	noteStorage(d)
}

// noteStorage remembers that there may now be objects in the storage version.
func noteStorage(d *apiextensions.CustomResourceDefinition) {
	if v := d.StorageVersion(); v != nil && !slices.Contains(d.Status.StoredVersions, v.Name) {
		d.Status.StoredVersions = append(slices.Clone(d.Status.StoredVersions), v.Name)
	}
}

func keepDefinitionStatus(d, old *apiextensions.CustomResourceDefinition) {
	d.Status = old.Status
	bump(&d.ObjectMeta, &old.ObjectMeta, d.Spec, old.Spec)
	noteStorage(d)
}

func keepDefinitionSpec(d, old *apiextensions.CustomResourceDefinition) {
	managed := d.ManagedFields
	keepMetaButOwn(d, old)
	d.ManagedFields = managed
	d.Spec = old.Spec
	noteStorage(d)
}

func validateDefinitionStatus(d, old *apiextensions.CustomResourceDefinition) field.ErrorList {
	return definition.ValidateStatusUpdate(d, old)
}

// deletingDefinition keeps the definition until its objects are gone.
func deletingDefinition(d *apiextensions.CustomResourceDefinition) {
	if !slices.Contains(d.Finalizers, apiextensions.FinalizerCleanup) {
		d.Finalizers = append(slices.Clone(d.Finalizers), apiextensions.FinalizerCleanup)
	}
	d.SetCondition(apiextensions.CustomResourceDefinitionCondition{Type: apiextensions.Terminating, Status: apiextensions.ConditionTrue,
		Reason: "InstanceDeletionPending", Message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"}, meta.Now())
}
