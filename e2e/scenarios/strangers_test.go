package scenarios

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// strangers finds genuine kubectls: $KUBECTL, or those beside the one on the
// PATH (a launcher there may have kubectl.1.27 and so on next to it).
func strangers() []string {
	if k := os.Getenv("KUBECTL"); k != "" {
		return []string{k}
	}
	path, err := exec.LookPath("kubectl")
	if err != nil {
		return nil
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if beside, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "kubectl.1.*")); len(beside) > 0 {
		return beside
	}
	return []string{path}
}

// The sequence of the documents, with every kubectl there is: ours and
// strangers'.
func TestTheSameSequenceWithEveryKubectl(t *testing.T) {
	all := append([]string{filepath.Join(cluster.Bin, "kubectl")}, strangers()...)
	if len(all) == 1 {
		t.Log("!!!!!!!! NO GENUINE KUBECTL IS ON THIS MACHINE: the sequence ran with ours only. Set KUBECTL to the path of one. !!!!!!!!")
	}
	for i, path := range all {
		name := filepath.Base(path)
		if i == 0 {
			name = "ours"
		}
		t.Run(name, func(t *testing.T) { sequence(t, path, "seq-"+strings.NewReplacer(".", "-").Replace(name), 30410+i) })
	}
}

func sequence(t *testing.T, path, ns string, nodePort int) {
	run := func(args ...string) string {
		t.Helper()
		out, err := cluster.KubectlAt(t.Context(), path, args...)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return out
	}
	has := func(out string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("%q is missing in:\n%s", w, out)
			}
		}
	}
	has(run("version", "-o", "json"), `"serverVersion"`, `"gitVersion": "v1.32`)
	has(run("cluster-info"), "control plane", "is running at", cluster.Server())
	has(run("api-resources"), "replicationcontrollers", "rc", "true", "ReplicationController")
	has(run("create", "namespace", ns), "namespace/"+ns+" created")
	rc, svc := file(t, controller("web", 2)), file(t, service("web", nodePort))
	has(run("create", "-n", ns, "-f", rc), "replicationcontroller/web created")
	has(run("apply", "-n", ns, "-f", svc), "service/web created")
	has(run("apply", "-n", ns, "-f", svc), "service/web unchanged")
	if err := cluster.WaitPods(t.Context(), ns, "app=web", 2, 90*time.Second); err != nil {
		t.Fatal(err)
	}
	has(run("get", "pods", "-n", ns, "-o", "wide"), "NOMINATED NODE", "Running", "1/1")
	has(run("get", "rc", "-n", ns), "DESIRED", "web")
	has(run("get", "pods", "-n", ns, "-o", "jsonpath={.items[*].status.phase}"), "Running Running")
	has(run("get", "pods", "-n", ns, "-o", "custom-columns=N:.metadata.name,P:.status.phase"), "Running")
	pod := strings.Fields(run("get", "pods", "-n", ns, "-o", "name"))[0]
	has(pod, "pod/web-")
	has(run("get", "-n", ns, pod, "-o", "yaml"), "kind: Pod", "podIP:", "restartPolicy: Always")
	has(run("describe", "-n", ns, pod), "Controlled By:", "ReplicationController/web", "Scheduled", "Started", "Successfully assigned "+ns+"/")
	has(run("describe", "rc", "-n", ns, "web"), "2 current / 2 desired", "SuccessfulCreate")
	has(run("describe", "service", "-n", ns, "web"), "NodePort:", fmt.Sprint(nodePort), "Endpoints:")
	has(run("describe", "node", cluster.Nodes[0].Name), "PodCIDR:", "Allocated resources:", "KubeletReady")
	has(run("label", "-n", ns, pod, "tier=front"), "labeled")
	has(run("get", "pods", "-n", ns, "-l", "tier=front", "-L", "tier"), "TIER", "front")
	has(run("annotate", "-n", ns, pod, "note=hello"), "annotate")
	has(run("scale", "-n", ns, "rc/web", "--replicas=3"), "scaled")
	if err := cluster.WaitPods(t.Context(), ns, "app=web", 3, 90*time.Second); err != nil {
		t.Fatal(err)
	}
	if _, err := testbed.Page(t.Context(), nil, fmt.Sprintf("http://%s:%d/", cluster.Nodes[0].Address, nodePort), 15*time.Second); err != nil {
		t.Error(err)
	}
	has(run("logs", "-n", ns, "-l", "app=web", "--tail=5"), "GET /")
	has(run("exec", "-n", ns, pod, "--", "hostname"), strings.TrimPrefix(pod, "pod/"))
	has(run("expose", "-n", ns, "rc", "web", "--port=80", "--name=inner"), "service/inner exposed")
	has(run("run", "-n", ns, "once", "--image=busybox:1.35", "--restart=Never", "--", "true"), "pod/once created")
	has(run("wait", "-n", ns, "pod/once", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s"), "condition met")
	has(run("patch", "rc", "-n", ns, "web", "-p", `{"spec":{"replicas":1}}`), "patched")
	has(run("explain", "pods.spec.containers"), "FIELD: containers")
	has(run("get", "events", "-n", ns), "LAST SEEN", "Created")
	node := cluster.Nodes[1].Name
	has(run("cordon", node), "cordoned")
	has(run("get", "nodes"), "SchedulingDisabled")
	has(run("drain", node, "--ignore-daemonsets", "--force", "--delete-emptydir-data", "--timeout=90s"), "drained")
	has(run("uncordon", node), "uncordoned")
	has(run("delete", "-n", ns, "-f", svc), `service "web" deleted`)
	has(run("delete", "namespace", ns, "--timeout=90s"), "deleted")
}
