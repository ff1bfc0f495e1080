package csrsigning

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
)

func key(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// request asks signer for what template says, and is approved.
func request(t *testing.T, signer string, template *x509.CertificateRequest, usages ...certificates.KeyUsage) *certificates.CertificateSigningRequest {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key(t))
	if err != nil {
		t.Fatal(err)
	}
	r := &certificates.CertificateSigningRequest{}
	r.Spec.Request = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	r.Spec.SignerName, r.Spec.Usages = signer, usages
	r.Status.Conditions = []certificates.CertificateSigningRequestCondition{{Type: certificates.CertificateApproved}}
	return r
}

func authority(t *testing.T, life time.Duration) *Authority {
	t.Helper()
	k := key(t)
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return &Authority{cert: c, key: k, life: life}
}

func TestReady(t *testing.T) {
	r := request(t, ClientSigner, &x509.CertificateRequest{}, certificates.UsageClientAuth)
	if !ready(r) {
		t.Error("an approved request is left")
	}
	r.Spec.SignerName = "example.com/other"
	if ready(r) {
		t.Error("another signer's request is taken")
	}
	for _, other := range []certificates.RequestConditionType{certificates.CertificateDenied, certificates.CertificateFailed} {
		r = request(t, ClientSigner, &x509.CertificateRequest{}, certificates.UsageClientAuth)
		r.Status.Conditions = append(r.Status.Conditions, certificates.CertificateSigningRequestCondition{Type: other})
		if ready(r) {
			t.Errorf("a request that is %s is taken", other)
		}
	}
	r.Status.Conditions = nil
	if ready(r) {
		t.Error("a request that nobody approved is taken")
	}
}

func TestAnswer(t *testing.T) {
	node := pkix.Name{CommonName: "system:node:n", Organization: []string{"system:nodes"}}
	ip := []net.IP{net.IPv4(10, 0, 0, 1).To4()}
	const sig, enc, cl, srv = certificates.UsageDigitalSignature, certificates.UsageKeyEncipherment, certificates.UsageClientAuth, certificates.UsageServerAuth
	for _, c := range []struct {
		name    string
		request *certificates.CertificateSigningRequest
		failure string
	}{
		{"a user", request(t, ClientSigner, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "ann", Organization: []string{"dev"}}}, sig, cl), ""},
		{"a user who serves", request(t, ClientSigner, &x509.CertificateRequest{}, cl, srv), "usages are not allowed: server auth"},
		{"no client", request(t, ClientSigner, &x509.CertificateRequest{}, sig), "usages did not include client auth"},
		{"a node", request(t, KubeletClientSigner, &x509.CertificateRequest{Subject: node}, sig, enc, cl), ""},
		{"a node without encipherment", request(t, KubeletClientSigner, &x509.CertificateRequest{Subject: node}, sig, cl), ""},
		{"no node", request(t, KubeletClientSigner, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "system:node:n", Organization: []string{"system:masters"}}}, sig, cl),
			"subject organization is not system:nodes"},
		{"another name", request(t, KubeletClientSigner, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "n", Organization: node.Organization}}, sig, cl),
			"subject common name does not begin with system:node:"},
		{"a node with addresses", request(t, KubeletClientSigner, &x509.CertificateRequest{Subject: node, IPAddresses: ip}, sig, cl), "IP subjectAltNames are not allowed"},
		{"a kubelet", request(t, KubeletServerSigner, &x509.CertificateRequest{Subject: node, IPAddresses: ip}, sig, srv), ""},
		{"a kubelet without an address", request(t, KubeletServerSigner, &x509.CertificateRequest{Subject: node}, sig, srv), "DNS or IP subjectAltName is required"},
		{"a kubelet as a client", request(t, KubeletServerSigner, &x509.CertificateRequest{Subject: node, IPAddresses: ip}, sig, srv, cl), "usages did not match"},
	} {
		ctl := &Controller{authority: authority(t, time.Hour)}
		got, err := ctl.answer(c.request, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		last := got.Status.Conditions[len(got.Status.Conditions)-1]
		if c.failure != "" {
			if last.Type != certificates.CertificateFailed || last.Reason != "SignerValidationFailure" || !strings.HasPrefix(last.Message, c.failure) || len(got.Status.Certificate) > 0 {
				t.Errorf("%s: %+v", c.name, last)
			}
			continue
		}
		block, _ := pem.Decode(got.Status.Certificate)
		if block == nil {
			t.Errorf("%s: no certificate: %+v", c.name, last)
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil || cert.CheckSignatureFrom(ctl.authority.cert) != nil || cert.IsCA {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLife(t *testing.T) {
	a := authority(t, 12*time.Hour)
	now := time.Now().Truncate(time.Second)
	seconds := func(n int32) *int32 { return &n }
	for _, c := range []struct {
		asked *int32
		life  time.Duration
		want  time.Duration
	}{
		{nil, 12 * time.Hour, 12 * time.Hour},
		{seconds(3600), 12 * time.Hour, time.Hour},
		{seconds(60), 12 * time.Hour, 10 * time.Minute},
		{seconds(24 * 3600), 12 * time.Hour, 12 * time.Hour},
	} {
		a.life = c.life
		r := request(t, ClientSigner, &x509.CertificateRequest{}, certificates.UsageClientAuth)
		r.Spec.ExpirationSeconds = c.asked
		if got := a.lifeOf(r); got != c.want {
			t.Errorf("%v of %v: %v", c.asked, c.life, got)
		}
	}
	a.life = 1000 * time.Hour
	r := request(t, ClientSigner, &x509.CertificateRequest{}, certificates.UsageClientAuth)
	req, err := parse(r)
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.sign(r, req, now)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(b)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil || cert.NotAfter.After(a.cert.NotAfter) {
		t.Errorf("it outlives its authority: %v, %v", cert.NotAfter, err)
	}
}
