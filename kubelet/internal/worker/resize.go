package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cgroup"
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/kubelet/internal/launch"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// planResize gives a running container what the node has agreed to: in place, or
// by a restart where the container asks for that.
func planResize(pod *core.Pod, c *core.Container, kind Kind, run *cri.Container, m *Memory, now time.Time) Step {
	is, known := m.Sizes[run.ID]
	want := cgroup.ContainerSize(c)
	if kind == Ephemeral || !known || is == want {
		return Step{Action: Wait}
	}
	if restartsFor(c, is, want) {
		return Step{Action: Kill, ID: run.ID, Container: c, Kind: kind, Grace: grace(pod), Reason: "Container " + c.Name + " resize requires restart"}
	}
	return afterFailure(m.ResizeFailure, now, Step{Action: Resize})
}

// planFit has the pod as a whole follow its containers.
func planFit(pod *core.Pod, rt *cri.Pod, m *Memory, now time.Time) Step {
	if m.PodSize == nil || *m.PodSize == cgroup.PodSize(pod) || !settled(pod, rt, m) {
		return Step{Action: Wait}
	}
	return afterFailure(m.ResizeFailure, now, Step{Action: Resize})
}

// settled says whether every running container has what the node agreed to.
func settled(pod *core.Pod, rt *cri.Pod, m *Memory) bool {
	if rt == nil {
		return true
	}
	for i := range rt.Containers {
		run := &rt.Containers[i]
		c := containerOf(pod, run.Name)
		if is, known := m.Sizes[run.ID]; known && run.State == cri.Running && c != nil && is != cgroup.ContainerSize(c) {
			return false
		}
	}
	return true
}

// restartsFor says whether a container wants to be restarted for a change.
func restartsFor(c *core.Container, is, want cgroup.Size) bool {
	for _, p := range c.ResizePolicy {
		if p.RestartPolicy != core.RestartContainer {
			continue
		}
		if p.ResourceName == core.ResourceMemory && is.Memory != want.Memory ||
			p.ResourceName == core.ResourceCPU && (is.Shares != want.Shares || is.Quota != want.Quota) {
			return true
		}
	}
	return false
}

// size finds out what the kernel holds the pod and its running containers to, as
// far as that is not known; w.mu is held.
func (w *worker) size(pod *core.Pod, rt *cri.Pod) {
	if rt == nil || pod.Spec.Containers == nil { // what the runtime still has of a pod that nobody knows
		return
	}
	parent := cgroup.Parent(w.uid, qosOf(pod))
	for i := range rt.Containers {
		run := &rt.Containers[i]
		c := containerOf(pod, run.Name)
		if _, known := w.mem.Sizes[run.ID]; known || run.State != cri.Running || c == nil {
			continue
		}
		if s, err := w.m.Cgroups.Size(cgroup.Container(parent, run.ID), cgroup.ContainerSize(c)); err == nil {
			w.mem.Sizes[run.ID] = s
		} else {
			w.log.Debug("cannot tell what a container may use", "container", c.Name, "error", err)
		}
	}
	if w.mem.PodSize == nil {
		if s, err := w.m.Cgroups.Size(parent, cgroup.PodSize(pod)); err == nil {
			w.mem.PodSize = &s
		}
	}
}

// resize changes what running containers may use, and then the pod as a whole,
// which was made large enough for both when it was set up.
func (w *worker) resize(ctx context.Context) {
	pod := w.current()
	w.mu.Lock()
	rt, sizes := w.rt, maps.Clone(w.mem.Sizes)
	w.mu.Unlock()
	var all error
	for i := range rt.Containers {
		run := &rt.Containers[i]
		c := containerOf(pod, run.Name)
		is, known := sizes[run.ID]
		if c == nil || !known || run.State != cri.Running || is == cgroup.ContainerSize(c) || restartsFor(c, is, cgroup.ContainerSize(c)) {
			continue
		}
		if err := w.resizeContainer(ctx, pod, c, run, is); err != nil {
			all = errors.Join(all, err)
		}
	}
	w.mu.Lock()
	done := settled(pod, rt, w.mem)
	w.mu.Unlock()
	if done {
		if err := w.m.Cgroups.Fit(pod, qosOf(pod)); err != nil {
			all = errors.Join(all, err)
		} else {
			size := cgroup.PodSize(pod)
			w.mu.Lock()
			w.mem.PodSize = &size
			w.mu.Unlock()
		}
	}
	if all != nil && ctx.Err() == nil {
		w.event(nil, "Warning", "ResizeError", "Pod resize error: %s", all)
		w.log.Warn("cannot change the pod's resources", "error", all)
		w.update(func(m *Memory) {
			m.ResizeFailure = failure(m.ResizeFailure, core.PodReasonError, all.Error(), time.Second, 30*time.Second)
		})
		return
	}
	w.mu.Lock()
	w.mem.ResizeFailure = nil
	w.mu.Unlock()
}

// tellResized says that a change has come through.
func (w *worker) tellResized() {
	w.mu.Lock()
	pod := w.currentLocked()
	done := w.mem.Resizing && resized(pod, w.rt, w.mem)
	if done {
		w.mem.Resizing = false
	}
	w.mu.Unlock()
	if done {
		w.log.Info("the pod's resources have changed")
		w.event(nil, "Normal", "ResizeCompleted", "Pod resize completed: %s", resizeText(allocationOf(pod), pod))
	}
}

// resized says whether all that is to run does, with what the node agreed to.
func resized(pod *core.Pod, rt *cri.Pod, m *Memory) bool {
	if m.PodSize == nil || *m.PodSize != cgroup.PodSize(pod) || m.ResizeFailure != nil {
		return false
	}
	runs := func(c *core.Container, kind Kind) bool {
		run := rt.Find(c.Name)
		if run == nil || run.State != cri.Running {
			return run != nil && run.State == cri.Exited && !restarts(pod, c, kind, run)
		}
		is, known := m.Sizes[run.ID]
		return known && is == cgroup.ContainerSize(c)
	}
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; Sidecar(c) && !runs(c, Init) {
			return false
		}
	}
	for i := range pod.Spec.Containers {
		if !runs(&pod.Spec.Containers[i], App) {
			return false
		}
	}
	return true
}

// resizeContainer changes what one container may use.
func (w *worker) resizeContainer(ctx context.Context, pod *core.Pod, c *core.Container, run *cri.Container, is cgroup.Size) error {
	want := cgroup.ContainerSize(c)
	if want.Memory > 0 && (is.Memory == 0 || want.Memory < is.Memory) {
		use, err := w.m.Cgroups.Use(cgroup.Container(cgroup.Parent(w.uid, qosOf(pod)), run.ID))
		if err == nil && use.WorkingSet > uint64(want.Memory) { // or the kernel would kill it
			return fmt.Errorf("attempting to set container %s memory limit (%d) below current usage (%d)", c.Name, want.Memory, use.WorkingSet)
		}
	}
	_, err := w.m.Runtime.Runtime.UpdateContainerResources(ctx, &pb.UpdateContainerResourcesRequest{
		ContainerId: run.ID, Linux: launch.Resources(c, w.m.Prepare.Allocatable()),
	})
	if err != nil {
		return fmt.Errorf("container %s: %s", c.Name, cri.Message(err))
	}
	w.m.Runtime.Changed(run.ID)
	w.mu.Lock()
	w.mem.Sizes[run.ID] = want
	w.mu.Unlock()
	return nil
}

// actual is what a container has, for its status: what the node agreed to, and of
// CPU and memory what the kernel holds it to until that has been changed.
func actual(c *core.Container, run *cri.Container, m *Memory) *core.ResourceRequirements {
	out := &core.ResourceRequirements{Requests: maps.Clone(c.Resources.Requests), Limits: maps.Clone(c.Resources.Limits)}
	is, known := m.Sizes[run.ID]
	if !known || run.State != cri.Running {
		return out
	}
	want := cgroup.ContainerSize(c)
	if _, asks := out.Requests[core.ResourceCPU]; asks && is.Shares != want.Shares {
		out.Requests[core.ResourceCPU] = quantity.FromMilli((is.Shares*1000 + 1023) / 1024)
	}
	if is.Quota != want.Quota {
		out.Limits = set(out.Limits, core.ResourceCPU, quantity.FromMilli(is.Quota*1000/launch.QuotaPeriod), is.Quota > 0)
	}
	if is.Memory != want.Memory {
		out.Limits = set(out.Limits, core.ResourceMemory, quantity.FromInt(is.Memory, quantity.BinarySI), is.Memory > 0)
	}
	return out
}

// set has l hold q, or nothing under that name.
func set(l core.ResourceList, n core.ResourceName, q quantity.Quantity, has bool) core.ResourceList {
	if !has {
		delete(l, n)
		return l
	}
	if l == nil {
		l = core.ResourceList{}
	}
	l[n] = q
	return l
}

// resizeStatus is how far a change is in a word, for clients that do not look at
// the conditions yet.
func resizeStatus(conditions []core.PodCondition) core.PodResizeStatus {
	if c := conditionOf(conditions, core.PodResizePending); c != nil {
		return core.PodResizeStatus(c.Reason)
	}
	if conditionOf(conditions, core.PodResizeInProgress) != nil {
		return core.PodResizeStatusInProgress
	}
	return ""
}

// resizeConditions tell of a change that has not come through.
func resizeConditions(pod *core.Pod, rt *cri.Pod, m *Memory) []core.PodCondition {
	var out []core.PodCondition
	if p := m.ResizePending; p != nil {
		out = append(out, core.PodCondition{Type: core.PodResizePending, Status: core.ConditionTrue, Reason: p.Reason, Message: p.Message})
	}
	if !m.Resizing && (rt.Sandbox() == nil || settled(pod, rt, m) && m.ResizeFailure == nil) {
		return out
	}
	c := core.PodCondition{Type: core.PodResizeInProgress, Status: core.ConditionTrue}
	if f := m.ResizeFailure; f != nil {
		c.Reason, c.Message = f.Reason, f.Message
	}
	return append(out, c)
}
