package worker

import (
	"fmt"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Host is what a pod's status tells about its node.
type Host struct {
	Name string
	IPs  []string
	// RuntimeName prefixes container ids: containerd://...
	RuntimeName string
	// Message reads a container's termination message; it may be nil.
	Message func(c *core.Container, run *cri.Container) string
}

// Status is the status to report for a pod: a function of its spec, the status
// last reported (for what only history knows), the runtime's state and the
// worker's memory.
func Status(pod *core.Pod, rt *cri.Pod, m *Memory, host Host, now time.Time) *core.PodStatus {
	old := &pod.Status
	st := &core.PodStatus{
		Phase: Phase(pod, rt, m), QOSClass: old.QOSClass, NominatedNodeName: old.NominatedNodeName,
		ObservedGeneration: pod.Generation, ResourceClaimStatuses: old.ResourceClaimStatuses,
		Message: old.Message, Reason: old.Reason,
	}
	if st.QOSClass == "" {
		st.QOSClass = core.QOSClassOf(&pod.Spec)
	}
	start := timeOf(m.startTime(pod))
	st.StartTime = &start
	if refused(pod, m) {
		return refusedStatus(st, m)
	}
	for i, ip := range host.IPs {
		if i == 0 {
			st.HostIP = ip
		}
		st.HostIPs = append(st.HostIPs, core.HostIP{IP: ip})
	}
	for i, ip := range podIPs(pod, rt, host) {
		if i == 0 {
			st.PodIP = ip
		}
		st.PodIPs = append(st.PodIPs, core.PodIP{IP: ip})
	}
	v := view{pod: pod, rt: rt, m: m, host: host, phase: st.Phase, now: now}
	st.InitContainerStatuses = v.inits()
	for i := range pod.Spec.Containers {
		st.ContainerStatuses = append(st.ContainerStatuses, v.container(&pod.Spec.Containers[i], App, old.ContainerStatuses, v.waitReason()))
	}
	for i := range pod.Spec.EphemeralContainers {
		c := (*core.Container)(&pod.Spec.EphemeralContainers[i].EphemeralContainerCommon)
		st.EphemeralContainerStatuses = append(st.EphemeralContainerStatuses, v.container(c, Ephemeral, old.EphemeralContainerStatuses, "ContainerCreating"))
	}
	if m.Stop != nil && m.Stop.Reason != "" {
		st.Reason, st.Message = m.Stop.Reason, m.Stop.Message
	}
	st.Conditions = conditions(pod, st, rt, m, now)
	st.Resize = resizeStatus(st.Conditions)
	return st
}

// podIPs keeps the addresses that were reported once the sandbox is gone.
func podIPs(pod *core.Pod, rt *cri.Pod, host Host) []string {
	if pod.Spec.HostNetwork {
		if rt.Sandbox() != nil || len(pod.Status.PodIPs) > 0 {
			return host.IPs
		}
		return nil
	}
	if s := rt.Sandbox(); s != nil && len(s.IPs) > 0 {
		return s.IPs
	}
	if s := rt.Sandbox(); s != nil && s.Ready {
		return nil
	}
	var ips []string
	for _, ip := range pod.Status.PodIPs {
		ips = append(ips, ip.IP)
	}
	return ips
}

// view gathers what the status of one container depends on.
type view struct {
	pod   *core.Pod
	rt    *cri.Pod
	m     *Memory
	host  Host
	phase core.PodPhase
	now   time.Time
}

func (v view) waitReason() string {
	if len(v.pod.Spec.InitContainers) > 0 {
		return "PodInitializing"
	}
	return "ContainerCreating"
}

func (v view) inits() []core.ContainerStatus {
	var out []core.ContainerStatus
	for i := range v.pod.Spec.InitContainers {
		c := &v.pod.Spec.InitContainers[i]
		out = append(out, v.container(c, Init, v.pod.Status.InitContainerStatuses, "PodInitializing"))
	}
	return out
}

// container is the status of one container.
func (v view) container(c *core.Container, kind Kind, reported []core.ContainerStatus, wait string) core.ContainerStatus {
	old := reportedFor(reported, c.Name)
	run := v.rt.Find(c.Name)
	no := false
	st := core.ContainerStatus{Name: c.Name, Image: c.Image, Started: &no}
	if run == nil {
		return v.unborn(c, old, st, wait)
	}
	st.RestartCount = int32(run.Restarts)
	st.ContainerID = v.host.RuntimeName + "://" + run.ID
	st.ImageID = run.ImageRef
	if run.Image != "" && !strings.HasPrefix(run.Image, "sha256:") {
		st.Image = run.Image
	}
	if prev := v.rt.Previous(c.Name); prev != nil && prev.State == cri.Exited {
		st.LastTerminationState.Terminated = v.terminated(c, prev)
	} else if run.Restarts > 0 && old != nil {
		st.LastTerminationState = old.LastTerminationState
	}
	st.AllocatedResources, st.Resources = c.Resources.Requests, actual(c, run, v.m)
	if u := run.User.GetLinux(); u != nil {
		st.User = &core.ContainerUser{Linux: &core.LinuxContainerUser{UID: u.Uid, GID: u.Gid, SupplementalGroups: u.SupplementalGroups}}
	}
	switch run.State {
	case cri.Running:
		st.State.Running = &core.ContainerStateRunning{StartedAt: timeOf(run.Started)}
		started := v.m.started(c, run)
		st.Started = &started
		st.Ready = v.m.ready(c, run) && !terminal(v.phase)
		if kind == Init && !Sidecar(c) {
			st.Ready = false
		}
	case cri.Exited:
		v.exited(c, kind, run, &st)
	default:
		st.State.Waiting = &core.ContainerStateWaiting{Reason: wait}
		v.failureOf(c, &st)
	}
	return st
}

// exited fills in a container whose last run has ended: terminated for good,
// or waiting for its next run.
func (v view) exited(c *core.Container, kind Kind, run *cri.Container, st *core.ContainerStatus) {
	ended := v.terminated(c, run)
	st.State.Terminated = ended
	if kind == Init && run.ExitCode == 0 && !Sidecar(c) {
		st.Ready = true
	}
	if v.m.Stopping(v.pod) || terminal(v.phase) || !restarts(v.pod, c, kind, run) {
		return
	}
	if wait := run.Finished.Add(run.Backoff).Sub(v.now); wait > 0 {
		st.State = core.ContainerState{Waiting: &core.ContainerStateWaiting{
			Reason:  "CrashLoopBackOff",
			Message: fmt.Sprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)", run.Backoff, c.Name, v.pod.Name, v.pod.Namespace, v.pod.UID),
		}}
		st.LastTerminationState = core.ContainerState{Terminated: ended}
		return
	}
	if v.failureOf(c, st) {
		st.LastTerminationState = core.ContainerState{Terminated: ended}
	}
}

// unborn is the status of a container that the runtime does not know.
func (v view) unborn(c *core.Container, old *core.ContainerStatus, st core.ContainerStatus, wait string) core.ContainerStatus {
	if old != nil && old.State.Terminated != nil && (terminal(v.phase) || v.m.Stopping(v.pod)) {
		done := *old
		done.Ready = false
		return done
	}
	if old != nil && old.State.Running != nil && (terminal(v.phase) || v.m.Stopping(v.pod)) {
		done := *old
		done.Ready, done.Started = false, st.Started
		done.State = core.ContainerState{Terminated: &core.ContainerStateTerminated{
			Reason: "ContainerStatusUnknown", ExitCode: 137, ContainerID: old.ContainerID, StartedAt: old.State.Running.StartedAt,
			Message: "The container could not be located when the pod was terminated",
		}}
		return done
	}
	if old != nil {
		st.RestartCount, st.LastTerminationState = old.RestartCount, old.LastTerminationState
	}
	st.State.Waiting = &core.ContainerStateWaiting{Reason: wait}
	v.failureOf(c, &st)
	return st
}

// failureOf shows why the next run does not come about.
func (v view) failureOf(c *core.Container, st *core.ContainerStatus) bool {
	f := v.m.StartFailures[c.Name]
	if p := v.m.Pulls[c.Name]; p != nil && p.Failure != nil {
		f = p.Failure
	}
	if f == nil {
		return false
	}
	st.State = core.ContainerState{Waiting: &core.ContainerStateWaiting{Reason: f.Reason, Message: f.Message}}
	return true
}

func (v view) terminated(c *core.Container, run *cri.Container) *core.ContainerStateTerminated {
	t := &core.ContainerStateTerminated{
		ExitCode: run.ExitCode, Reason: run.Reason, Message: run.Message,
		StartedAt: timeOf(run.Started), FinishedAt: timeOf(run.Finished), ContainerID: v.host.RuntimeName + "://" + run.ID,
	}
	if t.Reason == "" {
		t.Reason = "Completed"
		if run.ExitCode != 0 {
			t.Reason = "Error"
		}
	}
	if v.host.Message != nil {
		if text := v.host.Message(c, run); text != "" {
			t.Message = text
		}
	}
	return t
}

func reportedFor(list []core.ContainerStatus, name string) *core.ContainerStatus {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

// conditions are the ones that the kubelet owns, and the others as they were.
func conditions(pod *core.Pod, st *core.PodStatus, rt *cri.Pod, m *Memory, now time.Time) []core.PodCondition {
	s := rt.Sandbox()
	sandboxed := s != nil && s.Ready && (pod.Spec.HostNetwork || len(s.IPs) > 0)
	own := []core.PodCondition{
		{Type: core.PodReadyToStartContainers, Status: truth(sandboxed)},
		initialized(pod, st),
		containersReady(pod, st),
		{},
		{Type: core.PodScheduled, Status: core.ConditionTrue},
	}
	own[3] = readyCondition(pod, st, own[2])
	own = append(own, resizeConditions(pod, rt, m)...)
	var out []core.PodCondition
	for _, c := range own {
		c.ObservedGeneration = pod.Generation
		c.LastTransitionTime = timeOf(now)
		if old := conditionOf(pod.Status.Conditions, c.Type); old != nil && old.Status == c.Status {
			c.LastTransitionTime = old.LastTransitionTime
		}
		out = append(out, c)
	}
	for _, c := range pod.Status.Conditions {
		if conditionOf(out, c.Type) == nil && !ours[c.Type] {
			out = append(out, c)
		}
	}
	if m.Stop != nil && m.Stop.Reason == "Evicted" && conditionOf(out, core.DisruptionTarget) == nil {
		out = append(out, core.PodCondition{Type: core.DisruptionTarget, Status: core.ConditionTrue, Reason: "TerminationByKubelet", Message: m.Stop.Message, LastTransitionTime: timeOf(now)})
	}
	return out
}

func truth(b bool) core.ConditionStatus {
	if b {
		return core.ConditionTrue
	}
	return core.ConditionFalse
}

func conditionOf(list []core.PodCondition, t core.PodConditionType) *core.PodCondition {
	for i := range list {
		if list[i].Type == t {
			return &list[i]
		}
	}
	return nil
}

func initialized(pod *core.Pod, st *core.PodStatus) core.PodCondition {
	c := core.PodCondition{Type: core.PodInitialized, Status: core.ConditionTrue}
	if st.Phase == core.PodSucceeded {
		c.Reason = "PodCompleted"
		return c
	}
	for i := range st.ContainerStatuses {
		if s := st.ContainerStatuses[i].State; s.Running != nil || s.Terminated != nil {
			return c
		}
	}
	var incomplete []string
	for i, s := range st.InitContainerStatuses {
		if !s.Ready && !(Sidecar(&pod.Spec.InitContainers[i]) && s.Started != nil && *s.Started) {
			incomplete = append(incomplete, s.Name)
		}
	}
	if len(incomplete) > 0 {
		c.Status, c.Reason = core.ConditionFalse, "ContainersNotInitialized"
		c.Message = fmt.Sprintf("containers with incomplete status: %s", bracket(incomplete))
	}
	return c
}

func containersReady(pod *core.Pod, st *core.PodStatus) core.PodCondition {
	c := core.PodCondition{Type: core.ContainersReady, Status: core.ConditionTrue}
	switch st.Phase {
	case core.PodSucceeded:
		c.Status, c.Reason = core.ConditionFalse, "PodCompleted"
		return c
	case core.PodFailed:
		c.Status, c.Reason = core.ConditionFalse, "PodFailed"
		return c
	}
	var unready []string
	for _, s := range st.ContainerStatuses {
		if !s.Ready {
			unready = append(unready, s.Name)
		}
	}
	for i, s := range st.InitContainerStatuses {
		if Sidecar(&pod.Spec.InitContainers[i]) && !s.Ready {
			unready = append(unready, s.Name)
		}
	}
	if len(unready) > 0 {
		c.Status, c.Reason = core.ConditionFalse, "ContainersNotReady"
		c.Message = fmt.Sprintf("containers with unready status: %s", bracket(unready))
	}
	return c
}

// readyCondition is the condition that puts a pod behind its services: its containers
// are ready and so is what its readiness gates name.
func readyCondition(pod *core.Pod, st *core.PodStatus, containers core.PodCondition) core.PodCondition {
	c := containers
	c.Type = core.PodReady
	if c.Status != core.ConditionTrue {
		return c
	}
	var missing []string
	for _, g := range pod.Spec.ReadinessGates {
		switch cond := conditionOf(pod.Status.Conditions, g.ConditionType); {
		case cond == nil:
			missing = append(missing, fmt.Sprintf("corresponding condition of pod readiness gate %q does not exist.", g.ConditionType))
		case cond.Status != core.ConditionTrue:
			missing = append(missing, fmt.Sprintf("the status of pod readiness gate %q is not \"True\", but %s", g.ConditionType, cond.Status))
		}
	}
	if len(missing) > 0 {
		c.Status, c.Reason, c.Message = core.ConditionFalse, "ReadinessGatesNotReady", strings.Join(missing, ", ")
	}
	return c
}

func bracket(names []string) string { return "[" + strings.Join(names, " ") + "]" }
