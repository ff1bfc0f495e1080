package controllers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/authentication"
	"github.com/pilothouse/pilothouse/proto/certificates"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// TestRootCAComesBack: the config map by which pods know the API server comes
// back when it is deleted or changed.
func TestRootCAComesBack(t *testing.T) {
	ns := namespace(t)
	maps := client.Of[*core.ConfigMap](testbed.client)
	const name = "kube-root-ca.crt"
	first := must(maps.Get(t.Context(), ns, name))(t) // It was there before the account.
	if err := maps.Delete(t.Context(), ns, name); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() error {
		_, err := maps.Get(t.Context(), ns, name)
		return err
	})
	must(maps.Patch(t.Context(), ns, name, client.MergePatch, []byte(`{"data":{"ca.crt":"forged"}}`)))(t)
	eventually(t, 10*time.Second, func() error {
		if m, err := maps.Get(t.Context(), ns, name); err != nil || m.Data["ca.crt"] != first.Data["ca.crt"] {
			return fmt.Errorf("it has %.20q, %v", m.Data["ca.crt"], err)
		}
		return nil
	})
}

// TestTokenSecret: a secret for a token is filled in, and its token opens the
// API server until the account goes.
func TestTokenSecret(t *testing.T) {
	ns := namespace(t)
	secrets := client.Of[*core.Secret](testbed.client)
	s := &core.Secret{Type: core.SecretTypeServiceAccountToken}
	s.Namespace, s.Name = ns, "robot"
	s.Annotations = map[string]string{core.AnnotationServiceAccountName: "default"}
	must(secrets.Create(t.Context(), s))(t)
	var token string
	eventually(t, 10*time.Second, func() error {
		got, err := secrets.Get(t.Context(), ns, "robot")
		if err != nil {
			return err
		}
		if token = string(got.Data["token"]); token == "" || len(got.Data["ca.crt"]) == 0 || string(got.Data["namespace"]) != ns {
			return errors.New("it is not filled in")
		}
		return nil
	})
	review := &authentication.TokenReview{Spec: authentication.TokenReviewSpec{Token: token}}
	got := must(client.Of[*authentication.TokenReview](testbed.client).Create(t.Context(), review))(t)
	if want := "system:serviceaccount:" + ns + ":default"; got.Status.User.Username != want {
		t.Errorf("the token is %+v", got.Status)
	}
	if err := client.Of[*core.ServiceAccount](testbed.client).Delete(t.Context(), ns, "default"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() error {
		_, err := secrets.Get(t.Context(), ns, "robot")
		return gone("the secret", err)
	})
}

// certificateRequest asks signer for a certificate.
func certificateRequest(t *testing.T, signer string, subject pkix.Name) *certificates.CertificateSigningRequest {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	der := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject}, key))(t)
	r := &certificates.CertificateSigningRequest{}
	r.GenerateName = "test-"
	r.Spec.SignerName, r.Spec.Usages = signer, []certificates.KeyUsage{certificates.UsageDigitalSignature, certificates.UsageClientAuth}
	r.Spec.Request = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	return must(client.Of[*certificates.CertificateSigningRequest](testbed.client).Create(t.Context(), r))(t)
}

// signed waits for the certificate.
func signed(t *testing.T, name string) *x509.Certificate {
	t.Helper()
	var cert *x509.Certificate
	eventually(t, 10*time.Second, func() error {
		r, err := client.Of[*certificates.CertificateSigningRequest](testbed.client).Get(t.Context(), "", name)
		if err != nil {
			return err
		}
		block, _ := pem.Decode(r.Status.Certificate)
		if block == nil {
			return fmt.Errorf("no certificate yet: %+v", r.Status.Conditions)
		}
		cert, err = x509.ParseCertificate(block.Bytes)
		return err
	})
	return cert
}

func TestApprovedCertificateIsSigned(t *testing.T) {
	requests := client.Of[*certificates.CertificateSigningRequest](testbed.client)
	r := certificateRequest(t, "kubernetes.io/kube-apiserver-client", pkix.Name{CommonName: "ann", Organization: []string{"dev"}})
	r.Status.Conditions = []certificates.CertificateSigningRequestCondition{{Type: certificates.CertificateApproved, Status: core.ConditionTrue, Reason: "Test"}}
	if err := requests.UpdateSub(t.Context(), "", r.Name, "approval", r, nil); err != nil {
		t.Fatal(err)
	}
	if c := signed(t, r.Name); c.Subject.CommonName != "ann" || c.Subject.Organization[0] != "dev" {
		t.Errorf("the certificate is for %v", c.Subject)
	}
}

// TestNodeCertificate: who may have a node's client certificate gets it without
// anybody's hand.
func TestNodeCertificate(t *testing.T) {
	r := certificateRequest(t, "kubernetes.io/kube-apiserver-client-kubelet", pkix.Name{CommonName: "system:node:n", Organization: []string{"system:nodes"}})
	if c := signed(t, r.Name); c.Subject.CommonName != "system:node:n" {
		t.Errorf("the certificate is for %v", c.Subject)
	}
}

func TestGatheredRole(t *testing.T) {
	roles := client.Of[*rbac.ClusterRole](testbed.client)
	all, part := &rbac.ClusterRole{}, &rbac.ClusterRole{}
	all.GenerateName, part.GenerateName = "test-all-", "test-part-"
	all.AggregationRule = &rbac.AggregationRule{ClusterRoleSelectors: []meta.LabelSelector{{MatchLabels: map[string]string{"example.com/into": "all"}}}}
	all = must(roles.Create(t.Context(), all))(t)
	part.Labels = map[string]string{"example.com/into": "all"}
	part.Rules = []rbac.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{"example.com"}, Resources: []string{"things"}}}
	part = must(roles.Create(t.Context(), part))(t)
	has := func(n int) func() error {
		return func() error {
			got, err := roles.Get(t.Context(), "", all.Name)
			if err != nil || len(got.Rules) != n {
				return fmt.Errorf("it has the rules %+v, %v", got.Rules, err)
			}
			return nil
		}
	}
	eventually(t, 10*time.Second, has(1))
	if err := roles.Delete(t.Context(), "", part.Name); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, has(0))
	if err := roles.Delete(t.Context(), "", all.Name); err != nil {
		t.Fatal(err)
	}
}
