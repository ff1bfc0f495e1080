package worker

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
	"github.com/pilothouse/pilothouse/proto/core"
)

var host = Host{Name: "n1", IPs: []string{"10.99.0.11"}, RuntimeName: "containerd"}

func TestPhase(t *testing.T) {
	always, onFailure, never := core.RestartPolicyAlways, core.RestartPolicyOnFailure, core.RestartPolicyNever
	for name, c := range map[string]struct {
		pod  *core.Pod
		rt   *cri.Pod
		want core.PodPhase
	}{
		"nothing yet":             {pod(always, "a"), nil, core.PodPending},
		"one of two":              {pod(always, "a", "b"), runtime("a:running"), core.PodPending},
		"running":                 {pod(always, "a"), runtime("a:running"), core.PodRunning},
		"between runs":            {pod(always, "a"), runtime("a:exit1"), core.PodRunning},
		"succeeded":               {pod(never, "a", "b"), runtime("a:exit0", "b:exit0"), core.PodSucceeded},
		"one failed":              {pod(never, "a", "b"), runtime("a:exit0", "b:exit1"), core.PodFailed},
		"one still runs":          {pod(never, "a", "b"), runtime("a:exit1", "b:running"), core.PodRunning},
		"succeeded on failure":    {pod(onFailure, "a"), runtime("a:exit0"), core.PodSucceeded},
		"initializing":            {pod(always, "init:i", "a"), runtime("i:running"), core.PodPending},
		"init failed for good":    {pod(never, "init:i", "a"), runtime("i:exit1"), core.PodFailed},
		"init failed for now":     {pod(always, "init:i", "a"), runtime("i:exit1"), core.PodPending},
		"deleted and down":        {deleted(pod(always, "a"), 30), runtime("a:exit0"), core.PodSucceeded},
		"deleted, app killed":     {deleted(pod(always, "a"), 30), runtime("a:exit9"), core.PodFailed},
		"ended beside a sidecar":  {pod(never, "side:i", "a"), runtime("a:exit0", "i:running"), core.PodSucceeded},
		"a sidecar before an app": {pod(always, "side:i", "a"), runtime("i:running"), core.PodPending},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Phase(c.pod, c.rt, ready()); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestStatusOfARunningPod(t *testing.T) {
	st := Status(pod(core.RestartPolicyAlways, "a"), runtime("a:running"), ready(), host, now)
	if st.PodIP != "10.244.1.2" || st.HostIP != "10.99.0.11" || len(st.PodIPs) != 1 {
		t.Errorf("addresses: pod %q host %q", st.PodIP, st.HostIP)
	}
	c := st.ContainerStatuses[0]
	if !c.Ready || c.State.Running == nil || c.ContainerID != "containerd://a-1" || c.Started == nil || !*c.Started {
		t.Errorf("container: %+v", c)
	}
	for _, cond := range st.Conditions {
		if cond.Status != core.ConditionTrue {
			t.Errorf("condition %s is %s", cond.Type, cond.Status)
		}
	}
}

func TestReadinessAndStartup(t *testing.T) {
	p := pod(core.RestartPolicyAlways, "a")
	p.Spec.Containers[0].ReadinessProbe = &core.Probe{}
	p.Spec.Containers[0].StartupProbe = &core.Probe{}
	m := ready()
	for _, step := range []struct {
		result         ProbeResult
		started, ready bool
	}{
		{ProbeResult{}, false, false},
		{ProbeResult{Ready: true}, false, false},
		{ProbeResult{Started: true}, true, false},
		{ProbeResult{Started: true, Ready: true}, true, true},
	} {
		m.Probes["a-1"] = step.result
		st := Status(p, runtime("a:running"), m, host, now)
		c := st.ContainerStatuses[0]
		cond := conditionOf(st.Conditions, core.PodReady)
		if *c.Started != step.started || c.Ready != step.ready || cond.Status != truth(step.ready) {
			t.Errorf("%+v gives started %v, ready %v, condition %s", step.result, *c.Started, c.Ready, cond.Status)
		}
	}
}

func TestCrashLoopShowsItsLastEnd(t *testing.T) {
	rt := runtime("a:exit1")
	rt.Containers[0].Backoff, rt.Containers[0].Restarts = 40*time.Second, 3
	c := Status(pod(core.RestartPolicyAlways, "a"), rt, ready(), host, now).ContainerStatuses[0]
	if c.State.Waiting == nil || c.State.Waiting.Reason != "CrashLoopBackOff" ||
		c.State.Waiting.Message != "back-off 40s restarting failed container=a pod=web_default(u1)" {
		t.Errorf("state: %+v", c.State.Waiting)
	}
	if last := c.LastTerminationState.Terminated; last == nil || last.ExitCode != 1 || last.Reason != "Error" {
		t.Errorf("last state: %+v", last)
	}
	if c.RestartCount != 3 || c.Ready {
		t.Errorf("restarts %d, ready %v", c.RestartCount, c.Ready)
	}
}

func TestTransitionTimesStay(t *testing.T) {
	p := pod(core.RestartPolicyAlways, "a")
	p.Status = *Status(p, runtime("a:running"), ready(), host, now)
	p.Status.Conditions = append(p.Status.Conditions, core.PodCondition{Type: "example.com/gate", Status: core.ConditionTrue})
	st := Status(p, runtime("a:exit1"), ready(), host, now.Add(time.Minute))
	if c := conditionOf(st.Conditions, core.PodScheduled); !c.LastTransitionTime.Equal(now) {
		t.Errorf("PodScheduled moved to %s", c.LastTransitionTime)
	}
	if c := conditionOf(st.Conditions, core.PodReady); !c.LastTransitionTime.Equal(now.Add(time.Minute)) {
		t.Errorf("Ready stayed at %s", c.LastTransitionTime)
	}
	if conditionOf(st.Conditions, "example.com/gate") == nil {
		t.Error("a condition of somebody else was lost")
	}
}

func TestFailedPullShows(t *testing.T) {
	m := ready()
	m.Pulls["a"] = &PullState{Failure: &Failure{Reason: "ImagePullBackOff", Message: "Back-off"}}
	c := Status(pod(core.RestartPolicyAlways, "a"), runtime(), m, host, now).ContainerStatuses[0]
	if c.State.Waiting == nil || c.State.Waiting.Reason != "ImagePullBackOff" {
		t.Errorf("state: %+v", c.State)
	}
}
