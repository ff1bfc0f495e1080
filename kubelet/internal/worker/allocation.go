package worker

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Allocation is what the node has agreed to give each container of a pod, by
// name. The pod's spec says what it wants to have, which may be more.
type Allocation map[string]core.ResourceRequirements

// allocationOf is what a pod asks for.
func allocationOf(pod *core.Pod) Allocation {
	out := Allocation{}
	for _, list := range [][]core.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			r := &list[i].Resources
			out[list[i].Name] = core.ResourceRequirements{Requests: r.Requests, Limits: r.Limits}
		}
	}
	return out
}

// same says whether two allocations give the same.
func (a Allocation) same(b Allocation) bool {
	if len(a) != len(b) {
		return false
	}
	for name, r := range a {
		o, ok := b[name]
		if !ok || !core.SameAmounts(r.Requests, o.Requests) || !core.SameAmounts(r.Limits, o.Limits) {
			return false
		}
	}
	return true
}

// granted is the pod with what the node has agreed to in place of what it asks
// for. A pod that has what it wants is returned as it is.
func (a Allocation) granted(pod *core.Pod) *core.Pod {
	if a == nil || a.same(allocationOf(pod)) {
		return pod
	}
	p := *pod
	for _, list := range []*[]core.Container{&p.Spec.InitContainers, &p.Spec.Containers} {
		*list = append([]core.Container(nil), *list...)
		for i := range *list {
			c := &(*list)[i]
			if r, ok := a[c.Name]; ok {
				c.Resources.Requests, c.Resources.Limits = r.Requests, r.Limits
			}
		}
	}
	return &p
}

// allocationFile is where a pod's allocation outlives the kubelet.
func allocationFile(podDir string) string { return filepath.Join(podDir, "allocation.json") }

// readAllocation is nil for a pod that has none yet.
func readAllocation(podDir string) (Allocation, error) {
	b, err := os.ReadFile(allocationFile(podDir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var a Allocation
	err = json.Unmarshal(b, &a)
	return a, err
}

// write replaces the file in one go.
func (a Allocation) write(podDir string) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	path := allocationFile(podDir)
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ResizePending is why a pod does not get what it wants now.
type ResizePending struct {
	Reason, Message string // PodReasonDeferred or PodReasonInfeasible
	Wants           Allocation
}

// agree gives a pod what it asks for now if the node has it. It is called before
// each look at what is to be done, so that a pod that waits for room gets it when
// somebody wakes its worker.
func (w *worker) agree() {
	w.mu.Lock()
	pod, have := w.pod, w.mem.Allocated
	idle := w.mem.Stopping(pod) || terminal(pod.Status.Phase)
	w.mu.Unlock()
	if idle {
		return
	}
	wants := allocationOf(pod)
	if have == nil {
		a, err := readAllocation(w.m.Prepare.PodDir(w.uid))
		if err != nil {
			w.log.Warn("what the pod had is not known any more: it gets what it asks for", "error", err)
		}
		w.mu.Lock()
		if w.mem.Allocated = a; a == nil {
			w.mem.Allocated = wants
		}
		have, w.agreed = w.mem.Allocated, w.mem.Allocated.granted(w.pod)
		w.mu.Unlock()
	}
	if have.same(wants) {
		w.mu.Lock()
		w.mem.ResizePending = nil
		w.mu.Unlock()
		return
	}
	reason, message := w.m.allocate(w, pod, wants)
	w.mu.Lock()
	last := w.mem.ResizePending
	if reason == "" {
		w.mem.ResizePending = nil
	} else {
		w.mem.ResizePending = &ResizePending{reason, message, wants}
	}
	w.mu.Unlock()
	switch {
	case reason == "":
		w.log.Info("the pod's resources change")
		w.event(nil, "Normal", "ResizeStarted", "Pod resize started: %s", resizeText(wants, pod))
	case last == nil || last.Reason != reason || !last.Wants.same(wants):
		w.event(nil, "Warning", "Resize"+reason, "Pod resize %s: %s", resizeText(wants, pod), message)
	}
}

// allocate gives a pod what it wants unless the node has no room for it; reason
// is then that of the condition PodResizePending. One after the other, so that two
// pods do not get the same room.
func (m *Manager) allocate(w *worker, pod *core.Pod, wants Allocation) (reason, message string) {
	m.resizing.Lock()
	defer m.resizing.Unlock()
	if pod.Annotations[cri.AnnotationPodConfigSource] != "" {
		return core.PodReasonInfeasible, "In-place resize of static-pods is not supported"
	}
	grown := wants.granted(pod)
	room, fresh := m.Prepare.Allocatable(), *grown
	fresh.Status = core.PodStatus{} // what it has does not count, nor that it was refused something else
	if reason, message := exceeds(&fresh, room); reason != "" {
		return core.PodReasonInfeasible, message
	}
	m.mu.Lock()
	others := m.holdersLocked(w.uid)
	m.mu.Unlock()
	if reason, message := fits(&fresh, &Node{Others: others, Allocatable: room}); reason != "" {
		return core.PodReasonDeferred, message
	}
	w.mu.Lock()
	w.mem.Allocated, w.agreed, w.mem.Resizing = wants, grown, true
	w.mem.SetUpDone, w.mem.SetUpFailure = false, nil // the pod's cgroup, and files that show resources
	w.mu.Unlock()
	m.wakeWaiting() // it may have shrunk
	return "", ""
}

// wakeWaiting has those pods looked at that wait for room to grow.
func (m *Manager) wakeWaiting() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.workers {
		w.mu.Lock()
		waits := w.mem.ResizePending != nil
		w.mu.Unlock()
		if waits {
			w.wakeUp()
		}
	}
}

// resizeText tells what a pod's containers get, for events.
func resizeText(a Allocation, pod *core.Pod) string {
	type container struct {
		Name      string                    `json:"name"`
		Resources core.ResourceRequirements `json:"resources"`
	}
	var text struct {
		InitContainers []container `json:"initContainers,omitempty"`
		Containers     []container `json:"containers"`
		Generation     int64       `json:"generation,omitempty"`
	}
	text.Generation = pod.Generation
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; Sidecar(c) {
			text.InitContainers = append(text.InitContainers, container{c.Name, a[c.Name]})
		}
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		text.Containers = append(text.Containers, container{c.Name, a[c.Name]})
	}
	b, _ := json.Marshal(text)
	return string(b)
}
