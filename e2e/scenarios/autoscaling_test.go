package scenarios

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// lever is a service that says, by answering, that there is work.
const lever = `apiVersion: v1
kind: Service
metadata: {name: lever}
spec:
  selector: {app: lever}
  ports: [{port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: lever, labels: {app: lever}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: nginx, image: nginx:1.22, readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 1}}]
`

// busyWhile is a deployment whose pods use all of the tenth of a processor that
// they get for as long as the service at an address answers.
const busyWhile = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: busy
        image: busybox:1.35
        command:
        - sh
        - -c
        - |
          while :; do
            if printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 ADDRESS 80 | grep -q 'HTTP/1.1 200'; then
              end=$(($(date +%s) + 3))
              while [ $(date +%s) -lt $end ]; do :; done
            else
              sleep 1
            fi
          done
        resources: {requests: {cpu: 100m, memory: 16Mi}, limits: {cpu: 100m}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
  behavior: {scaleDown: {stabilizationWindowSeconds: 5}}
`

// With nothing installed, load makes a deployment grow and it shrinks back, and
// every kubectl top shows what pods and nodes use.
func TestLoadMakesADeploymentGrow(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, lever))
	waitPods(t, ns, "app=lever", 1)
	address := kubectl(t, "get", "service", "-n", ns, "lever", "-o", "jsonpath={.spec.clusterIP}")
	kubectl(t, "create", "-n", ns, "-f", file(t, strings.ReplaceAll(busyWhile, "ADDRESS", address)))
	eventually(t, 5*time.Minute, func() error { return replicas(t, ns, 3) })
	waitPods(t, ns, "app=web", 3)
	if out := kubectl(t, "describe", "hpa", "-n", ns, "web"); !strings.Contains(out, "SuccessfulRescale") {
		t.Errorf("no event tells of the growing:\n%s", out)
	}
	for _, command := range append([]string{filepath.Join(cluster.Bin, "kubectl")}, strangers()...) {
		eventually(t, 2*time.Minute, func() error { return plausible(t, command, ns) })
	}
	kubectl(t, "delete", "pod", "-n", ns, "lever")
	eventually(t, 5*time.Minute, func() error { return replicas(t, ns, 1) })
	out := kubectl(t, "get", "hpa", "-n", ns, "web", "-o", `jsonpath={range .status.conditions[*]}{.type}={.status} {end}`)
	for _, want := range []string{"AbleToScale=True", "ScalingActive=True"} {
		if !strings.Contains(out, want) {
			t.Errorf("conditions: %s", out)
		}
	}
}

// replicas is nil when the deployment is to have n pods.
func replicas(t *testing.T, ns string, n int) error {
	if got := kubectl(t, "get", "deployment", "-n", ns, "web", "-o", "jsonpath={.spec.replicas}"); got != strconv.Itoa(n) {
		return fmt.Errorf("%s pods are wanted, not %d; %s", got, n, kubectl(t, "get", "hpa", "-n", ns, "web", "-o", "jsonpath={.status}"))
	}
	return nil
}

var (
	podLine  = regexp.MustCompile(`(?m)^web-\S+ +busy +(\d+)m +(\d+)Mi`)
	nodeLine = regexp.MustCompile(`(?m)^\S+ +(\d+)m +\d+% +(\d+)Mi +\d+%`)
)

// plausible is nil when a kubectl's top shows three busy pods and all nodes.
func plausible(t *testing.T, command, ns string) error {
	top := func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		return cluster.KubectlAt(ctx, command, append([]string{"top"}, args...)...)
	}
	out, err := top("pods", "-n", ns, "-l", "app=web", "--containers")
	if err != nil {
		return err
	}
	lines := podLine.FindAllStringSubmatch(out, -1)
	if len(lines) != 3 {
		return fmt.Errorf("%s top pods shows no three pods:\n%s", command, out)
	}
	for _, l := range lines {
		if cpu, _ := strconv.Atoi(l[1]); cpu < 30 || cpu > 150 {
			return fmt.Errorf("%s top pods: a pod that may use 100m uses %dm:\n%s", command, cpu, out)
		}
	}
	if out, err = top("nodes"); err != nil {
		return err
	}
	if lines = nodeLine.FindAllStringSubmatch(out, -1); len(lines) != len(cluster.Nodes) {
		return fmt.Errorf("%s top nodes shows no %d nodes:\n%s", command, len(cluster.Nodes), out)
	}
	for _, l := range lines {
		if l[1] == "0" || l[2] == "0" {
			return fmt.Errorf("%s top nodes: a node uses nothing:\n%s", command, out)
		}
	}
	return nil
}
