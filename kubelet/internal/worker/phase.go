package worker

import (
	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

// Phase derives the pod's phase from its containers.
func Phase(pod *core.Pod, rt *cri.Pod, m *Memory) core.PodPhase {
	if terminal(pod.Status.Phase) {
		return pod.Status.Phase
	}
	stopping := m.Stopping(pod)
	if m.Stop != nil && m.Stop.Phase != "" {
		return m.Stop.Phase
	}
	if p := initPhase(pod, rt); p != "" {
		return stoppedPhase(p, stopping, rt)
	}
	var waiting, running, failed, succeeded int
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		run := rt.Find(c.Name)
		switch {
		case run == nil || run.State == cri.Created:
			waiting++
		case run.State == cri.Running, run.State == cri.Unknown:
			running++
		case restarts(pod, c, App, run) && !stopping:
			running++ // between two runs
		case run.ExitCode == 0:
			succeeded++
		default:
			failed++
		}
	}
	switch {
	case waiting > 0:
		return stoppedPhase(core.PodPending, stopping, rt)
	case running > 0 || sidecarRuns(pod, rt) && !stopping && policyAlways(pod):
		return core.PodRunning
	case failed > 0:
		return core.PodFailed
	}
	return core.PodSucceeded
}

// stoppedPhase is p, or Failed for a pod that was stopped before it could run.
func stoppedPhase(p core.PodPhase, stopping bool, rt *cri.Pod) core.PodPhase {
	if stopping && !rt.Alive() && p == core.PodPending && rt != nil && len(rt.Containers) > 0 {
		return core.PodFailed
	}
	return p
}

func policyAlways(pod *core.Pod) bool {
	return pod.Spec.RestartPolicy == core.RestartPolicyAlways || pod.Spec.RestartPolicy == ""
}

// initPhase is the phase while init containers decide it, "" once they have
// all succeeded.
func initPhase(pod *core.Pod, rt *cri.Pod) core.PodPhase {
	for i := range pod.Spec.Containers {
		if rt.Find(pod.Spec.Containers[i].Name) != nil {
			return ""
		}
	}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		run := rt.Find(c.Name)
		switch {
		case run == nil || run.State != cri.Exited:
			if !Sidecar(c) || run == nil {
				return core.PodPending
			}
		case run.ExitCode != 0 && !restarts(pod, c, Init, run):
			return core.PodFailed
		case run.ExitCode != 0 && !Sidecar(c):
			return core.PodPending
		}
	}
	if len(pod.Spec.InitContainers) == 0 {
		return ""
	}
	return core.PodPending
}

func sidecarRuns(pod *core.Pod, rt *cri.Pod) bool {
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; Sidecar(c) {
			if run := rt.Find(c.Name); run != nil && run.State == cri.Running {
				return true
			}
		}
	}
	return false
}
