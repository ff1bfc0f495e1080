package coordination

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateLease checks a lease that is created.
func ValidateLease(l *Lease) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &l.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkSpec(&r, &l.Spec, field.New("spec"))
	return r.Errors
}

// ValidateLeaseUpdate checks a renewal or a change of the holder.
func ValidateLeaseUpdate(l, old *Lease) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &l.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkSpec(&r, &l.Spec, field.New("spec"))
	return r.Errors
}

func checkSpec(r *field.Report, s *LeaseSpec, p *field.Path) {
	if d := s.LeaseDurationSeconds; d != nil && *d <= 0 {
		r.Invalid(p.Child("leaseDurationSeconds"), *d, "must be greater than 0")
	}
	if t := s.LeaseTransitions; t != nil {
		r.NonNegative(p.Child("leaseTransitions"), int64(*t))
	}
	if s.Strategy != nil {
		checkStrategy(r, *s.Strategy, p.Child("strategy"))
	}
	if s.PreferredHolder != nil && *s.PreferredHolder != "" && (s.Strategy == nil || *s.Strategy == "") {
		r.Forbidden(p.Child("preferredHolder"), "may only be specified if `strategy` is defined")
	}
}

func checkStrategy(r *field.Report, s CoordinatedLeaseStrategy, p *field.Path) {
	if strings.Contains(string(s), "/") {
		r.Each(p, s, meta.IsQualifiedName(string(s)))
	} else if s != OldestEmulationVersion {
		r.Add(field.NotSupported(p, s, []CoordinatedLeaseStrategy{OldestEmulationVersion}))
	}
}
