package csrapproving

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/certificates"
)

func TestWays(t *testing.T) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(user, cn, group string, hosts ...string) *certificates.CertificateSigningRequest {
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: cn, Organization: []string{group}}, DNSNames: hosts}, k)
		if err != nil {
			t.Fatal(err)
		}
		r := &certificates.CertificateSigningRequest{}
		r.Spec.SignerName, r.Spec.Username = signer, user
		r.Spec.Request = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
		r.Spec.Usages = []certificates.KeyUsage{certificates.UsageDigitalSignature, certificates.UsageClientAuth}
		return r
	}
	other := ask("system:node:n", "system:node:n", "system:nodes")
	other.Spec.SignerName = "kubernetes.io/kubelet-serving"
	serving := ask("system:node:n", "system:node:n", "system:nodes")
	serving.Spec.Usages = append(serving.Spec.Usages, certificates.UsageServerAuth)
	done := approved(ask("system:node:n", "system:node:n", "system:nodes"), way{}, time.Now())
	garbage := ask("", "", "")
	garbage.Spec.Request = []byte("garbage")
	for _, c := range []struct {
		name    string
		request *certificates.CertificateSigningRequest
		want    []string
	}{
		{"a node for itself", ask("system:node:n", "system:node:n", "system:nodes"), []string{"selfnodeclient", "nodeclient"}},
		{"a machine that joins", ask("system:bootstrap:x", "system:node:n", "system:nodes"), []string{"nodeclient"}},
		{"masters", ask("system:node:n", "system:node:n", "system:masters"), nil},
		{"no node", ask("ann", "ann", "system:nodes"), nil},
		{"a name in it", ask("system:node:n", "system:node:n", "system:nodes", "host"), nil},
		{"another signer", other, nil},
		{"serving too", serving, nil},
		{"approved already", done, nil},
		{"garbage", garbage, nil},
	} {
		var got []string
		for _, w := range ways(c.request) {
			got = append(got, w.subresource)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
