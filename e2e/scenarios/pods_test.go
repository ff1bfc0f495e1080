package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// field reads one field of a pod, "" when it is not set.
func field(t *testing.T, ns, name, path string) string {
	t.Helper()
	return kubectl(t, "get", "pod", "-n", ns, name, "-o", "jsonpath={"+path+"}")
}

// becomes waits until a field of a pod has a value.
func becomes(t *testing.T, ns, name, path, want string) {
	t.Helper()
	eventually(t, 30*time.Second, func() error {
		if got := field(t, ns, name, path); got != want {
			return fmt.Errorf("%s of %s is %q, want %q", path, name, got, want)
		}
		return nil
	})
}

// notRestarted fails the test when a pod's first container has been restarted.
func notRestarted(t *testing.T, ns, name string) {
	t.Helper()
	if n := field(t, ns, name, ".status.containerStatuses[0].restartCount"); n != "0" {
		t.Errorf("%s was restarted %s times", name, n)
	}
}

// create makes a pod out of its spec, labelled app=name.
func create(t *testing.T, ns, name, spec string) {
	t.Helper()
	kubectl(t, "create", "-n", ns, "-f", file(t, fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata: {name: %[1]s, labels: {app: %[1]s}}
spec:
  terminationGracePeriodSeconds: 1
%[2]s`, name, spec)))
}

func TestActiveDeadlineEndsAPod(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "late", `
  activeDeadlineSeconds: 2
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"]}]
`)
	becomes(t, ns, "late", ".status.phase", "Failed")
	if got := field(t, ns, "late", ".status.reason"); got != "DeadlineExceeded" {
		t.Errorf("the reason is %q", got)
	}
	becomes(t, ns, "late", ".status.containerStatuses[0].state.terminated.exitCode", "137")
}

// A slow starter is not bothered before its startup probe passes, a TCP probe
// makes ready, and what fails its liveness probe is restarted alone.
func TestStartupTCPAndExecProbes(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "probed", `
  containers:
  - name: dies
    image: busybox:1.35
    command: [sh, -c, "touch /tmp/fine; sleep 4; rm /tmp/fine; sleep 3600"]
    livenessProbe: {exec: {command: [cat, /tmp/fine]}, periodSeconds: 1, failureThreshold: 1}
  - name: slow
    image: busybox:1.35
    command: [sh, -c, "sleep 3; touch /tmp/up; sleep 3600"]
    startupProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 1, failureThreshold: 30}
    livenessProbe: {exec: {command: [cat, /tmp/up]}, periodSeconds: 1, failureThreshold: 1}
  - name: tcp
    image: busybox:1.35
    command: [sh, -c, "sleep 2; httpd -f -p 8080"]
    readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
`)
	status := func(container, name string) string {
		return field(t, ns, "probed", fmt.Sprintf(".status.containerStatuses[?(@.name==%q)].%s", container, name))
	}
	eventually(t, 10*time.Second, func() error {
		if status("tcp", "state.running.startedAt") == "" {
			return errors.New("it does not run")
		}
		return nil
	})
	if got := status("tcp", "ready"); got != "false" {
		t.Errorf("nobody listens yet, and ready is %q", got)
	}
	if got := status("slow", "started"); got != "false" {
		t.Errorf("the startup probe did not pass yet, and started is %q", got)
	}
	waitPods(t, ns, "app=probed", 1)
	eventually(t, 20*time.Second, func() error {
		if n := status("dies", "restartCount"); n == "0" {
			return errors.New("what fails its liveness probe is not restarted")
		}
		return nil
	})
	for _, name := range []string{"slow", "tcp"} {
		if n := status(name, "restartCount"); n != "0" {
			t.Errorf("%s was restarted %s times", name, n)
		}
	}
	if out := kubectl(t, "get", "events", "-n", ns); !strings.Contains(out, "Liveness probe failed") {
		t.Errorf("no event tells of the liveness probe:\n%s", out)
	}
}

func TestEnvironmentFromConfigMapsAndSecrets(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "configmap", "-n", ns, "plain", "--from-literal=COLOUR=green", "--from-literal=SIZE=7")
	kubectl(t, "create", "secret", "generic", "-n", ns, "hidden", "--from-literal=WORD=sesame")
	create(t, ns, "env", `
  restartPolicy: Never
  containers:
  - name: c
    image: busybox:1.35
    command: [sh, -c, "echo $COLOUR $SIZE $MY_WORD $POD $MEMORY"]
    resources: {limits: {memory: 32Mi}}
    envFrom:
    - configMapRef: {name: plain}
    - {prefix: MY_, secretRef: {name: hidden}}
    - configMapRef: {name: missing, optional: true}
    env:
    - {name: SIZE, value: "8"}
    - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
`)
	becomes(t, ns, "env", ".status.phase", "Succeeded")
	if got := kubectl(t, "logs", "-n", ns, "env"); got != "green 8 sesame env 32\n" {
		t.Errorf("the environment is %q", got)
	}
}

// The token that every pod has mounted opens the API server at the cluster
// address, whose certificate the mounted CA vouches for; and it opens no more
// than a service account may see.
func TestMountedTokenOpensTheAPIServer(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "client", fmt.Sprintf(`
  volumes: [{name: bin, hostPath: {path: %q}}]
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"], volumeMounts: [{name: bin, mountPath: /bed, readOnly: true}]}]
`, cluster.Bin))
	waitPods(t, ns, "app=client", 1)
	get := func(path string) (string, error) {
		return cluster.Kubectl(t.Context(), "exec", "-n", ns, "client", "--", "sh", "-c",
			`D=/var/run/secrets/kubernetes.io/serviceaccount; timeout 10 /bed/kubectl --server=https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT \
--certificate-authority=$D/ca.crt --token="$(cat $D/token)" -n "$(cat $D/namespace)" get `+path+" 2>&1")
	}
	if out, err := get("--raw /version"); err != nil || !strings.Contains(out, `"gitVersion"`) {
		t.Errorf("/version answered %q, %v", out, err)
	}
	out, err := get("secrets")
	if want := fmt.Sprintf(`User "system:serviceaccount:%[1]s:default" cannot list resource "secrets" in API group "" in the namespace %[1]q`, ns); err == nil || !strings.Contains(out, want) {
		t.Errorf("secrets, for a plain service account: %v, %q, want %s", err, out, want)
	}
}

func TestConfigMapVolumeFollowsItsObject(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "configmap", "-n", ns, "page", "--from-literal=text=old")
	create(t, ns, "reader", `
  volumes: [{name: v, configMap: {name: page}}]
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"], volumeMounts: [{name: v, mountPath: /v}]}]
`)
	waitPods(t, ns, "app=reader", 1)
	read := func() string { return kubectl(t, "exec", "-n", ns, "reader", "--", "cat", "/v/text") }
	if got := read(); got != "old" {
		t.Fatalf("the file holds %q", got)
	}
	kubectl(t, "patch", "configmap", "-n", ns, "page", "--type=merge", "-p", `{"data":{"text":"new"}}`)
	eventually(t, 10*time.Second, func() error {
		if got := read(); got != "new" {
			return fmt.Errorf("the file holds %q", got)
		}
		return nil
	})
	notRestarted(t, ns, "reader")
}

// Init containers run one after the other before the rest, and all share what
// an emptyDir holds.
func TestInitContainersAndSharedFolder(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "team", `
  restartPolicy: Never
  volumes: [{name: v, emptyDir: {}}]
  initContainers:
  - {name: one, image: "busybox:1.35", command: [sh, -c, "sleep 1; echo one >> /v/log"], volumeMounts: [{name: v, mountPath: /v}]}
  - {name: two, image: "busybox:1.35", command: [sh, -c, "echo two >> /v/log"], volumeMounts: [{name: v, mountPath: /v}]}
  containers:
  - {name: left, image: "busybox:1.35", command: [sh, -c, "cat /v/log; echo left > /v/left"], volumeMounts: [{name: v, mountPath: /v}]}
  - {name: right, image: "busybox:1.35", command: [sh, -c, "until cat /v/left; do sleep 0.1; done 2>/dev/null"], volumeMounts: [{name: v, mountPath: /v}]}
`)
	becomes(t, ns, "team", ".status.phase", "Succeeded")
	for container, want := range map[string]string{"left": "one\ntwo\n", "right": "left\n"} {
		if got := kubectl(t, "logs", "-n", ns, "team", "-c", container); got != want {
			t.Errorf("the log of %s is %q, want %q", container, got, want)
		}
	}
	// One that fails keeps the rest from running.
	create(t, ns, "stuck", `
  restartPolicy: Never
  initContainers: [{name: bad, image: "busybox:1.35", command: [sh, -c, "exit 3"]}]
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"]}]
`)
	becomes(t, ns, "stuck", ".status.phase", "Failed")
	if got := kubectl(t, "get", "pod", "-n", ns, "stuck", "--no-headers"); !slices.Contains(strings.Fields(got), "Init:Error") {
		t.Errorf("the pod's row is %q", got)
	}
}

// A container that takes more memory than its limit is killed, and it is said
// why; its neighbours are spared.
func TestMemoryLimitKills(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "eater", `
  restartPolicy: Never
  containers:
  - {name: eats, image: "busybox:1.35", command: [sh, -c, "sleep 1; exec tail /dev/zero"], resources: {limits: {memory: 24Mi}}}
  - {name: sleeps, image: "busybox:1.35", command: [sleep, "3600"], resources: {limits: {memory: 24Mi}}}
`)
	state := func(container, name string) string {
		return field(t, ns, "eater", fmt.Sprintf(".status.containerStatuses[?(@.name==%q)].state.%s", container, name))
	}
	eventually(t, 30*time.Second, func() error {
		if got := state("eats", "terminated.reason") + " " + state("eats", "terminated.exitCode"); got != "OOMKilled 137" {
			return fmt.Errorf("it ended as %q", got)
		}
		return nil
	})
	if state("sleeps", "running.startedAt") == "" {
		t.Error("its neighbour does not run any more")
	}
}
