package csrcleaner

import (
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
)

// How long requests stay after what happened to them last.
const (
	keepApproved = time.Hour
	keepDenied   = time.Hour
	keepPending  = 24 * time.Hour
)

// end is when the request should go: some time after it was answered, a day
// after it was made when nobody answers, and when its certificate ends.
func end(r *certificates.CertificateSigningRequest) time.Time {
	at := r.CreationTimestamp.Add(keepPending)
	answered := false
	for i := range r.Status.Conditions {
		c := &r.Status.Conditions[i]
		keep := keepDenied
		switch c.Type {
		case certificates.CertificateDenied, certificates.CertificateFailed:
		case certificates.CertificateApproved:
			if len(r.Status.Certificate) == 0 {
				keep = keepPending // It waits for its signer.
				break
			}
			keep = keepApproved
		default:
			continue
		}
		if t := c.LastUpdateTime.Add(keep); !answered || t.Before(at) {
			at, answered = t, true
		}
	}
	if block, _ := pem.Decode(r.Status.Certificate); block != nil {
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil && cert.NotAfter.Before(at) {
			at = cert.NotAfter
		}
	}
	return at
}
