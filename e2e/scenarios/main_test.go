// Package scenarios is the end-to-end tests: a cluster of several hosts, real
// containers, real networking, and what users do with them. One cluster serves
// all scenarios of this package but those that say otherwise; each scenario
// works in a namespace of its own and leaves the cluster as it found it.
//
// Run one alone with: go test -count=1 -v ./e2e/scenarios -run TestScale
//
// Two runs at once on one machine need beds of their own: E2E_BED=pha
// E2E_SUBNET=10.94.0. PROXY_MODE=iptables tries kube-proxy's other back end,
// E2E_BIN=FOLDER binaries that lie elsewhere, E2E_STATE=/dev/shm/ph- puts the
// hosts' disks into memory where the real one is full.
package scenarios

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// cluster is up for all scenarios.
var cluster *testbed.Cluster

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("needs root and a cluster of its own: make test-e2e")
		os.Exit(0)
	}
	ctx := context.Background()
	c := config(cmp.Or(os.Getenv("E2E_BED"), "pht"), cmp.Or(os.Getenv("E2E_SUBNET"), "10.98.0"), 3, 0)
	began := time.Now()
	say := func(format string, args ...any) {
		fmt.Printf("==> [%5.1fs] %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	var err error
	if cluster, err = testbed.Up(ctx, c, say); err == nil {
		err = cluster.WaitNodes(ctx, 2*time.Minute)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the cluster does not start:", err)
		keep(c)
		os.Exit(1)
	}
	say("the cluster is up")
	code := m.Run()
	if code != 0 {
		keep(c)
	}
	if err := testbed.Down(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "the cluster does not go away:", err)
		code = 1
	}
	os.Exit(code)
}

// config is a cluster of these tests.
func config(name, subnet string, nodes, etcd int) testbed.Config {
	bin, err := filepath.Abs(cmp.Or(os.Getenv("E2E_BIN"), "../../bin"))
	if err != nil {
		panic(err)
	}
	return testbed.Config{Name: name, State: cmp.Or(os.Getenv("E2E_STATE"), "/var/lib/pilothouse-") + name, Bin: bin, Subnet: subnet, Nodes: nodes, Etcd: etcd, PodCIDR: "10.244.0.0/16",
		ProxyMode: os.Getenv("PROXY_MODE")}
}

// keep saves the logs of a run that failed, and shows the end of each.
func keep(c testbed.Config) {
	logs, _ := filepath.Glob(filepath.Join(c.State, "hosts/*/log/*.log"))
	dir := filepath.Join(os.TempDir(), "pilothouse-failed")
	for _, l := range logs {
		b, err := os.ReadFile(l)
		if err != nil || len(b) == 0 {
			continue
		}
		rel, _ := filepath.Rel(filepath.Join(c.State, "hosts"), l)
		to := filepath.Join(dir, rel)
		_ = os.MkdirAll(filepath.Dir(to), 0o755)
		_ = os.WriteFile(to, b, 0o644)
		lines := strings.Split(strings.TrimSpace(string(b)), "\n")
		fmt.Printf("--- %s (whole: %s)\n%s\n", rel, to, strings.Join(lines[max(0, len(lines)-12):], "\n"))
	}
}

// kubectl runs our kubectl and fails the test when it fails.
func kubectl(t *testing.T, args ...string) string {
	t.Helper()
	out, err := cluster.Kubectl(t.Context(), args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// refused runs our kubectl, which must fail, and returns what it said.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	out, err := cluster.Kubectl(t.Context(), args...)
	if err == nil {
		t.Fatalf("kubectl %s worked, and should have been refused:\n%s", strings.Join(args, " "), out)
	}
	return out
}

// afterwards runs our kubectl when the test has ended.
func afterwards(t *testing.T, args ...string) {
	t.Cleanup(func() {
		if out, err := cluster.Kubectl(context.Background(), args...); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// namespace makes a namespace for one scenario.
func namespace(t *testing.T) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	kubectl(t, "create", "namespace", name)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
		defer cancel()
		if out, err := cluster.Kubectl(ctx, "delete", "namespace", name); err != nil {
			t.Errorf("the namespace does not go away: %v\n%s", err, out)
		}
	})
	return name
}

// file writes a manifest for kubectl -f.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "manifest.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// eventually fails the test when f does not return nil in time.
func eventually(t *testing.T, within time.Duration, f func() error) {
	t.Helper()
	if err := testbed.Eventually(t.Context(), within, f); err != nil {
		t.Fatal(err)
	}
}

// pod is what the scenarios look at.
type pod struct {
	Metadata struct{ Name, UID, DeletionTimestamp string }
	Spec     struct{ NodeName string }
	Status   struct {
		PodIP, Phase      string
		Conditions        []struct{ Type, Status string }
		ContainerStatuses []struct {
			RestartCount int
			ContainerID  string
			State        struct {
				Running    *struct{ StartedAt string }
				Waiting    *struct{ Reason string }
				Terminated *struct{ Reason string }
			}
			LastState struct{ Terminated *struct{ ExitCode int } }
		}
	}
}

func (p pod) ready() bool {
	for _, c := range p.Status.Conditions {
		if c.Type == "Ready" {
			return c.Status == "True"
		}
	}
	return false
}

// pods lists the pods of a selector that are not on their way out.
func pods(t *testing.T, ns, selector string) []pod {
	t.Helper()
	var list struct{ Items []pod }
	if err := json.Unmarshal([]byte(kubectl(t, "get", "pods", "-n", ns, "-l", selector, "-o", "json")), &list); err != nil {
		t.Fatal(err)
	}
	var live []pod
	for _, p := range list.Items {
		if p.Metadata.DeletionTimestamp == "" {
			live = append(live, p)
		}
	}
	return live
}

// waitPods waits for exactly n ready pods.
func waitPods(t *testing.T, ns, selector string, n int) []pod {
	t.Helper()
	if err := cluster.WaitPods(t.Context(), ns, selector, n, 90*time.Second); err != nil {
		t.Fatalf("%v\n%s", err, kubectl(t, "get", "pods", "-n", ns, "-o", "wide"))
	}
	return pods(t, ns, selector)
}

// controller is n nginx pods labelled app=name, which stop at once.
func controller(name string, n int) string {
	return fmt.Sprintf(`apiVersion: v1
kind: ReplicationController
metadata: {name: %[1]s}
spec:
  replicas: %[2]d
  selector: {app: %[1]s}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: nginx
        image: nginx:1.22
        ports: [{containerPort: 80}]
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}
`, name, n)
}

// service is a node port service in front of app=name.
func service(name string, nodePort int) string {
	return fmt.Sprintf(`apiVersion: v1
kind: Service
metadata: {name: %[1]s}
spec:
  type: NodePort
  selector: {app: %[1]s}
  ports: [{port: 8000, targetPort: 80, nodePort: %[2]d}]
`, name, nodePort)
}
