package apiextensions

import "github.com/pilothouse/pilothouse/proto/meta"

// FinalizerCleanup keeps a definition until all of its objects are gone.
const FinalizerCleanup = "customresourcecleanup.apiextensions.k8s.io"

// ApprovedAnnotation names where a resource in a *.k8s.io or *.kubernetes.io
// group was approved, or says that it was not.
const ApprovedAnnotation = "api-approved.kubernetes.io"

// Condition is the definition's condition of a type, or nil.
func (d *CustomResourceDefinition) Condition(t CustomResourceDefinitionConditionType) *CustomResourceDefinitionCondition {
	for i := range d.Status.Conditions {
		if d.Status.Conditions[i].Type == t {
			return &d.Status.Conditions[i]
		}
	}
	return nil
}

// Is says whether the condition of a type is true.
func (d *CustomResourceDefinition) Is(t CustomResourceDefinitionConditionType) bool {
	c := d.Condition(t)
	return c != nil && c.Status == ConditionTrue
}

// SetCondition puts a condition in the place of the one of its type. Its time is
// now if the status changes.
func (d *CustomResourceDefinition) SetCondition(c CustomResourceDefinitionCondition, now meta.Time) {
	have := d.Condition(c.Type)
	if have == nil {
		c.LastTransitionTime = now
		d.Status.Conditions = append(d.Status.Conditions, c)
		return
	}
	c.LastTransitionTime = have.LastTransitionTime
	if have.Status != c.Status || have.LastTransitionTime.IsZero() {
		c.LastTransitionTime = now
	}
	*have = c
}

// StorageVersion is the version that objects are stored in, or nil.
func (d *CustomResourceDefinition) StorageVersion() *CustomResourceDefinitionVersion {
	for i := range d.Spec.Versions {
		if d.Spec.Versions[i].Storage {
			return &d.Spec.Versions[i]
		}
	}
	return nil
}

// Version is the version of that name, or nil.
func (d *CustomResourceDefinition) Version(name string) *CustomResourceDefinitionVersion {
	for i := range d.Spec.Versions {
		if d.Spec.Versions[i].Name == name {
			return &d.Spec.Versions[i]
		}
	}
	return nil
}
