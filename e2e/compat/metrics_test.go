package compat

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
)

// kubectl top shows what nodes and pods use with nothing installed. A
// metrics-server that is installed, as by kubectl apply, serves it instead; when
// its APIService is deleted our own figures are back.
func TestMetricsServer(t *testing.T) {
	server := strangers.Install(t, "sigs.k8s.io/metrics-server/cmd/metrics-server", "v0.9.0")
	kubectl := strangers.Kubectls(t, mainVersion)[mainVersion]
	b := bed.Start(t, bed.Config{Controllers: "-node-lifecycle-controller,-taint-eviction-controller,-pod-garbage-collector-controller,*"})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	ctx := t.Context()

	kubelet := usage(t, b.Dir)
	kubeletPort, err := strconv.Atoi(kubelet.Port())
	if err != nil {
		t.Fatal(err)
	}
	amounts := corev1.ResourceList{"cpu": resource.MustParse("2"), "memory": resource.MustParse("1Gi"), "pods": resource.MustParse("10")}
	if _, err := client.CoreV1().Nodes().Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "measured"}, Status: corev1.NodeStatus{
		Addresses:  []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: kubelet.Hostname()}},
		Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}, Capacity: amounts, Allocatable: amounts,
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(kubeletPort)}}}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	makePod(t, client, "measured", "measured", "192.0.2.8")

	home := t.TempDir()
	prints := func(want string, args ...string) {
		t.Helper()
		pattern := regexp.MustCompile(want)
		within(t, 90*time.Second, func() error {
			cmd := exec.CommandContext(ctx, kubectl, args...)
			cmd.Env = append(os.Environ(), "HOME="+home, "KUBECONFIG="+b.Kubeconfig)
			out, err := cmd.CombinedOutput()
			if err != nil || !pattern.Match(out) {
				return fmt.Errorf("kubectl %v: %w\n%s", args, err, out)
			}
			return nil
		})
	}
	same := func() {
		t.Helper()
		prints(`measured +250m +12% +256Mi +25%`, "top", "nodes")
		prints(`measured +c +100m +20Mi`, "top", "pods", "--containers")
		prints(`nodes +metrics.k8s.io/v1beta1 +false +NodeMetrics`, "api-resources", "--api-group=metrics.k8s.io")
		prints(`NAME +CPU +MEMORY +WINDOW\nmeasured +\d+[num] +256Mi +\d`, "get", "nodes.metrics.k8s.io")
	}
	same()
	prints(`v1beta1.metrics.k8s.io +Local +True`, "get", "apiservice", "v1beta1.metrics.k8s.io")

	port := bed.FreePort(t)
	start(t, "metrics-server", server, "--kubeconfig="+b.Kubeconfig, "--authentication-kubeconfig="+b.Kubeconfig, "--authorization-kubeconfig="+b.Kubeconfig,
		"--kubelet-insecure-tls", "--kubelet-use-node-status-port", "--kubelet-preferred-address-types=InternalIP", "--metric-resolution=10s", "--kubelet-request-timeout=5s",
		"--bind-address=127.0.0.1", fmt.Sprint("--secure-port=", port), "--cert-dir="+t.TempDir())
	if _, err := client.CoreV1().Services("kube-system").Create(ctx, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "metrics-server"},
		Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	services := dynamic.NewForConfigOrDie(config(t, b)).Resource(schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"})
	if _, err := services.Apply(ctx, "v1beta1.metrics.k8s.io", &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": map[string]any{"name": "v1beta1.metrics.k8s.io"},
		"spec": map[string]any{"group": "metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": int64(100), "versionPriority": int64(100),
			"insecureSkipTLSVerify": true, "service": map[string]any{"namespace": "kube-system", "name": "metrics-server", "port": int64(port)}}}}, metav1.ApplyOptions{FieldManager: "kubectl", Force: true}); err != nil {
		t.Fatal(err)
	}
	within(t, 90*time.Second, func() error {
		s, err := services.Get(ctx, "v1beta1.metrics.k8s.io", metav1.GetOptions{})
		if err != nil {
			return err
		}
		conditions, _, _ := unstructured.NestedSlice(s.Object, "status", "conditions")
		for _, c := range conditions {
			if c := c.(map[string]any); c["type"] == "Available" && c["status"] == "True" && c["reason"] == "Passed" {
				return nil
			}
		}
		return fmt.Errorf("the API service is not available: %v", conditions)
	})
	same()
	prints(`"cpu":"250\d{6}n"|"cpu":"250m"`, "get", "--raw", "/apis/metrics.k8s.io/v1beta1/nodes/measured")
	if err := services.Delete(ctx, "v1beta1.metrics.k8s.io", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	prints(`v1beta1.metrics.k8s.io +Local +True`, "get", "apiservice", "v1beta1.metrics.k8s.io")
	same()
}

// usage serves what a kubelet says of the use of its node and of the pod
// "measured": a quarter of a core and 256 MiB, and a tenth of one and 20 MiB. Its
// certificate is of the cluster whose data folder is dir, as a kubelet's is.
func usage(t *testing.T, dir string) *url.URL {
	t.Helper()
	began := time.Now().Add(-time.Hour)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/metrics/resource" {
			http.NotFound(w, r)
			return
		}
		now := time.Now()
		elapsed, stamp := now.Sub(began).Seconds(), now.UnixMilli()
		labels := `{container="c",namespace="default",pod="measured"}`
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprintf(w, "node_cpu_usage_seconds_total %f %d\nnode_memory_working_set_bytes %d %d\n", elapsed/4, stamp, 256<<20, stamp)
		fmt.Fprintf(w, "container_cpu_usage_seconds_total%s %f %d\ncontainer_memory_working_set_bytes%s %d %d\ncontainer_start_time_seconds%s %d\n",
			labels, elapsed/10, stamp, labels, 20<<20, stamp, labels, began.Unix())
	}))
	authority, err := tls.LoadX509KeyPair(filepath.Join(dir, "pki/ca.crt"), filepath.Join(dir, "pki/ca.key"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: began, NotAfter: began.Add(24 * time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, authority.Leaf, key.Public(), authority.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
