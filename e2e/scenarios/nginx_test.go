package scenarios

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// The test cluster of the documents: five nginx replicas behind one service,
// reached through every node and through the cluster address, round robin.
func TestNginxBehindAService(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", "../../deploy/examples/nginx-controller.yaml")
	kubectl(t, "create", "-n", ns, "-f", "../../deploy/examples/nginx-service.yaml")
	five := waitPods(t, ns, "app=nginx", 5)
	nodes := map[string]int{}
	for _, p := range five {
		nodes[p.Spec.NodeName]++
	}
	if len(nodes) != len(cluster.Nodes) {
		t.Errorf("the pods run on %v, not on every one of %d nodes", nodes, len(cluster.Nodes))
	}
	for _, n := range cluster.Nodes {
		url := fmt.Sprintf("http://%s:30001/", n.Address)
		if _, err := testbed.Page(t.Context(), nil, url, 15*time.Second); err != nil {
			t.Errorf("node port of %s: %v", n.Name, err)
		}
	}
	ip := kubectl(t, "get", "service", "-n", ns, "nginx-http-service", "-o", "jsonpath={.spec.clusterIP}")
	for _, n := range cluster.Nodes {
		if _, err := testbed.Page(t.Context(), n, "http://"+ip+":8000/", 15*time.Second); err != nil {
			t.Errorf("cluster address from %s: %v", n.Name, err)
		}
	}
	answered := map[string]int{}
	for range 20 {
		name, err := testbed.Page(t.Context(), cluster.Nodes[0], "http://"+ip+":8000/", 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		answered[name]++
	}
	if len(answered) != 5 {
		t.Errorf("20 requests were answered by %v: want all five pods", answered)
	}
	for name, n := range answered {
		if n != 4 && cluster.ProxyMode != "iptables" {
			t.Errorf("%s answered %d of 20 requests: want 4, round robin", name, n)
		}
	}
}

func TestTablesHaveUpstreamsColumns(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 1)))
	kubectl(t, "create", "-n", ns, "-f", file(t, service("web", 30400)))
	waitPods(t, ns, "app=web", 1)
	for _, c := range []struct{ args, heads string }{
		{"get pods", "NAME READY STATUS RESTARTS AGE"},
		{"get pods -o wide", "NAME READY STATUS RESTARTS AGE IP NODE NOMINATED NODE READINESS GATES"},
		{"get rc", "NAME DESIRED CURRENT READY AGE"},
		{"get services", "NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE"},
		{"get endpoints", "NAME ENDPOINTS AGE"},
		{"get nodes", "NAME STATUS ROLES AGE VERSION"},
		{"get namespaces", "NAME STATUS AGE"},
		{"get events", "LAST SEEN TYPE REASON OBJECT MESSAGE"},
	} {
		out := kubectl(t, append(strings.Fields(c.args), "-n", ns)...)
		head, _, _ := strings.Cut(out, "\n")
		if got := strings.Join(strings.Fields(head), " "); got != c.heads {
			t.Errorf("kubectl %s: heads %q, want %q", c.args, got, c.heads)
		}
	}
	out := kubectl(t, "get", "services", "-n", ns, "--no-headers")
	if !strings.Contains(out, "8000:30400/TCP") || !strings.Contains(out, "NodePort") {
		t.Errorf("the service's row is %q", out)
	}
	if out := kubectl(t, "get", "pods", "-n", ns, "--no-headers"); !strings.Contains(out, "1/1") || !strings.Contains(out, "Running") {
		t.Errorf("the pod's row is %q", out)
	}
}

func TestScale(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 2)))
	waitPods(t, ns, "app=web", 2)
	for _, n := range []int{6, 1, 3, 0} {
		out := kubectl(t, "scale", "-n", ns, "rc", "web", fmt.Sprintf("--replicas=%d", n))
		if want := "replicationcontroller/web scaled\n"; out != want {
			t.Errorf("kubectl scale said %q, want %q", out, want)
		}
		waitPods(t, ns, "app=web", n)
	}
	out := kubectl(t, "get", "rc", "-n", ns, "web", "--no-headers")
	if f := strings.Fields(out); f[1] != "0" || f[2] != "0" {
		t.Errorf("the controller's row is %q", out)
	}
}

func TestDeletedPodIsReplaced(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 2)))
	before := waitPods(t, ns, "app=web", 2)
	kubectl(t, "delete", "pod", "-n", ns, before[0].Metadata.Name)
	for _, p := range waitPods(t, ns, "app=web", 2) {
		if p.Metadata.UID == before[0].Metadata.UID {
			t.Error("the deleted pod is still there")
		}
	}
}

// Deleting the controller takes its pods with it.
func TestDeletedControllerTakesItsPods(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 2)))
	waitPods(t, ns, "app=web", 2)
	kubectl(t, "delete", "rc", "-n", ns, "web")
	eventually(t, 30*time.Second, func() error {
		if left := pods(t, ns, "app=web"); len(left) > 0 {
			return fmt.Errorf("%d pods are left", len(left))
		}
		return nil
	})
}

func TestServiceWithoutEndpointsRefuses(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, service("empty", 30401)))
	ip := kubectl(t, "get", "service", "-n", ns, "empty", "-o", "jsonpath={.spec.clusterIP}")
	client := cluster.Nodes[0].HTTPClient()
	eventually(t, 15*time.Second, func() error {
		began := time.Now()
		resp, err := client.Get("http://" + ip + ":8000/")
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			return fmt.Errorf("somebody answered: %s", resp.Status)
		}
		if took := time.Since(began); took > 2*time.Second {
			return fmt.Errorf("it hung for %v instead of refusing: %w", took, err)
		}
		return nil
	})
}

// A pod on one node reaches a pod on another, which sees the first one's own
// address.
func TestPodsReachEachOtherWithoutNAT(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 3)))
	web := waitPods(t, ns, "app=web", 3)
	from := web[0]
	for _, to := range web[1:] {
		got := kubectl(t, "exec", "-n", ns, from.Metadata.Name, "--", "timeout", "5", "wget", "-q", "-O", "-", "http://"+to.Status.PodIP+"/remote")
		if strings.TrimSpace(got) != from.Status.PodIP {
			t.Errorf("%s on %s sees the address %s, want %s of the pod on %s", to.Metadata.Name, to.Spec.NodeName, strings.TrimSpace(got), from.Status.PodIP, from.Spec.NodeName)
		}
	}
}

func TestLogsAndExec(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "run", "-n", ns, "talk", "--image=busybox:1.35", "--restart=Never", "--", "sh", "-c", "echo one; echo two; sleep 600")
	eventually(t, 30*time.Second, func() error {
		out, err := cluster.Kubectl(t.Context(), "logs", "-n", ns, "talk")
		if err != nil {
			return err
		}
		if out != "one\ntwo\n" {
			return fmt.Errorf("the log is %q", out)
		}
		return nil
	})
	if out := kubectl(t, "logs", "-n", ns, "talk", "--tail=1"); out != "two\n" {
		t.Errorf("--tail=1: %q", out)
	}
	if out := kubectl(t, "exec", "-n", ns, "talk", "--", "hostname"); out != "talk\n" {
		t.Errorf("hostname in the pod: %q", out)
	}
	out, err := cluster.Kubectl(t.Context(), "exec", "-n", ns, "talk", "--", "sh", "-c", "exit 7")
	if err == nil || !strings.Contains(out, "command terminated with exit code 7") {
		t.Errorf("a command that fails: %v, %q", err, out)
	}
	kubectl(t, "delete", "pod", "-n", ns, "talk", "--now")
}
