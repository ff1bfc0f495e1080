// Package certificates holds the kinds of certificates.k8s.io/v1:
// CertificateSigningRequest.
package certificates
