package core

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateNamespace checks a namespace that is created.
func ValidateNamespace(n *Namespace) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &n.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Label, metadataPath)
	p := specPath.Child("finalizers")
	checkNamespaceFinalizers(&r, n, func(int) *field.Path { return p })
	return r.Errors
}

func checkNamespaceFinalizers(r *field.Report, n *Namespace, at func(i int) *field.Path) {
	for i, f := range n.Spec.Finalizers {
		p := at(i)
		r.Each(p, f, meta.IsQualifiedName(string(f)))
		if f != FinalizerKubernetes && f != meta.FinalizerOrphanDependents && f != meta.FinalizerDeleteDependents && !strings.Contains(string(f), "/") {
			r.Invalid(p, f, "name is neither a standard finalizer name nor is it fully qualified")
		}
	}
}

// ValidateNamespaceUpdate checks a change of metadata; finalizers change
// through the finalize subresource only.
func ValidateNamespaceUpdate(n, old *Namespace) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &n.ObjectMeta, &old.ObjectMeta)
	return r.Errors
}

// ValidateNamespaceFinalizeUpdate checks a change of the finalizers in spec.
func ValidateNamespaceFinalizeUpdate(n, old *Namespace) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &n.ObjectMeta, &old.ObjectMeta)
	checkNamespaceFinalizers(&r, n, specPath.Child("finalizers").Index)
	return r.Errors
}

// ValidateNamespaceStatusUpdate checks that the phase tells of deletion.
func ValidateNamespaceStatusUpdate(n, old *Namespace) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &n.ObjectMeta, &old.ObjectMeta)
	p := statusPath.Child("Phase")
	if n.DeletionTimestamp == nil && n.Status.Phase != NamespaceActive {
		r.Invalid(p, n.Status.Phase, "may only be 'Active' if `deletionTimestamp` is empty")
	} else if n.DeletionTimestamp != nil && n.Status.Phase != NamespaceTerminating {
		r.Invalid(p, n.Status.Phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")
	}
	return r.Errors
}
