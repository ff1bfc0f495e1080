// Package cgroup makes and removes the cgroups of pods: one per pod under one
// per class of service, /kubepods/burstable/podUID, with the pod's limits on
// it. The runtime puts the containers' own cgroups below; the kubelet must
// remove the pod's, because the runtime does not.
//
// Only the cgroupfs driver is written. Both versions of cgroups are known; the
// folders differ, the names of the limits too, nothing else.
package cgroup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Manager makes cgroups below Root, /sys/fs/cgroup.
type Manager struct {
	Root      string
	PidsLimit int64 // per pod, 0 for none
}

// controllers are the v1 hierarchies that carry a pod's limits.
var controllers = []string{"cpu", "memory", "pids"}

// Parent is the pod's cgroup as the runtime is told it.
func Parent(uid meta.UID, class core.PodQOSClass) string {
	switch class {
	case core.PodQOSGuaranteed:
		return "/kubepods/pod" + string(uid)
	case core.PodQOSBurstable:
		return "/kubepods/burstable/pod" + string(uid)
	}
	return "/kubepods/besteffort/pod" + string(uid)
}

func (m *Manager) unified() bool {
	_, err := os.Stat(filepath.Join(m.Root, "cgroup.controllers"))
	return err == nil
}

// Create makes a pod's cgroup with its limits, and says what it is held to. One
// that is in use is made no smaller: the kernel refuses limits below those of
// the containers in it, and these may have yet to shrink. See Fit.
func (m *Manager) Create(pod *core.Pod, class core.PodQOSClass) (Size, error) {
	parent, want := Parent(pod.UID, class), PodSize(pod)
	if err := m.folders(parent); err != nil {
		return Size{}, err
	}
	if m.inUse(parent) {
		is, err := m.Size(parent, want)
		if err != nil {
			return Size{}, err
		}
		want = widest(is, want)
	}
	return want, m.hold(parent, want)
}

// Fit has a pod held to what its containers come to, once none of them has more.
func (m *Manager) Fit(pod *core.Pod, class core.PodQOSClass) error {
	return m.hold(Parent(pod.UID, class), PodSize(pod))
}

// folders makes a cgroup in every hierarchy.
func (m *Manager) folders(parent string) error {
	if m.unified() {
		return m.foldersV2(parent)
	}
	for _, c := range controllers {
		if err := os.MkdirAll(filepath.Join(m.Root, c, parent), 0o755); err != nil {
			return fmt.Errorf("make cgroup %s: %w", parent, err)
		}
	}
	return nil
}

func (m *Manager) foldersV2(parent string) error {
	dir := m.Root
	for _, part := range splitPath(parent) {
		_ = os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+cpu +memory +pids"), 0o644)
		dir = filepath.Join(dir, part)
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("make cgroup %s: %w", dir, err)
		}
	}
	_ = os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+cpu +memory +pids"), 0o644)
	return nil
}

// inUse says whether a pod's cgroup has others below it.
func (m *Manager) inUse(parent string) bool {
	dir := filepath.Join(m.Root, parent)
	if !m.unified() {
		dir = filepath.Join(m.Root, "cpu", parent)
	}
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, os.DirEntry.IsDir)
}

func splitPath(p string) []string {
	var out []string
	for p != "/" && p != "." {
		out = append([]string{filepath.Base(p)}, out...)
		p = filepath.Dir(p)
	}
	return out
}

// limits are a pod's sums: CPU in thousandths, memory in bytes; 0 for none.
type limits struct{ request, cpu, memory int64 }

// limitsOf adds up the containers'. A limit holds for the pod only when every
// container has one. Init containers run alone, so the largest of them counts.
func limitsOf(pod *core.Pod) limits {
	var sum limits
	cpuAll, memoryAll := true, true
	for i := range pod.Spec.Containers {
		l := of(&pod.Spec.Containers[i])
		sum.request, sum.cpu, sum.memory = sum.request+l.request, sum.cpu+l.cpu, sum.memory+l.memory
		cpuAll, memoryAll = cpuAll && l.cpu > 0, memoryAll && l.memory > 0
	}
	for i := range pod.Spec.InitContainers {
		l := of(&pod.Spec.InitContainers[i])
		if c := pod.Spec.InitContainers[i].RestartPolicy; c != nil && *c == core.ContainerRestartPolicyAlways {
			sum.request, sum.cpu, sum.memory = sum.request+l.request, sum.cpu+l.cpu, sum.memory+l.memory
		} else {
			sum.request, sum.cpu, sum.memory = max(sum.request, l.request), max(sum.cpu, l.cpu), max(sum.memory, l.memory)
		}
		cpuAll, memoryAll = cpuAll && l.cpu > 0, memoryAll && l.memory > 0
	}
	if !cpuAll {
		sum.cpu = 0
	}
	if !memoryAll {
		sum.memory = 0
	}
	return sum
}

func of(c *core.Container) limits {
	request, ok := c.Resources.Requests[core.ResourceCPU]
	cpu, memory := c.Resources.Limits[core.ResourceCPU], c.Resources.Limits[core.ResourceMemory]
	if !ok {
		request = cpu
	}
	return limits{request.MilliValue(), cpu.MilliValue(), memory.Value()}
}

// Remove removes a pod's cgroups in every hierarchy, of whatever class it was.
// Processes that are just ending can keep one busy for a moment.
func (m *Manager) Remove(uid meta.UID) error {
	roots := []string{m.Root}
	if !m.unified() {
		entries, err := os.ReadDir(m.Root)
		if err != nil {
			return err
		}
		roots = nil
		for _, e := range entries {
			if e.IsDir() {
				roots = append(roots, filepath.Join(m.Root, e.Name()))
			}
		}
	}
	var all error
	for _, root := range roots {
		for _, class := range []core.PodQOSClass{core.PodQOSGuaranteed, core.PodQOSBurstable, core.PodQOSBestEffort} {
			all = errors.Join(all, removeTree(filepath.Join(root, Parent(uid, class))))
		}
	}
	return all
}

// removeTree removes a cgroup and those below it.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	for wait := time.Millisecond; ; wait *= 2 {
		err := os.Remove(dir)
		if err == nil || errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if wait > 100*time.Millisecond {
			return fmt.Errorf("remove cgroup: %w", err)
		}
		time.Sleep(wait)
	}
}

// Pods are the UIDs of all pods that have a cgroup.
func (m *Manager) Pods() ([]meta.UID, error) {
	base := m.Root
	if !m.unified() {
		base = filepath.Join(m.Root, controllers[0])
	}
	seen := map[meta.UID]bool{}
	for _, dir := range []string{"kubepods", "kubepods/burstable", "kubepods/besteffort"} {
		matches, err := filepath.Glob(filepath.Join(base, dir, "pod*"))
		if err != nil {
			return nil, err
		}
		for _, path := range matches {
			seen[meta.UID(filepath.Base(path)[len("pod"):])] = true
		}
	}
	var out []meta.UID
	for uid := range seen {
		out = append(out, uid)
	}
	return out, nil
}
