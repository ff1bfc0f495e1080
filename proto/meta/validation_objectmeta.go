package meta

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/pilothouse/pilothouse/proto/field"
)

// Limits and messages that validation shares.
const (
	// AnnotationsMaxSize bounds the keys and values of all annotations of an
	// object together, in bytes.
	AnnotationsMaxSize = 256 << 10
	// ImmutableMessage is the detail of an error about a changed field that
	// may never change.
	ImmutableMessage = "field is immutable"

	fieldManagerMaxLength = 128
	subresourceMaxLength  = 256
)

// Scope says whether objects of a kind live in a namespace.
type Scope bool

// The two scopes.
const (
	Namespaced  Scope = true
	ClusterWide Scope = false
)

// ValidateObjectMeta checks metadata on creation, after a name has been
// generated; name is the rule for the kind's names.
func ValidateObjectMeta(r *field.Report, m *ObjectMeta, scope Scope, name NameCheck, p *field.Path) {
	ValidatePlainMeta(r, m, scope, name, p)
	validateStandard(r, m.Finalizers, p.Child("finalizers"))
}

// ValidatePlainMeta is the same for kinds whose finalizers need no prefix: those
// that users define, and those that are checked like them.
func ValidatePlainMeta(r *field.Report, m *ObjectMeta, scope Scope, name NameCheck, p *field.Path) {
	if m.GenerateName != "" {
		r.Each(p.Child("generateName"), m.GenerateName, name(maskTrailingDash(m.GenerateName)))
	}
	if m.Name == "" {
		r.Required(p.Child("name"), "name or generateName is required")
	} else {
		r.Each(p.Child("name"), m.Name, name(m.Name))
	}
	switch {
	case scope == ClusterWide && m.Namespace != "":
		r.Forbidden(p.Child("namespace"), "not allowed on this type")
	case scope == Namespaced && m.Namespace == "":
		r.Required(p.Child("namespace"), "")
	case scope == Namespaced:
		r.Each(p.Child("namespace"), m.Namespace, IsDNS1123Label(m.Namespace))
	}
	validateCommon(r, m, p)
	validateFinalizers(r, m.Finalizers, p.Child("finalizers"))
}

// maskTrailingDash makes a prefix that ends in dashes look like the name that
// it will begin.
func maskTrailingDash(prefix string) string {
	if strings.HasSuffix(prefix, "-") {
		return prefix[:len(prefix)-1] + "a"
	}
	return prefix
}

// ValidateObjectMetaUpdate checks metadata on update: what is checked on
// creation, and that identity does not change. It does not check the name
// again, as rules may have become stricter since the object was made.
func ValidateObjectMetaUpdate(r *field.Report, m, old *ObjectMeta, p *field.Path) {
	ValidatePlainMetaUpdate(r, m, old, p)
	validateStandard(r, m.Finalizers, p.Child("finalizers"))
}

// ValidatePlainMetaUpdate is the same for kinds whose finalizers need no prefix.
func ValidatePlainMetaUpdate(r *field.Report, m, old *ObjectMeta, p *field.Path) {
	if old.DeletionTimestamp != nil {
		if extra := added(m.Finalizers, old.Finalizers); len(extra) > 0 {
			r.Forbidden(p.Child("finalizers"), fmt.Sprintf("no new finalizers can be added if the object is being deleted, found new finalizers %#v", extra))
		}
	}
	if m.ResourceVersion == "" {
		r.Invalid(p.Child("resourceVersion"), m.ResourceVersion, "must be specified for an update")
	}
	if m.Generation < old.Generation {
		r.Invalid(p.Child("generation"), m.Generation, "must not be decremented")
	}
	if m.Name != old.Name || m.Namespace != old.Namespace || m.UID != old.UID || m.CreationTimestamp != old.CreationTimestamp ||
		m.DeletionTimestamp != old.DeletionTimestamp || m.DeletionGracePeriodSeconds != old.DeletionGracePeriodSeconds {
		validateIdentity(r, m, old, p)
	}
	validateCommon(r, m, p)
	validateFinalizers(r, m.Finalizers, p.Child("finalizers"))
}

// validateIdentity finds out which of the fields differ that never change.
func validateIdentity(r *field.Report, m, old *ObjectMeta, p *field.Path) {
	ValidateImmutable(r, m.Name, old.Name, p.Child("name"))
	ValidateImmutable(r, m.Namespace, old.Namespace, p.Child("namespace"))
	ValidateImmutable(r, m.UID, old.UID, p.Child("uid"))
	ValidateImmutable(r, m.CreationTimestamp, old.CreationTimestamp, p.Child("creationTimestamp"))
	ValidateImmutable(r, m.DeletionTimestamp, old.DeletionTimestamp, p.Child("deletionTimestamp"))
	ValidateImmutable(r, m.DeletionGracePeriodSeconds, old.DeletionGracePeriodSeconds, p.Child("deletionGracePeriodSeconds"))
}

// PrepareUpdate carries the fields that a writer may leave out, and those
// that only the server sets, over from the stored object. It comes before
// ValidateObjectMetaUpdate.
func PrepareUpdate(m, old *ObjectMeta) {
	if m.UID == "" {
		m.UID = old.UID
	}
	m.CreationTimestamp = old.CreationTimestamp
	if old.DeletionTimestamp != nil {
		m.DeletionTimestamp = old.DeletionTimestamp
	}
	if old.DeletionGracePeriodSeconds != nil && m.DeletionGracePeriodSeconds == nil {
		m.DeletionGracePeriodSeconds = old.DeletionGracePeriodSeconds
	}
	m.SelfLink = old.SelfLink
	m.Generation = old.Generation
}

// ValidateImmutable reports a value that differs from the old one.
func ValidateImmutable(r *field.Report, value, old any, p *field.Path) {
	if !Equal(value, old) {
		r.Invalid(p, value, ImmutableMessage)
	}
}

// validateCommon checks what create and update have in common.
func validateCommon(r *field.Report, m *ObjectMeta, p *field.Path) {
	r.NonNegative(p.Child("generation"), m.Generation)
	ValidateLabels(r, m.Labels, p.Child("labels"))
	ValidateAnnotations(r, m.Annotations, p.Child("annotations"))
	validateOwners(r, m.OwnerReferences, p.Child("ownerReferences"))
	validateManagedFields(r, m.ManagedFields, p.Child("managedFields"))
}

// ValidateLabels checks the keys and values of labels, or of a map that
// selects by labels.
func ValidateLabels(r *field.Report, labels map[string]string, p *field.Path) {
	if soundLabels(labels) {
		return // without putting them in order
	}
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		ValidateLabelKey(r, k, p)
		r.Each(p, labels[k], IsLabelValue(labels[k]))
	}
}

func soundLabels(labels map[string]string) bool {
	for k, v := range labels {
		if len(IsQualifiedName(k)) > 0 || len(IsLabelValue(v)) > 0 {
			return false
		}
	}
	return true
}

// ValidateLabelKey checks one key.
func ValidateLabelKey(r *field.Report, k string, p *field.Path) {
	r.Each(p, k, IsQualifiedName(k))
}

// ValidateAnnotations checks the keys of annotations and their total size.
func ValidateAnnotations(r *field.Report, annotations map[string]string, p *field.Path) {
	if len(annotations) == 0 {
		return
	}
	size, sound := 0, true
	for k, v := range annotations {
		sound = sound && len(IsQualifiedName(strings.ToLower(k))) == 0
		size += len(k) + len(v)
	}
	if !sound { // Only then they are put in order.
		for _, k := range slices.Sorted(maps.Keys(annotations)) {
			r.Each(p, k, IsQualifiedName(strings.ToLower(k)))
		}
	}
	if size > AnnotationsMaxSize {
		r.Add(field.TooLong(p, AnnotationsMaxSize))
	}
}

func validateOwners(r *field.Report, owners []OwnerReference, p *field.Path) {
	controller := ""
	for i := range owners {
		o := &owners[i]
		validateOwner(r, o, p)
		if o.Controller == nil || !*o.Controller {
			continue
		}
		name := o.Kind + "/" + o.Name
		if controller != "" {
			r.Invalid(p, owners, fmt.Sprintf("Only one reference can have Controller set to true. Found \"true\" in references for %s and %s", controller, name))
		}
		controller = name
	}
}

func validateOwner(r *field.Report, o *OwnerReference, p *field.Path) {
	group, version, grouped := strings.Cut(o.APIVersion, "/")
	if !grouped {
		version = group
	}
	if version == "" || strings.Contains(version, "/") {
		r.Invalid(p.Child("apiVersion"), o.APIVersion, "version must not be empty")
	}
	for _, f := range [...]struct{ name, value string }{{"kind", o.Kind}, {"name", o.Name}, {"uid", string(o.UID)}} {
		if f.value == "" {
			r.Invalid(p.Child(f.name), f.value, f.name+" must not be empty")
		}
	}
	if o.APIVersion == "v1" && o.Kind == "Event" {
		r.Invalid(p, *o, "/v1, Kind=Event is disallowed from being an owner")
	}
}

func validateFinalizers(r *field.Report, finalizers []string, p *field.Path) {
	for _, f := range finalizers {
		r.Each(p, f, IsQualifiedName(f))
	}
	if slices.Contains(finalizers, FinalizerOrphanDependents) && slices.Contains(finalizers, FinalizerDeleteDependents) {
		r.Invalid(p, finalizers, fmt.Sprintf("finalizer %s and %s cannot be both set", FinalizerOrphanDependents, FinalizerDeleteDependents))
	}
}

// validateStandard: the cluster's own finalizers alone have no prefix.
func validateStandard(r *field.Report, finalizers []string, p *field.Path) {
	for i, f := range finalizers {
		switch f {
		case "kubernetes", FinalizerOrphanDependents, FinalizerDeleteDependents:
		default:
			if !strings.Contains(f, "/") {
				r.Invalid(p.Index(i), f, "name is neither a standard finalizer name nor is it fully qualified")
			}
		}
	}
}

func validateManagedFields(r *field.Report, entries []ManagedFieldsEntry, p *field.Path) {
	for i := range entries {
		e, p := &entries[i], p.Index(i)
		if e.Operation != ManagedFieldsOperationApply && e.Operation != ManagedFieldsOperationUpdate {
			r.Invalid(p.Child("operation"), e.Operation, "must be `Apply` or `Update`")
		}
		if e.FieldsType != "" && e.FieldsType != "FieldsV1" {
			r.Invalid(p.Child("fieldsType"), e.FieldsType, "must be `FieldsV1`")
		}
		ValidateFieldManager(r, e.Manager, p.Child("manager"))
		if len(e.Subresource) > subresourceMaxLength {
			r.Add(field.TooLong(p.Child("subresource"), subresourceMaxLength))
		}
	}
}

// ValidateFieldManager checks the name under which a writer's fields are
// recorded: up to 128 printable characters.
func ValidateFieldManager(r *field.Report, name string, p *field.Path) {
	if len(name) > fieldManagerMaxLength {
		r.Add(field.TooLong(p, fieldManagerMaxLength))
	}
	for i, c := range name {
		if !unicode.IsPrint(c) {
			r.Invalid(p, name, fmt.Sprintf("invalid character %#U (at position %d)", c, i))
		}
	}
}

// added lists what is in list and not in old, sorted.
func added(list, old []string) []string {
	var extra []string
	for _, f := range list {
		if !slices.Contains(old, f) && !slices.Contains(extra, f) {
			extra = append(extra, f)
		}
	}
	slices.Sort(extra)
	return extra
}
