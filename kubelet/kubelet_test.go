package kubelet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet"
	"github.com/pilothouse/pilothouse/kubelet/internal/apitest"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// bed is an API server with a kubelet on it.
type bed struct {
	t    testing.TB
	api  *apitest.Server
	cfg  kubelet.Config
	stop func()
}

func newBed(t testing.TB, change func(*kubelet.Config)) *bed {
	if testing.Short() {
		t.Skip("needs root and containerd: make test-integration")
	}
	dir := os.Getenv(inside)
	b := &bed{t: t, api: apitest.New(t), cfg: kubelet.DefaultConfig()}
	own := t.TempDir()
	b.cfg.Kubeconfig = filepath.Join(own, "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","clusters":[{"name":"c","cluster":{"server":%q}}],"users":[{"name":"u","user":{}}],"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],"current-context":"x"}`, b.api.URL)
	if err := os.WriteFile(b.cfg.Kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b.cfg.NodeName, b.cfg.NodeIP = "testnode", "127.0.0.1"
	b.cfg.RuntimeEndpoint = "unix://" + dir + "/containerd.sock"
	b.cfg.RootDir, b.cfg.LogDir = filepath.Join(own, "kubelet"), filepath.Join(own, "logs")
	if change != nil {
		change(&b.cfg)
	}
	b.start()
	t.Cleanup(b.cleanUp)
	b.wait("the node is ready", func() bool {
		var n core.Node
		if !b.api.Get("/api/v1/nodes/testnode", &n) {
			return false
		}
		for _, c := range n.Status.Conditions {
			if c.Type == core.NodeReady {
				return c.Status == core.ConditionTrue
			}
		}
		return false
	})
	return b
}

func (b *bed) start() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- kubelet.Run(ctx, b.cfg) }()
	b.stop = func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				b.t.Errorf("the kubelet ended with %v", err)
			}
		case <-time.After(20 * time.Second):
			b.t.Fatal("the kubelet does not end")
		}
		b.stop = func() {}
	}
}

// cleanUp deletes what pods are left and stops the kubelet.
func (b *bed) cleanUp() {
	b.api.SetDown(false)
	var paths []string
	b.api.Each("/api/v1/namespaces/default/pods", func(path string, _ []byte) { paths = append(paths, path) })
	for _, p := range paths {
		b.api.Delete(p, 1)
	}
	for _, p := range paths {
		b.wait(p+" is gone", func() bool { return !b.api.Get(p, &core.Pod{}) })
	}
	b.stop()
}

// wait polls until a condition holds.
func (b *bed) wait(what string, ok func() bool) {
	b.t.Helper()
	deadline := time.NewTimer(60 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			var state strings.Builder
			b.api.Each("/api/v1/namespaces/default", func(path string, raw []byte) { fmt.Fprintf(&state, "%s %s\n", path, raw) })
			b.t.Fatalf("waited in vain until %s; there is\n%s", what, state.String())
		}
	}
}

func path(name string) string { return "/api/v1/namespaces/default/pods/" + name }

// create makes a pod whose container runs a shell command; extra is further
// JSON of the container, spec of the pod's.
func (b *bed) create(name, command, extra, spec, annotations string) {
	b.api.Put(path(name), fmt.Sprintf(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":%q,"namespace":"default","annotations":{%s}},
	 "spec":{"nodeName":"testnode","terminationGracePeriodSeconds":1,"restartPolicy":"Always","containers":[{"name":"c","image":"busybox:1.35","imagePullPolicy":"IfNotPresent","command":["sh","-c",%q]%s}]%s},"status":{"phase":"Pending"}}`,
		name, annotations, command, extra, spec))
}

func (b *bed) pod(name string) *core.Pod {
	var p core.Pod
	b.api.Get(path(name), &p)
	return &p
}

func (b *bed) ready(name string) bool {
	for _, c := range b.pod(name).Status.Conditions {
		if c.Type == core.PodReady {
			return c.Status == core.ConditionTrue
		}
	}
	return false
}

func (b *bed) container(name string) core.ContainerStatus {
	if st := b.pod(name).Status.ContainerStatuses; len(st) > 0 {
		return st[0]
	}
	return core.ContainerStatus{}
}

// forever ends at once when it is asked to.
const forever = "trap exit TERM; while :; do sleep 1000 & wait; done"

func TestAPodRunsAndLeavesNothingBehind(t *testing.T) {
	b := newBed(t, nil)
	b.create("web", "echo hello; "+forever, `,"resources":{"limits":{"cpu":"100m","memory":"32Mi"},"requests":{"cpu":"100m","memory":"32Mi"}}`, "", "")
	b.wait("the pod is ready", func() bool { return b.ready("web") })
	p := b.pod("web")
	if p.Status.PodIP == "" || p.Status.HostIP != "127.0.0.1" || p.Status.Phase != core.PodRunning || p.Status.QOSClass != core.PodQOSGuaranteed {
		t.Errorf("status: %+v", p.Status)
	}
	limit, err := os.ReadFile("/sys/fs/cgroup/memory/kubepods/pod" + string(p.UID) + "/memory.limit_in_bytes")
	if err != nil || strings.TrimSpace(string(limit)) != "33554432" {
		t.Errorf("the pod's memory limit is %q, %v", limit, err)
	}
	b.api.Delete(path("web"), -1)
	b.wait("the pod is gone", func() bool { return !b.api.Get(path("web"), p) })
	if out, _ := ctr(os.Getenv(inside), "containers", "ls", "-q"); strings.TrimSpace(out) != "" {
		t.Errorf("containers stay behind: %s", out)
	}
	for _, pattern := range []string{b.cfg.RootDir + "/pods/*", b.cfg.LogDir + "/*", "/sys/fs/cgroup/*/kubepods/pod*"} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("%v stays behind", left)
		}
	}
}

func TestARestartedKubeletDisturbsNothing(t *testing.T) {
	b := newBed(t, nil)
	b.create("web", "touch /tmp/ok; "+forever, `,"readinessProbe":{"exec":{"command":["cat","/tmp/ok"]},"periodSeconds":1}`, "", "")
	b.wait("the pod is ready", func() bool { return b.ready("web") })
	before, patches := b.container("web"), b.api.Requested("PATCH pods/status")
	b.stop()
	b.start()
	gets := b.api.Requested("PUT leases")
	b.wait("some heartbeats of the new kubelet", func() bool { return b.api.Requested("PUT leases") > gets+1 })
	if after := b.container("web"); after.ContainerID != before.ContainerID || after.RestartCount != 0 || !b.ready("web") {
		t.Errorf("the container was %+v and is %+v", before, after)
	}
	if n := b.api.Requested("PATCH pods/status"); n != patches {
		t.Errorf("the new kubelet patched the status %d times, though nothing changed", n-patches)
	}
}

func TestAPodDeletedWhileTheKubeletWasDown(t *testing.T) {
	b := newBed(t, nil)
	b.create("web", forever, "", "", "")
	b.wait("the pod is ready", func() bool { return b.ready("web") })
	b.stop()
	b.api.Delete(path("web"), 0)
	// Of this one the runtime has forgotten everything too.
	lost := []string{b.cfg.RootDir + "/pods/0-1-2/volumes", b.cfg.LogDir + "/default_lost_0-1-2/c"}
	foreign := b.cfg.LogDir + "/somebody-else"
	for _, dir := range append(lost, foreign) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.start()
	b.wait("its containers are gone", func() bool {
		out, err := ctr(os.Getenv(inside), "containers", "ls", "-q")
		return err == nil && strings.TrimSpace(out) == ""
	})
	b.wait("folders and logs are gone", func() bool {
		pods, _ := os.ReadDir(b.cfg.RootDir + "/pods")
		logs, _ := os.ReadDir(b.cfg.LogDir)
		return len(pods) == 0 && len(logs) == 1
	})
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("a folder that is no pod's was removed: %v", err)
	}
}

func TestACrashLoopIsSlowedDown(t *testing.T) {
	b := newBed(t, nil)
	b.create("crash", "echo why > /dev/termination-log; exit 3", `,"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"`, "", "")
	b.wait("it waits for its second restart", func() bool {
		c := b.container("crash")
		return c.RestartCount == 1 && c.State.Waiting != nil && c.State.Waiting.Reason == "CrashLoopBackOff"
	})
	last := b.container("crash").LastTerminationState.Terminated
	if last == nil || last.ExitCode != 3 || strings.TrimSpace(last.Message) != "why" {
		t.Errorf("its last end: %+v", last)
	}
}

func TestWhatHappensDuringAnOutageIsToldAfterIt(t *testing.T) {
	b := newBed(t, func(c *kubelet.Config) { c.FenceAfter = 0 })
	dir := t.TempDir()
	b.create("job", "until [ -e /x/end ]; do sleep 0.1; done; exit 7", `,"volumeMounts":[{"name":"x","mountPath":"/x"}]`,
		fmt.Sprintf(`,"restartPolicy":"Never","volumes":[{"name":"x","hostPath":{"path":%q}}]`, dir), "")
	b.wait("it runs", func() bool { return b.ready("job") })
	b.api.SetDown(true)
	if err := os.WriteFile(filepath.Join(dir, "end"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	tries := b.api.Requested("PATCH pods/status")
	b.wait("the kubelet tries to tell", func() bool { return b.api.Requested("PATCH pods/status") > tries })
	b.api.SetDown(false)
	b.wait("the API server knows", func() bool {
		p := b.pod("job")
		return p.Status.Phase == core.PodFailed && b.container("job").State.Terminated.ExitCode == 7
	})
}

func TestANodeThatIsCutOffFencesItself(t *testing.T) {
	b := newBed(t, func(c *kubelet.Config) {
		c.LeaseDuration, c.LeaseRenew, c.FenceAfter = 1, 200*time.Millisecond, 2*time.Second
	})
	b.create("one", forever, "", "", `"pilothouse.io/at-most-one":"true"`)
	b.create("any", forever, "", "", "")
	b.wait("both run", func() bool { return b.ready("one") && b.ready("any") })
	one, other := b.container("one").ContainerID, b.container("any").ContainerID
	running := func(id string) bool {
		out, _ := ctr(os.Getenv(inside), "tasks", "ls")
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, strings.TrimPrefix(id, "containerd://")) {
				return strings.Contains(line, "RUNNING")
			}
		}
		return false
	}
	b.api.SetDown(true)
	b.stop() // a restart must not make it forget
	b.start()
	b.wait("the pod that must not run twice is stopped", func() bool { return !running(one) })
	if !running(other) {
		t.Error("the other pod was stopped as well")
	}
	b.api.SetDown(false)
	b.wait("it runs again", func() bool { return b.ready("one") && b.container("one").ContainerID != one })
	if got := b.container("any"); got.ContainerID != other {
		t.Error("the other pod did not stay")
	}
}

func TestAConfigMapsChangeReachesItsFiles(t *testing.T) {
	b := newBed(t, nil)
	cm := "/api/v1/namespaces/default/configmaps/cm"
	put := func(v string) {
		b.api.Put(cm, fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"cm","namespace":"default","uid":"cm1"},"data":{"k":%q}}`, v))
	}
	b.create("web", forever, `,"volumeMounts":[{"name":"v","mountPath":"/v"}]`, `,"volumes":[{"name":"v","configMap":{"name":"cm"}}]`, "")
	uid := b.pod("web").UID
	b.wait("the missing ConfigMap is told of", func() bool {
		found := false
		b.api.Each("/api/v1/namespaces/default/events", func(_ string, raw []byte) {
			found = found || strings.Contains(string(raw), `configmap \"cm\" not found`)
		})
		return found
	})
	file := filepath.Join(b.cfg.RootDir, "pods", string(uid), "volumes/kubernetes.io~configmap/v/k")
	for _, v := range []string{"one", "two"} {
		put(v)
		b.wait("the pod is ready", func() bool { return b.ready("web") })
		b.wait("the file says "+v, func() bool { got, err := os.ReadFile(file); return err == nil && string(got) == v })
	}
}

// BenchmarkRuntimeFloor is what BenchmarkPodStart is to be compared with: the
// runtime's own three calls for a pod of one container, and nothing else.
func BenchmarkRuntimeFloor(bb *testing.B) {
	c, err := cri.Dial("unix://" + os.Getenv(inside) + "/containerd.sock")
	if err != nil {
		bb.Fatal(err)
	}
	defer c.Close()
	ctx := bb.Context()
	for i := 0; bb.Loop(); i++ {
		sandbox := &pb.PodSandboxConfig{Metadata: &pb.PodSandboxMetadata{Name: fmt.Sprint("f", i), Namespace: "default", Uid: fmt.Sprint("f", i)}, LogDirectory: bb.TempDir(), Linux: &pb.LinuxPodSandboxConfig{}}
		s, err := c.Runtime.RunPodSandbox(ctx, &pb.RunPodSandboxRequest{Config: sandbox})
		if err != nil {
			bb.Fatal(err)
		}
		k, err := c.Runtime.CreateContainer(ctx, &pb.CreateContainerRequest{PodSandboxId: s.PodSandboxId, SandboxConfig: sandbox, Config: &pb.ContainerConfig{
			Metadata: &pb.ContainerMetadata{Name: "c"}, Image: &pb.ImageSpec{Image: "docker.io/library/busybox:1.35"}, Command: []string{"sh", "-c", forever}, LogPath: "0.log", Linux: &pb.LinuxContainerConfig{},
		}})
		if err != nil {
			bb.Fatal(err)
		}
		if _, err := c.Runtime.StartContainer(ctx, &pb.StartContainerRequest{ContainerId: k.ContainerId}); err != nil {
			bb.Fatal(err)
		}
		bb.StopTimer()
		_, _ = c.Runtime.StopPodSandbox(ctx, &pb.StopPodSandboxRequest{PodSandboxId: s.PodSandboxId})
		if _, err := c.Runtime.RemovePodSandbox(ctx, &pb.RemovePodSandboxRequest{PodSandboxId: s.PodSandboxId}); err != nil {
			bb.Fatal(err)
		}
		bb.StartTimer()
	}
}

func TestAStaticPodRunsFromItsFile(t *testing.T) {
	dir := t.TempDir()
	b := newBed(t, func(c *kubelet.Config) { c.ManifestDir = dir })
	file := filepath.Join(dir, "one.yaml")
	manifest := "{kind: Pod, apiVersion: v1, metadata: {name: one}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: \"busybox:1.35\", command: [sh, -c, \"" + forever + "\"]}]}}"
	if err := os.WriteFile(file, []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	running := func() bool {
		out, err := ctr(os.Getenv(inside), "containers", "ls", "-q")
		return err == nil && len(strings.Fields(out)) == 2
	}
	b.wait("it runs", running)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	b.wait("it is gone", func() bool {
		out, err := ctr(os.Getenv(inside), "containers", "ls", "-q")
		return err == nil && strings.TrimSpace(out) == ""
	})
}

func BenchmarkPodStart(bb *testing.B) {
	b := newBed(bb, nil)
	for i := 0; bb.Loop(); i++ {
		name := fmt.Sprint("p", i)
		b.create(name, forever, "", "", "")
		b.wait("it is ready", func() bool { return b.ready(name) })
		bb.StopTimer()
		b.api.Delete(path(name), 1)
		b.wait("it is gone", func() bool { return !b.api.Get(path(name), &core.Pod{}) })
		bb.StartTimer()
	}
}
