package worker

import (
	"context"
	"fmt"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/probe"
	"github.com/pilothouse/pilothouse/proto/core"
)

// minGrace is what is left for SIGTERM when a preStop hook used up the rest.
const minGrace = 2 * time.Second

// kill begins to stop a container: its preStop hook, then SIGTERM, then
// SIGKILL once the grace is over.
func (w *worker) kill(ctx context.Context, s Step) {
	w.mu.Lock()
	_, again := w.mem.Kills[s.ID]
	w.mem.Kills[s.ID] = KillState{Deadline: time.Now().Add(s.Grace), Reason: s.Reason}
	pod := w.currentLocked()
	ips := w.ipsLocked()
	w.mu.Unlock()
	if !again {
		w.event(s.Container, "Normal", "Killing", "%s", s.Reason)
	}
	w.wg.Go(func() {
		left := s.Grace
		if c := s.Container; !again && c != nil && c.Lifecycle != nil && c.Lifecycle.PreStop != nil && s.Grace > 0 {
			began := time.Now()
			w.preStop(ctx, pod, c, s.ID, ips, s.Grace)
			left = max(s.Grace-time.Since(began), minGrace)
		}
		_, err := w.m.Runtime.Runtime.StopContainer(ctx, &pb.StopContainerRequest{ContainerId: s.ID, Timeout: int64(left.Round(time.Second) / time.Second)})
		if err != nil && !cri.IsNotFound(err) && ctx.Err() == nil {
			w.log.Warn("cannot stop a container", "id", s.ID, "error", cri.Message(err))
			wait(ctx, time.Second)
		}
		w.update(func(m *Memory) { delete(m.Kills, s.ID) })
	})
}

// depart begins the wait until no node sends new connections to the pod and
// those that it has are answered. It ends early when the pod is stopped for another reason too.
func (w *worker) depart(ctx context.Context, most time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	w.mu.Lock()
	w.mem.Departing = time.Now()
	w.giveUp = cancel
	pod, container := w.pod, ""
	for _, c := range w.rt.Containers {
		if c.State == cri.Running && !pod.Spec.HostNetwork {
			container = c.ID
		}
	}
	w.mu.Unlock()
	w.wg.Go(func() {
		defer cancel()
		w.m.Depart(ctx, pod, container, most)
		w.update(func(m *Memory) {
			m.Departed = true
			w.giveUp = nil
		})
	})
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (w *worker) ipsLocked() []string {
	if w.pod.Spec.HostNetwork {
		return w.m.Host.IPs
	}
	if s := w.rt.Sandbox(); s != nil {
		return s.IPs
	}
	return nil
}

func (w *worker) preStop(ctx context.Context, pod *core.Pod, c *core.Container, id string, ips []string, grace time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if err := w.hook(ctx, c, id, ips, c.Lifecycle.PreStop, grace); err != nil {
		w.event(c, "Warning", "FailedPreStopHook", "PreStopHook failed")
		w.log.Info("a preStop hook failed", "container", c.Name, "error", err)
	}
}

// postStart runs the hook beside the container; when it fails the container
// is restarted.
func (w *worker) postStart(ctx context.Context, pod *core.Pod, c *core.Container, id string, ips []string) {
	w.wg.Go(func() {
		err := w.hook(ctx, c, id, ips, c.Lifecycle.PostStart, hookTimeout)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			w.event(c, "Warning", "FailedPostStartHook", "PostStartHook failed")
			w.log.Info("a postStart hook failed", "container", c.Name, "error", err)
		}
		w.update(func(m *Memory) {
			delete(m.PostStart, id)
			if err != nil {
				m.HookFailed[id] = err.Error()
			}
		})
	})
}

// hookTimeout bounds a postStart hook; upstream sets no bound at all.
const hookTimeout = 24 * time.Hour

func (w *worker) hook(ctx context.Context, c *core.Container, id string, ips []string, h *core.LifecycleHandler, timeout time.Duration) error {
	if h.Sleep != nil {
		wait(ctx, min(time.Duration(h.Sleep.Seconds)*time.Second, timeout))
		return nil
	}
	target := probe.Target{Container: c, Exec: w.exec(id)}
	if len(ips) > 0 {
		target.IP = ips[0]
	}
	return probe.Ask(ctx, target, core.ProbeHandler{Exec: h.Exec, HTTPGet: h.HTTPGet, TCPSocket: h.TCPSocket}, timeout)
}

// exec runs commands in a container.
func (w *worker) exec(id string) probe.Exec {
	return func(ctx context.Context, command []string, timeout time.Duration) ([]byte, int, error) {
		r, err := w.m.Runtime.Runtime.ExecSync(ctx, &pb.ExecSyncRequest{ContainerId: id, Cmd: command, Timeout: int64((timeout + time.Second - 1) / time.Second)})
		if err != nil {
			return nil, 0, fmt.Errorf("%s", cri.Message(err))
		}
		return append(r.Stdout, r.Stderr...), int(r.ExitCode), nil
	}
}
