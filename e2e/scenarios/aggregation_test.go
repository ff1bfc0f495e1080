package scenarios

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// extensionConf makes nginx an API server of one group with one kind. It serves
// nobody but the proxy that the cluster's config map names, and puts whom the
// proxy speaks for into what it answers.
const extensionConf = `user www-data;
worker_processes 1;
daemon off;
error_log /dev/stderr;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
	access_log off;
	default_type application/json;
	server {
		listen 8443 ssl;
		ssl_certificate /ext/tls.crt;
		ssl_certificate_key /ext/tls.key;
		ssl_client_certificate /ext/proxies.crt;
		ssl_verify_client on;
		location = /apis/ext.example.com/v1 {
			return 200 '{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"ext.example.com/v1","resources":[{"name":"things","singularName":"thing","namespaced":true,"kind":"Thing","verbs":["get","list"],"shortNames":["th"]}]}';
		}
		location ~ ^/apis/ext.example.com/v1/namespaces/([a-z0-9-]+)/things$ {
			return 200 '{"kind":"ThingList","apiVersion":"ext.example.com/v1","metadata":{},"items":[{"kind":"Thing","apiVersion":"ext.example.com/v1","metadata":{"name":"a-thing","namespace":"$1","creationTimestamp":"2026-01-01T00:00:00Z"},"seenBy":"$http_x_remote_user"}]}';
		}
	}
}
`

// extensionManifest is the extension with all that makes it part of the API.
const extensionManifest = `apiVersion: v1
kind: Service
metadata: {name: ext}
spec:
  selector: {app: ext}
  ports: [{name: https, port: 443, targetPort: 8443}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ext}
spec:
  selector: {matchLabels: {app: ext}}
  template:
    metadata: {labels: {app: ext}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: nginx
        image: nginx:1.22
        command: [/usr/sbin/nginx, -c, /ext/nginx.conf]
        readinessProbe: {tcpSocket: {port: 8443}, periodSeconds: 1}
        volumeMounts: [{name: ext, mountPath: /ext}]
      volumes: [{name: ext, secret: {secretName: ext}}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.ext.example.com}
spec:
  group: ext.example.com
  version: v1
  groupPriorityMinimum: 1000
  versionPriority: 10
  caBundle: CA
  service: {namespace: NAMESPACE, name: ext}
`

// A pod behind a service extends the API: kubectl gets its kind. While it is
// gone the API says so, and goes on without it; when it is back so is its kind.
func TestAggregatedAPI(t *testing.T) {
	ns := namespace(t)
	dir := t.TempDir()
	cert, key := servingPair(t, "ext."+ns+".svc")
	proxies := kubectl(t, "get", "configmap", "-n", "kube-system", "extension-apiserver-authentication", "-o", `jsonpath={.data.requestheader-client-ca-file}`)
	from := []string{"create", "secret", "generic", "ext", "-n", ns}
	for name, content := range map[string]string{"nginx.conf": extensionConf, "tls.crt": cert, "tls.key": key, "proxies.crt": proxies} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		from = append(from, "--from-file="+path)
	}
	kubectl(t, from...)
	afterwards(t, "delete", "apiservice", "v1.ext.example.com", "--ignore-not-found")
	kubectl(t, "apply", "-n", ns, "-f", file(t, strings.NewReplacer("CA", base64.StdEncoding.EncodeToString([]byte(cert)), "NAMESPACE", ns).Replace(extensionManifest)))

	available := func(want string) {
		t.Helper()
		eventually(t, 60*time.Second, func() error {
			got := kubectl(t, "get", "apiservice", "v1.ext.example.com", "-o", `jsonpath={range .status.conditions[?(@.type=="Available")]}{.status} {.reason}: {.message}{end}`)
			if got != want {
				return &unexpected{got, want}
			}
			return nil
		})
	}
	served := func() {
		t.Helper()
		available("True Passed: all checks passed")
		eventually(t, 30*time.Second, func() error { // until the pod's kind is in what kubectl discovers
			out, err := cluster.Kubectl(t.Context(), "get", "th", "-n", ns)
			if err != nil || !strings.Contains(out, "NAME") || !strings.Contains(out, "a-thing") {
				return fmt.Errorf("%w\n%s", err, out)
			}
			return nil
		})
		if got := kubectl(t, "get", "things.ext.example.com", "-n", ns, "-o", "jsonpath={.items[0].seenBy}"); got != "kubernetes-admin" {
			t.Errorf("the extension is told that it is asked by %q", got)
		}
	}
	served()
	if out := kubectl(t, "api-resources", "--api-group=ext.example.com"); !strings.Contains(out, "th ") || !strings.Contains(out, "Thing") {
		t.Errorf("kubectl api-resources:\n%s", out)
	}

	kubectl(t, "scale", "-n", ns, "deployment/ext", "--replicas=0")
	available(fmt.Sprintf(`False MissingEndpoints: endpoints for service/ext in %q have no addresses with port name "https"`, ns))
	if out := refused(t, "get", "--raw", "/apis/ext.example.com/v1/namespaces/"+ns+"/things"); !strings.Contains(out, "(ServiceUnavailable)") {
		t.Errorf("a request while it is gone: %s", out)
	}
	kubectl(t, "get", "pods", "-n", ns)

	kubectl(t, "scale", "-n", ns, "deployment/ext", "--replicas=1")
	served()
}

// servingPair is a certificate that speaks for a host, signed by itself, and its
// key.
func servingPair(t *testing.T, host string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b}))
}
