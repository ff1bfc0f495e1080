package certificates

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// minExpirationSeconds is the shortest life that may be asked for.
const minExpirationSeconds = 600

// legacySigner signed what named no signer; it is no longer served.
const legacySigner = "kubernetes.io/legacy-unknown"

// Longest parts of a signer's name, in bytes: the path has room for a label and
// a name after it.
const (
	maxSignerDomain = meta.DNS1123SubdomainMaxLength
	maxSignerName   = maxSignerDomain + 1 + meta.DNS1123SubdomainMaxLength + meta.DNS1123LabelMaxLength + 1
)

// knownUsages are in the order in which errors list them.
var knownUsages = []KeyUsage{UsageAny, UsageCertSign, UsageClientAuth, UsageCodeSigning, UsageContentCommitment, UsageCRLSign,
	UsageDataEncipherment, UsageDecipherOnly, UsageDigitalSignature, UsageEmailProtection, UsageEncipherOnly, UsageIPsecEndSystem,
	UsageIPsecTunnel, UsageIPsecUser, UsageKeyAgreement, UsageKeyEncipherment, UsageMicrosoftSGC, UsageNetscapeSGC, UsageOCSPSigning,
	UsageSMIME, UsageServerAuth, UsageSigning, UsageTimestamping}

// ValidateCertificateSigningRequest checks a request that is created.
func ValidateCertificateSigningRequest(o *CertificateSigningRequest) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	checkSpec(&r, &o.Spec, field.New("spec"))
	checkStatus(&r, o, nil)
	return r.Errors
}

// ValidateCertificateSigningRequestUpdate checks a change, which cannot be one
// of the request or of what became of it.
func ValidateCertificateSigningRequestUpdate(o, old *CertificateSigningRequest) field.ErrorList {
	return checkChange(o, old, mayNothing)
}

// ValidateCertificateSigningRequestApprovalUpdate checks an approval or a
// denial.
func ValidateCertificateSigningRequestApprovalUpdate(o, old *CertificateSigningRequest) field.ErrorList {
	return checkChange(o, old, mayApprove)
}

// ValidateCertificateSigningRequestStatusUpdate checks what a signer writes.
func ValidateCertificateSigningRequestStatusUpdate(o, old *CertificateSigningRequest) field.ErrorList {
	return checkChange(o, old, maySign)
}

// power is what a way to update may do.
type power int

const (
	mayNothing power = iota
	mayApprove
	maySign
)

func checkChange(o, old *CertificateSigningRequest, may power) field.ErrorList {
	var r field.Report
	checkSpec(&r, &o.Spec, field.New("spec"))
	checkStatus(&r, o, old)
	p := field.New("status", "conditions")
	for _, t := range []RequestConditionType{CertificateApproved, CertificateDenied, CertificateFailed} {
		if len(o.conditions(t)) < len(old.conditions(t)) {
			r.Forbidden(p, fmt.Sprintf("updates may not remove a condition of type %q", t))
		}
	}
	for _, t := range []RequestConditionType{CertificateApproved, CertificateDenied} {
		now, before := o.conditions(t), old.conditions(t)
		switch {
		case may == mayApprove || len(now) < len(before):
		case len(now) > len(before):
			r.Forbidden(p, fmt.Sprintf("updates may not add a condition of type %q", t))
		case !meta.Equal(now, before):
			r.Forbidden(p, fmt.Sprintf("updates may not modify a condition of type %q", t))
		}
	}
	p = field.New("status", "certificate")
	switch {
	case bytes.Equal(o.Status.Certificate, old.Status.Certificate):
	case may != maySign:
		r.Forbidden(p, "updates may not set certificate content")
	case len(old.Status.Certificate) > 0:
		r.Forbidden(p, "updates may not modify existing certificate content")
	}
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// conditions are those of one type.
func (x *CertificateSigningRequest) conditions(t RequestConditionType) []CertificateSigningRequestCondition {
	var out []CertificateSigningRequestCondition
	for _, c := range x.Status.Conditions {
		if c.Type == t {
			out = append(out, c)
		}
	}
	return out
}

func checkSpec(r *field.Report, s *CertificateSigningRequestSpec, p *field.Path) {
	if err := checkRequest(s.Request); err != nil {
		r.Invalid(p.Child("request"), s.Request, err.Error())
	}
	usages := p.Child("usages")
	if len(s.Usages) == 0 {
		r.Required(usages, "")
	}
	for i, u := range s.Usages {
		if !slices.Contains(knownUsages, u) {
			r.Add(field.NotSupported(usages.Index(i), u, knownUsages))
		}
	}
	again := field.Repeats(s.Usages)
	for i, u := range s.Usages {
		if again(i) {
			r.Duplicate(usages.Index(i), u)
		}
	}
	if s.SignerName == legacySigner {
		r.Invalid(p.Child("signerName"), s.SignerName, "the legacy signerName is not allowed via this API version")
	} else {
		CheckSignerName(r, s.SignerName, p.Child("signerName"))
	}
	if e := s.ExpirationSeconds; e != nil && *e < minExpirationSeconds {
		r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration less than 600 seconds (10 minutes)")
	}
}

// CheckSignerName wants a domain of two labels or more, a slash and a name.
func CheckSignerName(r *field.Report, name string, p *field.Path) {
	if name == "" {
		r.Required(p, "")
		return
	}
	domain, path, ok := strings.Cut(name, "/")
	if !ok || strings.Contains(path, "/") {
		r.Invalid(p, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")
		return
	}
	if len(domain) > maxSignerDomain {
		r.Add(field.TooLong(p, maxSignerDomain))
	}
	checkLabels(r, domain, meta.IsDNS1123Label, p)
	if !strings.Contains(domain, ".") {
		r.Invalid(p, domain, "should be a domain with at least two segments separated by dots")
	}
	checkLabels(r, path, meta.IsDNS1123Subdomain, p)
	if len(name) > maxSignerName {
		r.Add(field.TooLong(p, maxSignerName))
	}
}

// checkLabels checks the parts of a dotted name and stops at the first that is
// wrong.
func checkLabels(r *field.Report, name string, rule meta.NameCheck, p *field.Path) {
	for label := range strings.SplitSeq(name, ".") {
		if errs := rule(label); len(errs) > 0 {
			for _, e := range errs {
				r.Invalid(p, name, fmt.Sprintf("validating label %q: %s", label, e))
			}
			return
		}
	}
}

func checkStatus(r *field.Report, o, old *CertificateSigningRequest) {
	p := field.New("status", "conditions")
	seen := map[RequestConditionType]bool{}
	for i := range o.Status.Conditions {
		c, p := &o.Status.Conditions[i], p.Index(i)
		if c.Type == "" {
			r.Required(p.Child("type"), "")
		}
		allowed := []core.ConditionStatus{core.ConditionFalse, core.ConditionTrue, core.ConditionUnknown}
		if c.Type == CertificateApproved || c.Type == CertificateDenied || c.Type == CertificateFailed {
			allowed = []core.ConditionStatus{core.ConditionTrue}
		}
		field.OneOf(r, p.Child("status"), c.Status, allowed...)
		if c.Type == CertificateApproved && seen[CertificateDenied] || c.Type == CertificateDenied && seen[CertificateApproved] {
			r.Invalid(p.Child("type"), c.Type, "Approved and Denied conditions are mutually exclusive")
		}
		if seen[c.Type] {
			r.Duplicate(p.Child("type"), c.Type)
		}
		seen[c.Type] = true
	}
	if old != nil && bytes.Equal(o.Status.Certificate, old.Status.Certificate) {
		return
	}
	if err := checkCertificate(o.Status.Certificate); err != nil {
		r.Invalid(field.New("status", "certificate"), "<certificate data>", err.Error())
	}
}
