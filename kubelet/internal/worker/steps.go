package worker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/kubelet/internal/volume"
	"github.com/pilothouse/pilothouse/proto/core"
)

// take carries out a step. Steps that may take long only begin here and report
// back through the memory.
func (w *worker) take(ctx context.Context, s Step) {
	switch s.Action {
	case SetUp:
		w.setUp(ctx)
	case NewSandbox:
		w.newSandbox(ctx)
	case StopSandbox:
		w.stopSandbox(ctx, s.ID)
	case Pull:
		w.pull(ctx, s.Container)
	case Start:
		w.start(ctx, s)
	case Depart:
		w.depart(ctx, s.Grace)
	case Kill:
		w.kill(ctx, s)
	case RemoveDead:
		w.removeContainer(ctx, s.ID)
	case RemoveSandbox:
		w.try(ctx, "remove an old sandbox", func() error {
			_, err := w.m.Runtime.Runtime.RemovePodSandbox(ctx, &pb.RemovePodSandboxRequest{PodSandboxId: s.ID})
			return err
		})
	case Resize:
		w.resize(ctx)
	case TearDown:
		w.tearDown()
	case Finish:
		w.finish(ctx)
	}
}

// try runs a step whose failure is only worth a log line and a pause.
func (w *worker) try(ctx context.Context, what string, f func() error) bool {
	err := f()
	if err == nil || cri.IsNotFound(err) {
		return true
	}
	if ctx.Err() == nil {
		w.log.Warn("cannot "+what, "error", cri.Message(err))
		w.sleep(ctx, time.Second)
	}
	return false
}

// failure counts a failed step and says when it is tried again: after a
// second, then twice as long each time up to most.
func failure(last *Failure, reason, message string, first, most time.Duration) *Failure {
	f := &Failure{Reason: reason, Message: message, Count: 1}
	if last != nil {
		f.Count = last.Count + 1
	}
	f.Until = time.Now().Add(min(first<<min(f.Count-1, 16), most))
	return f
}

// setUpTimeout bounds the wait for objects that volumes show.
const setUpTimeout = 15 * time.Second

func (w *worker) setUp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, setUpTimeout)
	defer cancel()
	w.mu.Lock()
	w.giveUp = cancel
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.giveUp = nil; w.mu.Unlock() }()
	pod := w.current()
	size, err := w.m.Cgroups.Create(pod, qosOf(pod))
	known := &size
	if err != nil {
		known = nil
		w.log.Warn("cannot set all limits of the pod's cgroup", "error", err)
	}
	err = errors.Join(os.MkdirAll(w.m.Prepare.PodDir(pod.UID), 0o750), os.MkdirAll(w.m.Prepare.PodLogDir(pod), 0o755))
	if err == nil && qosOf(pod) != core.PodQOSBestEffort { // which can get nothing else
		err = allocationOf(pod).write(w.m.Prepare.PodDir(pod.UID))
	}
	var dirs map[string]string
	w.mu.Lock()
	w.mem.PodSize = known
	w.mem.SetUpDone = true // a change that comes while we read unsets it again
	w.mu.Unlock()
	if err == nil {
		dirs, err = w.m.Volumes.SetUp(ctx, pod)
	}
	if err != nil {
		w.event(nil, "Warning", "FailedMount", "%s", err)
		w.log.Warn("cannot set up the pod's volumes", "error", err)
		w.update(func(m *Memory) {
			if !m.SetUpDone {
				return // what was missing has come meanwhile: no pause
			}
			m.SetUpDone = false
			m.SetUpFailure = failure(m.SetUpFailure, "FailedMount", err.Error(), 500*time.Millisecond, 30*time.Second)
		})
		return
	}
	w.mu.Lock()
	w.volumes, w.mem.SetUpFailure = dirs, nil
	w.mu.Unlock()
}

func qosOf(pod *core.Pod) core.PodQOSClass {
	if pod.Status.QOSClass != "" {
		return pod.Status.QOSClass
	}
	return core.QOSClassOf(&pod.Spec)
}

func (w *worker) newSandbox(ctx context.Context) {
	pod := w.current()
	attempt := uint32(0)
	if s := w.rt.Sandbox(); s != nil {
		attempt = s.Attempt + 1
	}
	config := w.m.Prepare.Sandbox(pod, attempt, cgroup.Parent(pod.UID, qosOf(pod)), atMostOnce(pod))
	_, err := w.m.Runtime.Runtime.RunPodSandbox(ctx, &pb.RunPodSandboxRequest{Config: config, RuntimeHandler: ""})
	if err != nil && ctx.Err() == nil {
		w.event(nil, "Warning", "FailedCreatePodSandBox", "Failed to create pod sandbox: %s", cri.Message(err))
		w.log.Warn("cannot create the sandbox", "error", cri.Message(err))
		w.update(func(m *Memory) {
			m.SandboxFailure = failure(m.SandboxFailure, "FailedCreatePodSandBox", cri.Message(err), time.Second, 15*time.Second)
		})
		return
	}
	w.mu.Lock()
	w.mem.SandboxFailure = nil
	w.mu.Unlock()
}

func (w *worker) stopSandbox(ctx context.Context, id string) {
	if w.try(ctx, "stop the sandbox", func() error {
		_, err := w.m.Runtime.Runtime.StopPodSandbox(ctx, &pb.StopPodSandboxRequest{PodSandboxId: id})
		return err
	}) {
		w.mu.Lock()
		w.mem.Stopped[id] = true
		w.mu.Unlock()
	}
}

func (w *worker) removeContainer(ctx context.Context, id string) {
	path := ""
	w.mu.Lock()
	for _, c := range w.rt.Containers {
		if c.ID == id {
			path = c.LogPath
		}
	}
	w.mu.Unlock()
	ok := w.try(ctx, "remove a dead container", func() error {
		_, err := w.m.Runtime.Runtime.RemoveContainer(ctx, &pb.RemoveContainerRequest{ContainerId: id})
		return err
	})
	if ok && path != "" {
		rotated, _ := filepath.Glob(path + "*")
		for _, f := range rotated {
			_ = os.Remove(f)
		}
	}
}

// tearDown gives back what a pod that has ended holds beyond its records.
func (w *worker) tearDown() {
	err := volume.TearDown(filepath.Join(w.m.Prepare.PodDir(w.uid), "volumes"))
	if err == nil {
		err = w.m.Cgroups.Remove(w.uid)
	}
	w.mu.Lock()
	w.mem.TornDown = err == nil
	w.mem.SetUpFailure = nil
	if err != nil {
		w.log.Warn("cannot clean up after the pod", "error", err)
		w.mem.SetUpFailure = failure(nil, "FailedUnMount", err.Error(), time.Second, time.Second)
	}
	w.mu.Unlock()
	if err == nil {
		w.m.wakeWaiting() // there is room now
	}
}

// finish writes the last status, removes all records of the pod, and then its
// object.
func (w *worker) finish(ctx context.Context) {
	w.publish()
	w.mu.Lock()
	pod, gone, rt := w.pod, w.mem.Stop != nil && w.mem.Stop.Gone, w.rt
	w.mu.Unlock()
	err := w.removeAll(ctx, rt, pod)
	if err == nil && !gone {
		err = w.m.Report.Finish(ctx, pod)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mem.FinishDone = err == nil
	w.mem.FinishFailure = nil
	if err != nil && ctx.Err() == nil {
		w.log.Warn("cannot finish the pod", "error", err)
		w.mem.FinishFailure = failure(nil, "", err.Error(), time.Second, time.Second)
	}
}

func (w *worker) removeAll(ctx context.Context, rt *cri.Pod, pod *core.Pod) error {
	if rt != nil {
		for _, s := range rt.Sandboxes {
			_, err := w.m.Runtime.Runtime.RemovePodSandbox(ctx, &pb.RemovePodSandboxRequest{PodSandboxId: s.ID})
			if err != nil && !cri.IsNotFound(err) {
				return err
			}
		}
		for _, c := range rt.Containers {
			_, err := w.m.Runtime.Runtime.RemoveContainer(ctx, &pb.RemoveContainerRequest{ContainerId: c.ID})
			if err != nil && !cri.IsNotFound(err) {
				return err
			}
		}
	}
	if err := volume.TearDown(w.m.Prepare.PodDir(w.uid)); err != nil {
		return err
	}
	if pod.Name == "" {
		return nil
	}
	return os.RemoveAll(w.m.Prepare.PodLogDir(pod))
}

// start creates and starts the next run of a container.
func (w *worker) start(ctx context.Context, s Step) {
	pod := w.current()
	c := s.Container
	w.mu.Lock()
	sandbox, ref, volumes := w.rt.Sandbox(), w.mem.Pulls[c.Name].Ref, w.volumes
	w.mu.Unlock()
	run := launch.Run{Restarts: s.Restarts, Backoff: s.Backoff, Hash: Hash(c), Image: ref, Volumes: volumes, IPs: sandbox.IPs, TargetID: w.target(pod, c, s.Kind)}
	if pod.Spec.HostNetwork {
		run.IPs = w.m.Host.IPs
	}
	config, err := w.m.Prepare.Container(ctx, pod, c, run)
	if err == nil {
		err = w.checkUser(ctx, pod, c, ref)
	}
	if err != nil {
		w.startFailed(ctx, c, "CreateContainerConfigError", err.Error())
		return
	}
	made, err := w.m.Runtime.Runtime.CreateContainer(ctx, &pb.CreateContainerRequest{
		PodSandboxId: sandbox.ID, Config: config,
		SandboxConfig: w.m.Prepare.Sandbox(pod, sandbox.Attempt, cgroup.Parent(pod.UID, qosOf(pod)), atMostOnce(pod)),
	})
	if err != nil {
		w.startFailed(ctx, c, "CreateContainerError", cri.Message(err))
		return
	}
	w.event(c, "Normal", "Created", "Created container: %s", c.Name)
	hook := c.Lifecycle != nil && c.Lifecycle.PostStart != nil
	w.mu.Lock()
	delete(w.mem.Pulls, c.Name)
	delete(w.mem.StartFailures, c.Name)
	w.mem.PostStart[made.ContainerId] = hook
	w.mu.Unlock()
	if _, err := w.m.Runtime.Runtime.StartContainer(ctx, &pb.StartContainerRequest{ContainerId: made.ContainerId}); err != nil {
		w.startFailed(ctx, c, "RunContainerError", cri.Message(err))
		return
	}
	w.event(c, "Normal", "Started", "Started container %s", c.Name)
	if hook {
		w.postStart(ctx, pod, c, made.ContainerId, run.IPs)
	}
}

func (w *worker) startFailed(ctx context.Context, c *core.Container, reason, message string) {
	if ctx.Err() != nil {
		return
	}
	w.event(c, "Warning", "Failed", "Error: %s", message)
	w.log.Warn("cannot start a container", "container", c.Name, "reason", reason, "error", message)
	w.update(func(m *Memory) {
		m.StartFailures[c.Name] = failure(m.StartFailures[c.Name], reason, message, time.Second, 20*time.Second)
	})
}

// target is the container whose processes an ephemeral container wants to see.
func (w *worker) target(pod *core.Pod, c *core.Container, kind Kind) string {
	if kind != Ephemeral {
		return ""
	}
	for i := range pod.Spec.EphemeralContainers {
		if e := &pod.Spec.EphemeralContainers[i]; e.Name == c.Name && e.TargetContainerName != "" {
			if run := w.rt.Find(e.TargetContainerName); run != nil {
				return run.ID
			}
		}
	}
	return ""
}
