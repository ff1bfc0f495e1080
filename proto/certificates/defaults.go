package certificates

// SetCertificateSigningRequestDefaults fills in what was left out.
func SetCertificateSigningRequestDefaults(*CertificateSigningRequest) {}
