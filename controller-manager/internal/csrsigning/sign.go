package csrsigning

import (
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
)

const (
	// backdate forgives clocks that are a little behind.
	backdate = 5 * time.Minute
	// shortest is the least that a certificate is good for.
	shortest = 10 * time.Minute
)

// Authority signs.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	life time.Duration
}

// LoadAuthority reads the authority of two PEM files, whose certificates are
// good for life at most.
func LoadAuthority(certFile, keyFile string, life time.Duration) (*Authority, error) {
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(crypto.Signer)
	if !ok || !pair.Leaf.IsCA {
		return nil, fmt.Errorf("%s is no certificate authority", certFile)
	}
	return &Authority{cert: pair.Leaf, key: key, life: life}, nil
}

// keyUsages and purposes are what the names of usages mean.
var (
	keyUsages = map[certificates.KeyUsage]x509.KeyUsage{
		certificates.UsageSigning: x509.KeyUsageDigitalSignature, certificates.UsageDigitalSignature: x509.KeyUsageDigitalSignature,
		certificates.UsageKeyEncipherment: x509.KeyUsageKeyEncipherment, certificates.UsageKeyAgreement: x509.KeyUsageKeyAgreement,
		certificates.UsageDataEncipherment: x509.KeyUsageDataEncipherment, certificates.UsageContentCommitment: x509.KeyUsageContentCommitment,
	}
	purposes = map[certificates.KeyUsage]x509.ExtKeyUsage{
		certificates.UsageClientAuth: x509.ExtKeyUsageClientAuth, certificates.UsageServerAuth: x509.ExtKeyUsageServerAuth,
	}
)

// sign makes the certificate: for the subject and names that are asked for, for
// the time that is asked for within bounds, and never longer than the authority
// itself.
func (a *Authority) sign(r *certificates.CertificateSigningRequest, req *x509.CertificateRequest, now time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: req.Subject, NotBefore: now.Add(-backdate), NotAfter: now.Add(a.lifeOf(r)),
		DNSNames: req.DNSNames, IPAddresses: req.IPAddresses, EmailAddresses: req.EmailAddresses, URIs: req.URIs,
		BasicConstraintsValid: true,
	}
	if t.NotAfter.After(a.cert.NotAfter) {
		t.NotAfter = a.cert.NotAfter
	}
	if !t.NotAfter.After(now) {
		return nil, errors.New("the signer has expired")
	}
	for _, u := range r.Spec.Usages {
		t.KeyUsage |= keyUsages[u]
		if p, ok := purposes[u]; ok {
			t.ExtKeyUsage = append(t.ExtKeyUsage, p)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, req.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

func (a *Authority) lifeOf(r *certificates.CertificateSigningRequest) time.Duration {
	if r.Spec.ExpirationSeconds == nil {
		return a.life
	}
	return min(a.life, max(shortest, time.Duration(*r.Spec.ExpirationSeconds)*time.Second))
}
