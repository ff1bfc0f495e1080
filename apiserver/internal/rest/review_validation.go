package rest

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/authorization"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// validateAccessReview says what is wrong with a question.
func validateAccessReview(o meta.Object) field.ErrorList {
	spec := field.New("spec")
	var errs field.ErrorList
	switch r := o.(type) {
	case *authorization.SelfSubjectAccessReview:
		errs = validateAttributes(r.Spec.ResourceAttributes, r.Spec.NonResourceAttributes, spec)
	case *authorization.SubjectAccessReview:
		errs = validateSubject(&r.Spec, spec)
	case *authorization.LocalSubjectAccessReview:
		errs = validateSubject(&r.Spec, spec)
		if a := r.Spec.ResourceAttributes; a != nil && a.Namespace != r.Namespace {
			errs = append(errs, field.Invalid(spec.Child("resourceAttributes", "namespace"), a.Namespace, "must match metadata.namespace"))
		}
		if n := r.Spec.NonResourceAttributes; n != nil {
			errs = append(errs, field.Invalid(spec.Child("nonResourceAttributes"), field.Literal(fmt.Sprintf("%#v", *n)), "disallowed on this kind of request"))
		}
		errs = append(errs, emptyMeta(&r.ObjectMeta, meta.ObjectMeta{Namespace: r.Namespace})...)
		return errs
	}
	return append(errs, emptyMeta(o.GetObjectMeta(), meta.ObjectMeta{})...)
}

// emptyMeta lets a question have no metadata but want's.
func emptyMeta(m *meta.ObjectMeta, want meta.ObjectMeta) field.ErrorList {
	if meta.Equal(*m, want) {
		return nil
	}
	return field.ErrorList{field.Invalid(field.New("metadata"), *m, "must be empty")}
}

func validateSubject(s *authorization.SubjectAccessReviewSpec, path *field.Path) field.ErrorList {
	errs := validateAttributes(s.ResourceAttributes, s.NonResourceAttributes, path)
	if s.User == "" && len(s.Groups) == 0 {
		errs = append(errs, field.Invalid(path.Child("user"), s.User, "at least one of user or group must be specified"))
	}
	return errs
}

func validateAttributes(a *authorization.ResourceAttributes, n *authorization.NonResourceAttributes, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch {
	case a == nil && n == nil:
		errs = append(errs, field.Invalid(path.Child("resourceAttributes"), "null", "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
	case a != nil && n != nil:
		errs = append(errs, field.Invalid(path.Child("nonResourceAttributes"), field.Literal(fmt.Sprintf("%#v", *n)), "cannot be specified in combination with resourceAttributes"))
	}
	if a == nil {
		return errs
	}
	at := path.Child("resourceAttributes")
	if f := a.FieldSelector; f != nil {
		errs = append(errs, validateFieldAttributes(f, at.Child("fieldSelector"))...)
	}
	if l := a.LabelSelector; l != nil {
		errs = append(errs, validateLabelAttributes(l, at.Child("labelSelector"))...)
	}
	return errs
}

// eitherSelector checks that a selector is given in one of its two forms.
func eitherSelector(raw string, requirements int, path *field.Path) field.ErrorList {
	switch {
	case raw != "" && requirements > 0:
		return field.ErrorList{field.Invalid(path.Child("rawSelector"), raw, "may not specified at the same time as requirements")}
	case raw == "" && requirements == 0:
		return field.ErrorList{field.Required(path.Child("requirements"), "when "+path.String()+" is specified, requirements or rawSelector is required")}
	}
	return nil
}

func validateFieldAttributes(f *authorization.FieldSelectorAttributes, path *field.Path) field.ErrorList {
	errs := eitherSelector(f.RawSelector, len(f.Requirements), path)
	for i, r := range f.Requirements {
		at := path.Child("requirements").Index(i)
		if r.Key == "" {
			errs = append(errs, field.Required(at.Child("key"), "must be specified"))
		}
		errs = append(errs, validateValues(string(r.Operator), len(r.Values), at)...)
	}
	return errs
}

func validateLabelAttributes(l *authorization.LabelSelectorAttributes, path *field.Path) field.ErrorList {
	errs := eitherSelector(l.RawSelector, len(l.Requirements), path)
	for i, r := range l.Requirements {
		at := path.Child("requirements").Index(i)
		errs = append(errs, validateValues(string(r.Operator), len(r.Values), at)...)
		for _, text := range meta.IsQualifiedName(r.Key) {
			errs = append(errs, field.Invalid(at.Child("key"), r.Key, text))
		}
		for j, v := range r.Values {
			for _, text := range meta.IsLabelValue(v) {
				errs = append(errs, field.Invalid(at.Child("values").Index(j), v, text))
			}
		}
	}
	return errs
}

func validateValues(operator string, values int, path *field.Path) field.ErrorList {
	switch operator {
	case "In", "NotIn":
		if values == 0 {
			return field.ErrorList{field.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'")}
		}
	case "Exists", "DoesNotExist":
		if values > 0 {
			return field.ErrorList{field.Forbidden(path.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")}
		}
	}
	return nil
}
