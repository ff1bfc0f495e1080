package csrapproving

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/authorization"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// signer is whose requests may be approved without asking anybody.
const signer = "kubernetes.io/kube-apiserver-client-kubelet"

// way is a way in which a request can be approved: who may do subresource of
// certificatesigningrequests may have it so.
type way struct {
	subresource string
	message     string
}

// ways are those open to the request. A node that renews its own certificate
// needs less trust than a machine that asks for its first.
func ways(r *certificates.CertificateSigningRequest) []way {
	if r.Spec.SignerName != signer || len(r.Status.Certificate) > 0 || len(r.Status.Conditions) > 0 {
		return nil
	}
	block, _ := pem.Decode(r.Spec.Request)
	if block == nil {
		return nil
	}
	req, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || !forNode(req, r.Spec.Usages) {
		return nil
	}
	var out []way
	if req.Subject.CommonName == r.Spec.Username {
		out = append(out, way{"selfnodeclient", "Auto approving self kubelet client certificate after SubjectAccessReview."})
	}
	return append(out, way{"nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview."})
}

// forNode says whether this is a request for a node's client certificate and
// for nothing more.
func forNode(req *x509.CertificateRequest, usages []certificates.KeyUsage) bool {
	if !slices.Equal(req.Subject.Organization, []string{"system:nodes"}) || !strings.HasPrefix(req.Subject.CommonName, "system:node:") ||
		len(req.DNSNames)+len(req.IPAddresses)+len(req.EmailAddresses)+len(req.URIs) > 0 {
		return false
	}
	allowed := []certificates.KeyUsage{certificates.UsageDigitalSignature, certificates.UsageKeyEncipherment, certificates.UsageClientAuth}
	for _, u := range usages {
		if !slices.Contains(allowed, u) {
			return false
		}
	}
	return slices.Contains(usages, certificates.UsageDigitalSignature) && slices.Contains(usages, certificates.UsageClientAuth)
}

// question asks whether the requester may have it so.
func question(r *certificates.CertificateSigningRequest, w way) *authorization.SubjectAccessReview {
	q := &authorization.SubjectAccessReview{}
	q.Spec.User, q.Spec.UID, q.Spec.Groups = r.Spec.Username, r.Spec.UID, r.Spec.Groups
	for k, v := range r.Spec.Extra {
		if q.Spec.Extra == nil {
			q.Spec.Extra = map[string]authorization.ExtraValue{}
		}
		q.Spec.Extra[k] = authorization.ExtraValue(v)
	}
	q.Spec.ResourceAttributes = &authorization.ResourceAttributes{Verb: "create", Group: "certificates.k8s.io", Version: "*",
		Resource: "certificatesigningrequests", Subresource: w.subresource}
	return q
}

// approved is the request with the approval.
func approved(r *certificates.CertificateSigningRequest, w way, now time.Time) *certificates.CertificateSigningRequest {
	next := r.DeepCopy()
	next.Status.Conditions = append(next.Status.Conditions, certificates.CertificateSigningRequestCondition{
		Type: certificates.CertificateApproved, Status: core.ConditionTrue, Reason: "AutoApproved", Message: w.message, LastUpdateTime: meta.NewTime(now),
	})
	return next
}
