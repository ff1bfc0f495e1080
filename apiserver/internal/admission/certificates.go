package admission

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// certificateRequests keeps requests for certificates from being a way around:
// who approves or signs needs the verb approve or sign on the signer's name, and
// nobody asks for a client certificate of the group that may do everything.
func (v *view) certificateRequests(ctx context.Context, r *Request) error {
	csr, ok := r.Object.(*certificates.CertificateSigningRequest)
	if !ok {
		return nil
	}
	old, _ := r.Old.(*certificates.CertificateSigningRequest)
	switch {
	case r.Operation == Create && r.Subresource == "":
		return subjectAllowed(r, csr)
	case old == nil:
		return nil
	case r.Subresource == "approval":
		if !v.forSigner(ctx, r, "approve", old.Spec.SignerName) {
			return status.Forbidden(r.Resource, r.Name, fmt.Sprintf("user not permitted to approve requests with signerName %q", old.Spec.SignerName))
		}
	case r.Subresource == "status" && (!bytes.Equal(csr.Status.Certificate, old.Status.Certificate) || !meta.Equal(csr.Status.Conditions, old.Status.Conditions)):
		if !v.forSigner(ctx, r, "sign", old.Spec.SignerName) {
			return status.Forbidden(r.Resource, r.Name, fmt.Sprintf("user not permitted to sign requests with signerName %q", old.Spec.SignerName))
		}
	}
	return nil
}

// forSigner says whether the user has the verb on the signer, or on all signers
// of its domain.
func (v *view) forSigner(ctx context.Context, r *Request, verb, signer string) bool {
	i := request.Info{IsResource: true, Verb: verb, Group: r.Resource.Group, Version: "*", Resource: "signers", Name: signer}
	if d := v.authz.Decide(ctx, r.User, &i); d.Allowed {
		return true
	}
	domain, _, _ := strings.Cut(signer, "/")
	i.Name = domain + "/*"
	d := v.authz.Decide(ctx, r.User, &i)
	return d.Allowed
}

// subjectAllowed refuses a client certificate for the masters. What cannot be
// read is for validation to refuse.
func subjectAllowed(r *Request, csr *certificates.CertificateSigningRequest) error {
	if csr.Spec.SignerName != "kubernetes.io/kube-apiserver-client" {
		return nil
	}
	block, _ := pem.Decode(csr.Spec.Request)
	if block == nil {
		return nil
	}
	parsed, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || !slices.Contains(parsed.Subject.Organization, authz.Masters) {
		return nil
	}
	return status.Forbidden(r.Resource, nameOf(r), fmt.Sprintf("use of %s signer with %s group is not allowed", csr.Spec.SignerName, authz.Masters))
}
