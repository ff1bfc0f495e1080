package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// resizable is a pod on node1 with two containers, of which the second is
// restarted when its memory changes.
const resizable = `
  nodeName: node1
  containers:
  - name: calm
    image: busybox:1.35
    command: [sleep, "3600"]
    resources: {requests: {cpu: 100m, memory: 32Mi}, limits: {cpu: 200m, memory: 64Mi}}
  - name: strict
    image: busybox:1.35
    command: [sleep, "3600"]
    resizePolicy: [{resourceName: memory, restartPolicy: RestartContainer}]
    resources: {requests: {cpu: 100m, memory: 32Mi}, limits: {cpu: 200m, memory: 64Mi}}
`

// resize asks for other resources of one container.
func resize(t *testing.T, ns, name, container, resources string) {
	t.Helper()
	kubectl(t, "patch", "pod", "-n", ns, name, "--subresource", "resize", "-p",
		fmt.Sprintf(`{"spec":{"containers":[{"name":%q,"resources":%s}]}}`, container, resources))
}

// limited waits until the kernel holds a container to CPU shares, a CPU quota and a
// memory limit, as it says from within.
func limited(t *testing.T, ns, name, container, want string) {
	t.Helper()
	eventually(t, 20*time.Second, func() error {
		out := kubectl(t, "exec", "-n", ns, name, "-c", container, "--", "sh", "-c",
			`cd /sys/fs/cgroup; echo $(cat cpu/cpu.shares cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes)`)
		if got := strings.TrimSpace(out); got != want {
			return fmt.Errorf("%s is held to %q, want %q", container, got, want)
		}
		return nil
	})
}

// pending waits for the reason of a resize that does not come through, "" when
// none is pending.
func pending(t *testing.T, ns, name, reason string) {
	t.Helper()
	becomes(t, ns, name, `.status.conditions[?(@.type=="PodResizePending")].reason`, reason)
}

// A container gets more and less CPU and memory while it runs on; one that wants
// to be restarted for it is, alone.
func TestResizeInPlace(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "web", resizable)
	waitPods(t, ns, "app=web", 1)
	limited(t, ns, "web", "calm", "102 20000 67108864")
	resize(t, ns, "web", "calm", `{"requests":{"cpu":"300m"},"limits":{"cpu":"600m","memory":"128Mi"}}`)
	limited(t, ns, "web", "calm", "307 60000 134217728")
	becomes(t, ns, "web", ".status.containerStatuses[0].resources.limits.memory", "128Mi")
	becomes(t, ns, "web", ".status.containerStatuses[0].allocatedResources.cpu", "300m")
	resize(t, ns, "web", "calm", `{"requests":{"cpu":"50m"},"limits":{"cpu":"100m","memory":"48Mi"}}`)
	limited(t, ns, "web", "calm", "51 10000 50331648")

	resize(t, ns, "web", "strict", `{"limits":{"cpu":"400m"}}`)
	limited(t, ns, "web", "strict", "102 40000 67108864")
	resize(t, ns, "web", "strict", `{"limits":{"memory":"96Mi"}}`)
	becomes(t, ns, "web", ".status.containerStatuses[1].restartCount", "1")
	limited(t, ns, "web", "strict", "102 40000 100663296")
	notRestarted(t, ns, "web")
	becomes(t, ns, "web", `.status.conditions[?(@.type=="PodResizeInProgress")].status`, "")
	eventually(t, 10*time.Second, func() error {
		events := kubectl(t, "get", "events", "-n", ns)
		if n := strings.Count(events, "ResizeCompleted"); n != 4 || !strings.Contains(events, "Container strict resize requires restart") {
			return fmt.Errorf("%d of 4 changes were told:\n%s", n, events)
		}
		return nil
	})
}

// Memory that is in use is not taken away: the container lives, and the pod says
// what is the matter until the wish is taken back.
func TestResizeBelowUse(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "fat", `
  containers:
  - name: c
    image: busybox:1.35
    command: [sh, -c, "dd if=/dev/zero of=/big/x bs=1M count=40; sleep 3600"]
    resources: {requests: {memory: 16Mi}, limits: {memory: 64Mi}}
    volumeMounts: [{name: big, mountPath: /big}]
  volumes: [{name: big, emptyDir: {medium: Memory}}]
`)
	waitPods(t, ns, "app=fat", 1)
	eventually(t, 20*time.Second, func() error {
		if out := kubectl(t, "exec", "-n", ns, "fat", "--", "ls", "-l", "/big/x"); !strings.Contains(out, "41943040") {
			return fmt.Errorf("not written yet: %s", out)
		}
		return nil
	})
	resize(t, ns, "fat", "c", `{"limits":{"memory":"20Mi"}}`)
	becomes(t, ns, "fat", `.status.conditions[?(@.type=="PodResizeInProgress")].reason`, "Error")
	if text := field(t, ns, "fat", `.status.conditions[?(@.type=="PodResizeInProgress")].message`); !strings.Contains(text, "memory limit (20971520) below current usage") {
		t.Errorf("it says %q", text)
	}
	if got := field(t, ns, "fat", ".status.containerStatuses[0].resources.limits.memory"); got != "64Mi" {
		t.Errorf("the status says that it has %s", got)
	}
	resize(t, ns, "fat", "c", `{"limits":{"memory":"80Mi"}}`)
	limited(t, ns, "fat", "c", "2 -1 83886080")
	becomes(t, ns, "fat", `.status.conditions[?(@.type=="PodResizeInProgress")].status`, "")
	notRestarted(t, ns, "fat")
}

// What the node does not have is refused, what others have is waited for, and
// both outlive the kubelet: the pod goes on with what it had.
func TestResizeWaitsForRoom(t *testing.T) {
	ns := namespace(t)
	cpus := kubectl(t, "get", "node", "node1", "-o", "jsonpath={.status.allocatable.cpu}")
	create(t, ns, "web", resizable)
	create(t, ns, "other", `
  nodeName: node1
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"], resources: {requests: {cpu: 500m}}}]
`)
	waitPods(t, ns, "app=web", 1)
	waitPods(t, ns, "app=other", 1)
	resize(t, ns, "web", "calm", `{"requests":{"cpu":"9000"},"limits":{"cpu":"9000"}}`)
	pending(t, ns, "web", "Infeasible")
	resize(t, ns, "web", "calm", fmt.Sprintf(`{"requests":{"cpu":"%sm"},"limits":{"cpu":"20"}}`, less(t, cpus, 300)))
	pending(t, ns, "web", "Deferred")
	limited(t, ns, "web", "calm", "102 20000 67108864")

	node1, err := cluster.Host("node1")
	if err != nil {
		t.Fatal(err)
	}
	if err := node1.Stop("kubelet", 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if err := node1.Restart(t.Context(), "kubelet"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, func() error {
		_, err := cluster.Kubectl(t.Context(), "exec", "-n", ns, "web", "-c", "calm", "--", "true")
		return err
	})
	pending(t, ns, "web", "Deferred")
	limited(t, ns, "web", "calm", "102 20000 67108864")

	kubectl(t, "delete", "pod", "-n", ns, "other")
	pending(t, ns, "web", "")
	becomes(t, ns, "web", ".status.containerStatuses[0].resources.limits.cpu", "20")
	notRestarted(t, ns, "web")
}

// A pod that names its node itself asks no scheduler: the kubelet refuses what
// does not fit.
func TestKubeletRefusesWhatDoesNotFit(t *testing.T) {
	ns := namespace(t)
	create(t, ns, "large", `
  nodeName: node1
  containers: [{name: c, image: "busybox:1.35", command: [sleep, "3600"], resources: {requests: {cpu: "900"}}}]
`)
	becomes(t, ns, "large", ".status.phase", "Failed")
	if got := field(t, ns, "large", ".status.reason"); got != "OutOfcpu" {
		t.Errorf("the reason is %q", got)
	}
	if got := field(t, ns, "large", ".status.message"); !strings.Contains(got, "Node didn't have enough resource: cpu, requested: 900000, used: ") {
		t.Errorf("the message is %q", got)
	}
}

// less is a number of CPUs less some thousandths, in thousandths.
func less(t *testing.T, cpus string, milli int) string {
	t.Helper()
	var n int
	scale := 1000
	if strings.HasSuffix(cpus, "m") {
		cpus, scale = strings.TrimSuffix(cpus, "m"), 1
	}
	if _, err := fmt.Sscan(cpus, &n); err != nil {
		t.Fatalf("a node has %q CPUs: %v", cpus, err)
	}
	return fmt.Sprint(n*scale - milli)
}
