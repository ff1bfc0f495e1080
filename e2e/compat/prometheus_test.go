package compat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/pilothouse/pilothouse/e2e/compat/bed"
	"github.com/pilothouse/pilothouse/e2e/compat/strangers"
)

// Prometheus discovers nodes, services, pods, endpoints and slices,
// and hears of new ones.
func TestPrometheus(t *testing.T) {
	prometheus := strangers.Prometheus(t)
	b := bed.Start(t, bed.Config{Controllers: "-node-lifecycle-controller,-taint-eviction-controller,-pod-garbage-collector-controller,*"})
	client := kubernetes.NewForConfigOrDie(config(t, b))
	ctx := t.Context()
	node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "prom-node"}, Status: corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "192.0.2.7"}}}}
	if _, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: "prom-service"}, Spec: corev1.ServiceSpec{Selector: map[string]string{"app": "prom"}, Ports: []corev1.ServicePort{{Name: "http", Port: 80}}}}
	if _, err := client.CoreV1().Services("default").Create(ctx, service, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	makePod(t, client, "prom-pod", "prom-node", "192.0.2.8")

	dir := t.TempDir()
	var text strings.Builder
	// Our own metrics, with the administrator's certificate out of the kubeconfig.
	c := config(t, b)
	for name, data := range map[string][]byte{"ca": c.CAData, "cert": c.CertData, "key": c.KeyData} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintf(&text, "scrape_configs:\n- job_name: apiserver\n  scheme: https\n  scrape_interval: 1s\n"+
		"  tls_config: {ca_file: %[1]s/ca, cert_file: %[1]s/cert, key_file: %[1]s/key}\n  static_configs: [{targets: [%[2]q]}]\n",
		dir, strings.TrimPrefix(b.Server, "https://"))
	for _, role := range []string{"node", "service", "pod", "endpoints", "endpointslice"} {
		fmt.Fprintf(&text, "- job_name: %[1]s\n  scrape_interval: 1h\n  kubernetes_sd_configs: [{role: %[1]s, kubeconfig_file: %[2]q}]\n", role, b.Kubeconfig)
	}
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprint("127.0.0.1:", bed.FreePort(t))
	start(t, "prometheus", prometheus, "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	finds := func(role, label, value string) func() bool {
		return func() bool {
			for _, target := range targets(address) {
				if target["job"] == role && target[label] == value {
					return true
				}
			}
			return false
		}
	}
	eventually(t, 60*time.Second, "the node", finds("node", "__meta_kubernetes_node_name", "prom-node"))
	eventually(t, 20*time.Second, "the service", finds("service", "__meta_kubernetes_service_name", "prom-service"))
	eventually(t, 20*time.Second, "the pod", finds("pod", "__meta_kubernetes_pod_name", "prom-pod"))
	eventually(t, 20*time.Second, "the pod's address", finds("pod", "__meta_kubernetes_pod_ip", "192.0.2.8"))
	eventually(t, 20*time.Second, "the pod behind the endpoints", finds("endpoints", "__meta_kubernetes_pod_name", "prom-pod"))
	eventually(t, 20*time.Second, "the pod behind the slice", finds("endpointslice", "__meta_kubernetes_pod_name", "prom-pod"))
	eventually(t, 20*time.Second, "our metrics", func() bool { return scraped(address, "apiserver") })
	makePod(t, client, "prom-later", "prom-node", "192.0.2.9")
	eventually(t, 20*time.Second, "a pod that came later", finds("endpoints", "__meta_kubernetes_pod_name", "prom-later"))
	slice := &discoveryv1.EndpointSlice{ObjectMeta: metav1.ObjectMeta{Name: "hand", Labels: map[string]string{"by": "hand"}}, AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints: []discoveryv1.Endpoint{{Addresses: []string{"192.0.2.10"}}}, Ports: []discoveryv1.EndpointPort{{Port: new(int32(9090))}}}
	if _, err := client.DiscoveryV1().EndpointSlices("default").Create(ctx, slice, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "a slice without a service", finds("endpointslice", "__meta_kubernetes_endpointslice_name", "hand"))
}

// scraped says whether a job's only target answered the last time.
func scraped(address, job string) bool {
	resp, err := http.Get("http://" + address + "/api/v1/query?query=up{job%3D%22" + job + "%22}")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	return json.NewDecoder(resp.Body).Decode(&answer) == nil && len(answer.Data.Result) == 1 && answer.Data.Result[0].Value[1] == "1"
}

// targets are the labels of everything that Prometheus has discovered.
func targets(address string) (all []map[string]string) {
	resp, err := http.Get("http://" + address + "/api/v1/targets")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			ActiveTargets, DroppedTargets []struct{ DiscoveredLabels map[string]string }
		}
	}
	if json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return nil
	}
	for _, target := range append(answer.Data.ActiveTargets, answer.Data.DroppedTargets...) {
		all = append(all, target.DiscoveredLabels)
	}
	return all
}

// makePod makes a pod that runs on node, as far as its status says.
func makePod(t *testing.T, client kubernetes.Interface, name, node, ip string) {
	t.Helper()
	ctx := t.Context()
	var pod *corev1.Pod
	eventually(t, 20*time.Second, "the pod "+name, func() bool {
		var err error
		pod, err = client.CoreV1().Pods("default").Create(ctx, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": "prom"}},
			Spec: corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{Name: "c", Image: "i", Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 80}}}}}}, metav1.CreateOptions{})
		return err == nil // not before the namespace has its service account
	})
	pod.Status = corev1.PodStatus{Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}}, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}
	if _, err := client.CoreV1().Pods("default").UpdateStatus(ctx, pod, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}
