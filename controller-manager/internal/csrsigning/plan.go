package csrsigning

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// The signers of this controller.
const (
	ClientSigner        = "kubernetes.io/kube-apiserver-client"
	KubeletClientSigner = "kubernetes.io/kube-apiserver-client-kubelet"
	KubeletServerSigner = "kubernetes.io/kubelet-serving"
)

// nodes is the group of the nodes' users.
const nodes = "system:nodes"

// ready says whether the request waits for this controller to sign it.
func ready(r *certificates.CertificateSigningRequest) bool {
	switch r.Spec.SignerName {
	case ClientSigner, KubeletClientSigner, KubeletServerSigner:
	default:
		return false
	}
	return len(r.Status.Certificate) == 0 && has(r, certificates.CertificateApproved) &&
		!has(r, certificates.CertificateDenied) && !has(r, certificates.CertificateFailed)
}

func has(r *certificates.CertificateSigningRequest, t certificates.RequestConditionType) bool {
	return slices.ContainsFunc(r.Status.Conditions, func(c certificates.CertificateSigningRequestCondition) bool { return c.Type == t })
}

// parse reads what is asked for.
func parse(r *certificates.CertificateSigningRequest) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode(r.Spec.Request)
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return nil, errors.New("PEM block type must be CERTIFICATE REQUEST")
	}
	req, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, err
	}
	return req, req.CheckSignature()
}

// check says why the signer does not sign such a request: each signs one kind
// of certificate and no other.
func check(signer string, req *x509.CertificateRequest, usages []certificates.KeyUsage) error {
	switch signer {
	case ClientSigner:
		return clientUsages(usages)
	case KubeletClientSigner:
		if err := ofNode(req); err != nil {
			return err
		}
		switch {
		case len(req.DNSNames) > 0:
			return errors.New("DNS subjectAltNames are not allowed")
		case len(req.EmailAddresses) > 0:
			return errors.New("Email subjectAltNames are not allowed")
		case len(req.IPAddresses) > 0:
			return errors.New("IP subjectAltNames are not allowed")
		case len(req.URIs) > 0:
			return errors.New("URI subjectAltNames are not allowed")
		}
		return exactly(usages, certificates.UsageClientAuth)
	default:
		if err := ofNode(req); err != nil {
			return err
		}
		switch {
		case len(req.DNSNames)+len(req.IPAddresses) == 0:
			return errors.New("DNS or IP subjectAltName is required")
		case len(req.EmailAddresses) > 0:
			return errors.New("Email subjectAltNames are not allowed")
		case len(req.URIs) > 0:
			return errors.New("URI subjectAltNames are not allowed")
		}
		return exactly(usages, certificates.UsageServerAuth)
	}
}

func ofNode(req *x509.CertificateRequest) error {
	if !slices.Equal(req.Subject.Organization, []string{nodes}) {
		return errors.New("subject organization is not system:nodes")
	}
	if !strings.HasPrefix(req.Subject.CommonName, "system:node:") {
		return errors.New("subject common name does not begin with system:node:")
	}
	return nil
}

// exactly allows a signature, this purpose, and for keys that can, agreement.
func exactly(usages []certificates.KeyUsage, purpose certificates.KeyUsage) error {
	want := []certificates.KeyUsage{certificates.UsageDigitalSignature, purpose}
	for _, u := range usages {
		if u != certificates.UsageKeyEncipherment && !slices.Contains(want, u) {
			return fmt.Errorf("usages did not match %v", append(want, certificates.UsageKeyEncipherment))
		}
	}
	for _, w := range want {
		if !slices.Contains(usages, w) {
			return fmt.Errorf("usages did not match %v", append(want, certificates.UsageKeyEncipherment))
		}
	}
	return nil
}

// clientUsages allows what a client certificate is for.
func clientUsages(usages []certificates.KeyUsage) error {
	allowed := []certificates.KeyUsage{certificates.UsageDigitalSignature, certificates.UsageKeyEncipherment, certificates.UsageClientAuth}
	for _, u := range usages {
		if !slices.Contains(allowed, u) {
			return fmt.Errorf("usages are not allowed: %v", u)
		}
	}
	if !slices.Contains(usages, certificates.UsageClientAuth) {
		return errors.New("usages did not include client auth")
	}
	return nil
}

// refused is the request with the reason why it is not signed.
func refused(r *certificates.CertificateSigningRequest, why error, now time.Time) *certificates.CertificateSigningRequest {
	next := r.DeepCopy()
	next.Status.Conditions = append(next.Status.Conditions, certificates.CertificateSigningRequestCondition{
		Type: certificates.CertificateFailed, Status: core.ConditionTrue, Reason: "SignerValidationFailure",
		Message: why.Error(), LastUpdateTime: meta.NewTime(now),
	})
	return next
}
