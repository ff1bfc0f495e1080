package apiserver_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/pki"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/metrics"
)

// measuringKubelet counts what the pods a and b and their node use: a tenth, half
// and a quarter of a processor. It runs with a certificate of s's cluster.
func measuringKubelet(t *testing.T, s *testserver.Server, asked *atomic.Int32) int32 {
	t.Helper()
	authority, err := pki.LoadAuthority(pki.Dir(s.DataDir))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Server("kubelet", []string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := pair.TLS()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now().Add(-time.Hour)
	k := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.VerifiedChains) == 0 || r.TLS.VerifiedChains[0][0].Subject.CommonName != "kube-apiserver-kubelet-client" {
			http.Error(w, "who is this?", http.StatusUnauthorized)
			return
		}
		asked.Add(1)
		now := time.Now()
		sec, stamp := now.Sub(began).Seconds(), now.UnixMilli()
		fmt.Fprintf(w, "node_cpu_usage_seconds_total %f %d\nnode_memory_working_set_bytes 1048576 %d\n", sec/4, stamp, stamp)
		for pod, share := range map[string]float64{"a": 10, "b": 2} {
			labels := fmt.Sprintf(`{container="c",namespace="default",pod=%q}`, pod)
			fmt.Fprintf(w, "container_cpu_usage_seconds_total%s %f %d\ncontainer_memory_working_set_bytes%s 2048 %d\ncontainer_start_time_seconds%s %d\n",
				labels, sec/share, stamp, labels, stamp, labels, began.Unix())
		}
	}))
	k.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: authority.Pool()}
	k.StartTLS()
	t.Cleanup(k.Close)
	u, err := url.Parse(k.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseInt(u.Port(), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return int32(port)
}

// TestUsage: what kubelets count is served as metrics.k8s.io, in all forms of
// the API, and nobody is asked before somebody wants to know.
func TestUsage(t *testing.T) {
	s := testserver.Start(t, nil)
	c := s.Client(t)
	var asked atomic.Int32
	port := measuringKubelet(t, s, &asked)
	for _, name := range []string{"n1", "silent"} {
		n := &core.Node{}
		n.Name = name
		n.Labels = map[string]string{"name": name}
		n.Status.Addresses = []core.NodeAddress{{Type: core.NodeInternalIP, Address: "127.0.0.1"}}
		if n.Status.DaemonEndpoints.KubeletEndpoint.Port = port; name == "silent" {
			n.Status.DaemonEndpoints.KubeletEndpoint.Port = 1
		}
		put(t, c, n)
	}
	sa := &core.ServiceAccount{}
	sa.Namespace, sa.Name = "default", "default"
	put(t, c, sa)
	for _, name := range []string{"a", "b", "unmeasured"} {
		p := &core.Pod{}
		p.Namespace, p.Name = "default", name
		p.Labels = map[string]string{"app": name}
		p.Spec.NodeName = "n1"
		p.Spec.Containers = []core.Container{{Name: "c", Image: "i"}}
		put(t, c, p)
	}
	if asked.Load() != 0 {
		t.Error("a kubelet is asked before anybody wants to know")
	}
	usageOfNodes(t, c)
	usageOfPods(t, c)
	usageForms(t, c)
}

func usageOfNodes(t *testing.T, c *client.Client) {
	t.Helper()
	nodes := client.Of[*metrics.NodeMetrics](c)
	list, err := nodes.List(t.Context(), "", client.ListOptions{})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("nodes: %+v, %v", list, err)
	}
	n := list.Items[0]
	cpu, memory := n.Usage[core.ResourceCPU], n.Usage[core.ResourceMemory]
	if n.Name != "n1" || n.Labels["name"] != "n1" || cpu.MilliValue() < 245 || cpu.MilliValue() > 255 || memory.String() != "1Mi" || n.Window.Duration <= 0 || n.Timestamp.IsZero() {
		t.Errorf("%+v", n)
	}
	if _, err := nodes.Get(t.Context(), "", "silent"); err == nil || err.Error() != `nodemetrics.metrics.k8s.io "silent" not found` {
		t.Errorf("a node whose kubelet does not answer: %v", err)
	}
}

func usageOfPods(t *testing.T, c *client.Client) {
	t.Helper()
	pods := client.Of[*metrics.PodMetrics](c)
	for query, want := range map[client.ListOptions]string{{}: "a b", {LabelSelector: "app=b"}: "b", {FieldSelector: "metadata.name=a"}: "a", {LabelSelector: "app=c"}: ""} {
		list, err := pods.List(t.Context(), "default", query)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range list.Items {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("pods by %+v: %q, want %q", query, got, want)
		}
	}
	b, err := pods.Get(t.Context(), "default", "b")
	if err != nil || len(b.Containers) != 1 || b.Containers[0].Name != "c" || b.Kind != "PodMetrics" {
		t.Errorf("%+v, %v", b, err)
	}
	for name, want := range map[string]string{"unmeasured": `podmetrics.metrics.k8s.io "default/unmeasured" not found`, "none": `pods "none" not found`} {
		if _, err := pods.Get(t.Context(), "default", name); !client.IsNotFound(err) || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// usageForms asks for tables, protobuf, and what is not served.
func usageForms(t *testing.T, c *client.Client) {
	t.Helper()
	const path = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods"
	resp, err := c.Raw().DoAccept(t.Context(), http.MethodGet, path, nil, "application/json;as=Table;v=v1;g=meta.k8s.io", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		ColumnDefinitions []struct{ Name string }
		Rows              []struct{ Cells []any }
	}
	if err := json.Unmarshal(resp.Body, &table); err != nil || len(table.Rows) != 2 || table.Rows[0].Cells[0] != "a" || table.Rows[0].Cells[2] != "2Ki" ||
		fmt.Sprint(table.ColumnDefinitions) != "[{Name} {cpu} {memory} {Window}]" {
		t.Errorf("table %s: %v", resp.Body, err)
	}
	if resp, err = c.Raw().DoAccept(t.Context(), http.MethodGet, path, nil, "application/vnd.kubernetes.protobuf", "", nil); err != nil {
		t.Fatal(err)
	}
	list := &metrics.PodMetricsList{}
	if err := codec.DecodeProto(resp.Body, list); err != nil || len(list.Items) != 2 || list.Items[1].Name != "b" || list.Items[1].Window.Duration <= 0 {
		t.Errorf("protobuf: %+v, %v", list, err)
	}
	for query, code := range map[string]int32{"watch=true": http.StatusMethodNotAllowed, "labelSelector=a+in+b": http.StatusBadRequest, "fieldSelector=spec.x%3Dy": http.StatusBadRequest} {
		q, _ := url.ParseQuery(query)
		_, err := c.Raw().Do(t.Context(), http.MethodGet, path, q, "", nil)
		var s *client.StatusError
		if !errors.As(err, &s) || s.Status.Code != code {
			t.Errorf("%s: %v, want %d", query, err, code)
		}
	}
	if _, err := c.Raw().Do(t.Context(), http.MethodPost, path, nil, "application/json", []byte("{}")); err == nil {
		t.Error("what is measured can be made")
	}
}

// put makes an object.
func put[T meta.Object](t *testing.T, c *client.Client, o T) {
	t.Helper()
	if _, err := client.Of[T](c).Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}
