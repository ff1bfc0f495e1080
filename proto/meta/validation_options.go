package meta

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/field"
)

// ValidateDeleteOptions checks the body of a DELETE.
func ValidateDeleteOptions(o *DeleteOptions) field.ErrorList {
	var r field.Report
	if o.OrphanDependents != nil && o.PropagationPolicy != nil {
		r.Invalid(field.New("propagationPolicy"), *o.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set")
	}
	if p := o.PropagationPolicy; p != nil {
		allowed := []DeletionPropagation{DeletePropagationForeground, DeletePropagationBackground, DeletePropagationOrphan}
		if !slices.Contains(allowed, *p) {
			r.Add(field.NotSupported(field.New("propagationPolicy"), *p, append(allowed, "nil")))
		}
	}
	validateDryRun(&r, o.DryRun)
	return r.Errors
}

// ValidateCreateOptions checks the parameters of a POST.
func ValidateCreateOptions(o *CreateOptions) field.ErrorList {
	return validateWrite(o.FieldManager, o.DryRun, o.FieldValidation)
}

// ValidateUpdateOptions checks the parameters of a PUT.
func ValidateUpdateOptions(o *UpdateOptions) field.ErrorList {
	return validateWrite(o.FieldManager, o.DryRun, o.FieldValidation)
}

// ValidatePatchOptions checks the parameters of a PATCH; apply says that the
// patch is a server-side apply.
func ValidatePatchOptions(o *PatchOptions, apply bool) field.ErrorList {
	var r field.Report
	if !apply && o.Force != nil {
		r.Forbidden(field.New("force"), "may not be specified for non-apply patch")
	}
	if apply && o.FieldManager == "" {
		r.Required(field.New("fieldManager"), "is required for apply patch")
	}
	return append(r.Errors, validateWrite(o.FieldManager, o.DryRun, o.FieldValidation)...)
}

// ValidateListOptions checks the parameters of a list or a watch.
func ValidateListOptions(o *ListOptions) field.ErrorList {
	var r field.Report
	match, initial := field.New("resourceVersionMatch"), field.New("sendInitialEvents")
	if o.ResourceVersionMatch != "" && o.ResourceVersion == "" && !o.Watch {
		r.Forbidden(match, "resourceVersionMatch is forbidden unless resourceVersion is provided")
	}
	if o.Continue != "" && o.ResourceVersionMatch != "" {
		r.Forbidden(match, "resourceVersionMatch is forbidden when continue is provided")
	}
	if o.Watch {
		validateWatch(&r, o, match)
		return r.Errors
	}
	switch o.ResourceVersionMatch {
	case "", ResourceVersionMatchNotOlderThan:
	case ResourceVersionMatchExact:
		if o.ResourceVersion == "0" {
			r.Forbidden(match, `resourceVersionMatch "exact" is forbidden for resourceVersion "0"`)
		}
	default:
		r.Add(field.NotSupported(match, o.ResourceVersionMatch, []ResourceVersionMatch{ResourceVersionMatchExact, ResourceVersionMatchNotOlderThan, ""}))
	}
	if o.SendInitialEvents != nil {
		r.Forbidden(initial, "sendInitialEvents is forbidden for list")
	}
	return r.Errors
}

// validateWatch checks that initial events are asked for in the one way that
// there is.
func validateWatch(r *field.Report, o *ListOptions, match *field.Path) {
	m := o.ResourceVersionMatch
	switch {
	case o.SendInitialEvents != nil && m != ResourceVersionMatchNotOlderThan:
		r.Forbidden(match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
	case o.SendInitialEvents == nil && m != "":
		r.Forbidden(match, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
	}
	if m != "" && m != ResourceVersionMatchNotOlderThan {
		r.Add(field.NotSupported(match, m, []ResourceVersionMatch{ResourceVersionMatchNotOlderThan}))
	}
}

func validateWrite(manager string, dryRun []string, fieldValidation string) field.ErrorList {
	var r field.Report
	ValidateFieldManager(&r, manager, field.New("fieldManager"))
	validateDryRun(&r, dryRun)
	allowed := []string{"", FieldValidationIgnore, FieldValidationStrict, FieldValidationWarn}
	if !slices.Contains(allowed, fieldValidation) {
		r.Add(field.NotSupported(field.New("fieldValidation"), fieldValidation, allowed))
	}
	return r.Errors
}

func validateDryRun(r *field.Report, dryRun []string) {
	for _, d := range dryRun {
		if d != DryRunAll {
			r.Add(field.NotSupported(field.New("dryRun"), dryRun, []string{DryRunAll}))
			return
		}
	}
}
