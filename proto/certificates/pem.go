package certificates

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// ParseRequest reads the PKCS#10 request in a PEM block. It does not verify its
// signature.
func ParseRequest(text []byte) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return nil, errors.New("PEM block type must be CERTIFICATE REQUEST")
	}
	return x509.ParseCertificateRequest(block.Bytes)
}

// checkRequest says what is wrong with a request, its signature included.
func checkRequest(text []byte) error {
	r, err := ParseRequest(text)
	if err != nil {
		return err
	}
	return r.CheckSignature()
}

// checkCertificate wants nothing, or PEM blocks of certificates.
func checkCertificate(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	n := 0
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return fmt.Errorf("only CERTIFICATE PEM blocks are allowed, found %q", block.Type)
		}
		if len(block.Headers) > 0 {
			return errors.New("no PEM block headers are permitted")
		}
		certs, err := x509.ParseCertificates(block.Bytes)
		if err != nil {
			return err
		}
		if len(certs) == 0 {
			return errors.New("found CERTIFICATE PEM block containing 0 certificates")
		}
		n, text = n+1, rest
	}
	if n == 0 {
		return errors.New("must contain at least one CERTIFICATE PEM block")
	}
	return nil
}
