package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// named is what has names: a stateful set behind a headless service, a service
// with an address in front of the same pods, a pod with a name of its own that
// is never ready, and another name for a host elsewhere.
const named = `apiVersion: v1
kind: Service
metadata: {name: web}
spec: {clusterIP: None, selector: {app: web}, ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: front}
spec: {selector: {app: web}, ports: [{name: http, port: 8000, targetPort: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: all}
spec: {clusterIP: None, publishNotReadyAddresses: true, selector: {app: late}}
---
apiVersion: v1
kind: Service
metadata: {name: ready}
spec: {clusterIP: None, selector: {app: late}}
---
apiVersion: v1
kind: Service
metadata: {name: elsewhere}
spec: {type: ExternalName, externalName: elsewhere.example.com}
---
apiVersion: v1
kind: Pod
metadata: {name: late, labels: {app: late}}
spec:
  hostname: tardy
  subdomain: all
  terminationGracePeriodSeconds: 0
  containers:
  - {name: c, image: "busybox:1.35", command: [sleep, "3600"], readinessProbe: {exec: {command: ["false"]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"]}]
---
`

// The pods of a stateful set keep their names: in genuine CoreDNS, which runs
// in a pod and knows the cluster by its API alone, each has one under its
// headless service, and it leads to whichever pod has the identity now.
// Services, ports and other pods have their names too.
func TestNamesInDNS(t *testing.T) {
	nameServer(t)
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, named+
		strings.NewReplacer("kind: Deployment", "kind: StatefulSet", "replicas: 2", "replicas: 2\n  serviceName: web\n  podManagementPolicy: Parallel").Replace(deployment("web", 2, ""))))
	waitPods(t, ns, "app=web", 2)
	waitPods(t, ns, "app=client", 1)
	becomes(t, ns, "late", ".status.phase", "Running")
	ip := func(pod string) string { return field(t, ns, pod, ".status.podIP") }
	domain := "." + ns + ".svc.cluster.local"
	old := ip("web-0")

	front := kubectl(t, "get", "service", "front", "-n", ns, "-o", "jsonpath={.spec.clusterIP}")
	leads(t, ns, "a", "front"+domain, front)
	leads(t, ns, "a", "kubernetes.default.svc.cluster.local", "10.96.0.1")
	leads(t, ns, "a", "web"+domain, old, ip("web-1"))
	leads(t, ns, "a", "web-0.web"+domain, old)
	leads(t, ns, "a", "web-1.web"+domain, ip("web-1"))
	leads(t, ns, "srv", "_http._tcp.web"+domain, "80 web-0.web"+domain, "80 web-1.web"+domain)
	leads(t, ns, "srv", "_http._tcp.front"+domain, "8000 front"+domain)
	n, dashed := strings.Split(old, "."), strings.ReplaceAll(old, ".", "-")
	leads(t, ns, "ptr", fmt.Sprintf("%s.%s.%s.%s.in-addr.arpa", n[3], n[2], n[1], n[0]), "web-0.web"+domain, dashed+".front"+domain)
	leads(t, ns, "cname", "elsewhere"+domain, "elsewhere.example.com")
	// Nothing is asked of a pod that wants to be found before it is ready.
	leads(t, ns, "a", "all"+domain, ip("late"))
	leads(t, ns, "a", "tardy.all"+domain, ip("late"))
	leads(t, ns, "a", "ready"+domain)
	leads(t, ns, "a", dashed+"."+ns+".pod.cluster.local", old)
	leads(t, ns, "a", "web-2.web"+domain)

	// What programs ask goes through the pod's own resolv.conf: short names do.
	inPod := func(command string) string {
		t.Helper()
		return strings.TrimSpace(kubectl(t, "exec", "-n", ns, "client", "--", "sh", "-c", command))
	}
	if got, want := inPod("cat /etc/resolv.conf"), "search "+ns+".svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5"; got != want {
		t.Errorf("resolv.conf is %q, want %q", got, want)
	}
	for _, name := range []string{"web-1.web", "web-1.web." + ns, "web-1.web." + ns + ".svc", "web-1.web" + domain} {
		if got := inPod("timeout 10 wget -qO- http://" + name + "/hostname"); got != "web-1" {
			t.Errorf("at %s one who calls himself %q answers", name, got)
		}
	}
	if got := inPod("timeout 10 wget -qO- http://front:8000/hostname"); got != "web-0" && got != "web-1" {
		t.Errorf("at front one who calls himself %q answers", got)
	}
	if got := strings.TrimSpace(kubectl(t, "exec", "-n", ns, "web-1", "--", "hostname", "-f")); got != "web-1.web"+domain {
		t.Errorf("web-1 calls itself %q", got)
	}
	if got := strings.TrimSpace(kubectl(t, "exec", "-n", ns, "late", "--", "hostname", "-f")); got != "tardy.all"+domain {
		t.Errorf("the pod with a name of its own calls itself %q", got)
	}

	// The identity moves to another pod, and the name with it.
	uid := field(t, ns, "web-0", ".metadata.uid")
	kubectl(t, "delete", "pod", "-n", ns, "web-0")
	for _, p := range waitPods(t, ns, "app=web", 2) {
		if p.Metadata.UID == uid {
			t.Fatal("web-0 was not replaced")
		}
	}
	leads(t, ns, "a", "web-0.web"+domain, ip("web-0"))
	leads(t, ns, "a", "web"+domain, ip("web-0"), ip("web-1"))
	if got := inPod("timeout 10 wget -qO- http://web-0.web/hostname"); got != "web-0" {
		t.Errorf("at web-0.web one who calls himself %q answers", got)
	}
	kubectl(t, "scale", "-n", ns, "statefulset/web", "--replicas=1")
	leads(t, ns, "a", "web"+domain, ip("web-0"))
	leads(t, ns, "a", "web-1.web"+domain)
}

// nameServer runs CoreDNS in the cluster for one scenario.
func nameServer(t *testing.T) {
	t.Helper()
	program := filepath.Join(cluster.Bin, "coredns")
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("%v: make coredns builds it", err)
	}
	text, err := os.ReadFile("testdata/coredns.yaml")
	if err != nil {
		t.Fatal(err)
	}
	manifest := file(t, strings.ReplaceAll(string(text), "PROGRAM", program))
	kubectl(t, "create", "-f", manifest)
	afterwards(t, "delete", "-f", manifest)
	waitPods(t, "kube-system", "k8s-app=kube-dns", 1)
}

// answer is a line of nslookup's with an answer: an address, or the last words
// of another record.
var answer = regexp.MustCompile(`(?m)^(?:Address: (\S+)|\S+\t(?:service = \d+ \d+ (.+)|name = (.+)|canonical name = (.+)))$`)

// leads waits until the pod client is told just these answers to a question.
func leads(t *testing.T, ns, kind, name string, want ...string) {
	t.Helper()
	name += "." // asked as it is
	slices.Sort(want)
	eventually(t, 30*time.Second, func() error {
		// It fails when there is no such name, which may be what is wanted.
		out := kubectl(t, "exec", "-n", ns, "client", "--", "sh", "-c", "nslookup -type="+kind+" "+name+" || true")
		_, text, _ := strings.Cut(out, "\n\n") // after the server's own name and address
		var got []string
		for _, m := range answer.FindAllStringSubmatch(text, -1) {
			got = append(got, strings.Join(m[1:], ""))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			return fmt.Errorf("%s of %s: %q, want %q:\n%s", kind, name, got, want, out)
		}
		return nil
	})
}
