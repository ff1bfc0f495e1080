package resources

import (
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func certificatesResources() []*Resource {
	request := Resource{Kind: named("certificates.k8s.io/v1", "CertificateSigningRequest"), Prefix: "/registry/certificatesigningrequests/",
		Fields: []cache.Field{{Name: "spec.signerName"}}, Author: func(o meta.Object, u *authn.User) { signRequester(o.(*certificates.CertificateSigningRequest), u) }}
	request.Subresources = []Subresource{
		part("approval", keepAllButApproval, certificates.ValidateCertificateSigningRequestApprovalUpdate),
		part("status", keepRequestAndApproval, certificates.ValidateCertificateSigningRequestStatusUpdate),
	}
	return []*Resource{
		kind[*certificates.CertificateSigningRequest]{certificates.SetCertificateSigningRequestDefaults, newRequest, keepRequest,
			certificates.ValidateCertificateSigningRequest, certificates.ValidateCertificateSigningRequestUpdate}.on(request),
	}
}

// newRequest lets nobody make a request that is approved already.
func newRequest(r *certificates.CertificateSigningRequest) {
	r.Status = certificates.CertificateSigningRequestStatus{}
}

// signRequester writes who asks into the request: signers decide by it.
func signRequester(r *certificates.CertificateSigningRequest, u *authn.User) {
	s := &r.Spec
	s.Username, s.UID, s.Groups, s.Extra = "", "", nil, nil
	if u == nil {
		return
	}
	s.Username, s.UID, s.Groups = u.Name, u.UID, slices.Clone(u.Groups)
	for k, v := range u.Extra {
		if s.Extra == nil {
			s.Extra = map[string]certificates.ExtraValue{}
		}
		s.Extra[k] = slices.Clone(v)
	}
}

func keepRequest(r, old *certificates.CertificateSigningRequest) {
	r.Spec, r.Status = old.Spec, old.Status
}

// keepAllButApproval lets conditions alone change.
func keepAllButApproval(r, old *certificates.CertificateSigningRequest) {
	keepMetaButOwn(r, old)
	dateConditions(r, old)
	conditions := r.Status.Conditions
	r.Spec, r.Status = old.Spec, old.Status
	r.Status.Conditions = conditions
}

// keepRequestAndApproval lets the signer set the certificate and say that it
// failed. Who approved or denied keeps standing as it was, unless such a
// condition comes or goes, which validation then refuses.
func keepRequestAndApproval(r, old *certificates.CertificateSigningRequest) {
	keepMetaButOwn(r, old)
	r.Spec = old.Spec
	for _, t := range []certificates.RequestConditionType{certificates.CertificateApproved, certificates.CertificateDenied} {
		now, before := conditionsOf(r, t), conditionsOf(old, t)
		for i := range now {
			if len(now) == len(before) {
				*now[i] = *before[i]
			}
		}
	}
	dateConditions(r, old)
}

func conditionsOf(r *certificates.CertificateSigningRequest, t certificates.RequestConditionType) []*certificates.CertificateSigningRequestCondition {
	var out []*certificates.CertificateSigningRequestCondition
	for i := range r.Status.Conditions {
		if c := &r.Status.Conditions[i]; c.Type == t {
			out = append(out, c)
		}
	}
	return out
}

// dateConditions fills in times that the writer left out.
func dateConditions(r, old *certificates.CertificateSigningRequest) {
	now := meta.NewTime(time.Now().UTC().Truncate(time.Second))
	r.Status.Conditions = slices.Clone(r.Status.Conditions) // the old request's may be the same
	for i := range r.Status.Conditions {
		c := &r.Status.Conditions[i]
		if c.LastUpdateTime.IsZero() {
			c.LastUpdateTime = now
		}
		if !c.LastTransitionTime.IsZero() {
			continue
		}
		c.LastTransitionTime = now
		for _, o := range old.Status.Conditions {
			if o.Type == c.Type && o.Status == c.Status && !o.LastTransitionTime.IsZero() {
				c.LastTransitionTime = o.LastTransitionTime
				break
			}
		}
	}
}
