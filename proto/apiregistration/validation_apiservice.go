package apiregistration

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Highest ranks.
const (
	maxGroupPriority   = 20000
	maxVersionPriority = 1000
)

// ValidateAPIService checks an APIService that is created.
func ValidateAPIService(o *APIService) field.ErrorList {
	var r field.Report
	want := o.Spec.Version + "." + o.Spec.Group
	rule := func(name string) []string {
		if errs := meta.IsPathSegment(name); len(errs) > 0 {
			return errs
		}
		if name != want {
			return []string{fmt.Sprintf("must be `spec.version+\".\"+spec.group`: %q", want)}
		}
		return nil
	}
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, rule, field.New("metadata"))
	checkSpec(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateAPIServiceUpdate checks a change. As the name stays and says group
// and version, these stay as well.
func ValidateAPIServiceUpdate(o, old *APIService) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	r.Errors = append(r.Errors, ValidateAPIService(o)...)
	return r.Errors
}

// ValidateAPIServiceStatusUpdate checks a change of the status.
func ValidateAPIServiceStatusUpdate(o, old *APIService) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	for i := range o.Status.Conditions {
		c, p := &o.Status.Conditions[i], field.New("status", "conditions").Index(i)
		if c.Status != ConditionTrue && c.Status != ConditionFalse && c.Status != ConditionUnknown {
			r.Add(field.NotSupported(p.Child("status"), c.Status, []ConditionStatus{ConditionTrue, ConditionFalse, ConditionUnknown}))
		}
	}
	return r.Errors
}

func checkSpec(r *field.Report, s *APIServiceSpec, p *field.Path) {
	if s.Group == "" && s.Version != "v1" {
		r.Required(p.Child("group"), "only v1 may have an empty group and it better be legacy kube")
	}
	if s.Group != "" {
		r.Each(p.Child("group"), s.Group, meta.IsDNS1123Subdomain(s.Group))
	}
	r.Each(p.Child("version"), s.Version, meta.IsDNS1035Label(s.Version))
	if s.GroupPriorityMinimum <= 0 || s.GroupPriorityMinimum > maxGroupPriority {
		r.Invalid(p.Child("groupPriorityMinimum"), s.GroupPriorityMinimum, "must be positive and less than 20000")
	}
	if s.VersionPriority <= 0 || s.VersionPriority > maxVersionPriority {
		r.Invalid(p.Child("versionPriority"), s.VersionPriority, "must be positive and less than 1000")
	}
	if s.Service == nil {
		if len(s.CABundle) > 0 {
			r.Invalid(p.Child("caBundle"), fmt.Sprintf("%d bytes", len(s.CABundle)), "local APIServices may not have a caBundle")
		}
		if s.InsecureSkipTLSVerify {
			r.Invalid(p.Child("insecureSkipTLSVerify"), true, "local APIServices may not have insecureSkipTLSVerify")
		}
		return
	}
	checkService(r, s.Service, p.Child("service"))
	if s.InsecureSkipTLSVerify && len(s.CABundle) > 0 {
		r.Invalid(p.Child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present")
	}
}

func checkService(r *field.Report, s *ServiceReference, p *field.Path) {
	if s.Namespace == "" {
		r.Required(p.Child("namespace"), "")
	}
	if s.Name == "" {
		r.Required(p.Child("name"), "")
	}
	if s.Port == nil {
		return
	}
	if errs := meta.IsPortNumber(int(*s.Port)); len(errs) > 0 {
		r.Invalid(p.Child("port"), *s.Port, "port is not valid: "+strings.Join(errs, ", "))
	}
}
