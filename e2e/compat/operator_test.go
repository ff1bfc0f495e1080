package compat

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/operator"
)

// An operator with a custom resource, webhooks, owned objects, a status and a
// finalizer, and what its users see of it.
func TestControllerRuntime(t *testing.T) {
	ctrl.SetLogger(logr.Discard())
	b := bed.Start(t, bed.Config{})
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	operator.AddToScheme(scheme)
	warnings := &warned{}
	c := config(t, b)
	c.WarningHandler = warnings
	users, err := client.New(c, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	var definition unstructured.Unstructured
	if err := yaml.Unmarshal([]byte(operator.Definition), &definition.Object); err != nil {
		t.Fatal(err)
	}
	if err := users.Create(ctx, &definition); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the definition is established", func() bool {
		var sites operator.SiteList
		return users.List(ctx, &sites) == nil
	})
	published := startOperator(t, b, scheme, users)

	site := &operator.Site{ObjectMeta: metav1.ObjectMeta{Name: "home", Namespace: "default"},
		Spec: operator.SiteSpec{Pages: map[string]string{"index": "hello", "about": "us"}}}
	if err := users.Create(ctx, site); err != nil {
		t.Fatal(err)
	}
	if site.Spec.Owner == "" {
		t.Error("the defaulting webhook did not fill in the owner")
	}
	key := client.ObjectKeyFromObject(site)
	ready := func(pages ...string) func() bool {
		return func() bool {
			return users.Get(ctx, key, site) == nil && site.Status.ObservedGeneration == site.Generation &&
				meta.IsStatusConditionTrue(site.Status.Conditions, "Published") && slices.Equal(site.Status.Published, pages)
		}
	}
	eventually(t, 20*time.Second, "the site is published", ready("about", "index"))
	if !slices.Contains(site.Finalizers, operator.Finalizer) {
		t.Errorf("finalizers: %v", site.Finalizers)
	}
	// A change of the spec is a new generation, a change of the status is none.
	generation := site.Generation
	site.Spec.Pages["news"] = "none"
	if err := users.Update(ctx, site); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the change is published", ready("about", "index", "news"))
	if site.Generation != generation+1 {
		t.Errorf("the generation went from %d to %d", generation, site.Generation)
	}
	// What is owned comes back when somebody deletes it, and follows.
	pages := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "home-pages", Namespace: "default"}}
	if err := users.Delete(ctx, pages); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the owned object comes back", func() bool {
		return users.Get(ctx, client.ObjectKeyFromObject(pages), pages) == nil && len(pages.Data) == 3 && pages.DeletionTimestamp == nil
	})
	refusals(t, users, site)
	if err := users.Create(ctx, &operator.Site{ObjectMeta: metav1.ObjectMeta{Name: "empty", Namespace: "default"}}); err != nil {
		t.Error(err)
	}
	if !warnings.has("a site without pages") {
		t.Errorf("warnings: %v", warnings.texts)
	}
	// The finalizer runs before the site goes; what it owned goes after it.
	if err := users.Delete(ctx, site); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the site is gone", func() bool { return apierrors.IsNotFound(users.Get(ctx, key, site)) })
	if _, ok := published.Outside("home"); ok {
		t.Error("the finalizer did not run")
	}
	eventually(t, 20*time.Second, "the owned object is gone", func() bool {
		return apierrors.IsNotFound(users.Get(ctx, client.ObjectKeyFromObject(pages), pages))
	})
}

// refusals are what the webhooks do not let by.
func refusals(t *testing.T, users client.Client, site *operator.Site) {
	t.Helper()
	ctx := t.Context()
	refused := func(err error, by, text string) {
		t.Helper()
		if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), fmt.Sprintf("admission webhook %q denied the request: ", by)) || !strings.Contains(err.Error(), text) {
			t.Errorf("want a refusal by %s with %q: %v", by, text, err)
		}
	}
	refused(users.Create(ctx, &operator.Site{ObjectMeta: metav1.ObjectMeta{Name: "bad", Namespace: "default"},
		Spec: operator.SiteSpec{Pages: map[string]string{"forbidden": ""}}}), "validate.operator.example.org", "may not be")
	other := site.DeepCopyObject().(*operator.Site)
	other.Spec.Owner = "somebody else"
	refused(users.Patch(ctx, other, client.MergeFrom(site)), "validate.operator.example.org", "for good")
	keep := &operator.Site{ObjectMeta: metav1.ObjectMeta{Name: "keep", Namespace: "default"}, Spec: operator.SiteSpec{Pages: map[string]string{"a": ""}}}
	if err := users.Create(ctx, keep); err != nil {
		t.Fatal(err)
	}
	refused(users.Delete(ctx, keep), "validate.operator.example.org", "called keep")
}

// startOperator runs the operator until the test ends and has the server call
// its webhooks.
func startOperator(t *testing.T, b *bed.Bed, scheme *runtime.Scheme, users client.Client) *operator.Reconciler {
	t.Helper()
	port := bed.FreePort(t)
	certs := t.TempDir()
	bundle := selfSigned(t, certs)
	manager, err := ctrl.NewManager(config(t, b), ctrl.Options{
		Scheme:           scheme,
		Metrics:          metricsserver.Options{BindAddress: "0"},
		LeaderElection:   true,
		LeaderElectionID: "operator", LeaderElectionNamespace: "default", LeaderElectionReleaseOnCancel: true,
		WebhookServer: webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: port, CertDir: certs}),
	})
	if err != nil {
		t.Fatal(err)
	}
	r := &operator.Reconciler{}
	if err := r.SetupWithManager(manager); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	eventually(t, 20*time.Second, "the webhooks are served", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	hook := func(path string) admissionv1.WebhookClientConfig {
		url := fmt.Sprintf("https://127.0.0.1:%d%s", port, path)
		return admissionv1.WebhookClientConfig{URL: &url, CABundle: bundle}
	}
	none, fail := admissionv1.SideEffectClassNone, admissionv1.Fail
	rules := func(ops ...admissionv1.OperationType) []admissionv1.RuleWithOperations {
		return []admissionv1.RuleWithOperations{{Operations: ops, Rule: admissionv1.Rule{APIGroups: []string{operator.GroupVersion.Group}, APIVersions: []string{"v1"}, Resources: []string{"sites"}}}}
	}
	for _, o := range []client.Object{
		&admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "operator"}, Webhooks: []admissionv1.MutatingWebhook{{
			Name: "default.operator.example.org", ClientConfig: hook("/default"), AdmissionReviewVersions: []string{"v1"}, SideEffects: &none, FailurePolicy: &fail,
			Rules: rules(admissionv1.Create, admissionv1.Update)}}},
		&admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "operator"}, Webhooks: []admissionv1.ValidatingWebhook{{
			Name: "validate.operator.example.org", ClientConfig: hook("/validate"), AdmissionReviewVersions: []string{"v1"}, SideEffects: &none, FailurePolicy: &fail,
			Rules: rules(admissionv1.Create, admissionv1.Update, admissionv1.Delete)}}},
	} {
		if err := users.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	// Configurations work a moment after they were made: until the webhook
	// fills in the owner, only a dry run asks.
	eventually(t, 20*time.Second, "the webhooks are called", func() bool {
		probe := &operator.Site{ObjectMeta: metav1.ObjectMeta{Name: "probe", Namespace: "default"}, Spec: operator.SiteSpec{Pages: map[string]string{"a": ""}}}
		return users.Create(t.Context(), probe, client.DryRunAll) == nil && probe.Spec.Owner != ""
	})
	return r
}

// warned collects what the server warns of.
type warned struct {
	mu    sync.Mutex
	texts []string
}

var _ rest.WarningHandler = (*warned)(nil)

// HandleWarningHeader takes a warning.
func (w *warned) HandleWarningHeader(_ int, _ string, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, text)
}

func (w *warned) has(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.texts, text)
}

// selfSigned writes tls.crt and tls.key for 127.0.0.1 into dir and returns the
// certificate.
func selfSigned(t *testing.T, dir string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "webhook"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, b := range map[string][]byte{"tls.crt": cert, "tls.key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert
}
